package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.api.SnapshottingStateMachine;
import java.io.IOException;

/** The same for a state machine that takes snapshots. */
class SnapshottingEnvelope extends Envelope implements SnapshottingStateMachine {

  private final SnapshottingStateMachine machine;

  SnapshottingEnvelope(SnapshottingStateMachine machine) {
    super(machine);
    this.machine = machine;
  }

  @Override
  public SnapshotView capture() {
    return machine.capture();
  }

  @Override
  public void restore(SnapshotReader snapshot) throws IOException {
    machine.restore(snapshot);
  }
}
