package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.examples.kv.state.Answer;
import io.github.balsaraft.model.Role;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes that a leader refuses since it is handing leadership over. Until that is done nobody takes them: its successor would send clients back
 * to it, and a client of a Redis Cluster gives up after a few turns. So they are held here until there is one that does.
 *
 * <p>Such a write is certainly not in the log, so that it may be proposed again; and it counts as unanswered until it is answered, as any other.
 */
final class Handovers {

  private static final long FIRST_PAUSE_MILLIS = 5;
  private static final long LONGEST_PAUSE_MILLIS = 100;

  /** For so long one look at the status serves all writes that are held. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final KvBackend backend;
  private final long longestHoldNanos;
  private final LongSupplier nanos;

  // Guarded by this.
  private @Nullable NodeStatus seen;
  private long seenNanos;

  /**
   * Holds writes for so long at most, which an unsuccessful handover takes; not at all if it is zero.
   *
   * @param nanos a clock that never goes back
   */
  Handovers(KvBackend backend, long longestHoldNanos, LongSupplier nanos) {
    this.backend = backend;
    this.longestHoldNanos = longestHoldNanos;
    this.nanos = nanos;
  }

  /**
   * Proposes, if need be several times.
   *
   * @param loop where it waits
   * @param pointless whether nobody waits for it any more, or nobody is to; asked on the loop
   */
  CompletableFuture<List<Answer>> propose(
      ScheduledExecutorService loop,
      Supplier<CompletableFuture<List<Answer>>> proposal,
      BooleanSupplier pointless) {
    if (longestHoldNanos == 0) {
      return proposal.get();
    }
    Held held = new Held(loop, proposal, pointless);
    held.propose();
    return held.outcome;
  }

  private synchronized NodeStatus status() {
    long nowNanos = nanos.getAsLong();
    NodeStatus last = seen;
    if (last == null || nowNanos - seenNanos >= LOOK_NANOS) {
      last = backend.status();
      seen = last;
      seenNanos = nowNanos;
    }
    return last;
  }

  private final class Held {
    private final ScheduledExecutorService loop;
    private final Supplier<CompletableFuture<List<Answer>>> proposal;
    private final BooleanSupplier pointless;
    private final long sinceNanos = nanos.getAsLong();
    private final CompletableFuture<List<Answer>> outcome = new CompletableFuture<>();
    private long pauseMillis = FIRST_PAUSE_MILLIS;

    /** Steps that were begun, or of which it was said that they can't be. */
    private final AtomicInteger steps = new AtomicInteger();

    Held(
        ScheduledExecutorService loop,
        Supplier<CompletableFuture<List<Answer>>> proposal,
        BooleanSupplier pointless) {
      this.loop = loop;
      this.proposal = proposal;
      this.pointless = pointless;
    }

    void propose() {
      if (outcome.isDone()) {
        return;
      }
      try {
        CompletableFuture<?> unused = proposal.get().whenComplete((answers, failure) -> {
          if (failure == null) {
            outcome.complete(answers);
          } else if (causeOf(failure) instanceof NotLeaderException refusal
              && refusal.leader().isPresent()) {
            // Not here: to ask for the status may be to wait for this very thread.
            later(refusal, 0, () -> lookWhoLeads(refusal));
          } else {
            outcome.completeExceptionally(failure);
          }
        });
      } catch (RuntimeException | Error e) {
        // Not with the refusal of an earlier attempt: this one may be on its way.
        outcome.completeExceptionally(e);
      }
    }

    private void lookWhoLeads(NotLeaderException refusal) {
      if (outcome.isDone()) {
        return;
      }
      try {
        NodeStatus status = status();
        boolean leads = status.role() == Role.LEADER;
        if ((!leads && status.leader().isPresent()) || isOver()) {
          outcome.completeExceptionally(refusal);
          return;
        }
        // As long as it hands over it would refuse it again, and to encode it for that takes time.
        boolean takesWrites = leads && status.transferTarget().isEmpty();
        long pause = pauseMillis;
        pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pause);
        later(
            refusal,
            pause,
            takesWrites ? () -> proposeAgain(refusal) : () -> lookWhoLeads(refusal));
      } catch (RuntimeException | Error e) {
        outcome.completeExceptionally(refusal);
      }
    }

    private void proposeAgain(NotLeaderException refusal) {
      if (isOver()) {
        outcome.completeExceptionally(refusal);
      } else {
        propose();
      }
    }

    private boolean isOver() {
      return pointless.getAsBoolean() || nanos.getAsLong() - sinceNanos >= longestHoldNanos;
    }

    /** What can't be waited for, such as on a server that is closed, ends as it would have without. */
    private void later(NotLeaderException refusal, long waitMillis, Runnable step) {
      int before = steps.get();
      try {
        var unused = loop.schedule(
            () -> {
              if (steps.compareAndSet(before, before + 1)) {
                step.run();
              }
            },
            waitMillis,
            TimeUnit.MILLISECONDS);
      } catch (RuntimeException | Error e) {
        // A loop may have kept what it says that it couldn't take.
        if (steps.compareAndSet(before, before + 1)) {
          outcome.completeExceptionally(refusal);
        }
      }
    }
  }

  private static Throwable causeOf(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}
