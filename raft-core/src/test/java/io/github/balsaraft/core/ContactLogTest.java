package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Role;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Since when members have been silent, for those who ask why there is no leader. */
class ContactLogTest {

  private static final long NOTHING_EXPECTED = -1;

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.elect("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  private long silentSince(HarnessReplica member) {
    return n2.view().silentSinceNanos(member.id);
  }

  @Test
  @DisplayName("followers of a leader that is heard expect nothing of each other")
  void followers() {
    cluster.run(500 * MILLIS);
    assertThat(silentSince(n3)).isEqualTo(NOTHING_EXPECTED);
    assertThat(silentSince(n1)).isEqualTo(NOTHING_EXPECTED);
  }

  @Test
  @DisplayName("whoever looks for a leader counts from when it began to, and from each word")
  void search() {
    cluster.crash(n1, 0);
    cluster.network().cut(n3.id, n2.id);
    cluster.timeout(n2);
    long beganNanos = n2.clockNanos;
    assertThat(n2.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
    assertThat(silentSince(n3)).isEqualTo(beganNanos);
    cluster.timeout(n2);
    assertThat(n2.clockNanos).isGreaterThan(beganNanos);
    assertThat(silentSince(n3)).as("it goes on looking").isEqualTo(beganNanos);
    cluster.network().healAll();
    cluster.timeout(n2);
    cluster.settle();
    assertThat(silentSince(n3)).isGreaterThan(beganNanos);
    assertThat(silentSince(n1)).isEqualTo(beganNanos);
  }

  @Test
  @DisplayName("a leader expects answers; what was heard before is forgotten once there is another")
  void leader() {
    cluster.elect("n2");
    long electedNanos = n2.clockNanos;
    cluster.crash(n3, 0);
    cluster.run(500 * MILLIS);
    assertThat(silentSince(n3)).isBetween(NOTHING_EXPECTED + 1, electedNanos);
    assertThat(silentSince(n1)).isGreaterThan(electedNanos);
    cluster.start(n3);
    cluster.elect("n1");
    assertThat(silentSince(n1)).isEqualTo(NOTHING_EXPECTED);
    cluster.crash(n1, 0);
    cluster.timeout(n2);
    assertThat(silentSince(n1)).isEqualTo(n2.clockNanos);
  }
}
