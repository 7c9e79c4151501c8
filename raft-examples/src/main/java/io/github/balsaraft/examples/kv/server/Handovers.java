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
import java.util.function.Supplier;

/**
 * Writes that a leader refuses since it is handing leadership over. Until that is done nobody takes them: its successor would send clients back
 * to it, and a client of a Redis Cluster gives up after a few turns. So they are held here until there is one that does.
 *
 * <p>Such a write is certainly not in the log, so that it may be proposed again; and it counts as unanswered until it is answered, as any other.
 */
final class Handovers {

  private static final long FIRST_PAUSE_MILLIS = 5;
  private static final long LONGEST_PAUSE_MILLIS = 100;

  private final KvBackend backend;
  private final long longestHoldNanos;

  /**
   * Holds writes for so long at most, which an unsuccessful handover takes; not at all if it is zero.
   */
  Handovers(KvBackend backend, long longestHoldNanos) {
    this.backend = backend;
    this.longestHoldNanos = longestHoldNanos;
  }

  /**
   * Proposes, if need be several times.
   *
   * @param loop where it waits
   */
  CompletableFuture<List<Answer>> propose(
      ScheduledExecutorService loop, Supplier<CompletableFuture<List<Answer>>> proposal) {
    if (longestHoldNanos == 0) {
      return proposal.get();
    }
    Held held = new Held(loop, proposal);
    held.propose();
    return held.outcome;
  }

  private final class Held {
    private final ScheduledExecutorService loop;
    private final Supplier<CompletableFuture<List<Answer>>> proposal;
    private final long sinceNanos = System.nanoTime();
    private final CompletableFuture<List<Answer>> outcome = new CompletableFuture<>();
    private long pauseMillis = FIRST_PAUSE_MILLIS;

    Held(ScheduledExecutorService loop, Supplier<CompletableFuture<List<Answer>>> proposal) {
      this.loop = loop;
      this.proposal = proposal;
    }

    void propose() {
      CompletableFuture<?> unused = proposal.get().whenComplete((answers, failure) -> {
        if (failure == null) {
          outcome.complete(answers);
        } else if (causeOf(failure) instanceof NotLeaderException refusal
            && refusal.leader().isPresent()) {
          // Not here: to ask for the status may be to wait for this very thread.
          orEnd(refusal, () -> loop.execute(() -> orEnd(refusal, () -> lookWhoLeads(refusal))));
        } else {
          outcome.completeExceptionally(failure);
        }
      });
    }

    private void lookWhoLeads(NotLeaderException refusal) {
      NodeStatus status = backend.status();
      boolean leads = status.role() == Role.LEADER;
      if ((!leads && status.leader().isPresent())
          || System.nanoTime() - sinceNanos >= longestHoldNanos) {
        outcome.completeExceptionally(refusal);
        return;
      }
      Runnable next = leads ? this::propose : () -> lookWhoLeads(refusal);
      var unused = loop.schedule(() -> orEnd(refusal, next), pauseMillis, TimeUnit.MILLISECONDS);
      pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
    }

    /** What can't be waited for, such as on a server that is closed, ends as it would have without. */
    private void orEnd(NotLeaderException refusal, Runnable step) {
      try {
        step.run();
      } catch (RuntimeException | Error e) {
        outcome.completeExceptionally(refusal);
      }
    }
  }

  private static Throwable causeOf(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}
