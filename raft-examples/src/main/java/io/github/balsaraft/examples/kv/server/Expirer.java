package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.examples.kv.state.KvStateMachine;
import io.github.balsaraft.model.Role;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
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

  private boolean underWay;

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
   * @param ended runs something on the thread that calls this
   */
  void step(Executor ended) {
    long due = state.nextDeadlineMillis();
    if (underWay
        || due > clockMillis.getAsLong()
        || !patience.isOver()
        || backend.status().role() != Role.LEADER) {
      return;
    }
    underWay = true;
    var unused = execution
        .tick()
        .whenCompleteAsync(
            (answers, failure) -> {
              underWay = false;
              if (failure != null) {
                LOG.debug("no key could expire yet", failure);
              }
              if (failure == null && state.logTimeMillis() >= due) {
                // There may be more of them than one entry removes.
                patience.reached();
                step(ended);
              } else {
                patience.missed();
              }
            },
            ended);
  }
}
