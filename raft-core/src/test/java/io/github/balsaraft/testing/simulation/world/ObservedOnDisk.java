package io.github.balsaraft.testing.simulation.world;

import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.model.EntryId;

/** A state machine that keeps its state on disk, with somebody looking over its shoulder. */
class ObservedOnDisk extends ObservedSnapshots implements OnDiskStateMachine {

  private final OnDiskStateMachine machine;

  ObservedOnDisk(OnDiskStateMachine machine) {
    super(machine);
    this.machine = machine;
  }

  @Override
  public EntryId appliedEntry() {
    EntryId held = machine.appliedEntry();
    isAt(held.index());
    watcher().held(held);
    return held;
  }
}
