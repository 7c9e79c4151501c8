package io.github.balsaraft.examples.bench;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.storage.RecoveredState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class PackedWritesTest {

  /** A store in memory that waits for a permission before each write, if it is told to. */
  private static final class Gated implements LogStore {
    private final MemoryLogStore.Contents contents = new MemoryLogStore.Contents();
    private final MemoryLogStore store = new MemoryLogStore(contents);
    private final CountDownLatch gate;
    private final boolean failing;

    Gated(int closed, boolean failing) {
      this.gate = new CountDownLatch(closed);
      this.failing = failing;
    }

    @Override
    public RecoveredState recover() {
      return store.recover();
    }

    @Override
    public void write(LogWrite write) {
      if (write.host() == null) {
        awaitGate();
        if (failing) {
          throw new LogStoreException("the disk is gone");
        }
      }
      store.write(write);
    }

    private void awaitGate() {
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new LogStoreException("interrupted", e);
      }
    }

    @Override
    public List<EntryBatch> read(GroupId group, long from, long to, long maxBytes) {
      return store.read(group, from, to, maxBytes);
    }

    @Override
    public Durability durability() {
      return store.durability();
    }

    @Override
    public void close() {
      store.close();
    }

    List<String> stored(int count) {
      List<String> payloads = new ArrayList<>();
      new MemoryLogStore(contents)
          .read(GroupId.DEFAULT, 1, count, Long.MAX_VALUE)
          .forEach(batch ->
              batch.entries().forEach(entry -> payloads.add("" + entry.payload().get(0))));
      return payloads;
    }
  }

  private static Gated open() {
    return new Gated(0, false);
  }

  @Test
  void everyStoreGetsEverythingInOrder() throws Exception {
    List<Gated> stores = List.of(open(), open(), open());
    int count = 100;
    try (PackedWrites writes = PackedWrites.start(List.copyOf(stores))) {
      List<CompletableFuture<Void>> proposals = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        proposals.add(writes.propose(new byte[] {(byte) i}));
      }
      for (CompletableFuture<Void> proposal : proposals) {
        proposal.get(30, SECONDS);
      }
    }
    // A majority has everything; the third may have been closed before its last write.
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      expected.add("" + (byte) i);
    }
    assertThat(stores.stream().filter(store -> hasAll(store, count)).toList())
        .hasSizeGreaterThanOrEqualTo(2)
        .allSatisfy(store -> assertThat(store.stored(count)).isEqualTo(expected));
  }

  private static boolean hasAll(Gated store, int count) {
    try {
      return store.stored(count).size() == count;
    } catch (LogStoreException e) {
      return false;
    }
  }

  @Test
  void aMajorityIsNeededAndEnough() throws Exception {
    Gated slow = new Gated(1, false);
    Gated slowest = new Gated(1, false);
    try (PackedWrites writes = PackedWrites.start(List.of(open(), slow, slowest))) {
      CompletableFuture<Void> proposal = writes.propose(new byte[1]);
      assertThat(proposal).as("one of three has it at most").isNotDone();
      slow.gate.countDown();
      proposal.get(30, SECONDS);
      slowest.gate.countDown();
    }
  }

  @Test
  void aFailureIsToldToAllWhoWait() throws Exception {
    try (PackedWrites writes =
        PackedWrites.start(List.of(new Gated(0, true), new Gated(0, true), open()))) {
      CompletableFuture<Void> proposal = writes.propose(new byte[1]);
      assertThatThrownBy(() -> proposal.get(30, SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasRootCauseMessage("the disk is gone");
    }
  }
}
