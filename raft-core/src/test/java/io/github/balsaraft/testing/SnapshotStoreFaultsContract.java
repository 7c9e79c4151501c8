package io.github.balsaraft.testing;

import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What a durable {@link io.github.balsaraft.storage.SnapshotStore} must keep when its disk doesn't behave. Inherit it and say how a
 * fault comes about on your store's disk; {@link FaultySnapshotDisk} is the seam, and for a store on a {@link
 * io.github.balsaraft.storage.SnapshotFolder} a {@link FragileSnapshotDisk} fits in.
 */
public abstract class SnapshotStoreFaultsContract {

  /** For subclasses. */
  protected SnapshotStoreFaultsContract() {}

  /** A new, empty disk; the seed decides what is left of what wasn't synced. */
  protected abstract FaultySnapshotDisk newDisk(long seed);

  /** How often each step is tried, with another seed each time. */
  protected int draws() {
    return 20;
  }

  private SnapshotStoreFaults faults() {
    return new SnapshotStoreFaults(this::newDisk, draws());
  }

  @Test
  @DisplayName("trap 40: the power goes at each step of writing a snapshot")
  void trap40_powerCutWhileWriting() throws IOException {
    faults().cutPowerWhileWriting();
  }

  @Test
  @DisplayName("trap 40: the power goes at each step of receiving a snapshot")
  void trap40_powerCutWhileReceiving() throws IOException {
    faults().cutPowerWhileReceiving();
  }

  @Test
  @DisplayName("trap 40: what a killed process has left is durable once it was recovered")
  void trap40_powerCutAfterRecovery() throws IOException {
    faults().cutPowerAfterRecovery();
  }

  @Test
  void thePowerGoesAtEachStepOfClaiming() throws IOException {
    faults().cutPowerWhileClaiming();
  }

  @Test
  void eachOperationOfWritingFails() throws IOException {
    faults().failWriting();
  }

  @Test
  void eachOperationOfReceivingFails() throws IOException {
    faults().failReceiving();
  }

  @Test
  @DisplayName("trap 42: whichever bit of a snapshot changes, it is not believed")
  void trap42_bitFlips() throws IOException {
    faults().flipBits();
  }

  @Test
  @DisplayName("trap 42: whichever file of a snapshot loses its end, that is reported")
  void trap42_cutFiles() throws IOException {
    faults().cutFiles();
  }
}
