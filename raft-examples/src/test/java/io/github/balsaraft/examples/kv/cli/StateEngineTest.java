package io.github.balsaraft.examples.kv.cli;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.KvStateMachine;
import io.github.balsaraft.examples.kv.state.Operation;
import io.github.balsaraft.model.EntryId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateEngineTest {

  @TempDir
  private Path folder;

  /** The state must not be closed under the restore, which would end the process; nor is the end of that waited for. */
  @Test
  @DisplayName("a server stops although its state is being restored from a disk that hangs")
  void stopsWhileTheStateIsRestored() throws Exception {
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    KvStateMachine state = StateEngine.ROCKSDB.open(folder, opened, Duration.ofMillis(50));
    CountDownLatch hanging = new CountDownLatch(1);
    CountDownLatch disk = new CountDownLatch(1);
    Thread restore = new Thread(() -> {
      try {
        state.restore(new HangingSnapshot(hanging, disk));
      } catch (IOException e) {
        // As it is meant to be.
      }
    });
    restore.start();
    hanging.await();
    assertThatThrownBy(() -> opened.pop().close())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the state was still in use");
    disk.countDown();
    restore.join();
    awaitClosed(state);
  }

  private static void awaitClosed(KvStateMachine state) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (System.nanoTime() < end) {
      try {
        KvStateMachine.Reads unused = state.read(List.of(new Operation.Get(Bytes.of("a"))), 0);
      } catch (RuntimeException e) {
        if (String.valueOf(e.getMessage()).contains("closed")) {
          return;
        }
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("it was never closed");
  }

  private record HangingSnapshot(CountDownLatch hanging, CountDownLatch disk)
      implements SnapshotReader {

    @Override
    public EntryId lastEntry() {
      return new EntryId(1, 1);
    }

    @Override
    public List<String> files() {
      return List.of("CURRENT");
    }

    @Override
    public InputStream file(String name) throws IOException {
      hanging.countDown();
      try {
        disk.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw new IOException("the disk is back, and the file is not");
    }
  }
}
