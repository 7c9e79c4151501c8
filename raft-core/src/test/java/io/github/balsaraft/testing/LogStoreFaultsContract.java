package io.github.balsaraft.testing;

import org.junit.jupiter.api.Test;

/**
 * What a durable {@link io.github.balsaraft.storage.LogStore} must keep when its disk doesn't behave. Inherit it and say how a
 * fault comes about on your store's disk; {@link FaultyDisk} is the seam.
 *
 * <p>What no store can notice is not asked for: that the end of the log is gone, exactly at the border of a write.
 */
public abstract class LogStoreFaultsContract {

  /** For subclasses. */
  protected LogStoreFaultsContract() {}

  /** A new, empty disk. */
  protected abstract FaultyDisk newDisk();

  /** Decides the random part of the script and of the faults. */
  protected long seed() {
    return 1;
  }

  private LogStoreFaults faults() {
    return new LogStoreFaults(this::newDisk, seed());
  }

  @Test
  void trap01_powerIsCutDuringAndAfterEachWrite() {
    faults().cutPower();
  }

  @Test
  void trap43_whatWasRecoveredSurvivesTheNextLossOfPower() {
    faults().cutPowerAfterRecovery();
  }

  @Test
  void trap03_eachOperationOfEachWriteFails() {
    faults().failOperations();
  }

  @Test
  void workInTheBackgroundFails() {
    faults().failInBackground();
  }

  @Test
  void trap43_eachOperationOfRecoveryFails() {
    faults().failRecovery();
  }

  @Test
  void trap44_flippedBitIsNeverBelieved() {
    faults().flipBits();
  }
}
