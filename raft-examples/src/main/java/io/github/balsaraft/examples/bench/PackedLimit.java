package io.github.balsaraft.examples.bench;

import io.github.balsaraft.examples.bench.cluster.Folders;
import io.github.balsaraft.examples.bench.cluster.NettyGround;
import io.github.balsaraft.examples.bench.load.PauseWatch;
import io.github.balsaraft.examples.bench.report.JsonLine;
import io.github.balsaraft.storage.LogStore;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the library's store allows by itself, without protocol and network: each payload is written to all stores and
 * acknowledged when a majority of them has it. Between the bare database and the whole library, this tells what is the
 * store's part.
 */
final class PackedLimit extends Mode {

  PackedLimit(Options options, JsonLine line, PrintStream progress) {
    super(options, line, progress);
  }

  @Override
  void run() throws InterruptedException {
    Path folder = Folders.create(options.folder());
    try (PauseWatch pauses = PauseWatch.start()) {
      List<LogStore> stores = new ArrayList<>();
      for (int store = 0; store < options.nodes(); store++) {
        stores.add(NettyGround.store(folder.resolve("n" + (store + 1)), options.fsync()));
      }
      try (PackedWrites writes = PackedWrites.start(stores)) {
        Measurement measurement = new Measurement(
            options,
            number -> writes.propose(payloads.of(number)),
            () -> {},
            pauses,
            () -> {},
            progress);
        measurement.run();
        measurement.report(line);
      }
    } finally {
      Folders.delete(folder);
    }
  }
}
