package io.github.balsaraft.testing;

import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.api.SnapshottingStateMachine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every {@link OnDiskStateMachine} must do besides what every {@link SnapshottingStateMachine} does: whatever a crash leaves is of
 * one moment, and says of which. Inherited as {@link StateMachineContract}, with a hand on the disk, a {@link MachineDisk}.
 */
public abstract class OnDiskStateMachineContract extends SnapshottingStateMachineContract {

  private final List<OnDiskStateMachine> opened = new ArrayList<>();

  /** For subclasses. */
  protected OnDiskStateMachineContract() {}

  /** A new, empty disk. */
  protected abstract MachineDisk newDisk();

  /** After so many commands a crash is tried. 1 is each; for a machine that takes its time to open, more. */
  protected int crashEvery() {
    return 1;
  }

  @Override
  protected final SnapshottingStateMachine newStateMachine() {
    OnDiskStateMachine machine = newDisk().open();
    opened.add(machine);
    return machine;
  }

  @AfterEach
  final void closeMachines() {
    opened.forEach(OnDiskChecks::close);
  }

  private OnDiskChecks crashes() {
    return new OnDiskChecks(this::newDisk, checks(), crashEvery(), seed());
  }

  @Test
  @DisplayName("trap 46: what a killed process leaves is of one moment, and goes on from there")
  void trap46_whatAKilledProcessLeavesIsOfOneMoment() {
    crashes().kill();
  }

  @Test
  @DisplayName("trap 46: what a loss of power leaves is of one moment, and goes on from there")
  void trap46_whatALossOfPowerLeavesIsOfOneMoment() {
    crashes().cutPower();
  }

  @Test
  @DisplayName("trap 46: a snapshot of what a crash has left is of that moment too")
  void trap46_whatACrashLeavesCanBeCaptured() {
    crashes().captureWhatIsLeft();
  }

  @Test
  void whoseTheStateIsIsWhatWasClaimedLast() {
    crashes().claim();
  }
}
