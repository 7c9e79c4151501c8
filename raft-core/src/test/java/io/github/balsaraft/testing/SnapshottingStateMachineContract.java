package io.github.balsaraft.testing;

import io.github.balsaraft.api.SnapshottingStateMachine;
import org.junit.jupiter.api.Test;

/**
 * What every {@link SnapshottingStateMachine} must do besides what every state machine does: a replica whose state was restored goes
 * on as one that has applied everything. Inherited as {@link StateMachineContract}.
 */
public abstract class SnapshottingStateMachineContract extends StateMachineContract {

  /** For subclasses. */
  protected SnapshottingStateMachineContract() {}

  @Override
  protected abstract SnapshottingStateMachine newStateMachine();

  private SnapshottingChecks snapshots() {
    return new SnapshottingChecks(this::newStateMachine, checks());
  }

  @Test
  void aRestoredMachineGoesOnAsOneThatHasAppliedEverything() {
    snapshots().restoredGoesOn();
  }

  @Test
  void aRestoredStateTakesThePlaceOfWhateverWasThere() {
    snapshots().restoredReplaces();
  }

  @Test
  void aViewStaysAsItWasWhileTheStateChanges() {
    snapshots().viewsStay();
  }

  @Test
  void whatWasRestoredCanBeCapturedAgain() {
    snapshots().restoredIsCaptured();
  }
}
