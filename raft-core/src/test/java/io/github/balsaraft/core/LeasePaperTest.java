package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voters;
import static io.github.balsaraft.core.CoreHarness.withLeases;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.RequestPreVote;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Reads by lease, claim by claim (Raft thesis 6.4.1). The harness fails on any answer that would be stale. */
class LeasePaperTest {

  /** A second, and clocks that differ by a tenth: nine tenths of a second for the leader. */
  private static final LeaseRules RULES = LeaseRules.permitted(1000, 100_000);

  private static final long LENGTH = 900 * MILLIS;

  private final CoreHarness cluster = withLeases(OPTIONS, RULES, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");
  private final List<Ready.ReadOutcome> outcomes = new ArrayList<>();

  private HarnessTrace listener() {
    return new HarnessTrace() {
      @Override
      public void readEnded(HarnessReplica replica, Ready.ReadOutcome outcome) {
        outcomes.add(outcome);
      }
    };
  }

  @BeforeEach
  void elect() {
    cluster.run(1500 * MILLIS);
    assertThat(n1.leads()).isTrue();
    cluster.trace(listener());
  }

  private static long until(HarnessReplica replica) {
    return replica.view().leaseUntilNanos();
  }

  /** Whether n3 would vote for n2. */
  private boolean wouldVote() {
    cluster.network().take(message -> true);
    cluster.deliver(new RequestPreVote(n2.id, n3.id, 9, n3.view().lastEntry()));
    ProtocolMessage answer =
        cluster.network().take(PreVoteResponse.class::isInstance).get(0);
    return ((PreVoteResponse) answer).granted();
  }

  private void passAll(long nanos) {
    cluster.replicas().forEach(replica -> replica.clockNanos += nanos);
    cluster.replicas().forEach(replica -> cluster.pass(replica, 0));
  }

  @Test
  @DisplayName(
      "6.4.1: a leader with a lease answers at once, at its commit index, without asking anybody")
  void answersAtOnce() {
    cluster.propose(n1, "x");
    cluster.settle();
    long read = cluster.leaseRead(n1);
    assertThat(outcomes).containsExactly(new Ready.ReadOutcome(read, 2, "", until(n1)));
    assertThat(cluster.network().inFlight()).isEmpty();
    assertThat(n1.view().leaseReadsGranted()).isEqualTo(1);
    assertThat(n1.view().leaseReadsRefused()).isZero();
  }

  @Test
  @DisplayName(
      "6.4.1, trap 25: the lease counts from when the round was sent that a majority has answered")
  void trap25_fromTheSending() {
    long before = until(n1);
    cluster.timeout(n1);
    long sentAt = n1.clockNanos;
    assertThat(until(n1)).as("not answered yet").isEqualTo(before);
    passAll(70 * MILLIS);
    List<ProtocolMessage> round = cluster.network().take(Heartbeat.class::isInstance);
    assertThat(round).hasSize(2);
    cluster.deliver(round.get(0));
    passAll(20 * MILLIS);
    cluster.settle();
    assertThat(until(n1)).isEqualTo(sentAt + LENGTH);
  }

  @Test
  @DisplayName(
      "6.4.1: the leader is one of the majority, so that of three members one may be silent")
  void oneOfThreeIsSilent() {
    cluster.network().cut(n3.id, n1.id);
    passAll(2 * LENGTH);
    cluster.timeout(n1);
    long sentAt = n1.clockNanos;
    cluster.settle();
    assertThat(until(n1)).isEqualTo(sentAt + LENGTH);
  }

  @Test
  @DisplayName("6.4.1: without answers the lease ends, and a read asks a quorum")
  void ends() {
    long until = until(n1);
    cluster.network().cut(n1.id, n2.id);
    cluster.network().cut(n1.id, n3.id);
    passAll(until - n1.clockNanos - 1);
    cluster.leaseRead(n1);
    assertThat(outcomes).hasSize(1);
    passAll(1);
    cluster.leaseRead(n1);
    assertThat(outcomes).hasSize(1);
    assertThat(until(n1)).isEqualTo(LeaderLease.NONE);
    assertThat(n1.view().leaseReadsRefused()).isEqualTo(1);
    cluster.network().healAll();
    cluster.run(200 * MILLIS);
    assertThat(outcomes).hasSize(2).allMatch(Ready.ReadOutcome::isConfirmed);
    assertThat(outcomes.get(1).leaseUntilNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  @DisplayName(
      "choice: leases are off unless the configuration permits them; then nothing but ReadIndex answers")
  void offByDefault() {
    CoreHarness plain = ofVoters(OPTIONS, "n1", "n2", "n3");
    plain.trace(listener());
    HarnessReplica leader = plain.elect("n1");
    plain.leaseRead(leader);
    assertThat(outcomes).isEmpty();
    plain.settle();
    assertThat(outcomes).hasSize(1).allMatch(Ready.ReadOutcome::isConfirmed);
    assertThat(until(leader)).isEqualTo(LeaderLease.NONE);
  }

  @Test
  @DisplayName("choice: at a follower such a read asks the leader, like any other")
  void follower() {
    cluster.leaseRead(n2);
    assertThat(outcomes).isEmpty();
    cluster.settle();
    assertThat(outcomes).hasSize(1).allMatch(Ready.ReadOutcome::isConfirmed);
  }

  @Test
  @DisplayName("6.4, trap 23: no lease before an entry of the leader's own term is committed")
  void notBeforeTheNoOp() {
    cluster.crash(n1, 0);
    n2.autoDisk = false;
    n3.autoDisk = false;
    for (int i = 0; !n2.leads(); i++) {
      n2.check(i < 500, "is not elected");
      passAll(10 * MILLIS);
      while (!n2.leads() && n2.disk.pendingWrites() + n3.disk.pendingWrites() > 0) {
        for (HarnessReplica replica : List.of(n2, n3)) {
          if (replica.disk.pendingWrites() > 0) {
            cluster.completeWrite(replica);
          }
        }
        cluster.settle();
      }
      cluster.settle();
    }
    passAll(100 * MILLIS);
    cluster.settle();
    assertThat(n2.view().hasCommittedInTerm()).isFalse();
    assertThat(until(n2)).isEqualTo(LeaderLease.NONE);
    for (HarnessReplica replica : List.of(n2, n3)) {
      replica.autoDisk = true;
      while (replica.disk.pendingWrites() > 0) {
        cluster.completeWrite(replica);
      }
    }
    cluster.settle();
    assertThat(until(n2)).isGreaterThan(n2.clockNanos);
  }

  @Test
  @DisplayName(
      "choice: a lease relies only on voters whose log is known to hold the configuration that permits it")
  void switchedOn() {
    CoreHarness plain = ofVoters(OPTIONS, "n1", "n2", "n3");
    HarnessReplica leader = plain.elect("n1");
    plain.network().cut(leader.id, plain.replica("n3").id);
    plain.change(leader, voters("n1", "n2", "n3").withLeaseRules(RULES));
    assertThat(until(leader)).as("not committed").isEqualTo(LeaderLease.NONE);
    plain.settle();
    assertThat(until(leader)).as("n2 has it").isGreaterThan(leader.clockNanos);
    // From now on n3 hears heartbeats, and n2 nothing at all.
    plain.network().cut(leader.id, plain.replica("n2").id);
    plain.network().healAll();
    plain.network().cut(leader.id, plain.replica("n2").id);
    for (int i = 0; i < 12; i++) {
      plain.replicas().forEach(replica -> replica.clockNanos += 100 * MILLIS);
      plain.replicas().forEach(replica -> plain.pass(replica, 0));
      plain.network().take(AppendEntries.class::isInstance);
      plain.settle();
    }
    assertThat(leader.leads()).isTrue();
    assertThat(until(leader)).as("n3 has promised nothing").isEqualTo(LeaderLease.NONE);
    plain.run(1000 * MILLIS);
    assertThat(until(leader)).as("now it has it").isGreaterThan(leader.clockNanos);
  }

  @Test
  @DisplayName(
      "choice: a lease ends as soon as a configuration without leases is appended, and shrinks with a shorter window")
  void switchedOff() {
    Configuration members = voters("n1", "n2", "n3");
    long start = until(n1) - LENGTH;
    cluster.change(n1, members.withLeaseRules(LeaseRules.permitted(500, 200_000)));
    assertThat(until(n1)).as("the shorter one").isEqualTo(start + 400 * MILLIS);
    cluster.settle();
    cluster.change(n1, members.withLeaseRules(LeaseRules.permitted(2000, 100_000)));
    assertThat(until(n1)).as("not committed").isEqualTo(start + 400 * MILLIS);
    cluster.settle();
    assertThat(until(n1)).isEqualTo(start + 1800 * MILLIS);
    cluster.change(n1, members);
    assertThat(until(n1)).isEqualTo(LeaderLease.NONE);
    cluster.settle();
    assertThat(until(n1)).isEqualTo(LeaderLease.NONE);
  }

  @Test
  @DisplayName(
      "choice: who was promised a long window has it, even once a shorter one is committed")
  void switchedOffAtVoters() {
    Configuration members = voters("n1", "n2", "n3");
    cluster.change(n1, members.withLeaseRules(LeaseRules.permitted(2000, 1)));
    cluster.run(300 * MILLIS);
    cluster.change(n1, members);
    cluster.settle();
    cluster.crash(n1, 0);
    assertThat(n2.view().configuration().leaseRules().permitted()).isFalse();
    passAll(1500 * MILLIS);
    assertThat(wouldVote()).isFalse();
    passAll(500 * MILLIS);
    assertThat(wouldVote()).isTrue();
  }

  @Test
  @DisplayName(
      "6.4.1: a leader that has left its office has no lease, and one that comes back starts anew")
  void leavesOffice() {
    cluster.deliver(new HeartbeatResponse(n3.id, n1.id, 7, 1, 0));
    assertThat(n1.leads()).isFalse();
    assertThat(until(n1)).isEqualTo(LeaderLease.NONE);
    cluster.settle();
    assertThat(n1.leads()).as("its voters let itself pass").isTrue();
    assertThat(n1.view().hardState().term()).isEqualTo(8);
    assertThat(until(n1)).isEqualTo(n1.clockNanos + LENGTH);
  }

  @Test
  @DisplayName(
      "choice: rules that would serve no read, or only delay elections, are refused, and it is said why")
  void nonsenseIsRefused() {
    Configuration members = voters("n1", "n2", "n3");
    Map<LeaseRules, String> nonsense = new LinkedHashMap<>();
    nonsense.put(LeaseRules.permitted(1000, 0), "no two clocks run exactly alike");
    nonsense.put(LeaseRules.permitted(200, 1), "at least two heartbeat intervals, 200 ms");
    nonsense.put(LeaseRules.permitted(2001, 1), "the longest election timeout, 2000 ms");
    nonsense.forEach((rules, problem) -> {
      MembershipChange change = MembershipChange.to(members.withLeaseRules(rules));
      assertThat(n1.view().previewChange(change).refusals())
          .extracting(ChangeRefusal::reason)
          .containsExactly(ChangeRefusal.Reason.LEASE_RULES);
      cluster.changeBy(n1, change);
      assertThat(n1.lastOutcome().refusals()).singleElement().satisfies(refusal -> {
        assertThat(refusal.reason().isPassing()).isFalse();
        assertThat(refusal.detail()).contains(problem);
      });
    });
    assertThat(n1.view().configuration().leaseRules()).isEqualTo(RULES);
    cluster.change(n1, members.withLeaseRules(LeaseRules.permitted(2000, 1)));
    cluster.settle();
    cluster.change(n1, members.withLeaseRules(LeaseRules.permitted(201, 1000)));
    cluster.settle();
    assertThat(n1.view().configuration().leaseRules().windowMillis()).isEqualTo(201);
  }

  @Test
  @DisplayName("choice: a group that was founded with such rules can be changed all the same")
  void otherChangesAreNotHeldUp() {
    CoreHarness founded = withLeases(OPTIONS, LeaseRules.permitted(500, 0), "n1", "n2", "n3");
    founded.run(1500 * MILLIS);
    HarnessReplica leader = founded.replica("n1");
    founded.changeBy(leader, new MembershipChange.Remove(CoreHarness.id("n3")));
    founded.settle();
    assertThat(leader.lastOutcome().end()).isEqualTo(Ready.ChangeEnd.DONE);
  }

  @Test
  @DisplayName("6.4.1: the length is exact: the window less the drift, on the leader's clock")
  void length() {
    assertThat(LeaseRules.permitted(1000, 1).lengthNanos()).isEqualTo(999_999_000);
    assertThat(LeaseRules.permitted(1, 999_999).lengthNanos()).isEqualTo(1);
    assertThat(LeaseRules.permitted(Integer.MAX_VALUE, 0).lengthNanos())
        .isEqualTo(Integer.MAX_VALUE * MILLIS);
    assertThat(LeaseRules.FORBIDDEN.lengthNanos()).isZero();
  }

  @Test
  @DisplayName("6.4.1: the only voter needs no answers")
  void onlyVoter() {
    CoreHarness one = withLeases(OPTIONS, RULES, "n1");
    HarnessReplica only = one.replica("n1");
    one.pass(only, 990 * MILLIS);
    assertThat(only.leads())
        .as("it may have promised its vote before it started")
        .isFalse();
    one.pass(only, 10 * MILLIS);
    assertThat(only.leads()).isTrue();
    one.leaseRead(only);
    assertThat(only.view().leaseReadsGranted()).isEqualTo(1);
  }

  @Test
  @DisplayName(
      "choice: many rounds for reads between two heartbeats make no lease last longer than it may")
  void manyRounds() {
    for (int i = 0; i < 300; i++) {
      cluster.read(n1);
      cluster.settle();
      passAll(1 * MILLIS);
      cluster.settle();
      assertThat(until(n1)).isLessThanOrEqualTo(n1.clockNanos + LENGTH);
      assertThat(until(n1)).isGreaterThan(n1.clockNanos + LENGTH - 130 * MILLIS);
    }
    assertThat(cluster.network().inFlight()).noneMatch(RequestPreVote.class::isInstance);
  }

  @Test
  @DisplayName(
      "6.4.1: nor is there a lease before a majority has answered while the clock is younger than a lease is long")
  void noneWithoutAnswersWhileTheClockIsYoung() {
    CoreHarness young = withLeases(OPTIONS, RULES, "n1", "n2", "n3");
    HarnessReplica leader = young.replica("n1");
    // The others have run for longer than voters wait that were started anew.
    young.pass(young.replica("n2"), 1000 * MILLIS);
    young.pass(young.replica("n3"), 1000 * MILLIS);
    young.elect("n2");
    young.transfer(young.replica("n2"), leader.id);
    young.settleWithout(HeartbeatResponse.class);
    assertThat(leader.leads()).isTrue();
    assertThat(leader.view().commitIndex()).isEqualTo(2);
    assertThat(leader.clockNanos).isLessThan(LENGTH);
    assertThat(until(leader)).isEqualTo(LeaderLease.NONE);
    young.settle();
    assertThat(until(leader)).isEqualTo(leader.clockNanos + LENGTH);
  }

  @Test
  @DisplayName(
      "6.4.1: nor is there one by a voter that lacks the rules for leases while the clock is younger than a lease is long")
  void noneByAVoterThatIsBehindWhileTheClockIsYoung() {
    CoreHarness young = withLeases(OPTIONS, RULES, "n1", "n2", "n3");
    HarnessReplica leader = young.replica("n1");
    HarnessReplica behind = young.replica("n3");
    young.pass(young.replica("n2"), 1000 * MILLIS);
    young.pass(behind, 1000 * MILLIS);
    HarnessReplica first = young.elect("n2");
    young.network().cut(first.id, behind.id);
    young.network().cut(leader.id, behind.id);
    young.change(
        first, first.view().configuration().withLeaseRules(LeaseRules.permitted(1000, 50_000)));
    young.settle();
    young.transfer(first, leader.id);
    young.settleWithout(HeartbeatResponse.class);
    assertThat(leader.leads()).isTrue();
    assertThat(leader.view().commitIndex()).isGreaterThan(leader.view().configurationIndex());
    assertThat(leader.clockNanos).isLessThan(LENGTH);
    assertThat(until(leader)).isEqualTo(LeaderLease.NONE);
  }
}
