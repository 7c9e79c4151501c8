package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.examples.kv.state.Answer;
import io.github.balsaraft.examples.kv.state.Answers;
import io.github.balsaraft.examples.kv.state.Batch;
import io.github.balsaraft.examples.kv.state.KvStateMachine;
import io.github.balsaraft.examples.kv.state.KvStateMachine.Reads;
import io.github.balsaraft.examples.kv.state.Operation;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/** Brings operations to the replicated state. Any thread may use it; futures may complete on any. */
final class Execution {

  /** Enough for all answers of a proposal that has no values in them. */
  static final int SHORT_ANSWERS_BYTES = 1 << 20;

  private static final int TICK_BYTES = 16;

  private final KvBackend backend;
  private final KvStateMachine state;
  private final long maxReadBytes;
  private final ReadTicks ticks;

  /**
   * For one server.
   *
   * @param maxReadBytes how many bytes may be copied for reads that are answered together, and one answer more
   * @param nanos a clock that never goes back
   */
  Execution(KvBackend backend, KvStateMachine state, long maxReadBytes, LongSupplier nanos) {
    this.backend = backend;
    this.state = state;
    this.maxReadBytes = maxReadBytes;
    this.ticks = new ReadTicks(new AppliedLog(), nanos);
  }

  /**
   * Does operations, in one entry.
   *
   * @param maxAnswerBytes what may be answered; see {@link Batch}
   */
  CompletableFuture<List<Answer>> propose(
      List<Operation> operations, int expectedBytes, int maxAnswerBytes) {
    try {
      return backend
          .propose(encode(operations, expectedBytes, maxAnswerBytes))
          .thenApply(Answers::decode);
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static byte[] encode(List<Operation> operations, int expectedBytes, int maxAnswerBytes) {
    try {
      return new Batch(operations, maxAnswerBytes).encode(expectedBytes);
    } catch (OutOfMemoryError e) {
      // Unlike one that comes later, it has certainly not been proposed.
      throw new OverloadedException("there is no memory for this command");
    }
  }

  /** Lets the log time go on to what the leader's clock says, so that keys whose time has come expire. */
  CompletableFuture<List<Answer>> tick() {
    return propose(List.of(new Operation.Tick()), TICK_BYTES, SHORT_ANSWERS_BYTES);
  }

  /**
   * Reads. If that meets a key that by this server's clock should have expired, the log time is let go on first: else clients
   * would see the key for as long as nobody writes. Whether it exists is still decided by the log time alone, so that a clock
   * that is wrong makes a key live longer or shorter, and never come back.
   */
  CompletableFuture<List<Answer>> read(ReadConsistency consistency, List<Operation> reads) {
    try {
      CompletableFuture<Reads> first = readOnce(consistency, reads);
      return consistency == ReadConsistency.STALE
          ? first.thenApply(Reads::answers)
          : first.thenCompose(seen -> seen.meetsDue()
              ? afterTick(consistency, reads, seen.dueMillis())
              : CompletableFuture.completedFuture(seen.answers()));
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletableFuture<List<Answer>> afterTick(
      ReadConsistency consistency, List<Operation> reads, long dueMillis) {
    // Whatever became of it, what is read now is right by
    // the log time; and who can't be asked says so.
    return ticks
        .reach(dueMillis)
        .thenCompose(ended -> readOnce(consistency, reads))
        .thenApply(Reads::answers);
  }

  private CompletableFuture<Reads> readOnce(ReadConsistency consistency, List<Operation> reads) {
    return backend.read(
        consistency, () -> state.read(reads, System.currentTimeMillis(), maxReadBytes));
  }

  private final class AppliedLog implements ReadTicks.Log {
    @Override
    public CompletableFuture<List<Answer>> append() {
      return tick();
    }

    @Override
    public long logTimeMillis() {
      return state.logTimeMillis();
    }

    @Override
    public CompletableFuture<Long> caughtUpMillis() {
      try {
        return backend.read(ReadConsistency.LINEARIZABLE, state::logTimeMillis);
      } catch (RuntimeException | Error e) {
        return CompletableFuture.failedFuture(e);
      }
    }
  }
}
