package io.github.balsaraft.storage.rocksdb;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another process that appends batch after batch and says which were acknowledged, until it is killed. */
final class ChildProcess implements AutoCloseable {

  static final int PAYLOAD_BYTES = 2_000;

  private final Process process;
  private final BufferedReader output;
  private long acknowledged;

  private ChildProcess(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.US_ASCII);
  }

  static ChildProcess start(Path folder, Path temporary) throws IOException {
    Process process = new ProcessBuilder(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-Djava.io.tmpdir=" + Files.createDirectories(temporary.resolve("tmp")),
            "-cp",
            System.getProperty("java.class.path"),
            ChildProcess.class.getName(),
            folder.toString()))
        .redirectError(temporary.resolve("child-errors.txt").toFile())
        .start();
    return new ChildProcess(process);
  }

  /** Waits until the process has said that this index was acknowledged. */
  void awaitAcknowledged(long index) throws IOException {
    while (acknowledged < index) {
      String line = output.readLine();
      if (line == null) {
        throw new IOException("the process ended by itself, exit code " + awaitEnd());
      }
      acknowledged = Long.parseLong(line);
    }
  }

  /** Kills it as {@code kill -9} does; what it had acknowledged until then. */
  long kill() throws IOException {
    // Unlike Process, its handle leaves the pipe open, with what the process had still said.
    process.toHandle().destroyForcibly();
    awaitEnd();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      // The last line may be cut off.
      long index = Long.parseLong(line);
      acknowledged = index == acknowledged + 1 ? index : acknowledged;
    }
    return acknowledged;
  }

  private int awaitEnd() throws IOException {
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new IOException("the process doesn't end");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    awaitEnd();
    output.close();
  }

  /** The other process. */
  public static void main(String[] arguments) {
    PrintStream out = System.out;
    RocksDbLogStore store =
        TestLog.at(Path.of(arguments[0])).memtableBytes(256 << 10).build();
    TestLog.create(store);
    for (long index = 1; ; index++) {
      TestLog.append(store, TestLog.batch(index, PAYLOAD_BYTES));
      out.println(index);
    }
  }
}
