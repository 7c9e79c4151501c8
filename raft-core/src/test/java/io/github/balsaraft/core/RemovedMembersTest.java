package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.learner;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voter;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.RemovedNotice;
import io.github.balsaraft.model.Role;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Who takes no part in elections hears of its removal all the same if it has missed the notice, and disturbs nobody by asking
 * (Raft thesis 4.2.3). Of those that stand for election see {@link CandidacyPaperTest}.
 */
class RemovedMembersTest {

  private static final long NO_LIMIT = MembershipChange.NO_LIMIT;

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");
  private final HarnessReplica n4 = cluster.add("n4", CoreHarness.patience(4), Configuration.EMPTY);

  /** n1 leads, and n4 is a learner. */
  private void addLearner() {
    cluster.elect("n1");
    cluster.changeBy(n1, MembershipChange.add(learner("n4"), NO_LIMIT));
    cluster.run(500 * MILLIS);
  }

  @Test
  @DisplayName(
      "4.2.3: a removed learner that missed its one notice asks once nobody leads it, and is told")
  void removedLearnerMissesItsNotice() {
    addLearner();
    cluster.network().cut(n1.id, n4.id);
    cluster.changeBy(n1, new MembershipChange.Remove(n4.id));
    cluster.run(500 * MILLIS);
    assertThat(n4.view().removedAt()).isZero();
    cluster.network().healAll();
    cluster.run(2 * OPTIONS.electionTimeoutMaxNanos());
    assertThat(n4.view().removedAt()).isEqualTo(3);
    assertThat(n4.core().nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    assertThat(n1.view().hardState().term()).isEqualTo(1);
  }

  @Test
  @DisplayName("4.2.3: a learner that was removed while it was down is told after its start")
  void removedLearnerAfterARestart() {
    addLearner();
    cluster.crash(n4, 0);
    cluster.changeBy(n1, new MembershipChange.Remove(n4.id));
    cluster.run(500 * MILLIS);
    cluster.start(n4);
    cluster.run(OPTIONS.electionTimeoutMaxNanos());
    assertThat(n4.view().removedAt()).isEqualTo(3);
  }

  @Test
  @DisplayName("choice: a learner whose leader is merely down asks, and keeps nobody from leading")
  void learnerOfALeaderThatIsDown() {
    addLearner();
    cluster.crash(n1, 0);
    cluster.crash(n3, 0);
    cluster.run(60_000 * MILLIS);
    assertThat(n4.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(n4.view().hardState().term()).isEqualTo(1);
    assertThat(n2.view().hardState().term()).isEqualTo(1);
    cluster.start(n3);
    cluster.run(2 * OPTIONS.electionTimeoutMaxNanos());
    assertThat(n2.leads() || n3.leads()).isTrue();
    assertThat(n4.view().leader()).isNotNull();
  }

  @Test
  @DisplayName(
      "4.2.3: a removed voter that knows only a learner of those that are there is told by that one")
  void removedVoterThatKnowsALearner() {
    CoreHarness group = ofVoters(OPTIONS, "n1", "n2");
    HarnessReplica leader = group.elect("n1");
    HarnessReplica removed = group.replica("n2");
    HarnessReplica next = group.add("n4", CoreHarness.patience(4), Configuration.EMPTY);
    group.changeBy(leader, MembershipChange.add(learner("n4"), NO_LIMIT));
    group.run(500 * MILLIS);
    group.changeBy(leader, new MembershipChange.Remove(removed.id));
    // It has the first step of that, and no notice.
    while (!removed.view().configuration().isJoint()) {
      group.deliver(group.network().take(0));
    }
    group.settleWithout(RemovedNotice.class);
    group.crash(removed, 0);
    group.network().take(RemovedNotice.class::isInstance);
    group.changeBy(leader, MembershipChange.replace(leader.id, voter("n4"), NO_LIMIT));
    group.run(5000 * MILLIS);
    assertThat(next.leads()).isTrue();
    group.crash(leader, 0);
    group.start(removed);
    group.run(3 * OPTIONS.electionTimeoutMaxNanos());
    assertThat(removed.view().removedAt()).isPositive();
    assertThat(next.leads()).isTrue();
  }

  @Test
  @DisplayName("4.2.3: a removed voter that never stands is told by one that never stands either")
  void removedVoterThatNeverStands() {
    Configuration birth = Configuration.of(
        List.of(voter("n1"), voter("n2").withPriority(0), voter("n3").withPriority(0)));
    CoreHarness group = new CoreHarness(OPTIONS);
    for (Member member : birth.members()) {
      long id = member.replica().value();
      group.add("n" + id, CoreHarness.patience(id), birth);
    }
    HarnessReplica removed = group.replica("n2");
    HarnessReplica leader = group.elect("n1");
    HarnessReplica next = group.add("n4", CoreHarness.patience(4), Configuration.EMPTY);
    for (HarnessReplica other : List.of(leader, group.replica("n3"), next)) {
      group.network().cut(other.id, removed.id);
      group.network().cut(removed.id, other.id);
    }
    group.changeBy(leader, new MembershipChange.Remove(removed.id));
    group.run(500 * MILLIS);
    group.changeBy(leader, MembershipChange.replace(leader.id, voter("n4"), NO_LIMIT));
    group.run(5000 * MILLIS);
    assertThat(next.leads()).isTrue();
    group.crash(leader, 0);
    group.network().healAll();
    assertThat(removed.view().removedAt()).isZero();
    // Of those that it knows n3 alone is there.
    group.run(2 * OPTIONS.electionTimeoutMaxNanos());
    assertThat(removed.view().removedAt()).isEqualTo(3);
  }
}
