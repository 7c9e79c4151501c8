package io.github.balsaraft.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The operating system refuses to let files grow beyond a limit, so that whatever the store or RocksDB writes fails at some
 * byte of it: in the middle of a recovery, and in the middle of a write. In a process of its own, whose limit it is.
 */
@Timeout(110)
class FileSizeLimitIT {

  private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");

  @TempDir
  Path temporary;

  @BeforeAll
  static void limitsCanBeSet() {
    assumeThat(PRLIMIT).as("sets the limit of a process").isExecutable();
  }

  @Test
  void trap43_recoveryThatCannotWriteIsRefusedAndTheNextFindsEverything() throws Exception {
    List<String> outcomes = run("recover");
    assertThat(outcomes).filteredOn(line -> line.contains(" refused ")).hasSizeGreaterThan(3);
    assertThat(outcomes).filteredOn(line -> line.contains(" recovered ")).hasSizeGreaterThan(1);
    assertThat(outcomes).allMatch(line -> line.endsWith(" then complete"));
  }

  @Test
  void trap03_writeThatDoesNotFitEndsTheStoreAndNothingAcknowledgedIsLost() throws Exception {
    List<String> outcomes = run("write");
    assertThat(outcomes).hasSizeGreaterThan(5);
    assertThat(outcomes)
        .allMatch(line -> line.endsWith(" failed, later ones refused, then complete"));
  }

  private List<String> run(String what) throws IOException, InterruptedException {
    Path output = temporary.resolve("output.txt");
    Process process = new ProcessBuilder(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:-UsePerfData",
            "-cp",
            System.getProperty("java.class.path"),
            LimitedProcess.class.getName(),
            what,
            temporary.toString()))
        .redirectErrorStream(true)
        .start();
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Files.writeString(output, said);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(said).isZero();
      return said.lines().filter(line -> line.startsWith("limit ")).toList();
    } finally {
      process.destroyForcibly();
    }
  }

  /** The process with the limit. Says for each limit what happened. */
  static final class LimitedProcess {

    private static final int ENTRIES = 150;
    private static final int PAYLOAD_BYTES = 1_000;

    private final Path temporary;
    private final Path folder;

    private LimitedProcess(Path temporary) {
      this.temporary = temporary;
      this.folder = temporary.resolve("log");
    }

    /** Arguments: what to do under the limit, and where. */
    public static void main(String[] arguments) throws Exception {
      LimitedProcess process = new LimitedProcess(Path.of(arguments[1]));
      NativeLibrary.load();
      if (arguments[0].equals("recover")) {
        process.recoverUnderEachLimit();
      } else {
        process.writeUnderEachLimit();
      }
    }

    private void recoverUnderEachLimit() throws Exception {
      Path killed = temporary.resolve("killed");
      try (LogStore store = store()) {
        TestLog.create(store);
        for (long index = 1; index <= ENTRIES; index++) {
          TestLog.append(store, TestLog.batch(index, PAYLOAD_BYTES));
        }
        Folders.copy(folder, killed);
      }
      for (long limit = 0; limit < 600_000; limit += Math.max(200, limit / 3)) {
        Folders.copy(killed, folder);
        limitFileSize(Long.toString(limit));
        String outcome;
        try (LogStore store = store()) {
          store.recover();
          outcome = "recovered";
        } catch (LogStoreException e) {
          outcome = "refused (" + e.getMessage() + ")";
        }
        limitFileSize("unlimited");
        System.out.println("limit " + limit + " " + outcome + " " + completeWith(ENTRIES, ENTRIES));
      }
    }

    private void writeUnderEachLimit() throws Exception {
      for (long limit = 20_000; limit < 200_000; limit += limit / 3) {
        Folders.delete(folder);
        int acknowledged = 0;
        String outcome;
        try (LogStore store = store()) {
          TestLog.create(store);
          limitFileSize(Long.toString(limit));
          try {
            while (true) {
              TestLog.append(store, TestLog.batch(acknowledged + 1, PAYLOAD_BYTES));
              acknowledged++;
            }
          } catch (LogStoreException e) {
            outcome = acknowledged + " acknowledged, one failed, ";
          }
          limitFileSize("unlimited");
          // With room again: RocksDB would go on as if nothing had happened.
          outcome +=
              isRefused(store, acknowledged + 2) ? "later ones refused, " : "LATER ONE TAKEN, ";
        }
        System.out.println(
            "limit " + limit + " " + outcome + completeWith(acknowledged, acknowledged + 1));
      }
    }

    private static boolean isRefused(LogStore store, long index) {
      try {
        TestLog.append(store, TestLog.batch(index, PAYLOAD_BYTES));
        return false;
      } catch (LogStoreException e) {
        return true;
      }
    }

    /** Without a limit again. */
    private String completeWith(int least, int most) {
      try (LogStore store = store()) {
        List<EntryBatch> found = TestLog.readAll(store, store.recover().groups().get(TestLog.G));
        List<EntryBatch> expected = new ArrayList<>();
        for (long index = 1; index <= found.size(); index++) {
          expected.add(TestLog.batch(index, PAYLOAD_BYTES));
        }
        return found.size() >= least && found.size() <= most && found.equals(expected)
            ? "then complete"
            : "THEN " + found.size() + " ENTRIES";
      }
    }

    private LogStore store() {
      return TestLog.at(folder).memtableBytes(64 << 10).build();
    }

    private static void limitFileSize(String bytes) throws IOException, InterruptedException {
      Process command = new ProcessBuilder(
              PRLIMIT.toString(),
              "--pid",
              Long.toString(ProcessHandle.current().pid()),
              "--fsize=" + bytes + ":unlimited")
          .inheritIO()
          .start();
      if (command.waitFor() != 0) {
        throw new IOException("the limit can't be set");
      }
    }
  }
}
