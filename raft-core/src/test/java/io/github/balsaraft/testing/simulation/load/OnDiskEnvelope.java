package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.model.EntryId;

/** The same for a state machine that keeps its state on disk. */
class OnDiskEnvelope extends SnapshottingEnvelope implements OnDiskStateMachine {

  private final OnDiskStateMachine machine;

  OnDiskEnvelope(OnDiskStateMachine machine) {
    super(machine);
    this.machine = machine;
  }

  @Override
  public EntryId appliedEntry() {
    return machine.appliedEntry();
  }
}
