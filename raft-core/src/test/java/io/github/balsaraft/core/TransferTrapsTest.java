package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.learner;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.TransferRevocation;
import io.github.balsaraft.model.TransferRevocationResponse;
import io.github.balsaraft.model.VoteResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Mistakes that other implementations made when leadership was handed over. */
class TransferTrapsTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  @BeforeEach
  void elect() {
    cluster.elect("n1");
  }

  /** The leader has told n2 to campaign, and the message is on its way. */
  private List<ProtocolMessage> toldOnItsWay() {
    cluster.transfer(n1, n2.id);
    cluster.settleWithout(TimeoutNow.class);
    List<ProtocolMessage> told = cluster.network().take(TimeoutNow.class::isInstance);
    assertThat(told).hasSize(1);
    return told;
  }

  private void runWithoutTimeoutNow(long nanos) {
    for (long elapsed = 0; elapsed < nanos; elapsed += 50 * MILLIS) {
      for (HarnessReplica replica : cluster.replicas()) {
        cluster.pass(replica, 50 * MILLIS);
      }
      cluster.settleWithout(TimeoutNow.class);
      cluster.network().take(TimeoutNow.class::isInstance);
    }
  }

  @Test
  @DisplayName(
      "trap 10: a leader that removes itself hands over once that is committed; nobody waits for a timeout")
  void trap10_removedLeaderHandsOver() {
    cluster.change(n1, voters("n2", "n3"));
    cluster.settle();
    assertThat(n2.leads()).isTrue();
    assertThat(cluster.propose(n1, "x")).isInstanceOf(ProposalResult.Refused.class);
    assertThat(cluster.propose(n2, "x")).isInstanceOf(ProposalResult.Appended.class);
    cluster.run(200 * MILLIS);
    assertThat(n1.leads()).isFalse();
    assertThat(n2.view().hardState().term()).isEqualTo(2);
  }

  @Test
  @DisplayName(
      "trap 10: a leader whose office ends and whose successor can't be reached steps down in the end")
  void trap10_nobodyToHandOverTo() {
    cluster.change(n1, voters("n2", "n3"));
    while (n1.view().transferTarget() == null) {
      cluster.deliver(cluster.network().take(0));
    }
    cluster.network().cut(n1.id, n2.id);
    cluster.network().take(message -> true);
    cluster.pass(n1, 2000 * MILLIS);
    assertThat(n1.leads()).isFalse();
    cluster.run(3000 * MILLIS);
    assertThat(n2.leads() || n3.leads()).isTrue();
  }

  @Test
  @DisplayName(
      "trap 26: a request to campaign that was taken back is not followed, however late it comes")
  void trap26_revokedRequestComesLate() {
    List<ProtocolMessage> told = toldOnItsWay();
    runWithoutTimeoutNow(2500 * MILLIS);
    assertThat(n1.view().transferTarget()).isNull();
    told.forEach(cluster::deliver);
    assertThat(n2.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(n2.view().hardState().term()).isEqualTo(1);
  }

  @Test
  @DisplayName(
      "trap 26: a request to campaign is followed only if it comes from the leader of the own term")
  void trap26_requestOfAnEarlierTerm() {
    List<ProtocolMessage> told = toldOnItsWay();
    cluster.network().cut(n1.id, n2.id);
    cluster.network().cut(n1.id, n3.id);
    cluster.elect("n3");
    told.forEach(cluster::deliver);
    assertThat(n2.view().currentRole()).isEqualTo(Role.FOLLOWER);
    long life = ((TimeoutNow) told.get(0)).life();
    long term = n3.view().hardState().term();
    long last = n3.view().lastEntry().index();
    cluster.allowForgery();
    cluster.deliver(new TimeoutNow(n1.id, n2.id, term, 1, life, last));
    assertThat(n2.view().currentRole()).as("n1 is not its leader").isEqualTo(Role.FOLLOWER);
    cluster.deliver(new TimeoutNow(n3.id, n2.id, term, 1, life, last));
    assertThat(n2.view().currentRole()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  @DisplayName(
      "trap 26: a request to campaign is of one term, even if the same leader leads in the next one too")
  void trap26_requestOfItsLeadersEarlierTerm() {
    List<ProtocolMessage> told = toldOnItsWay();
    for (HarnessReplica other : List.of(n2, n3)) {
      cluster.network().cut(n1.id, other.id);
      cluster.network().cut(other.id, n1.id);
    }
    cluster.pass(n1, 2000 * MILLIS);
    assertThat(n1.leads()).isFalse();
    cluster.network().healAll();
    cluster.elect("n1");
    long term = n1.view().hardState().term();
    assertThat(n2.view().leader()).isEqualTo(n1.id);
    told.forEach(cluster::deliver);
    assertThat(n2.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(n2.view().hardState().term()).isEqualTo(term).isGreaterThan(1);
  }

  /** The leader has told n2, whose disk is not done with the last entry, to campaign. */
  private void tellWhoLacksEntries() {
    n2.autoDisk = false;
    cluster.propose(n1, "x");
    cluster.transfer(n1, n2.id);
    cluster.settle();
    assertThat(n2.view().hardState().term()).as("it waits for its disk").isEqualTo(1);
  }

  @Test
  @DisplayName(
      "trap 26: a request to campaign that waits for entries and is taken back meanwhile is not followed")
  void trap26_takenBackWhileItWaits() {
    tellWhoLacksEntries();
    runWithoutTimeoutNow(2100 * MILLIS);
    assertThat(n1.view().transferTarget()).as("given up").isNull();
    while (n2.disk.pendingWrites() > 0) {
      cluster.completeWrite(n2);
    }
    cluster.settle();
    assertThat(n2.view().lastEntry()).isEqualTo(n1.view().lastEntry());
    assertThat(n1.leads()).isTrue();
    assertThat(n2.view().hardState().term()).isEqualTo(1);
  }

  @Test
  @DisplayName("trap 26: what was taken back in one term binds nobody in another")
  void trap26_numbersBelongToTheirTerm() {
    cluster.deliver(new TransferRevocation(n1.id, n2.id, 1, 50));
    cluster.network().take(TransferRevocationResponse.class::isInstance);
    cluster.elect("n3");
    cluster.transfer(n3, n2.id);
    cluster.settle();
    assertThat(n2.leads()).isTrue();
  }

  @Test
  @DisplayName(
      "trap 34: a target that became a learner, or left, does not campaign when the request comes late")
  void trap34_targetDemoted() {
    for (boolean leaves : new boolean[] {false, true}) {
      List<ProtocolMessage> told = toldOnItsWay();
      for (int i = 0; i < 50; i++) {
        cluster.pass(n1, 50 * MILLIS);
        cluster.network().take(TransferRevocation.class::isInstance);
        cluster.network().take(TimeoutNow.class::isInstance);
        cluster.settleWithout(TransferRevocation.class);
      }
      assertThat(n1.view().transferTarget()).isNull();
      cluster.change(n1, leaves ? voters("n1", "n3") : voters("n1", "n3").with(learner("n2")));
      cluster.settleWithout(TransferRevocation.class);
      assertThat(n2.view().configuration().member(n2.id).isVoter()).isFalse();
      told.forEach(cluster::deliver);
      assertThat(n2.view().currentRole()).isEqualTo(Role.FOLLOWER);
      assertThat(n2.view().hardState().term()).isEqualTo(n1.view().hardState().term());
      cluster.settle();
      cluster.change(n1, voters("n1", "n2", "n3"));
      cluster.settle();
    }
  }

  @Test
  @DisplayName(
      "trap 34: who still waits for its disk when the leader goes on with others does not campaign any more")
  void trap34_leaderHasGoneOn() {
    tellWhoLacksEntries();
    List<ProtocolMessage> repeated = new ArrayList<>();
    for (long passed = 0; passed < 2100 * MILLIS; passed += 100 * MILLIS) {
      cluster.pass(n1, 100 * MILLIS);
      repeated.addAll(cluster.network().take(TimeoutNow.class::isInstance));
      cluster.network().take(TransferRevocation.class::isInstance);
      cluster.settleWithout(TransferRevocation.class);
    }
    assertThat(n1.view().transferTarget()).as("given up").isNull();
    cluster.propose(n1, "y");
    cluster.settleWithout(TransferRevocation.class);
    while (n2.disk.pendingWrites() > 0) {
      cluster.completeWrite(n2);
    }
    assertThat(n2.view().lastEntry()).isEqualTo(n1.view().lastEntry());
    assertThat(n2.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(repeated).isNotEmpty();
    repeated.forEach(cluster::deliver);
    assertThat(n2.view().currentRole()).as("asked again, too late").isEqualTo(Role.FOLLOWER);
    assertThat(n1.leads()).isTrue();
  }

  @Test
  @DisplayName(
      "trap 34: the late request of a transfer that is over does not take the place of a newer one that waits")
  void trap34_lateRequestOfAnEarlierTransfer() {
    n2.autoDisk = false;
    cluster.propose(n1, "x");
    cluster.settle();
    TimeoutNow late = (TimeoutNow) toldOnItsWay().get(0);
    cluster.allowForgery();
    cluster.deliver(new TimeoutNow(
        n1.id, n2.id, late.term(), late.transfer() + 1, late.life(), late.lastIndex()));
    cluster.deliver(late);
    cluster.deliver(new TransferRevocation(n1.id, n2.id, late.term(), late.transfer()));
    while (n2.disk.pendingWrites() > 0) {
      cluster.completeWrite(n2);
    }
    assertThat(n2.view().currentRole()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  @DisplayName("trap 34: nobody hands over to a voter that is on its way out")
  void trap34_targetLeaves() {
    n3.autoDisk = false;
    cluster.network().cut(n1.id, n2.id);
    cluster.change(n1, voters("n1", "n3").with(learner("n2")));
    assertThat(n1.view().configuration().isJoint()).isTrue();
    cluster.transfer(n1, n2.id);
    assertThat(n1.view().transferTarget()).isNull();
    assertThat(n1.transfers).isEmpty();
  }

  @Test
  @DisplayName(
      "trap 34: a transfer ends with the office of the leader; the same member leads again without it")
  void trap34_leaderFlaps() {
    cluster.network().cut(n1.id, n2.id);
    cluster.network().cut(n1.id, n3.id);
    cluster.transfer(n1, n2.id);
    cluster.pass(n1, 2000 * MILLIS);
    assertThat(n1.leads()).as("no quorum answers").isFalse();
    cluster.network().healAll();
    cluster.elect("n1");
    assertThat(n1.view().transferTarget()).isNull();
    assertThat(cluster.propose(n1, "x")).isInstanceOf(ProposalResult.Appended.class);
  }

  @Test
  @DisplayName(
      "trap 26: who was told before is asked to promise while another is being told, and that other is not")
  void trap26_revocationsWhileAnotherTakesOver() {
    toldOnItsWay();
    cluster.network().cut(n1.id, n2.id);
    runWithoutTimeoutNow(OPTIONS.electionTimeoutMaxNanos());
    assertThat(n1.leads()).isTrue();
    assertThat(n1.view().transferTarget()).as("given up").isNull();
    cluster.network().take(message -> true);
    cluster.network().healAll();
    cluster.transfer(n1, n3.id);
    cluster.network().take(message -> true);
    cluster.timeout(n1);
    List<TransferRevocation> revocations =
        cluster.network().take(TransferRevocation.class::isInstance).stream()
            .map(TransferRevocation.class::cast)
            .toList();
    assertThat(revocations)
        .filteredOn(revocation -> revocation.to().equals(n2.id))
        .extracting(TransferRevocation::transfer)
        .containsExactly(1L);
    assertThat(revocations)
        .filteredOn(revocation -> revocation.to().equals(n3.id))
        .extracting(TransferRevocation::transfer)
        .containsExactly(1L);
  }

  @Test
  @DisplayName(
      "a leader that has told its successor to campaign does not stand against it when it hears of that term")
  void letsItsSuccessorWin() {
    toldOnItsWay().forEach(cluster::deliver);
    assertThat(n2.view().currentRole()).isEqualTo(Role.CANDIDATE);
    List<ProtocolMessage> requests = cluster.network().take(RequestVote.class::isInstance);
    requests.stream().filter(request -> request.to().equals(n3.id)).forEach(cluster::deliver);
    List<ProtocolMessage> votes = cluster.network().take(VoteResponse.class::isInstance);
    assertThat(votes).hasSize(1);
    cluster.pass(n1, OPTIONS.heartbeatNanos());
    for (ProtocolMessage heartbeat : cluster.network().take(Heartbeat.class::isInstance)) {
      if (heartbeat.to().equals(n3.id)) {
        cluster.deliver(heartbeat);
      }
    }
    cluster.network().take(HeartbeatResponse.class::isInstance).forEach(cluster::deliver);
    assertThat(n1.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(n1.view().hardState().term()).isEqualTo(2);
    cluster.network().take(message -> true);
    cluster.pass(n1, OPTIONS.electionTimeoutMinNanos() - 1);
    assertThat(cluster.network().take(RequestPreVote.class::isInstance)).isEmpty();
    votes.forEach(cluster::deliver);
    cluster.settle();
    assertThat(n2.leads()).isTrue();
    assertThat(n1.view().leader()).isEqualTo(n2.id);
  }

  @Test
  @DisplayName(
      "of any later term, and before its successor was told, it stands again at once, as ever")
  void standsAgainInOtherTerms() {
    cluster.allowForgery();
    toldOnItsWay();
    cluster.deliver(new HeartbeatResponse(n3.id, n1.id, 3, 0, HeartbeatResponse.NOT_FOLLOWING));
    assertThat(n1.view().hardState().term()).isEqualTo(3);
    cluster.pass(n1, 1);
    assertThat(cluster.network().take(RequestPreVote.class::isInstance)).isNotEmpty();

    CoreHarness other = ofVoters(OPTIONS, "n1", "n2", "n3");
    other.allowForgery();
    HarnessReplica leader = other.elect("n1");
    other.transfer(leader, n2.id);
    other.deliver(new HeartbeatResponse(n3.id, n1.id, 2, 0, HeartbeatResponse.NOT_FOLLOWING));
    assertThat(leader.view().hardState().term()).isEqualTo(2);
    other.pass(leader, 1);
    assertThat(other.network().take(RequestPreVote.class::isInstance)).isNotEmpty();
  }
}
