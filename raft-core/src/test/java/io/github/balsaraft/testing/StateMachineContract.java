package io.github.balsaraft.testing;

import io.github.balsaraft.api.StateMachine;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What every {@link StateMachine} must do. Inherit it, say how yours is made and what it is asked, and all tests run against it.
 *
 * <p>What it can't show is what differs between processes and not within one, such as the order of {@link java.util.Set#of}, and what
 * no command here brings about. {@link io.github.balsaraft.testing.simulation.RaftSimulation} runs the machine in a cluster.
 */
public abstract class StateMachineContract {

  /** For subclasses. */
  protected StateMachineContract() {}

  /** A new, empty machine. */
  protected abstract StateMachine newStateMachine();

  /**
   * Draws a command, also of the kinds that are refused. Few keys are better than many: what was said before should matter.
   *
   * @param random the only source of what is drawn
   */
  protected abstract byte[] command(Random random);

  /** Draws a query about what commands may have changed. */
  protected abstract byte[] query(Random random);

  /** Decides what is drawn. */
  protected long seed() {
    return 1;
  }

  final StateMachineChecks checks() {
    return new StateMachineChecks(this::newStateMachine, this::command, this::query, seed());
  }

  @Test
  void trap47_sameCommandsGiveTheSameResultsAndAnswers() {
    checks().sameCommandsSameResults();
  }

  @Test
  void trap47_otherThreadsLanguagesAndTimeZonesChangeNothing() {
    checks().sameElsewhere();
  }

  @Test
  void trap47_whereABatchEndsChangesNothing() {
    checks().batchesChangeNothing();
  }

  @Test
  void queriesChangeNothing() {
    checks().queriesChangeNothing();
  }

  @Test
  void bytesOfCommandsAndQueriesAreNeitherKeptNorChanged() {
    checks().bytesAreNotKept();
  }

  @Test
  void resultsAreNotTouchedAnyMore() {
    checks().resultsAreGivenAway();
  }
}
