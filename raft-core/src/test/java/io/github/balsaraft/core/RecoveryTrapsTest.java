package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.EntryId;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How damage on one disk lost what others had been promised, in other implementations. */
class RecoveryTrapsTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  /** n1 and n2 have an entry that n3 never got; it is committed and acknowledged to a client. */
  private EntryId commitWithoutThird() {
    cluster.elect("n1");
    cluster.crash(n3, 0);
    EntryId written = ((ProposalResult.Appended) cluster.propose(n1, "acknowledged")).first();
    cluster.run(300 * MILLIS);
    assertThat(n1.applied).contains(written);
    assertThat(n2.applied).contains(written);
    return written;
  }

  @Test
  @DisplayName(
      "trap 44: damage in the middle is not cut off: the entry is asked for, and nothing is lost")
  void trap44_damageInTheMiddleIsRepaired() {
    EntryId written = commitWithoutThird();
    cluster.propose(n1, "after it");
    cluster.run(300 * MILLIS);
    EntryId last = n2.view().lastEntry();
    cluster.crash(n2, 0);
    cluster.damage(n2, written.index());
    cluster.start(n2);
    assertThat(n2.view().lastEntry()).as("nothing was cut off").isEqualTo(last);
    cluster.run(1000 * MILLIS);
    assertThat(n2.view().isRecovering()).isFalse();
    assertThat(n2.applied).contains(written, last);
  }

  @Test
  @DisplayName(
      "trap 45: a member with damaged entries helps nobody to lead who lacks them, and doesn't lead itself")
  void trap45_damageElectsNobodyWithLess() {
    EntryId written = commitWithoutThird();
    cluster.crash(n1, 0);
    cluster.crash(n2, 0);
    cluster.damage(n2, written.index());
    cluster.start(n2);
    cluster.start(n3);
    cluster.run(20_000 * MILLIS);
    assertThat(n2.leads() || n3.leads()).as("the only intact copy is away").isFalse();
    cluster.start(n1);
    cluster.run(6000 * MILLIS);
    assertThat(n1.applied).contains(written);
    assertThat(n2.applied).contains(written);
    assertThat(n3.applied).contains(written);
  }

  @Test
  @DisplayName(
      "trap 45: all members with damage in different places repair each other before anybody leads")
  void trap45_damageEverywhere() {
    cluster.elect("n1");
    cluster.propose(n1, "a", "b", "c");
    cluster.run(300 * MILLIS);
    for (HarnessReplica replica : cluster.replicas()) {
      cluster.crash(replica, 0);
      cluster.damage(replica, 1 + replica.id.value());
    }
    cluster.settle();
    cluster.replicas().forEach(cluster::start);
    cluster.run(6000 * MILLIS);
    assertThat(cluster.replicas())
        .allSatisfy(replica -> assertThat(replica.disk.damaged()).isEmpty())
        .anySatisfy(replica -> assertThat(replica.leads()).isTrue());
    assertThat(n3.applied).contains(new EntryId(1, 2), new EntryId(1, 3), new EntryId(1, 4));
  }
}
