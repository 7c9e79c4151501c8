package io.github.balsaraft.examples.kv.faults;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** All servers lose power, so to speak, at the same moment. */
class FullRestartIT {

  @RegisterExtension
  final Clusters clusters = new Clusters();

  /** What was acknowledged is on a majority of disks, so it is there when all start again. */
  @Test
  @Timeout(180)
  void whenAllAreKilledAtOnceNothingAcknowledgedIsLost() {
    AllKilled.threeTimes("FullRestartIT", clusters.start(3));
  }
}
