package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.learner;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.Heartbeat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a replica tells of itself to those who ask for a reason; by role. */
class CoreViewTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  @Test
  @DisplayName("who has never heard a leader knows of none, and of nothing that a leader knows")
  void beforeTheFirstLeader() {
    cluster.pass(n2, 500 * MILLIS);
    assertThat(n2.view().lastLeaderContactNanos()).isEqualTo(-1);
    assertThat(n2.view().completeCommitIndex()).isEqualTo(-1);
    assertThat(n2.view().hasCommittedInTerm()).isFalse();
    assertThat(n2.view().uncommittedBytes()).isZero();
    assertThat(n2.view().silentSinceNanos(n1.id)).isEqualTo(-1);
    assertThat(n2.view().diskWaitingSinceNanos()).isEqualTo(-1);
  }

  @Test
  @DisplayName("a leader that doesn't know yet what is committed makes nobody's state complete")
  void beforeTheNoOpIsCommitted() {
    cluster.timeout(n1);
    cluster.network().take(message -> message.to().equals(n3.id));
    while (!n1.leads()) {
      cluster.deliver(cluster.network().take(0));
    }
    assertThat(n1.view().hasCommittedInTerm()).isFalse();
    assertThat(n1.view().completeCommitIndex()).isEqualTo(-1);
    cluster.network().take(Heartbeat.class::isInstance).forEach(cluster::deliver);
    assertThat(n2.view().leader()).isEqualTo(n1.id);
    assertThat(n2.view().completeCommitIndex()).isEqualTo(-1);
    cluster.run(500 * MILLIS);
    assertThat(n1.view().hasCommittedInTerm()).isTrue();
    assertThat(n2.view().hasCommittedInTerm()).as("a follower").isFalse();
    assertThat(n1.view().completeCommitIndex()).isEqualTo(1);
    assertThat(n2.view().completeCommitIndex()).isEqualTo(1);
  }

  @Test
  @DisplayName(
      "a change may begin at a leader that knows what is committed, as long as no other is under way")
  void mayBeginChange() {
    cluster.timeout(n1);
    while (!n1.leads()) {
      cluster.deliver(cluster.network().take(0));
    }
    assertThat(n1.view().mayBeginChange()).as("before the no-op is committed").isFalse();
    cluster.run(500 * MILLIS);
    assertThat(n1.view().mayBeginChange()).isTrue();
    assertThat(n2.view().mayBeginChange()).as("a follower").isFalse();
    cluster.changeBy(n1, new MembershipChange.Remove(n3.id));
    assertThat(n1.view().mayBeginChange()).as("while another is under way").isFalse();
    cluster.run(500 * MILLIS);
    assertThat(n1.view().mayBeginChange()).isTrue();
  }

  @Test
  @DisplayName(
      "a leader has bytes that aren't committed until a quorum has them; a follower has none")
  void uncommittedBytes() {
    cluster.elect("n1");
    cluster.run(300 * MILLIS);
    cluster.propose(n1, "x");
    assertThat(n1.view().uncommittedBytes()).isPositive();
    cluster.network().take(message -> message.to().equals(n3.id)).forEach(cluster::deliver);
    assertThat(n3.view().uncommittedBytes()).isZero();
    cluster.settle();
    assertThat(n1.view().uncommittedBytes()).isZero();
  }

  @Test
  @DisplayName(
      "a leader is in touch as long as a quorum answers it, a follower as long as it hears the leader")
  void contact() {
    cluster.elect("n1");
    cluster.run(500 * MILLIS);
    assertThat(n1.clockNanos - n1.view().lastLeaderContactNanos()).isBetween(0L, 110 * MILLIS);
    assertThat(n2.clockNanos - n2.view().lastLeaderContactNanos()).isBetween(0L, 110 * MILLIS);
    long cutAt = n1.clockNanos;
    for (HarnessReplica follower : new HarnessReplica[] {n2, n3}) {
      cluster.network().cut(follower.id, n1.id);
    }
    cluster.run(500 * MILLIS);
    assertThat(n1.leads()).isTrue();
    assertThat(n1.view().lastLeaderContactNanos()).isBetween(1L, cutAt);
    assertThat(n2.clockNanos - n2.view().lastLeaderContactNanos()).isBetween(0L, 110 * MILLIS);
  }

  @Test
  @DisplayName(
      "a leader says since when each member has been silent; a follower expects nothing of the others")
  void silence() {
    cluster.elect("n1");
    cluster.run(500 * MILLIS);
    long cutAt = n1.clockNanos;
    cluster.network().cut(n3.id, n1.id);
    cluster.run(800 * MILLIS);
    assertThat(n1.view().silentSinceNanos(n3.id)).isBetween(cutAt - 110 * MILLIS, cutAt);
    assertThat(n1.view().silentSinceNanos(n2.id)).isGreaterThan(n1.clockNanos - 110 * MILLIS);
    assertThat(n2.view().silentSinceNanos(n3.id)).isEqualTo(-1);
  }

  @Test
  @DisplayName("a disk that has a write to do is waited for since it was given that")
  void disk() {
    cluster.elect("n1");
    cluster.run(300 * MILLIS);
    assertThat(n1.view().diskWaitingSinceNanos()).isEqualTo(-1);
    n1.autoDisk = false;
    cluster.propose(n1, "x");
    long given = n1.clockNanos;
    cluster.pass(n1, 50 * MILLIS);
    assertThat(n1.view().diskWaitingSinceNanos()).isEqualTo(given);
    cluster.completeWrite(n1);
    assertThat(n1.view().diskWaitingSinceNanos()).isEqualTo(-1);
  }

  @Test
  @DisplayName("the configuration is settled unless a change of it is under way in the log")
  void settled() {
    cluster.elect("n1");
    cluster.run(300 * MILLIS);
    assertThat(n1.view().isSettled()).isTrue();
    cluster.change(n1, voters("n1", "n2", "n3").with(learner("n4")));
    assertThat(n1.view().isSettled()).as("appended, not committed").isFalse();
    cluster.run(300 * MILLIS);
    assertThat(n1.view().isSettled()).isTrue();
    assertThat(n2.view().isSettled()).isTrue();
  }

  @Test
  @DisplayName(
      "a leader tells how far the others are, and of nobody else; a follower tells nothing")
  void followers() {
    cluster.elect("n1");
    cluster.crash(n3, 0);
    cluster.propose(n1, "x");
    cluster.settle();
    FollowerView present = n1.view().follower(n2.id);
    assertThat(present.match()).isEqualTo(2);
    assertThat(present.everContacted()).isTrue();
    assertThat(present.lastContactNanos()).isEqualTo(n1.clockNanos);
    assertThat(n1.view().follower(n3.id).match()).isEqualTo(1);
    assertThat(n1.view().follower(n1.id)).isNull();
    assertThat(n1.view().follower(CoreHarness.id("n9"))).isNull();
    assertThat(n2.view().follower(n1.id)).isNull();
  }

  @Test
  @DisplayName("the committed configuration may be another than the one in force")
  void committedConfiguration() {
    cluster.elect("n1");
    cluster.run(300 * MILLIS);
    cluster.network().cut(n1.id, n2.id);
    cluster.network().cut(n1.id, n3.id);
    cluster.change(n1, voters("n1", "n2", "n3").with(learner("n4")));
    assertThat(n1.view().configuration().members()).hasSize(4);
    assertThat(n1.view().committedConfiguration().members()).hasSize(3);
    cluster.network().healAll();
    cluster.run(1000 * MILLIS);
    assertThat(n1.view().committedConfiguration()).isEqualTo(n1.view().configuration());
  }

  @Test
  @DisplayName("a leader knows whom it has certainly not told to campaign")
  void transferTargets() {
    cluster.elect("n1");
    assertThat(n1.view().transferDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    n2.autoDisk = false;
    cluster.propose(n1, "x");
    long transfer = cluster.transfer(n1, n2.id);
    assertThat(n1.view().isTransferTargetUntold(transfer))
        .as("it has not named itself")
        .isTrue();
    cluster.settle();
    assertThat(n1.view().isTransferTargetUntold(transfer)).isFalse();
    assertThat(n1.view().isTransferTargetUntold(transfer + 1))
        .as("nobody knows it")
        .isFalse();
  }
}
