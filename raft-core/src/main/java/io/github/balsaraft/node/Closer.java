package io.github.balsaraft.node;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.node.RateLimitedLog.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Closes in bounded time what may hang: an application's state machine, a disk. The work is done on a thread of its own, so
 * that a caller can be interrupted, or be one of the threads that it waits for.
 */
final class Closer {

  /** For what comes after the timeout: telling callers, and closing connections. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final HostId self;
  private final HostEnvironment environment;
  private final Duration timeout;
  private final RateLimitedLog log;

  Closer(HostId self, HostEnvironment environment, Duration timeout, RateLimitedLog log) {
    this.self = self;
    this.environment = environment;
    this.timeout = timeout;
    this.log = log;
  }

  /** What to do, given the moment until which it may wait. */
  interface Work {
    void until(long deadlineNanos);
  }

  /**
   * Does the work and waits for it, but not for ever, and not at all if one of the host's own threads calls, such as in a future's
   * callback. If the caller is interrupted it returns with the flag set, and the work goes on.
   */
  void close(Work work) {
    run(work, timeout);
  }

  /**
   * As {@link #close(Work)}, after handing over the leadership that these groups have, which may take that much longer.
   */
  void handOverAndClose(List<GroupNode> groups, Duration patience, Work work) {
    run(
        deadlineNanos -> {
          handOver(groups, deadlineNanos - timeout.toNanos());
          // What was left over of the patience is not for what hangs.
          work.until(environment.nowNanos() + timeout.toNanos());
        },
        timeout.plus(patience));
  }

  /** All at the same time. Whoever has not handed over by then goes without. */
  private void handOver(List<GroupNode> groups, long deadlineNanos) {
    List<CompletableFuture<Void>> handovers =
        groups.stream().map(GroupNode::handOver).toList();
    long late = 0;
    for (CompletableFuture<Void> handover : handovers) {
      late += isDoneBy(handover, deadlineNanos) ? 0 : 1;
    }
    if (late > 0) {
      log.warn(
          environment.nowNanos(),
          Subject.CLOSING,
          "closes without having handed over the leadership of " + late
              + (late == 1 ? " group" : " groups") + ", which took too long");
    }
  }

  private void run(Work work, Duration atMost) {
    long deadlineNanos = environment.nowNanos() + atMost.toNanos();
    FutureTask<Void> task = new FutureTask<>(() -> work.until(deadlineNanos), null);
    Thread thread = new Thread(task, "balsa-" + self + "-close");
    thread.setDaemon(true);
    thread.start();
    if (environment.isOwnThread()) {
      return;
    }
    try {
      task.get(atMost.plus(GRACE).toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException e) {
      log.warn(
          environment.nowNanos(),
          Subject.CLOSING,
          "closing goes on in the background: after " + Wording.duration(atMost.plus(GRACE))
              + " it still waits for the transport or the log store to close");
    } catch (ExecutionException e) {
      rethrow(e);
    }
  }

  private static void rethrow(ExecutionException e) {
    if (e.getCause() instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    throw new IllegalStateException(e);
  }

  /** Stops groups, all at the same time. Returns those that hung, whose callers were told without them. */
  List<GroupNode> stop(List<GroupNode> groups, long deadlineNanos) {
    List<CompletableFuture<Void>> stopped = groups.stream().map(GroupNode::stop).toList();
    List<GroupNode> hanging = new ArrayList<>();
    for (int i = 0; i < groups.size(); i++) {
      if (!isDoneBy(stopped.get(i), deadlineNanos)) {
        hanging.add(groups.get(i));
      }
    }
    hanging.forEach(GroupNode::abandon);
    return hanging;
  }

  /** Waits. Returns whether it was done in time. */
  boolean isDoneBy(Future<?> future, long deadlineNanos) {
    try {
      future.get(Math.max(0, deadlineNanos - environment.nowNanos()), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The one line about what is still waited for. */
  void goesOnWithout(List<String> waitedFor, String then) {
    log.warn(
        environment.nowNanos(),
        Subject.CLOSING,
        "closing took longer than " + Wording.duration(timeout) + " and goes on in the background: "
            + String.join("; ", waitedFor) + then);
  }
}
