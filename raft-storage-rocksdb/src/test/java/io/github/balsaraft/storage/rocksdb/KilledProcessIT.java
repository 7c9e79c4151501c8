package io.github.balsaraft.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real process writes to a store, and this one meets it while it runs and after it was killed. */
class KilledProcessIT {

  @TempDir
  Path temporary;

  /** Everything that it acknowledged is there, and nothing that it didn't write. */
  @ParameterizedTest
  @ValueSource(longs = {1, 100, 1_000})
  void acknowledgedEntriesAreThere(long killAfter) throws IOException {
    Path folder = temporary.resolve("log");
    long acknowledged;
    try (ChildProcess child = ChildProcess.start(folder, temporary)) {
      child.awaitAcknowledged(killAfter);
      acknowledged = child.kill();
    }
    try (LogStore store = TestLog.at(folder).build()) {
      List<EntryBatch> found = TestLog.readAll(store, store.recover().groups().get(TestLog.G));
      assertThat(found).hasSizeBetween((int) acknowledged, (int) acknowledged + 1);
      for (EntryBatch batch : found) {
        assertThat(batch).isEqualTo(TestLog.batch(batch.firstIndex(), ChildProcess.PAYLOAD_BYTES));
      }
    }
    assertThat(Folders.list(temporary.resolve("tmp")))
        .as("an unpacked library that the killed process left")
        .isEmpty();
  }

  @Test
  void aFolderThatItUsesIsRefused() throws IOException {
    Path folder = temporary.resolve("log");
    try (ChildProcess child = ChildProcess.start(folder, temporary)) {
      child.awaitAcknowledged(1);
      try (LogStore second = TestLog.at(folder).build()) {
        assertThatThrownBy(second::recover)
            .isInstanceOf(LogStoreException.class)
            .hasMessageContaining("in use by a running process");
      }
    }
  }
}
