package io.github.balsaraft.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.balsaraft.storage.LogStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Env;
import org.rocksdb.Priority;

/** How table files come to the disk, and how files that nobody needs any more go. */
class TableFilesTest {

  private static final long ENTRIES = 200;

  @TempDir
  Path folder;

  @Test
  void areWrittenPastThePageCacheWhereTheFileSystemPermitsIt() throws IOException {
    NativeLibrary.load();
    assumeThat(DirectWrites.arePossibleIn(folder))
        .as("a file system with O_DIRECT")
        .isTrue();
    writeAndReadAgain();
    assertThat(optionsInUse()).contains("use_direct_io_for_flush_and_compaction=true");
    assertThat(folder.resolve(DirectWrites.PROBE_FILE)).doesNotExist();
  }

  /** A folder in the place of the file that is tried, so that it can't be written. */
  @Test
  void goThroughThePageCacheWhereItRefuses() throws IOException {
    Files.createDirectories(folder.resolve(DirectWrites.PROBE_FILE).resolve("below"));
    NativeLibrary.load();
    assertThat(DirectWrites.arePossibleIn(folder)).isFalse();
    writeAndReadAgain();
    assertThat(optionsInUse()).contains("use_direct_io_for_flush_and_compaction=false");
  }

  /** Else three hosts in a process, or a host and a state machine with a database of its own, would wait for each other. */
  @Test
  void severalStoresOfAProcessWriteThemAtTheSameTime() {
    writeAndReadAgain();
    assertThat(Env.getDefault().getBackgroundThreads(Priority.HIGH)).isGreaterThanOrEqualTo(3);
  }

  /** What a process that was killed while it tried has left. */
  @Test
  void areTriedAgainOverTheRemainsOfATrial() throws IOException {
    NativeLibrary.load();
    boolean possible = DirectWrites.arePossibleIn(folder);
    Files.write(folder.resolve(DirectWrites.PROBE_FILE), new byte[100_000]);
    assertThat(DirectWrites.arePossibleIn(folder)).isEqualTo(possible);
    assertThat(folder).isEmptyDirectory();
  }

  /** What a process that was killed meanwhile has left is neither believed nor kept. */
  @Test
  void halfRemovedFilesAreRemovedByTheNextProcess() throws Exception {
    writeAndReadAgain();
    Path log = WalCheck.files(folder).get(0);
    Path halfRemoved = folder.resolve("000003.log.trash");
    Files.write(halfRemoved, Files.readAllBytes(log), StandardOpenOption.CREATE_NEW);
    try (LogStore store = TestLog.at(folder).build()) {
      assertThat(TestLog.readAll(store, store.recover().groups().get(TestLog.G)))
          .hasSize((int) ENTRIES);
      assertThat(halfRemoved).doesNotExist();
    }
  }

  /** Enough for several table files. */
  private void writeAndReadAgain() {
    try (LogStore store = TestLog.at(folder).memtableBytes(64 << 10).build()) {
      TestLog.create(store);
      for (long index = 1; index <= ENTRIES; index++) {
        TestLog.append(store, TestLog.batch(index, 2_000));
      }
    }
    try (LogStore store = TestLog.at(folder).memtableBytes(64 << 10).build()) {
      assertThat(TestLog.readAll(store, store.recover().groups().get(TestLog.G)))
          .hasSize((int) ENTRIES)
          .last()
          .isEqualTo(TestLog.batch(ENTRIES, 2_000));
    }
  }

  /** RocksDB keeps its options in a file. */
  private String optionsInUse() throws IOException {
    Path newest = Folders.list(folder).stream()
        .filter(file -> file.getFileName().toString().matches("OPTIONS-\\d+"))
        .max(Comparator.naturalOrder())
        .orElseThrow();
    return Files.readString(newest);
  }
}
