package io.github.balsaraft.examples.bench;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogWrite;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Writes payloads to several stores, as batches that are encoded once and shared, each store on a thread of its own: a store
 * that is ready takes all that waits. A payload is acknowledged when a majority of the stores has it.
 */
final class PackedWrites implements AutoCloseable {

  /** As the library's messages. */
  private static final int MAX_BATCH_BYTES = 1 << 20;

  private static final long MAX_WRITE_BYTES = 4L << 20;

  /** How many batches the slowest store may be behind before nothing more is acknowledged. */
  private static final int MAX_BATCHES_BEHIND = 1024;

  /** A batch, where it stands, and who waits for it. */
  private record Packed(long number, EntryBatch batch, List<CompletableFuture<Void>> proposals) {}

  private static final class Waiting {
    final byte[] payload;
    final CompletableFuture<Void> proposal = new CompletableFuture<>();

    Waiting(byte[] payload) {
      this.payload = payload;
    }
  }

  private final List<Thread> threads = new ArrayList<>();

  // All guarded by this object's monitor.
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Deque<Packed> batches = new ArrayDeque<>();
  private final long[] durableBatches;
  private long packedBatches;
  private long acknowledgedBatches;
  private long lastIndex;
  private boolean closed;
  private @Nullable Throwable failure;

  private PackedWrites(int stores) {
    durableBatches = new long[stores];
  }

  /** Opens the stores, which are closed at the end. */
  static PackedWrites start(List<LogStore> stores) {
    PackedWrites writes = new PackedWrites(stores.size());
    for (int store = 0; store < stores.size(); store++) {
      int number = store;
      Thread thread =
          new Thread(() -> writes.writeTo(stores.get(number), number), "bench-store-" + number);
      thread.setDaemon(true);
      writes.threads.add(thread);
      thread.start();
    }
    return writes;
  }

  CompletableFuture<Void> propose(byte[] payload) {
    Waiting proposal = new Waiting(payload);
    synchronized (this) {
      if (failure != null) {
        return CompletableFuture.failedFuture(failure);
      }
      waiting.add(proposal);
      notifyAll();
    }
    return proposal.proposal;
  }

  private void writeTo(LogStore store, int number) {
    try (store) {
      store.recover();
      store.write(birth(number));
      long done = 0;
      for (List<Packed> next = take(done); !next.isEmpty(); next = take(done)) {
        store.write(LogWrite.of(List.of(append(next))));
        done += next.size();
        durable(number, done).forEach(proposal -> proposal.complete(null));
      }
    } catch (InterruptedException | RuntimeException e) {
      fail(e);
    }
  }

  private static LogWrite birth(int number) {
    ReplicaRecord replica =
        new ReplicaRecord(new ReplicaId(number + 1), ReplicaRecord.State.MEMBER);
    return new LogWrite(
        new HostRecord(new HostId("n" + (number + 1)), number + 1, null),
        List.of(GroupWrite.ofReplica(GroupId.DEFAULT, replica)));
  }

  private static GroupWrite append(List<Packed> packed) {
    return new GroupWrite(
        GroupId.DEFAULT,
        null,
        null,
        0,
        EntryId.NONE,
        packed.stream().map(Packed::batch).toList());
  }

  /** The batches after those that a store has written, packing what waits if there are none; empty at the end. */
  private synchronized List<Packed> take(long done) throws InterruptedException {
    while (!closed && packedBatches == done && waiting.isEmpty()) {
      wait();
    }
    if (closed) {
      return List.of();
    }
    if (packedBatches == done) {
      pack();
    }
    List<Packed> taken = new ArrayList<>();
    long bytes = 0;
    Iterator<Packed> all = batches.iterator();
    while (all.hasNext() && bytes < MAX_WRITE_BYTES) {
      Packed packed = all.next();
      if (packed.number() > done) {
        taken.add(packed);
        bytes += packed.batch().sizeInBytes();
      }
    }
    return taken;
  }

  private void pack() {
    Payloads payloads = new Payloads(EntryType.COMMAND, MAX_BATCH_BYTES >> 4);
    List<CompletableFuture<Void>> proposals = new ArrayList<>();
    while (!waiting.isEmpty() && payloads.sizeInBytes() < MAX_BATCH_BYTES) {
      Waiting next = waiting.remove();
      payloads.add(next.payload, Payloads.checksum(next.payload));
      proposals.add(next.proposal);
    }
    EntryBatch batch = payloads.place(new EntryId(1, lastIndex + 1), 0);
    lastIndex = batch.lastIndex();
    batches.add(new Packed(++packedBatches, batch, proposals));
  }

  /** A store has so many batches; answers the proposals that a majority has now. */
  private synchronized List<CompletableFuture<Void>> durable(int store, long done) {
    durableBatches[store] = done;
    long[] sorted = durableBatches.clone();
    Arrays.sort(sorted);
    long majority = Math.min(sorted[(sorted.length - 1) / 2], sorted[0] + MAX_BATCHES_BEHIND);
    List<CompletableFuture<Void>> acknowledged = new ArrayList<>();
    for (Packed packed : batches) {
      if (packed.number() > acknowledgedBatches && packed.number() <= majority) {
        acknowledged.addAll(packed.proposals());
      }
    }
    acknowledgedBatches = Math.max(acknowledgedBatches, majority);
    while (!batches.isEmpty() && batches.getFirst().number() <= sorted[0]) {
      batches.removeFirst();
    }
    return acknowledged;
  }

  private synchronized void fail(Throwable why) {
    failure = why;
    closed = true;
    notifyAll();
    waiting.forEach(next -> next.proposal.completeExceptionally(why));
    batches.forEach(
        packed -> packed.proposals().forEach(proposal -> proposal.completeExceptionally(why)));
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
