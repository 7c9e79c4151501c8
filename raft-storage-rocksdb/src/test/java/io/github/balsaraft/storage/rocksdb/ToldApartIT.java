package io.github.balsaraft.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStore.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.EnvOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileWriter;
import org.rocksdb.Status;

/** What RocksDB says only in words of its own, which another version of it may change, and what an operator is told then. */
class ToldApartIT {

  private static final String IN_USE = "in use by a running process: stop that one first";

  @TempDir
  Path temporary;

  @BeforeAll
  static void load() {
    NativeLibrary.load();
  }

  private static String toldWhenOpening(Path folder) {
    RocksDBException failure = catchThrowableOfType(
        RocksDBException.class, () -> TestLog.engine(folder).close());
    return Failures.whileOpening(folder, failure).getMessage();
  }

  @Test
  @DisplayName("a database that this process has open is in use")
  void openInThisProcess() {
    Path folder = temporary.resolve("log");
    try (LogStore store = TestLog.at(folder).build()) {
      TestLog.create(store);
      assertThat(toldWhenOpening(folder)).contains(IN_USE);
    }
  }

  @Test
  @DisplayName("a database that another process has open is in use")
  void openInAnotherProcess() throws IOException {
    Path folder = temporary.resolve("log");
    try (ChildProcess process = ChildProcess.start(folder, temporary)) {
      process.awaitAcknowledged(1);
      assertThat(toldWhenOpening(folder)).contains(IN_USE);
    }
  }

  @Test
  @DisplayName("one that can't be opened for another reason isn't, whatever its folder is called")
  void nameLikeALock() throws IOException {
    Path folder = temporary.resolve("LOCKER").resolve("log");
    Files.createDirectories(folder.resolve("LOCK"));
    assertThat(toldWhenOpening(folder)).contains("can't be opened").doesNotContain("in use");
    RocksDBException full = new RocksDBException(
        "While appending to file: " + folder + "/LOCK: No space left on device",
        new Status(Status.Code.IOError, Status.SubCode.NoSpace, "No space"));
    assertThat(Failures.whileOpening(folder, full)).hasMessageContaining("is full: make room");
  }

  @Test
  @DisplayName("direct I/O that there was no room to try is not called impossible")
  void directWritesThatCouldNotBeTried() throws IOException {
    Path folder = Files.createDirectory(temporary.resolve("folder"));
    RocksDBException failure = catchThrowableOfType(RocksDBException.class, () -> {
      try (EnvOptions direct = new EnvOptions().setUseDirectWrites(true);
          Options options = new Options();
          SstFileWriter writer = new SstFileWriter(direct, options)) {
        writer.open(folder.toString());
      }
    });
    assertThat(DirectWrites.isRefused(failure)).isFalse();
    assertThat(DirectWrites.isRefused(new RocksDBException(
            "While appending to file: probe: No space left on device",
            new Status(Status.Code.IOError, Status.SubCode.NoSpace, "No space"))))
        .isFalse();
    assertThat(DirectWrites.isRefused(
            ioError("While open a file for appending: probe: Too many open files")))
        .isFalse();
    assertThat(DirectWrites.isRefused(
            ioError("While open a file for appending: probe: Invalid argument")))
        .isTrue();
  }

  private static RocksDBException ioError(String message) {
    return new RocksDBException(
        message, new Status(Status.Code.IOError, Status.SubCode.None, message));
  }

  @Test
  @DisplayName("a write that is cut off may have been acknowledged if nothing is synced")
  void whatIsCutOff() {
    assertThat(WalCheck.acknowledgement(Durability.SYNCED))
        .isEqualTo(" before it was acknowledged");
    assertThat(WalCheck.acknowledgement(Durability.UNSAFE_NOT_SYNCED))
        .contains("may have been acknowledged");
  }
}
