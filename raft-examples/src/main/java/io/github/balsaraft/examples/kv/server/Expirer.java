package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.examples.kv.state.KvStateMachine;
import io.github.balsaraft.model.Role;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets keys expire while nobody writes: when the time of one has come, the leader appends an entry, whose log time then decides.
 * Used by one thread.
 */
final class Expirer {

  private static final Logger LOG = LoggerFactory.getLogger(Expirer.class);

  private final KvBackend backend;
  private final KvStateMachine state;
  private final Execution execution;
  private final LongSupplier clockMillis;
  private final TickPatience patience;

  /** The last entry, until it is known what has come of it; its end may be seen here before anybody is told. */
  private @Nullable CompletableFuture<?> underWay;

  /** When the time of the first key had come that it was appended for. */
  private long underWayForMillis;

  /**
   * One for a server.
   *
   * @param clockMillis what time it is, since 1970
   * @param nanos a clock that never goes back
   */
  Expirer(
      KvBackend backend,
      KvStateMachine state,
      Execution execution,
      LongSupplier clockMillis,
      LongSupplier nanos) {
    this.backend = backend;
    this.state = state;
    this.execution = execution;
    this.clockMillis = clockMillis;
    this.patience = new TickPatience(nanos);
  }

  /**
   * Appends an entry if the time of a key has come and this server leads. Called again and again.
   *
   * @param ended runs something on the thread that calls this, soon after the entry has ended; if it can't, the next call does without
   */
  void step(Executor ended) {
    boolean unused = takeOutcome();
    long due = state.nextDeadlineMillis();
    if (underWay != null
        || due > clockMillis.getAsLong()
        || !patience.isOver()
        || backend.status().role() != Role.LEADER) {
      return;
    }
    CompletableFuture<?> tick = execution.tick();
    underWayForMillis = due;
    underWay = tick;
    var unusedToo = tick.whenCompleteAsync(
        (answers, failure) -> {
          if (failure != null) {
            LOG.debug("no key could expire yet", failure);
          }
          if (takeOutcome()) {
            // There may be more of them than one entry removes.
            step(ended);
          }
        },
        ended);
  }

  /** Whether an entry has ended that has let keys expire. */
  private boolean takeOutcome() {
    CompletableFuture<?> last = underWay;
    if (last == null || !last.isDone()) {
      return false;
    }
    underWay = null;
    if (last.isCompletedExceptionally()) {
      patience.failed();
      return false;
    }
    boolean reached = state.logTimeMillis() >= underWayForMillis;
    if (reached) {
      patience.reached();
    } else {
      patience.missed();
    }
    return reached;
  }
}
