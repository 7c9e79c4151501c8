package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voter;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.TimeoutNow;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * How a leader leaves that a committed configuration takes its office from (Raft thesis 4.2.2): it tries once to hand over, for
 * an election timeout at most, and then goes, though a quorum still answers it.
 */
class EndOfOfficeTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3", "n4");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final List<Ready.RoleChange> ofN1 = new ArrayList<>();

  @BeforeEach
  void elect() {
    cluster.elect("n1");
    cluster.run(200 * MILLIS);
    cluster.trace(new HarnessTrace() {
      @Override
      public void roleChanged(HarnessReplica replica, Ready.RoleChange change) {
        if (replica == n1) {
          ofN1.add(change);
        }
      }
    });
  }

  /** Everything arrives but the request to campaign, so that whoever is named never follows it. */
  private void runWithoutTimeoutNow(long nanos) {
    for (long elapsed = 0; elapsed < nanos; elapsed += 50 * MILLIS) {
      for (HarnessReplica replica : cluster.replicas()) {
        cluster.pass(replica, 50 * MILLIS);
      }
      cluster.settleWithout(TimeoutNow.class);
      cluster.network().take(TimeoutNow.class::isInstance);
    }
  }

  private void assertLeavesAfterOneAttempt() {
    cluster.settleWithout(TimeoutNow.class);
    cluster.network().take(TimeoutNow.class::isInstance);
    assertThat(n1.view().transferTarget()).isNotNull();
    runWithoutTimeoutNow(OPTIONS.electionTimeoutMaxNanos() - 50 * MILLIS);
    assertThat(n1.leads()).as("as long as it tries").isTrue();
    assertThat(ofN1).isEmpty();
    runWithoutTimeoutNow(50 * MILLIS);
    assertThat(n1.leads()).isFalse();
    assertThat(ofN1.get(0).role()).isEqualTo(Role.FOLLOWER);
    assertThat(ofN1.get(0).leader()).isNull();
    assertThat(n1.view().transferTarget()).isNull();
  }

  @Test
  @DisplayName(
      "4.2.2: a leader that was removed goes if it can't hand over, and the others elect one")
  void removed() {
    cluster.changeBy(n1, new MembershipChange.Remove(n1.id));
    assertLeavesAfterOneAttempt();
    assertThat(ofN1.get(0).reason()).as("people are told why").isNotBlank();
    cluster.run(5000 * MILLIS);
    assertThat(cluster.replicas()).anyMatch(HarnessReplica::leads);
    assertThat(n1.leads()).isFalse();
  }

  @Test
  @DisplayName("4.2.2: so does one that became a learner, and it hears of the next leader as such")
  void demoted() {
    cluster.change(n1, n1.view().configuration().with(CoreHarness.learner("n1")));
    assertLeavesAfterOneAttempt();
    cluster.run(5000 * MILLIS);
    assertThat(n1.view().leader()).isNotNull().isNotEqualTo(n1.id);
  }

  @Test
  @DisplayName("choice: so does one that shall not lead, once another has the whole log")
  void priorityZero() {
    cluster.change(n1, n1.view().configuration().with(voter("n1").withPriority(0)));
    assertLeavesAfterOneAttempt();
    assertThat(ofN1.get(0).reason()).as("people are told why").contains("never stands");
    cluster.run(5000 * MILLIS);
    assertThat(cluster.replicas()).anyMatch(HarnessReplica::leads);
    assertThat(n1.leads()).isFalse();
  }

  @Test
  @DisplayName("choice: one that shall not lead stays as long as nobody else has the whole log")
  void priorityZeroAndNobodyIsReady() {
    cluster.change(n1, n1.view().configuration().with(voter("n1").withPriority(0)));
    long configurationIndex = n1.view().configurationIndex();
    List<ProtocolMessage> withConfiguration = cluster.network().take(message -> true);
    cluster.propose(n1, "x");
    List<ProtocolMessage> withTheLastEntry = cluster.network().take(message -> true);
    withConfiguration.forEach(cluster::deliver);
    cluster.settle();
    assertThat(n1.view().commitIndex()).isEqualTo(configurationIndex);
    assertThat(n1.view().transferTarget()).as("the last entry is nowhere else").isNull();
    assertThat(n1.leads()).isTrue();
    withTheLastEntry.forEach(cluster::deliver);
    cluster.settle();
    assertThat(n1.leads()).isFalse();
    assertThat(cluster.replicas()).anyMatch(HarnessReplica::leads);
  }

  @Test
  @DisplayName(
      "choice: one that shall not lead goes under a load that never leaves anybody with the whole log")
  void priorityZeroUnderLoad() {
    cluster.change(n1, n1.view().configuration().with(voter("n1").withPriority(0)));
    for (int round = 0; round < 50 && n1.leads(); round++) {
      List<ProtocolMessage> arriving = cluster.network().take(message -> true);
      arriving.stream().filter(message -> !message.to().equals(n1.id)).forEach(cluster::deliver);
      cluster.stepDo(n1, core -> {
        arriving.stream().filter(message -> message.to().equals(n1.id)).forEach(core::receive);
        ProposalResult unused = cluster.proposeTo(n1, core, "x");
      });
    }
    assertThat(n1.leads()).isFalse();
    cluster.settle();
    assertThat(cluster.replicas()).anyMatch(HarnessReplica::leads);
  }

  @Test
  @DisplayName(
      "choice: but it does not go as long as all others are further behind than an election would take")
  void priorityZeroAndTheOthersFallBehind() {
    List.of("n2", "n3", "n4").forEach(name -> cluster.replica(name).autoDisk = false);
    cluster.change(n1, n1.view().configuration().with(voter("n1").withPriority(0)));
    for (int round = 0; round < 20; round++) {
      cluster.settle();
      cluster.propose(n1, "x");
      cluster.pass(n1, OPTIONS.electionTimeoutMinNanos() / 2);
      cluster.settle();
      for (String name : List.of("n2", "n3", "n4")) {
        HarnessReplica slow = cluster.replica(name);
        while (slow.disk.pendingWrites() > 3) {
          cluster.completeWrite(slow);
        }
      }
    }
    cluster.settle();
    assertThat(n1.view().isSettled()).isTrue();
    assertThat(n1.view().transferTarget()).isNull();
    assertThat(n1.leads()).isTrue();
  }

  @Test
  @DisplayName("choice: nor does one go as long as the only other that may lead is silent")
  void priorityZeroAndTheOnlyOtherIsSilent() {
    HarnessReplica n2 = cluster.replica("n2");
    cluster.crash(n2, 0);
    cluster.run(OPTIONS.electionTimeoutMaxNanos() + 200 * MILLIS);
    Configuration onlyN2 = n1.view().configuration();
    for (String never : List.of("n1", "n3", "n4")) {
      onlyN2 = onlyN2.with(voter(never).withPriority(0));
    }
    cluster.change(n1, onlyN2);
    cluster.run(OPTIONS.electionTimeoutMaxNanos());
    assertThat(n1.view().isSettled()).isTrue();
    assertThat(n1.leads()).isTrue();
    cluster.start(n2);
    cluster.run(1000 * MILLIS);
    assertThat(n2.leads()).isTrue();
  }

  @Test
  @DisplayName(
      "choice: one that shall not lead, whose first attempt came to nothing, hands over to whoever is ready later")
  void priorityZeroAndAnotherIsReadyLater() {
    CoreHarness three = ofVoters(OPTIONS, "n1", "n2", "n3");
    HarnessReplica leader = three.elect("n1");
    HarnessReplica n2 = three.replica("n2");
    HarnessReplica n3 = three.replica("n3");
    three.run(200 * MILLIS);
    // It answers, and has the configuration in its memory only.
    n3.autoDisk = false;
    three.change(leader, leader.view().configuration().with(voter("n1").withPriority(0)));
    while (leader.view().transferTarget() == null) {
      three.deliver(three.network().take(0));
    }
    assertThat(leader.view().transferTarget()).isEqualTo(n2.id);
    three.crash(n2, 0);
    for (int i = 0; i < 25; i++) {
      three.pass(leader, OPTIONS.heartbeatNanos());
      three.settle();
    }
    assertThat(leader.view().transferTarget()).as("it was given up").isNull();
    assertThat(leader.leads()).isTrue();
    n3.autoDisk = true;
    while (n3.disk.pendingWrites() > 0) {
      three.completeWrite(n3);
    }
    three.settle();
    assertThat(n3.leads()).as("without an election timeout").isTrue();
  }

  @Test
  @DisplayName(
      "choice: but it is one attempt if nobody seems ready for a moment while it is under way")
  void priorityZeroAndItsTargetIsSilentForAMoment() {
    CoreHarness three = ofVoters(OPTIONS, "n1", "n2", "n3");
    HarnessReplica leader = three.elect("n1");
    HarnessReplica n2 = three.replica("n2");
    three.run(200 * MILLIS);
    three.replica("n3").autoDisk = false;
    three.change(leader, leader.view().configuration().with(voter("n1").withPriority(0)));
    while (leader.view().transferTarget() == null) {
      three.deliver(three.network().take(0));
    }
    long deadlineNanos = leader.view().transferDeadlineNanos();
    three.network().cut(n2.id, leader.id);
    while (leader.clockNanos < deadlineNanos) {
      assertThat(leader.leads()).isTrue();
      three.pass(leader, OPTIONS.heartbeatNanos());
      three.settleWithout(TimeoutNow.class);
      three.network().take(TimeoutNow.class::isInstance);
      if (deadlineNanos - leader.clockNanos < 1000 * MILLIS) {
        three.network().healAll();
      }
    }
    assertThat(leader.leads()).isFalse();
  }

  @Test
  @DisplayName(
      "choice: one that shall not lead, and must as nobody else can, is elected again when it moves above a member's term")
  void priorityZeroMovesAboveAMember() {
    HarnessReplica n2 = cluster.replica("n2");
    cluster.crash(n2, 0);
    cluster.run(OPTIONS.electionTimeoutMaxNanos() + 200 * MILLIS);
    Configuration onlyN2 = n1.view().configuration();
    for (String never : List.of("n1", "n3", "n4")) {
      onlyN2 = onlyN2.with(voter(never).withPriority(0));
    }
    cluster.change(n1, onlyN2);
    cluster.run(200 * MILLIS);
    movesAbove(cluster, n1);
    cluster.start(n2);
    cluster.run(1000 * MILLIS);
    assertThat(n2.leads()).as("as soon as another can").isTrue();
  }

  @Test
  @DisplayName("choice: so is one that was chosen by name, and stays in office then")
  void namedMovesAboveAMember() {
    Configuration birth =
        Configuration.of(List.of(voter("n1"), voter("n2").withPriority(0), voter("n3")));
    CoreHarness three = new CoreHarness(OPTIONS);
    for (int i = 1; i <= 3; i++) {
      three.add("n" + i, CoreHarness.patience(i), birth);
    }
    HarnessReplica named = three.replica("n2");
    three.transfer(three.elect("n1"), named.id);
    three.settle();
    assertThat(named.leads()).isTrue();
    movesAbove(three, named);
    three.run(5000 * MILLIS);
    assertThat(named.leads()).isTrue();
  }

  /** n3 is in a later term than its leader, which is elected again at once. */
  private static void movesAbove(CoreHarness harness, HarnessReplica leader) {
    long laterTerm = leader.view().hardState().term() + 1;
    HeartbeatResponse answer =
        new HeartbeatResponse(CoreHarness.id("n3"), leader.id, laterTerm, 1, 0);
    harness.stepDo(leader, core -> core.receive(answer));
    assertThat(leader.leads()).isFalse();
    harness.pass(leader, 0);
    harness.settle();
    assertThat(leader.leads()).isTrue();
    assertThat(leader.view().hardState().term()).isEqualTo(laterTerm + 1);
  }

  @Test
  @DisplayName(
      "a change that is committed in the batch in which the office is lost is done, and not lost")
  void committedInTheLastBatch() {
    long changeId = cluster.changeBy(
        n1, MembershipChange.to(n1.view().configuration().with(voter("n2").withPriority(7))));
    cluster.network().take(message -> true).forEach(cluster::deliver);
    List<ProtocolMessage> acknowledgements = cluster.network().take(message -> true);
    assertThat(n1.outcomes).isEmpty();
    long laterTerm = n1.view().hardState().term() + 1;
    cluster.stepDo(n1, core -> {
      acknowledgements.forEach(core::receive);
      core.receive(new HeartbeatResponse(CoreHarness.id("n4"), n1.id, laterTerm, 1, 0));
    });
    assertThat(ofN1.get(0).role()).as("no longer in that office").isEqualTo(Role.FOLLOWER);
    assertThat(n1.lastOutcome().changeId()).isEqualTo(changeId);
    assertThat(n1.lastOutcome().end()).isEqualTo(Ready.ChangeEnd.DONE);
  }

  @Test
  @DisplayName("one that is not committed by then is lost, though it may still be")
  void notCommittedInTheLastBatch() {
    cluster.changeBy(
        n1, MembershipChange.to(n1.view().configuration().with(voter("n2").withPriority(7))));
    cluster.pass(n1, OPTIONS.electionTimeoutMaxNanos());
    assertThat(n1.leads()).isFalse();
    assertThat(n1.lastOutcome().end()).isEqualTo(Ready.ChangeEnd.LOST);
  }

  @Test
  @DisplayName("4.2.2: a transfer that somebody else has asked for is not its own attempt")
  void anotherTransferCameFirst() {
    HarnessReplica n2 = cluster.replica("n2");
    cluster.changeBy(n1, new MembershipChange.Remove(n1.id));
    cluster.crash(n2, 0);
    cluster.transfer(n1, n2.id);
    cluster.settle();
    assertThat(n1.view().transferTarget()).isEqualTo(n2.id);
    cluster.run(OPTIONS.electionTimeoutMaxNanos() + 200 * MILLIS);
    assertThat(List.of(cluster.replica("n3"), cluster.replica("n4")))
        .as("handed over to, without an election timeout")
        .anyMatch(HarnessReplica::leads);
  }

  @Test
  @DisplayName(
      "choice: one that was named leader when it might stand anyway goes like any other when it shall not lead any more")
  void namedAndPriorityZeroLater() {
    HarnessReplica n2 = cluster.replica("n2");
    cluster.transfer(n1, n2.id);
    cluster.run(500 * MILLIS);
    assertThat(n2.leads()).isTrue();
    cluster.change(n2, n2.view().configuration().with(voter("n2").withPriority(0)));
    cluster.run(2 * OPTIONS.electionTimeoutMaxNanos());
    assertThat(n2.leads()).isFalse();
    assertThat(cluster.replicas()).anyMatch(HarnessReplica::leads);
  }

  @Test
  @DisplayName(
      "trap 10: its successor is told with the commit that ends the office, not an input later")
  void toldAtOnce() {
    cluster.changeBy(n1, new MembershipChange.Remove(n1.id));
    while (n1.view().transferTarget() == null) {
      cluster.deliver(cluster.network().take(0));
    }
    assertThat(cluster.network().inFlight()).hasAtLeastOneElementOfType(TimeoutNow.class);
  }
}
