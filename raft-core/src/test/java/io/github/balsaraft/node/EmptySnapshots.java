package io.github.balsaraft.node;

import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.api.SnapshottingStateMachine;
import io.github.balsaraft.testing.EchoMachine;
import java.io.IOException;

/** Keeps nothing, and so has nothing for a snapshot. */
class EmptySnapshots extends EchoMachine implements SnapshottingStateMachine {

  @Override
  public SnapshotView capture() {
    return SnapshotView.of(out -> {});
  }

  @Override
  public void restore(SnapshotReader snapshot) throws IOException {
    // There is nothing in it.
  }
}
