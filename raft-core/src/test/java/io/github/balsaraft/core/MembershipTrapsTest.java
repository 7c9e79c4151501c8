package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.learner;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voter;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.membership.ChangeVerdict;
import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.ChangeRefusal.Reason;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.VoteResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The traps of membership: what others got wrong, and the rule of the core that each of them broke. */
class MembershipTrapsTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  private HarnessReplica newcomer(String name) {
    return cluster.add(name, CoreHarness.patience(id(name).value()), Configuration.EMPTY);
  }

  private List<Reason> reasonsAgainst(MembershipChange change) {
    ChangeVerdict preview = n1.view().previewChange(change);
    return preview.refusals().stream().map(ChangeRefusal::reason).toList();
  }

  @Test
  @DisplayName("trap 6: who hears a leader votes for nobody else, however good the other's log is")
  void trap06_whoHearsALeaderProtectsIt() {
    cluster.elect("n1");
    cluster.network().cut(n1.id, n3.id);
    for (int i = 0; i < 100; i++) {
      cluster.timeout(n3);
      cluster.run(100 * MILLIS);
    }
    assertThat(n3.view().lastEntry()).isEqualTo(n2.view().lastEntry());
    assertThat(n1.leads()).isTrue();
    n2.core().receive(new RequestVote(n3.id, n2.id, 5, n3.view().lastEntry(), false));
    cluster.run(1000 * MILLIS);
    assertThat(n2.view().hardState().term()).isEqualTo(1);
    assertThat(n1.leads()).isTrue();
  }

  @Test
  @DisplayName(
      "trap 6: a follower that was removed while it was cut off raises no term in 1000 timeouts")
  void trap06_removedWhileCutOff() {
    cluster.elect("n1");
    cluster.network().cut(n3.id, n1.id);
    cluster.network().cut(n3.id, n2.id);
    cluster.network().cut(n1.id, n3.id);
    cluster.network().cut(n2.id, n3.id);
    cluster.changeBy(n1, new MembershipChange.Remove(n3.id));
    cluster.settle();
    for (int i = 0; i < 500; i++) {
      cluster.timeout(n3);
    }
    cluster.network().healAll();
    for (int i = 0; i < 500 && n3.view().removedAt() == 0; i++) {
      cluster.timeout(n3);
      cluster.run(100 * MILLIS);
    }
    cluster.run(60_000 * MILLIS);
    assertThat(n3.view().removedAt()).isEqualTo(3);
    assertThat(n1.leads()).isTrue();
    assertThat(n1.view().hardState().term()).isEqualTo(1);
  }

  @Test
  @DisplayName("trap 6: a member whose removal is not committed may stand, and is not told")
  void trap06_removalThatIsNotCommitted() {
    CoreHarness two = ofVoters(OPTIONS, "n1", "n2");
    HarnessReplica leader = two.elect("n1");
    HarnessReplica other = two.replica("n2");
    two.change(leader, voters("n2"));
    // Joint on both; the end of it on n1 only.
    two.network().take(AppendEntries.class::isInstance).forEach(two::deliver);
    two.network().take(AppendEntriesResponse.class::isInstance).forEach(two::deliver);
    assertThat(leader.view().configuration().isVoter(leader.id)).isFalse();
    assertThat(leader.view().configuration().removedAt(leader.id)).isEqualTo(3);
    assertThat(leader.view().committedRemovalOf(leader.id)).isZero();
    two.network().take(message -> true);
    two.crash(leader, 0);
    two.start(leader);
    assertThat(leader.view().removedAt()).isZero();
    two.pass(other, 1000 * MILLIS);
    two.run(8000 * MILLIS);
    assertThat(other.leads()).isTrue();
    assertThat(leader.view().removedAt()).isEqualTo(3);
    assertThat(other.view().committedRemovalOf(leader.id)).isEqualTo(3);
  }

  @Test
  @DisplayName(
      "trap 6: who was told of its removal doesn't campaign for a late request to, nor follows a late leader")
  void trap06_toldAndThenToldToCampaign() {
    CoreHarness five = ofVoters(OPTIONS, "n1", "n2", "n3", "n4", "n5");
    HarnessReplica leader = five.elect("n1");
    HarnessReplica removed = five.replica("n2");
    five.transfer(leader, removed.id);
    five.settleWithout(TimeoutNow.class);
    five.pass(leader, OPTIONS.heartbeatNanos());
    // The request to campaign and a heartbeat of the same leader are under way for long.
    List<ProtocolMessage> late =
        five.network().take(message -> message.to().equals(removed.id) && isFromLeader(message));
    assertThat(late).hasAtLeastOneElementOfType(TimeoutNow.class);
    assertThat(late).hasAtLeastOneElementOfType(Heartbeat.class);
    five.network().cut(leader.id, removed.id);
    five.settle();
    five.pass(leader, OPTIONS.electionTimeoutMaxNanos() - OPTIONS.heartbeatNanos());
    five.settle();
    assertThat(leader.view().transferTarget()).as("given up").isNull();
    five.changeBy(leader, new MembershipChange.Remove(removed.id));
    five.settle();
    five.network().cut(removed.id, leader.id);
    five.run(OPTIONS.heartbeatNanos());
    for (int i = 0; i < 3 && removed.view().removedAt() == 0; i++) {
      five.timeout(removed);
      five.settle();
    }
    assertThat(removed.view().removedAt()).isEqualTo(3);
    long term = removed.view().hardState().term();

    late.stream().filter(Heartbeat.class::isInstance).forEach(five::deliver);
    assertThat(removed.view().leader()).as("it follows nobody any more").isNull();
    late.stream().filter(TimeoutNow.class::isInstance).forEach(five::deliver);
    assertThat(removed.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(removed.view().hardState().term()).isEqualTo(term);
    five.run(5000 * MILLIS);
    assertThat(leader.leads()).isTrue();
    assertThat(leader.view().hardState().term()).isEqualTo(term);
  }

  private static boolean isFromLeader(ProtocolMessage message) {
    return message instanceof TimeoutNow || message instanceof Heartbeat;
  }

  @Test
  @DisplayName("trap 7: votes of replicas outside the configuration count for nothing")
  void trap07_strangersDoNotCount() {
    cluster.timeout(n1);
    cluster.deliver(cluster.network().take(0));
    cluster.network().take(message -> message.from().equals(n2.id)).forEach(cluster::deliver);
    assertThat(n1.view().currentRole()).isEqualTo(Role.CANDIDATE);
    long term = n1.view().hardState().term();
    cluster.deliver(new VoteResponse(id("n8"), n1.id, term, true));
    cluster.deliver(new VoteResponse(id("n9"), n1.id, term, true));
    assertThat(n1.leads()).isFalse();
    cluster.deliver(new VoteResponse(n3.id, n1.id, term, true));
    assertThat(n1.leads()).isTrue();
  }

  @Test
  @DisplayName(
      "trap 9: a candidate counts itself exactly in the halves that contain it, in all joint shapes")
  void trap09_ownVoteInEachHalf() {
    for (int shape = 0; shape < 1 << 6; shape++) {
      List<Member> members = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        boolean incoming = (shape >> i & 1) != 0;
        boolean outgoing = (shape >> (3 + i) & 1) != 0;
        if (incoming || outgoing) {
          MemberRole role = incoming ? MemberRole.VOTER : MemberRole.LEAVING;
          members.add(voter("n" + (i + 1)).withRole(role, outgoing));
        }
      }
      boolean standsAtAll = (shape & 1) != 0 || (shape >> 3 & 1) != 0;
      boolean canBe = members.stream().anyMatch(Member::isVoter);
      if (standsAtAll && canBe) {
        for (int granting = 0; granting < 4; granting++) {
          electionIn(Configuration.of(members), shape, granting);
        }
      }
    }
  }

  /** n1 stands; n2 and n3 answer as the bits say. Wins exactly if each half has a majority of yes. */
  private static void electionIn(Configuration birth, int shape, int granting) {
    CoreHarness harness = new CoreHarness(OPTIONS);
    for (int i = 1; i <= 3; i++) {
      harness.add("n" + i, CoreHarness.patience(i), birth);
    }
    for (int i = 2; i <= 3; i++) {
      if ((granting >> (i - 2) & 1) == 0) {
        harness.crash(harness.replica("n" + i), 0);
      }
    }
    harness.timeout(harness.replica("n1"));
    harness.settle();
    boolean[] yes = {true, (granting & 1) != 0, (granting & 2) != 0};
    boolean expected =
        isMajority(shape & 7, yes) && (shape >> 3 == 0 || isMajority(shape >> 3, yes));
    assertThat(harness.replica("n1").leads() || !harness.invariants().leaders().isEmpty())
        .as("%s, answers %s", birth, granting)
        .isEqualTo(expected);
  }

  private static boolean isMajority(int half, boolean[] yes) {
    int size = Integer.bitCount(half);
    int granted = 0;
    for (int i = 0; i < 3; i++) {
      granted += (half >> i & 1) != 0 && yes[i] ? 1 : 0;
    }
    return 2 * granted > size;
  }

  @Test
  @DisplayName(
      "trap 10: a leader that demotes itself commits what it got until then, and hands over")
  void trap10_leaderDemotesItself() {
    cluster.elect("n1");
    cluster.change(
        n1, n1.view().configuration().with(voter("n1").withRole(MemberRole.LEARNER, false)));
    cluster.propose(n1, "while it is joint");
    cluster.run(4000 * MILLIS);
    assertThat(n1.leads()).isFalse();
    assertThat(n2.leads() || n3.leads()).isTrue();
    assertThat(n1.view().configuration().member(n1.id)).isEqualTo(learner("n1"));
    assertThat(n1.applied).isEqualTo(n2.applied).hasSizeGreaterThan(4);
  }

  @Test
  @DisplayName("trap 30: a configuration is in force before it is committed or applied")
  void trap30_beforeItIsApplied() {
    HarnessReplica n4 = newcomer("n4");
    cluster.elect("n1");
    cluster.network().cut(n2.id, n1.id);
    cluster.network().cut(n3.id, n1.id);
    cluster.change(n1, voters("n1", "n2", "n3").with(learner("n4")));
    cluster.settle();
    assertThat(n1.view().commitIndex()).isEqualTo(1);
    assertThat(n4.view().lastEntry()).isEqualTo(new EntryId(1, 2));
    assertThat(n4.view().configuration().contains(n4.id)).isTrue();
    assertThat(n4.applied).hasSizeLessThan(2);
  }

  @Test
  @DisplayName(
      "trap 31: truncating the end of a joint configuration brings the joint one back in force")
  void trap31_truncatedBackIntoJoint() {
    CoreHarness five = ofVoters(OPTIONS, "n1", "n2", "n3", "n4", "n5");
    HarnessReplica leader = five.elect("n1");
    HarnessReplica next = five.replica("n2");
    five.change(leader, voters("n1", "n2", "n3"));
    while (leader.view().configuration().isJoint()) {
      five.deliver(five.network().take(0));
    }
    five.network().take(message -> true);
    five.replicas().forEach(replica -> five.network().cut(leader.id, replica.id));
    five.replicas().forEach(replica -> five.network().cut(replica.id, leader.id));
    assertThat(next.view().configuration().isJoint()).isTrue();
    five.elect("n2");
    // Not the same entry: the new leader's no-op is at its index.
    assertThat(next.view().termAt(3)).isEqualTo(2);
    five.network().healAll();
    five.run(1000 * MILLIS);
    assertThat(leader.view().termAt(3)).isEqualTo(2);
    assertThat(leader.view().configuration()).isEqualTo(next.view().configuration());
  }

  @Test
  @DisplayName(
      "trap 35: a change that would leave the log with a minority of the voters is refused")
  void trap35_majorityOfEmptyMembers() {
    newcomer("n4");
    newcomer("n5");
    newcomer("n6");
    newcomer("n7");
    cluster.elect("n1");
    assertThat(reasonsAgainst(MembershipChange.to(voters("n1", "n2", "n3", "n4", "n5", "n6"))))
        .contains(Reason.EMPTY_MAJORITY);
    assertThat(cluster.change(n1, voters("n4", "n5", "n6", "n7"))).isFalse();
    assertThat(n1.lastOutcome().end()).isEqualTo(Ready.ChangeEnd.REFUSED);
    cluster.changeBy(n1, MembershipChange.add(voter("n4"), MembershipChange.NO_LIMIT));
    cluster.settle();
    assertThat(n1.view().configuration().isVoter(id("n4"))).isTrue();
  }

  @Test
  @DisplayName(
      "trap 35: a change that would leave no live majority is refused, one that helps is not")
  void trap35_liveMajority() {
    cluster.elect("n1");
    cluster.crash(n3, 0);
    cluster.run(3000 * MILLIS);
    assertThat(reasonsAgainst(MembershipChange.to(voters("n1", "n3"))))
        .containsExactly(Reason.NO_LIVE_MAJORITY);
    assertThat(reasonsAgainst(new MembershipChange.Remove(n2.id)))
        .containsExactly(Reason.NO_LIVE_MAJORITY);
    assertThat(reasonsAgainst(new MembershipChange.Remove(n3.id))).isEmpty();
  }

  @Test
  @DisplayName("trap 36: a replica that was removed never comes back, not even as a learner")
  void trap36_removedReplicaComesBack() {
    cluster.elect("n1");
    cluster.changeBy(n1, new MembershipChange.Remove(n3.id));
    cluster.settle();
    assertThat(reasonsAgainst(MembershipChange.add(learner("n3"), MembershipChange.NO_LIMIT)))
        .containsExactly(Reason.REMOVED_BEFORE);
    assertThat(reasonsAgainst(MembershipChange.to(voters("n1", "n2", "n3"))))
        .containsExactly(Reason.REMOVED_BEFORE);
  }

  @Test
  @DisplayName("trap 36: a group whose members lose their disks one after the other loses nothing")
  void trap36_wipedOneByOne() {
    cluster.elect("n1");
    cluster.propose(n1, "precious");
    cluster.settle();
    HarnessReplica leader = n1;
    int next = 4;
    for (String wiped : List.of("n3", "n2", "n1")) {
      cluster.crash(cluster.replica(wiped), 0);
      cluster.run(8000 * MILLIS);
      leader =
          cluster.replicas().stream().filter(HarnessReplica::leads).findFirst().orElseThrow();
      HarnessReplica fresh = newcomer("n" + next++);
      // On the same host, as after the loss of a disk.
      Member old = leader.view().configuration().member(id(wiped));
      Member wanted = Member.voter(fresh.id, old.host(), old.address());
      cluster.changeBy(
          leader, MembershipChange.replace(old.replica(), wanted, MembershipChange.NO_LIMIT));
      cluster.run(2000 * MILLIS);
      assertThat(leader.lastOutcome().end()).isEqualTo(Ready.ChangeEnd.DONE);
    }
    assertThat(leader.view().configuration().incomingVoters())
        .containsExactly(id("n4"), id("n5"), id("n6"));
    for (String name : List.of("n4", "n5", "n6")) {
      assertThat(cluster.replica(name).applied).startsWith(n1.disk.durableAt(1), new EntryId(1, 2));
    }
  }

  @Test
  @DisplayName(
      "an addition that another has made impossible is refused when its turn comes, and the leader lives on")
  void additionWithoutVoter() {
    CoreHarness two = ofVoters(OPTIONS, "n1", "n2");
    two.add("n3", CoreHarness.patience(3), Configuration.EMPTY);
    two.add("n4", CoreHarness.patience(4), Configuration.EMPTY);
    HarnessReplica leader = two.elect("n1");
    two.run(200 * MILLIS);
    // Each is possible as long as the other isn't made.
    proposeTogether(
        two,
        leader,
        MembershipChange.replace(n2.id, learner("n3"), MembershipChange.NO_LIMIT),
        MembershipChange.replace(n1.id, learner("n4"), MembershipChange.NO_LIMIT));
    two.run(1000 * MILLIS);
    assertThat(leader.outcomes)
        .extracting(Ready.ChangeOutcome::end)
        .containsExactly(Ready.ChangeEnd.DONE, Ready.ChangeEnd.ABORTED);
    assertThat(leader.lastOutcome().detail()).contains("at least one voter");
    assertThat(leader.leads()).isTrue();
    assertThat(leader.view().configuration().contains(CoreHarness.id("n4"))).isFalse();
  }

  @Test
  @DisplayName("so is the one for which there is no room left")
  void additionWithoutRoom() {
    CoreHarness large = new CoreHarness(OPTIONS);
    List<Member> members = new ArrayList<>(List.of(CoreHarness.voter("n1")));
    for (int i = 2; i < Configuration.MAX_MEMBERS; i++) {
      members.add(learner("n" + i));
    }
    HarnessReplica leader = large.add("n1", CoreHarness.patience(1), Configuration.of(members));
    large.elect("n1");
    proposeTogether(
        large,
        leader,
        MembershipChange.add(learner("n300"), MembershipChange.NO_LIMIT),
        MembershipChange.add(learner("n301"), MembershipChange.NO_LIMIT));
    large.settle();
    large.pass(leader, OPTIONS.heartbeatNanos());
    assertThat(leader.outcomes)
        .extracting(Ready.ChangeOutcome::end)
        .containsExactly(Ready.ChangeEnd.DONE, Ready.ChangeEnd.ABORTED);
    assertThat(leader.lastOutcome().detail()).contains("at most 255 members");
  }

  /** In one batch of inputs: each is judged before the other is made. */
  private static void proposeTogether(
      CoreHarness harness, HarnessReplica leader, MembershipChange... changes) {
    for (int i = 0; i < changes.length; i++) {
      long changeId = i + 1L;
      MembershipChange change = changes[i];
      leader.changes.put(changeId, change);
      harness.inputOnly(leader, core -> {
        core.changeConfiguration(changeId, change);
        return null;
      });
    }
    harness.pump(leader);
  }

  @Test
  @DisplayName("a preview names all that speaks against a change, and changes nothing")
  void preview() {
    newcomer("n4");
    assertThat(reasonsAgainst(new MembershipChange.Remove(n3.id))).contains(Reason.NOT_LEADER);
    cluster.elect("n1");
    EntryId end = n1.view().lastEntry();
    assertThat(reasonsAgainst(new MembershipChange.Remove(id("n9"))))
        .containsExactly(Reason.UNKNOWN_MEMBER);
    assertThat(reasonsAgainst(
            MembershipChange.replace(id("n9"), voter("n4"), MembershipChange.NO_LIMIT)))
        .containsExactly(Reason.UNKNOWN_MEMBER);
    Member onOtherHost = Member.voter(id("n4"), n2Host(), "n2:1");
    assertThat(reasonsAgainst(MembershipChange.add(onOtherHost, MembershipChange.NO_LIMIT)))
        .containsExactly(Reason.HOST_TWICE);
    assertThat(
            reasonsAgainst(MembershipChange.replace(n2.id, onOtherHost, MembershipChange.NO_LIMIT)))
        .isEmpty();
    Member moved = Member.voter(n3.id, voter("n5").host(), "n5:1");
    assertThat(reasonsAgainst(MembershipChange.add(moved, MembershipChange.NO_LIMIT)))
        .containsExactly(Reason.REPLICA_MOVED);
    Configuration nobodyStands = Configuration.of(List.of(
        voter("n1").withPriority(0), voter("n2").withPriority(0), voter("n3").withPriority(0)));
    assertThat(reasonsAgainst(MembershipChange.to(nobodyStands)))
        .containsExactly(Reason.NO_CANDIDATE);
    assertThat(n1.view().lastEntry()).isEqualTo(end);
    cluster.changeBy(n1, new MembershipChange.Remove(n3.id));
    assertThat(reasonsAgainst(new MembershipChange.Remove(n2.id)))
        .contains(Reason.CHANGE_UNDER_WAY);
  }

  private static HostId n2Host() {
    return voter("n2").host();
  }
}
