package io.github.balsaraft.node;

import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.StaleAnswer;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.session.Patience;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The reads of a node's callers, from any thread: takes them in within a budget of bytes, and hands each to where it waits for its
 * turn, the {@link GroupLoop} if a leader has to say how new the state must be, else the {@link ApplyPipeline}.
 *
 * <p>Invariant: each part of the budget that is taken belongs to one {@link LocalRead}, which gives it back when it ends. What may
 * throw comes before that, or in the read itself.
 */
final class ReadCalls {

  /** What a read takes besides its query, about; see {@link RaftOptions#maxPendingReadBytes}. */
  private static final long OVERHEAD_BYTES = 256;

  private final HostEnvironment environment;
  private final StateMachine stateMachine;
  private final GroupLoop loop;
  private final Consumer<GroupLoop.Event> offering;
  private final BooleanSupplier isClosing;
  private final Runnable endedTwice;
  private final Budget pendingBytes;
  private final long requestTimeoutNanos;

  /**
   * @param offering hands an event to the loop's mailbox
   * @param isClosing says yes once nothing is taken in any more
   * @param endedTwice told of each read that ends a second time
   */
  ReadCalls(
      HostEnvironment environment,
      GroupSettings settings,
      GroupLoop loop,
      Consumer<GroupLoop.Event> offering,
      BooleanSupplier isClosing,
      Runnable endedTwice) {
    this.environment = environment;
    this.stateMachine = settings.stateMachine();
    this.loop = loop;
    this.offering = offering;
    this.isClosing = isClosing;
    this.endedTwice = endedTwice;
    this.pendingBytes = new Budget(settings.options().maxPendingReadBytes());
    this.requestTimeoutNanos = settings.options().requestTimeout().toNanos();
  }

  /** Bytes of reads that have not ended. */
  long pendingBytes() {
    return pendingBytes.taken();
  }

  /** See {@code RaftNode.awaitApplied}. */
  CompletableFuture<Void> awaitApplied(long index, Duration timeout) {
    return this.<@Nullable Void>readAfter(index, timeout, () -> null, 0);
  }

  /** See {@code RaftNode.queryAfter}. */
  CompletableFuture<byte[]> queryAfter(byte[] query, long index, Duration timeout) {
    return readAfter(index, timeout, () -> stateMachine.query(query), query.length);
  }

  private <T extends @Nullable Object> CompletableFuture<T> readAfter(
      long index, Duration timeout, Supplier<T> reader, int queryBytes) {
    // Here: what is thrown once a part of the budget was taken would never give that back.
    long waitNanos = Patience.nanosOf(timeout);
    return withinBudget(queryBytes, bytes -> {
      LocalRead<T> read = new LocalRead<>(reader, false, pendingBytes, bytes, endedTwice);
      long deadlineNanos = environment.nowNanos() + waitNanos;
      loop.pipeline().read(index, deadlineNanos, read::run, read::refuse, read::tellLate);
      return read.future;
    });
  }

  /** See {@code RaftNode.queryStale}. */
  CompletableFuture<StaleAnswer> queryStale(byte[] query, Duration maxStaleness) {
    return withinBudget(query.length, bytes -> {
      LocalRead<StaleAnswer> read = new LocalRead<>(
          () -> readStale(query, maxStaleness), false, pendingBytes, bytes, endedTwice);
      readLocally(read);
      return read.future;
    });
  }

  private StaleAnswer readStale(byte[] query, Duration maxStaleness) {
    // First the moment, then the state: the state is at least as fresh as that.
    long staleNanos = environment.nowNanos() - loop.freshness().freshNanos();
    long maxStaleNanos = Patience.nanosOf(maxStaleness);
    if (staleNanos > maxStaleNanos) {
      throw new ReadNotServedException("the state here may be " + staleNanos / 1_000_000
          + " ms old, and no more than " + maxStaleNanos / 1_000_000 + " ms were asked for");
    }
    return new StaleAnswer(
        stateMachine.query(query), loop.pipeline().appliedIndex(), Duration.ofNanos(staleNanos));
  }

  /** See {@code RaftNode.query}. */
  CompletableFuture<byte[]> query(byte[] query, ReadConsistency consistency) {
    return read(consistency, () -> stateMachine.query(query), query.length);
  }

  /** See {@code RaftNode.read}. */
  <T> CompletableFuture<T> read(ReadConsistency consistency, Supplier<T> reader) {
    return read(consistency, reader, 0);
  }

  private <T> CompletableFuture<T> read(
      ReadConsistency consistency, Supplier<T> reader, int queryBytes) {
    return withinBudget(queryBytes, bytes -> {
      LocalRead<T> read = new LocalRead<>(
          reader, consistency == ReadConsistency.LEASE, pendingBytes, bytes, endedTwice);
      if (consistency == ReadConsistency.STALE) {
        readLocally(read);
      } else {
        offering.accept(read);
      }
      return read.future;
    });
  }

  private <T extends @Nullable Object> CompletableFuture<T> withinBudget(
      int queryBytes, LongFunction<CompletableFuture<T>> begin) {
    if (isClosing.getAsBoolean()) {
      return CompletableFuture.failedFuture(
          new ReadNotServedException("this node is shutting down"));
    }
    long bytes = queryBytes + OVERHEAD_BYTES;
    if (bytes > pendingBytes.max()) {
      // Asking again would never help.
      return CompletableFuture.failedFuture(new IllegalArgumentException("a query of " + queryBytes
          + " bytes is never served here: maxPendingReadBytes is " + pendingBytes.max()));
    }
    if (!pendingBytes.take(bytes)) {
      return CompletableFuture.failedFuture(new ReadNotServedException(
          "no more than " + pendingBytes.max() + " bytes of reads may wait, and with the " + bytes
              + " of this one there would be more",
          OverloadedException.RETRY_AFTER));
    }
    return begin.apply(bytes);
  }

  private void readLocally(PendingRead read) {
    if (loop.freshness().freshNanos() < 0) {
      loop.pipeline().run(() -> read.refuse("the local state is not complete yet since the start"));
    } else {
      long deadlineNanos = environment.nowNanos() + requestTimeoutNanos;
      loop.pipeline().read(0, deadlineNanos, read::run, read::refuse, read::tellLate);
    }
  }
}
