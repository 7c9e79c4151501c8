package io.github.balsaraft.examples.kv.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.RaftNode;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.storage.rocksdb.RocksDbLogStore;
import io.github.balsaraft.transport.LocalNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Log, snapshots and state together, with all the parts of a real server but its sockets. */
@Timeout(110)
class DiskUseTest {

  private static final int KEYS = 200;
  private static final int VALUE_BYTES = 4 << 10;
  private static final int OVERWRITES = 15_000;
  private static final int OUTSTANDING = 64;

  /** Each of them may be there twice while the newer takes the place of the older: snapshots, table files, log files. */
  private static final long MAX_BYTES = 32L << 20;

  private final Random random = new Random(1);
  private final Queue<CompletableFuture<byte[]>> outstanding = new ArrayDeque<>();

  @TempDir
  private Path folder;

  /** Which state machine, and where its state is. */
  enum Engine {
    MEMORY {
      @Override
      KvStateMachine open(Path folder) {
        return new KvStateMachine();
      }
    },
    ROCKSDB {
      @Override
      KvStateMachine open(Path folder) {
        return OnDiskKvStateMachine.open(folder);
      }
    };

    abstract KvStateMachine open(Path folder);
  }

  @ParameterizedTest
  @EnumSource
  void staysBoundedWhileTheSameKeysAreWrittenAgainAndAgain(Engine engine) throws Exception {
    KvStateMachine machine = engine.open(folder.resolve("state"));
    try (RaftNode node = node(machine)) {
      node.awaitLeader().get(30, TimeUnit.SECONDS);
      long mostBytes = 0;
      for (int i = 1; i <= OVERWRITES; i++) {
        write(node, set(random.nextInt(KEYS)));
        if (i % 500 == 0) {
          mostBytes = Math.max(mostBytes, bytesOnDisk());
        }
      }
      finish(0);
      assertThat(mostBytes)
          .as(
              "the most that was on disk while %s bytes were written",
              (long) OVERWRITES * VALUE_BYTES)
          .isLessThan(MAX_BYTES);
    } finally {
      if (machine instanceof OnDiskKvStateMachine onDisk) {
        onDisk.close();
      }
    }
  }

  /** The space of what was deleted is there for others, once as much has been written again. */
  @ParameterizedTest
  @EnumSource
  void spaceOfWhatIsDeletedComesBack(Engine engine) throws Exception {
    int keys = 10_000;
    KvStateMachine machine = engine.open(folder.resolve("state"));
    try (RaftNode node = node(machine)) {
      node.awaitLeader().get(30, TimeUnit.SECONDS);
      for (int key = 0; key < keys; key++) {
        write(node, set(key));
      }
      finish(0);
      assertThat(bytesOnDisk()).isGreaterThan((long) keys * VALUE_BYTES);
      for (int key = 0; key < keys; key++) {
        write(node, new Operation.Delete(List.of(key(key))));
      }
      for (int i = 0; i < OVERWRITES; i++) {
        write(node, set(random.nextInt(KEYS)));
      }
      finish(0);
      awaitFewBytesOnDisk();
    } finally {
      if (machine instanceof OnDiskKvStateMachine onDisk) {
        onDisk.close();
      }
    }
  }

  private RaftNode node(KvStateMachine machine) {
    return RaftNode.builder()
        .id("n1")
        .bootstrap("n1")
        .stateMachine(machine)
        .logStore(RocksDbLogStore.builder()
            .directory(folder.resolve("log"))
            .memtableBytes(1 << 20)
            .maxWalBytes(4 << 20)
            .build())
        .transport(new LocalNetwork().transport())
        .options(RaftOptions.builder()
            .snapshots(SnapshotOptions.builder()
                .minLogBytes(1 << 20)
                .retained(100, 100)
                .build())
            .build())
        .start();
  }

  private Operation set(int key) {
    byte[] value = new byte[VALUE_BYTES];
    random.nextBytes(value);
    return new Operation.MultiSet(List.of(key(key)), List.of(Bytes.wrap(value)));
  }

  private static Bytes key(int number) {
    return Bytes.of("key" + number);
  }

  private void write(RaftNode node, Operation operation) throws Exception {
    finish(OUTSTANDING - 1);
    outstanding.add(node.propose(new Batch(List.of(operation), 1_000).encode(64)));
  }

  /** Waits until no more than so many are outstanding. */
  private void finish(int left) throws Exception {
    while (outstanding.size() > left) {
      outstanding.remove().get(60, TimeUnit.SECONDS);
    }
  }

  /** What isn't needed any more is deleted in the background, behind what was acknowledged. */
  private void awaitFewBytesOnDisk() throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    long bytes = bytesOnDisk();
    while (bytes >= MAX_BYTES && System.nanoTime() - end < 0) {
      Thread.onSpinWait();
      bytes = bytesOnDisk();
    }
    assertThat(bytes).as("bytes on disk").isLessThan(MAX_BYTES);
  }

  private long bytesOnDisk() throws IOException {
    while (true) {
      try (Stream<Path> files = Files.walk(folder)) {
        return files.mapToLong(DiskUseTest::bytes).sum();
      } catch (UncheckedIOException e) {
        // A folder was removed while it was walked: once more.
        if (!(e.getCause() instanceof NoSuchFileException)) {
          throw e;
        }
      }
    }
  }

  private static long bytes(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.size(file) : 0;
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
