package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.learner;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voter;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.Ready.TransferOutcome.End;
import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.TransferRevocation;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Leadership transfer, claim by claim (Raft thesis 3.10, 4.2.3). */
class TransferPaperTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");
  private final TransferRecorder recorder = new TransferRecorder();
  private final List<Ready.TransferOutcome> outcomes = recorder.outcomes;
  private final List<ProtocolMessage> sent = recorder.sent;

  @BeforeEach
  void elect() {
    cluster.elect("n1");
    cluster.trace(recorder);
  }

  private boolean wasSent(Class<?> kind) {
    return sent.stream().anyMatch(kind::isInstance);
  }

  private void assertRefused(ProposalResult result) {
    assertThat(result)
        .isInstanceOfSatisfying(
            ProposalResult.Refused.class,
            refused -> assertThat(refused.reason()).isEqualTo(ProposalResult.Reason.TRANSFERRING));
  }

  private End onlyEnd() {
    assertThat(outcomes).hasSize(1);
    return outcomes.get(0).end();
  }

  @Test
  @DisplayName(
      "3.10: the target campaigns at once and without a pre-vote, wins in the next term, and the old leader says so once")
  void handsOver() {
    cluster.transfer(n1, n2.id);
    cluster.settle();
    assertThat(n2.leads()).isTrue();
    assertThat(n2.view().hardState().term()).isEqualTo(2);
    assertThat(wasSent(RequestPreVote.class)).isFalse();
    assertThat(outcomes)
        .containsExactly(new Ready.TransferOutcome(1, End.TRANSFERRED, n2.id, "", true));
    cluster.run(5000 * MILLIS);
    assertThat(n2.leads()).isTrue();
    assertThat(outcomes).hasSize(1);
    assertThat(cluster.propose(n2, "x")).isInstanceOf(ProposalResult.Appended.class);
  }

  @Test
  @DisplayName(
      "4.2.3: voters that hear their leader vote for whom it has named, and for nobody else")
  void votersLetTheSuccessorPass() {
    cluster.run(100 * MILLIS);
    cluster.transfer(n1, n2.id);
    while (!wasSent(RequestVote.class)) {
      cluster.deliver(cluster.network().take(0));
    }
    RequestVote request =
        (RequestVote) cluster.network().take(RequestVote.class::isInstance).get(0);
    assertThat(request.leadershipTransfer()).isTrue();
    cluster.deliver(new RequestVote(n2.id, n3.id, request.term(), request.lastEntry(), false));
    assertThat(n3.view().hardState().votedFor()).isEqualTo(n1.id);
    cluster.deliver(new RequestVote(n2.id, n3.id, request.term(), request.lastEntry(), true));
    assertThat(n3.view().hardState().votedFor()).isEqualTo(n2.id);
  }

  @Test
  @DisplayName(
      "3.10: the target first gets what it lacks, and campaigns by itself once it has that; nothing is proposed or changed meanwhile")
  void targetCatchesUp() {
    n2.autoDisk = false;
    cluster.propose(n1, "a");
    cluster.transfer(n1, n2.id);
    cluster.settle();
    assertThat(wasSent(TransferRevocation.class)).isTrue();
    assertThat(wasSent(TimeoutNow.class)).as("right behind the entries").isTrue();
    assertRefused(cluster.propose(n1, "b"));
    assertThat(cluster.change(n1, voters("n1", "n2"))).isFalse();
    assertThat(n2.view().hardState().term()).as("its disk is not done").isEqualTo(1);
    cluster.completeWrite(n2);
    cluster.settle();
    assertThat(n2.view().hardState().term()).as("it has them all").isEqualTo(2);
    assertThat(n1.view().commitIndex()).as("and has said so first").isEqualTo(2);
    assertThat(n2.leads()).isFalse();
    while (n2.disk.pendingWrites() > 0) {
      cluster.completeWrite(n2);
    }
    cluster.settle();
    assertThat(n2.leads()).isTrue();
    assertThat(onlyEnd()).isEqualTo(End.TRANSFERRED);
  }

  @Test
  @DisplayName("3.10: the target is told once everything was sent to it, and not before")
  void toldBehindTheLastEntry() {
    n2.autoDisk = false;
    for (int i = 0; i <= OPTIONS.maxInflightMessages(); i++) {
      cluster.propose(n1, "x");
    }
    cluster.settle();
    cluster.transfer(n1, n2.id);
    cluster.settle();
    assertThat(wasSent(TransferRevocation.class)).isTrue();
    assertThat(wasSent(TimeoutNow.class))
        .as("the last one has no room in the window")
        .isFalse();
    cluster.completeWrite(n2);
    cluster.settle();
    assertThat(wasSent(TimeoutNow.class)).isTrue();
  }

  @Test
  @DisplayName(
      "choice: a leader that will be removed asks in advance, and tells its successor at once")
  void askedInAdvance() {
    cluster.change(n1, voters("n2", "n3"));
    while (n1.view().transferTarget() == null) {
      cluster.deliver(cluster.network().take(0));
    }
    assertThat(cluster.network().inFlight()).anyMatch(TimeoutNow.class::isInstance);
  }

  @Test
  @DisplayName("choice: asking in advance takes back no transfer that has begun in the same batch")
  void askedInAdvanceWhileItHandsOver() {
    MembershipChange removal = new MembershipChange.Remove(n1.id);
    n1.changes.put(100L, removal);
    n1.transfers.add(100L);
    cluster.stepDo(n1, core -> {
      core.changeConfiguration(100, removal);
      core.transferLeadership(100, n2.id);
    });
    cluster.settle();
    assertThat(n2.leads()).isTrue();
    assertThat(onlyEnd()).isEqualTo(End.TRANSFERRED);
  }

  @Test
  @DisplayName("choice: a target that has named itself before and is silent now is not told")
  void silentTargetIsNotTold() {
    n2.autoDisk = false;
    cluster.propose(n1, "x");
    cluster.transfer(n1, n2.id);
    cluster.settle();
    assertThat(wasSent(TimeoutNow.class)).isTrue();
    cluster.run(2100 * MILLIS);
    while (n2.disk.pendingWrites() > 0) {
      cluster.completeWrite(n2);
    }
    n2.autoDisk = true;
    cluster.run(300 * MILLIS);
    cluster.crash(n2, 0);
    cluster.run(500 * MILLIS);
    assertThat(n1.leads()).isTrue();
    outcomes.clear();
    cluster.transfer(n1, n2.id);
    cluster.run(2100 * MILLIS);
    assertThat(onlyEnd()).isEqualTo(End.TIMED_OUT);
    assertThat(outcomes.get(0).targetTold()).isFalse();
  }

  @Test
  @DisplayName(
      "choice: leadership that is lost before the target was told is nothing that the target lacks")
  void officeLostBeforeTheTargetWasTold() {
    cluster.network().cut(n1.id, n2.id);
    cluster.network().cut(n1.id, n3.id);
    cluster.network().cut(n2.id, n1.id);
    cluster.network().cut(n3.id, n1.id);
    cluster.pass(n1, 1500 * MILLIS);
    cluster.transfer(n1, n2.id);
    cluster.pass(n1, 500 * MILLIS);
    assertThat(n1.leads()).as("no quorum").isFalse();
    cluster.pass(n1, 1500 * MILLIS);
    assertThat(onlyEnd()).isEqualTo(End.SUPERSEDED);
  }

  @Test
  @DisplayName("3.10: after an election timeout the leader gives up and takes proposals again")
  void deadline() {
    cluster.crash(n2, 0);
    cluster.transfer(n1, n2.id);
    cluster.run(1990 * MILLIS);
    assertThat(outcomes).isEmpty();
    assertRefused(cluster.propose(n1, "x"));
    cluster.run(10 * MILLIS);
    assertThat(onlyEnd()).isEqualTo(End.TIMED_OUT);
    assertThat(outcomes.get(0).targetTold()).as("it never was").isFalse();
    assertThat(cluster.propose(n1, "x")).isInstanceOf(ProposalResult.Appended.class);
    assertThat(n1.leads()).isTrue();
  }

  @Test
  @DisplayName(
      "choice: an outcome says that the target was told to campaign, in whichever of its processes")
  void outcomeSaysWhetherTheTargetWasTold() {
    cluster.transfer(n1, n2.id);
    cluster.settleWithout(TimeoutNow.class);
    assertThat(cluster.network().take(TimeoutNow.class::isInstance)).hasSize(1);
    cluster.crash(n2, 0);
    cluster.start(n2);
    cluster.network().cut(n1.id, n2.id);
    cluster.pass(n1, 100 * MILLIS);
    cluster.network().healAll();
    while (outcomes.isEmpty()) {
      // Its new process names itself, and is told nothing.
      cluster.pass(n1, 100 * MILLIS);
      cluster.network().take(TimeoutNow.class::isInstance);
      cluster.settleWithout(TimeoutNow.class);
      cluster.network().take(TimeoutNow.class::isInstance);
    }
    assertThat(onlyEnd()).isEqualTo(End.TIMED_OUT);
    assertThat(outcomes.get(0).targetTold()).isTrue();
  }

  @Test
  @DisplayName(
      "3.10: the deadline wakes the leader, and may be shorter than an election timeout, not longer")
  void shorterDeadline() {
    cluster.crash(n2, 0);
    n1.transfers.add(7L);
    cluster.stepDo(n1, core -> core.transferLeadership(7, n2.id, 30 * MILLIS));
    assertThat(n1.core().nextDeadlineNanos() - n1.clockNanos).isEqualTo(30 * MILLIS);
    cluster.timeout(n1);
    assertThat(onlyEnd()).isEqualTo(End.TIMED_OUT);
    n1.transfers.add(8L);
    cluster.stepDo(n1, core -> core.transferLeadership(8, n2.id, 1 << 30));
    assertThat(n1.view().transferDeadlineNanos() - n1.clockNanos).isEqualTo(1 << 30);
    cluster.run(2000 * MILLIS);
    n1.transfers.add(9L);
    cluster.stepDo(n1, core -> core.transferLeadership(9, n2.id, Long.MAX_VALUE));
    assertThat(n1.view().transferDeadlineNanos() - n1.clockNanos).isEqualTo(2000 * MILLIS);
  }

  @Test
  @DisplayName(
      "choice: what gets lost is sent again: the question for the process, and the request to campaign")
  void lostMessages() {
    cluster.transfer(n1, n2.id);
    cluster.network().take(message -> true);
    cluster.pass(n1, 100 * MILLIS);
    cluster.settleWithout(TimeoutNow.class);
    assertThat(cluster.network().take(TimeoutNow.class::isInstance)).hasSize(1);
    cluster.run(100 * MILLIS);
    assertThat(n2.leads()).isTrue();
  }

  @Test
  @DisplayName(
      "choice: a target that restarts in between is asked again: its new process knows of no other")
  void targetRestarts() {
    cluster.transfer(n1, n2.id);
    cluster.settleWithout(TimeoutNow.class);
    List<ProtocolMessage> toFormerLife = cluster.network().take(TimeoutNow.class::isInstance);
    assertThat(toFormerLife).hasSize(1);
    cluster.crash(n2, 0);
    cluster.start(n2);
    cluster.pass(n1, 100 * MILLIS);
    cluster.settleWithout(TransferRevocation.class);
    toFormerLife.forEach(cluster::deliver);
    assertThat(n2.view().hardState().term()).as("not this process").isEqualTo(1);
    cluster.run(200 * MILLIS);
    assertThat(n2.leads()).isTrue();
  }

  @Test
  @DisplayName("3.10: only a leader hands over, only to another voter, and only once at a time")
  void refusals() {
    cluster.change(n1, voters("n1", "n2", "n3").with(learner("n4")));
    cluster.settle();
    cluster.transfer(n2, n3.id);
    cluster.transfer(n1, n1.id);
    cluster.transfer(n1, CoreHarness.id("n4"));
    cluster.transfer(n1, CoreHarness.id("n9"));
    assertThat(outcomes)
        .extracting(Ready.TransferOutcome::end)
        .containsExactly(End.NOT_NOW, End.REFUSED, End.REFUSED, End.REFUSED);
    assertThat(outcomes)
        .extracting(Ready.TransferOutcome::reason)
        .containsExactly(
            "this member is not the leader",
            "this member leads already",
            "the target is no voter",
            "the target is no member");
    assertThat(cluster.propose(n1, "x")).isInstanceOf(ProposalResult.Appended.class);
    cluster.transfer(n1, n2.id);
    cluster.transfer(n1, n3.id);
    assertThat(outcomes).hasSize(5);
    assertThat(outcomes.get(4).end()).isEqualTo(End.NOT_NOW);
    cluster.settle();
    assertThat(outcomes.get(5))
        .isEqualTo(new Ready.TransferOutcome(4 + 1, End.TRANSFERRED, n2.id, "", true));
  }

  @Test
  @DisplayName(
      "choice: nothing is appended meanwhile, not even to leave joint consensus: the next leader does that")
  void jointIsLeftByTheNext() {
    cluster.change(n1, voters("n1", "n2"));
    cluster.network().take(message -> true).forEach(cluster::deliver);
    List<ProtocolMessage> acknowledgements = cluster.network().take(message -> true);
    cluster.transfer(n1, n2.id);
    long last = n1.view().lastEntry().index();
    acknowledgements.forEach(cluster::deliver);
    assertThat(n1.view().commitIndex()).isEqualTo(last);
    assertThat(n1.view().lastEntry().index()).isEqualTo(last);
    cluster.settle();
    assertThat(n2.leads()).isTrue();
    assertThat(n2.view().configuration().isJoint()).isFalse();
  }

  @Test
  @DisplayName(
      "choice: a new member that has caught up meanwhile gets its role from the next leader, or never")
  void additionWaits() {
    HarnessReplica n4 = cluster.add("n4", CoreHarness.patience(4), voters("n1", "n2", "n3"));
    n4.autoDisk = false;
    cluster.changeBy(n1, MembershipChange.add(voter("n4"), MembershipChange.NO_LIMIT));
    cluster.settle();
    assertThat(n1.view().configuration().member(n4.id).role()).isEqualTo(MemberRole.LEARNER);
    long last = n1.view().lastEntry().index();
    n2.autoDisk = false;
    cluster.network().cut(n1.id, n2.id);
    cluster.transfer(n1, n2.id);
    while (n4.disk.pendingWrites() > 0) {
      cluster.completeWrite(n4);
      cluster.settle();
    }
    assertThat(n1.view().additions().get(0).missingEntries()).isZero();
    assertThat(n1.view().transferTarget()).isEqualTo(n2.id);
    assertThat(n1.view().lastEntry().index()).isEqualTo(last);
  }

  @Test
  @DisplayName(
      "3.10: a leader that loses its office meanwhile says who leads instead; the next one is not bound by it")
  void officeLost() {
    cluster.network().cut(n1.id, n2.id);
    cluster.transfer(n1, n2.id);
    cluster.network().cut(n2.id, n1.id);
    n3.clockNanos += 1000 * MILLIS;
    cluster.timeout(n2);
    cluster.settle();
    assertThat(n2.leads()).isTrue();
    cluster.transfer(n2, n3.id);
    cluster.settle();
    assertThat(n3.leads()).isTrue();
    assertThat(n1.view().leader()).isEqualTo(n3.id);
    assertThat(outcomes)
        .contains(
            new Ready.TransferOutcome(1, End.SUPERSEDED, n2.id, "another member leads", false),
            new Ready.TransferOutcome(2, End.TRANSFERRED, n3.id, "", true))
        .hasSize(2);
  }
}
