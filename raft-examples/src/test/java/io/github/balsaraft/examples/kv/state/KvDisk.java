package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.testing.MachineDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A folder of the store on disk, of which copies are made while it is open: what a killed process leaves. */
final class KvDisk implements MachineDisk {

  private final Path parent;
  private final AtomicInteger folders;
  private final Path folder;

  /** A new one in a folder. */
  KvDisk(Path parent, AtomicInteger folders) {
    this.parent = parent;
    this.folders = folders;
    this.folder = parent.resolve("kv" + folders.incrementAndGet());
  }

  @Override
  public OnDiskStateMachine open() {
    return OnDiskKvStateMachine.open(folder);
  }

  @Override
  public MachineDisk killNow() {
    KvDisk copy = new KvDisk(parent, folders);
    try {
      copy(folder, copy.folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return copy;
  }

  /** There is no log of the database's own, and its tables are synced before they are named. */
  @Override
  public MachineDisk cutNow(Random random) {
    return killNow();
  }

  /** Nothing is written meanwhile: small states are written out only when a checkpoint is made or the database is closed. */
  static void copy(Path from, Path to) throws IOException {
    List<Path> found;
    try (Stream<Path> files = Files.walk(from)) {
      found = files.toList();
    }
    for (Path file : found) {
      Path copied = to.resolve(from.relativize(file).toString());
      if (Files.isDirectory(file)) {
        Files.createDirectories(copied);
      } else {
        Files.copy(file, copied);
      }
    }
  }
}
