package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.withLeases;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.FetchEntries;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.TransferRevocation;
import io.github.balsaraft.model.VoteResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mistakes that other implementations made with leases. The harness fails on any answer that would be stale. */
class LeaseTrapsTest {

  /** Longer than the shortest election timeout of {@link CoreHarness#OPTIONS}, which is one second. */
  private static final long WINDOW = 1500 * MILLIS;

  private final CoreHarness cluster =
      withLeases(OPTIONS, LeaseRules.permitted(1500, 0), "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  @BeforeEach
  void elect() {
    cluster.run(2000 * MILLIS);
    assertThat(n1.leads()).isTrue();
  }

  private void passAll(long nanos) {
    cluster.replicas().forEach(replica -> replica.clockNanos += nanos);
    cluster.replicas().forEach(replica -> cluster.pass(replica, 0));
  }

  private boolean holdsLease(HarnessReplica replica) {
    return replica.view().leaseUntilNanos() != LeaderLease.NONE;
  }

  private List<ProtocolMessage> toldOnItsWay() {
    cluster.transfer(n1, n2.id);
    cluster.settleWithout(TimeoutNow.class);
    List<ProtocolMessage> told = cluster.network().take(TimeoutNow.class::isInstance);
    assertThat(told).hasSize(1);
    return told;
  }

  /** Another candidate with an up-to-date log asks n3. */
  private boolean wouldVote(HarnessReplica voter) {
    cluster.network().take(message -> true);
    long term = voter.view().hardState().term() + 1;
    cluster.deliver(new RequestPreVote(n2.id, voter.id, term, voter.view().lastEntry()));
    ProtocolMessage answer =
        cluster.network().take(PreVoteResponse.class::isInstance).get(0);
    return ((PreVoteResponse) answer).granted();
  }

  private boolean votes(HarnessReplica voter) {
    long term = voter.view().hardState().term() + 1;
    cluster.deliver(new RequestVote(n2.id, voter.id, term, voter.view().lastEntry(), false));
    ProtocolMessage answer =
        cluster.network().take(VoteResponse.class::isInstance).get(0);
    return ((VoteResponse) answer).granted();
  }

  @Test
  @DisplayName(
      "trap 25: a leader that stood still finds its lease expired, whatever it held before")
  void trap25_frozenLeader() {
    assertThat(holdsLease(n1)).isTrue();
    for (int i = 0; i < 50; i++) {
      n1.clockNanos += 100 * MILLIS;
      for (HarnessReplica other : List.of(n2, n3)) {
        cluster.pass(other, 100 * MILLIS);
      }
      List<ProtocolMessage> toFrozen = cluster.network().take(m -> m.to().equals(n1.id));
      cluster.settleWithout(TimeoutNow.class);
      toFrozen.forEach(cluster.network()::send);
      cluster.network().take(m -> m.to().equals(n1.id));
    }
    HarnessReplica successor = n2.leads() ? n2 : n3;
    assertThat(successor.leads()).isTrue();
    cluster.propose(successor, "x");
    cluster.network().take(m -> m.to().equals(n1.id));
    cluster.settle();
    cluster.leaseRead(n1);
    assertThat(n1.view().leaseReadsGranted()).isZero();
  }

  @Test
  @DisplayName(
      "trap 25: with clocks that differ by the bound, a lease ends before anybody else can be elected")
  void trap25_drift() {
    CoreHarness other = withLeases(OPTIONS, LeaseRules.permitted(1500, 200_000), "n1", "n2", "n3");
    HarnessReplica slow = other.replica("n1");
    DriftingClocks clocks =
        new DriftingClocks(other, new java.util.ArrayDeque<>(List.of(0, 200_000, 200_000))::poll);
    for (int i = 0; !slow.leads(); i++) {
      slow.check(i < 1000, "is not elected");
      // The others are as if they were not there, or they would be faster.
      clocks.pass(10 * MILLIS, other.replica("n2"), other.replica("n3"));
      other.settle();
    }
    clocks.pass(100 * MILLIS);
    other.settle();
    other.network().cut(slow.id, CoreHarness.id("n2"));
    other.network().cut(slow.id, CoreHarness.id("n3"));
    long granted = 0;
    while (slow.leads()) {
      other.leaseRead(slow);
      granted = slow.view().leaseReadsGranted();
      boolean succeeded = other.replica("n2").leads() || other.replica("n3").leads();
      assertThat(succeeded && holdsLease(slow)).isFalse();
      clocks.pass(10 * MILLIS);
      other.settle();
    }
    assertThat(granted).as("about 1200 ms of 10 ms each").isBetween(100L, 121L);
  }

  @Test
  @DisplayName(
      "trap 27: a voter refuses pre-votes and votes alike for the whole window, whatever its own settings are")
  void trap27_votersHonourTheWindow() {
    passAll(100 * MILLIS);
    cluster.settle();
    n3.clockNanos += WINDOW - 1;
    assertThat(wouldVote(n3)).isFalse();
    assertThat(votes(n3)).isFalse();
    n3.clockNanos += 1;
    assertThat(wouldVote(n3)).isTrue();
    assertThat(votes(n3)).isTrue();
  }

  @Test
  @DisplayName(
      "trap 27: a voter that is told of a shorter window goes by the longer one until the shorter is committed")
  void trap27_shorterWindowNotCommitted() {
    cluster.crash(n2, 0);
    cluster.network().cut(n3.id, n1.id);
    cluster.change(n1, n1.view().configuration().withLeaseRules(LeaseRules.permitted(300, 1)));
    passAll(100 * MILLIS);
    cluster.settle();
    passAll(100 * MILLIS);
    cluster.settle();
    assertThat(n3.view().configuration().leaseRules().windowMillis()).isEqualTo(300);
    n3.clockNanos += WINDOW - 1;
    assertThat(wouldVote(n3)).isFalse();
    n3.clockNanos += 1;
    assertThat(wouldVote(n3)).isTrue();
  }

  @Test
  @DisplayName(
      "trap 27: a failure hint shortens nothing, neither for the candidate nor for the voter")
  void trap27_hint() {
    passAll(100 * MILLIS);
    cluster.settle();
    cluster.crash(n1, 0);
    cluster.peerGone(n2, n1.id);
    cluster.peerGone(n3, n1.id);
    assertThat(wouldVote(n3)).isFalse();
    cluster.run(WINDOW - 10 * MILLIS);
    assertThat(n2.view().hardState().term()).isEqualTo(1);
    assertThat(n3.view().hardState().term()).isEqualTo(1);
    assertThat(n2.view().leader()).isEqualTo(n1.id);
    // The window is over, and a hint makes nobody stand before its own timeout.
    cluster.pass(n2, 50 * MILLIS);
    cluster.peerGone(n2, n1.id);
    assertThat(n2.view().currentRole()).isEqualTo(Role.FOLLOWER);
    cluster.run(1000 * MILLIS);
    assertThat(n2.leads()).isTrue();
  }

  @Test
  @DisplayName(
      "trap 27: the voter that makes the lease restarts within it, and votes for nobody for a whole window")
  void trap27_overlapVoterRestarts() {
    cluster.network().cut(n1.id, n2.id);
    cluster.run(WINDOW + 100 * MILLIS);
    assertThat(n2.view().currentRole()).isNotEqualTo(Role.LEADER);
    assertThat(holdsLease(n1)).as("by n3").isTrue();
    cluster.crash(n3, 0);
    cluster.start(n3);
    cluster.network().cut(n1.id, n3.id);
    for (int i = 0; holdsLease(n1); i++) {
      n1.check(i < 1000, "its lease has no end");
      cluster.leaseRead(n1);
      passAll(10 * MILLIS);
      cluster.settle();
      assertThat(n2.leads() || n3.leads()).isFalse();
      assertThat(n3.view().hardState().term()).isEqualTo(1);
    }
    cluster.run(4000 * MILLIS);
    assertThat(n2.leads() || n3.leads()).isTrue();
  }

  @Test
  @DisplayName(
      "trap 26: the old leader is cut off while it hands over; it has no lease, and its successor gets one")
  void trap26_cutOffWhileHandingOver() {
    List<ProtocolMessage> told = toldOnItsWay();
    assertThat(holdsLease(n1)).as("from the moment on at which it has asked").isFalse();
    cluster.network().cut(n1.id, n2.id);
    cluster.network().cut(n1.id, n3.id);
    cluster.network().cut(n2.id, n1.id);
    cluster.network().cut(n3.id, n1.id);
    told.forEach(cluster::deliver);
    cluster.settle();
    assertThat(n2.leads()).isTrue();
    cluster.propose(n2, "x");
    cluster.settle();
    cluster.leaseRead(n1);
    assertThat(n1.view().leaseReadsGranted()).isZero();
    cluster.leaseRead(n2);
    assertThat(n2.view().leaseReadsGranted()).isEqualTo(1);
  }

  @Test
  @DisplayName(
      "trap 26: neither the end of a transfer nor fresh rounds bring the lease back, only the target's promise")
  void trap26_onlyThePromiseBringsTheLeaseBack() {
    List<ProtocolMessage> told = toldOnItsWay();
    for (int i = 0; i < 30; i++) {
      passAll(100 * MILLIS);
      cluster.network().take(TimeoutNow.class::isInstance);
      cluster.network().take(TransferRevocation.class::isInstance);
      cluster.settle();
      assertThat(holdsLease(n1)).isFalse();
    }
    assertThat(n1.view().transferTarget()).isNull();
    passAll(100 * MILLIS);
    cluster.settle();
    assertThat(holdsLease(n1)).isTrue();
    told.forEach(cluster::deliver);
    assertThat(n2.view().hardState().term()).isEqualTo(1);
  }

  @Test
  @DisplayName("trap 26: that the target says which process it is takes no request back")
  void trap26_nameIsNoPromise() {
    toldOnItsWay();
    for (int i = 0; i < 15; i++) {
      passAll(100 * MILLIS);
      cluster.network().take(TimeoutNow.class::isInstance);
      cluster.settle();
      assertThat(n1.view().transferTarget()).isEqualTo(n2.id);
      assertThat(holdsLease(n1)).isFalse();
    }
  }

  @Test
  @DisplayName("trap 26: one target's promise is not another's")
  void trap26_promiseOfAnother() {
    toldOnItsWay();
    cluster.network().cut(n1.id, n2.id);
    for (int i = 0; i < 21; i++) {
      passAll(100 * MILLIS);
      cluster.settle();
    }
    assertThat(n1.view().transferTarget()).isNull();
    cluster.transfer(n1, n3.id);
    cluster.settleWithout(TimeoutNow.class);
    cluster.network().take(TimeoutNow.class::isInstance);
    for (int i = 0; i < 21; i++) {
      passAll(100 * MILLIS);
      cluster.network().take(TimeoutNow.class::isInstance);
      cluster.settle();
    }
    assertThat(n1.leads()).isTrue();
    assertThat(holdsLease(n1)).as("n2 has promised nothing").isFalse();
    cluster.network().healAll();
    passAll(100 * MILLIS);
    cluster.settle();
    passAll(100 * MILLIS);
    cluster.settle();
    assertThat(holdsLease(n1)).isTrue();
  }

  @Test
  @DisplayName(
      "trap 26: a target that is removed before it promises doesn't cost the lease for ever")
  void trap26_targetThatIsRemoved() {
    List<ProtocolMessage> told = toldOnItsWay();
    cluster.network().cut(n1.id, n2.id);
    cluster.network().cut(n2.id, n1.id);
    for (int i = 0; i < 21; i++) {
      passAll(100 * MILLIS);
      cluster.settle();
    }
    assertThat(n1.view().transferTarget()).isNull();
    assertThat(holdsLease(n1)).isFalse();
    cluster.change(n1, n1.view().configuration().without(n2.id));
    for (int i = 0; i < 5; i++) {
      passAll(100 * MILLIS);
      cluster.settle();
    }
    assertThat(n1.view().configuration().contains(n2.id)).isFalse();
    assertThat(holdsLease(n1)).isTrue();
    // What it was told was under way for long: it campaigns, and nobody elects it.
    told.forEach(cluster::deliver);
    cluster.network().healAll();
    cluster.settle();
    assertThat(n2.leads()).isFalse();
    assertThat(n1.leads()).isTrue();
  }

  @Test
  @DisplayName(
      "trap 27: a voter honours a longer window from the moment on at which it is told of it")
  void trap27_longerWindow() {
    cluster.network().cut(n1.id, n2.id);
    cluster.change(n1, n1.view().configuration().withLeaseRules(LeaseRules.permitted(2000, 1)));
    cluster.deliver(cluster.network().take(AppendEntries.class::isInstance).get(0));
    assertThat(n3.view().configuration().leaseRules().windowMillis()).isEqualTo(2000);
    for (int i = 0; i < 19; i++) {
      cluster.pass(n3, 100 * MILLIS);
    }
    assertThat(n3.view().currentRole()).as("its own vote counts too").isEqualTo(Role.FOLLOWER);
    assertThat(wouldVote(n3)).isFalse();
    n3.clockNanos += 100 * MILLIS;
    assertThat(wouldVote(n3)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 300, 1000})
  @DisplayName(
      "trap 27: a voter that never reads the configuration with the longer window again votes for nobody within a lease")
  void trap27_damagedConfigurationStaysLost(int millisUntilItIsCovered) {
    CoreHarness group = withLeases(OPTIONS, LeaseRules.permitted(300, 1), "n1", "n2", "n3");
    // Whoever starts promises a whole window.
    group.replicas().forEach(replica -> group.pass(replica, 400 * MILLIS));
    group.network().take(message -> true);
    HarnessReplica leader = group.elect("n1");
    HarnessReplica voter = group.replica("n3");
    // n2 takes entries, but no answer of its to a heartbeat gets back: the lease rests on n3.
    restsOn(group, voter);
    passIn(group, 200);
    long longer = leader.view().lastEntry().index() + 1;
    group.change(
        leader, leader.view().configuration().withLeaseRules(LeaseRules.permitted(2000, 1)));
    passIn(group, 600);
    assertThat(leader.view().leaseUntilNanos() - leader.clockNanos).isGreaterThan(1000 * MILLIS);
    group.crash(voter, 0);
    group.damage(voter, longer);
    group.start(voter);
    // It hears nobody, and doesn't get the damaged entry back.
    cutTo(group, voter);
    boolean voted = false;
    for (int millis = 0; millis < 4000; millis += 10) {
      if (millis == millisUntilItIsCovered) {
        group.change(
            leader, leader.view().configuration().withLeaseRules(LeaseRules.permitted(300, 1)));
        restsOn(group, voter);
        group.propose(leader, "a", "b");
        restsOn(group, voter);
        group.snapshot(leader);
        group.snapshot(group.replica("n2"));
        group.network().healAll();
      }
      passIn(group, 10);
      if (voter.view().baseEntry().index() > longer) {
        cutTo(group, voter);
      }
      boolean would = wouldVoteIn(group, voter);
      assertThat(leader.view().leaseUntilNanos() != LeaderLease.NONE
              && leader.view().leaseUntilNanos() > leader.clockNanos
              && would)
          .as("after " + millis + " ms")
          .isFalse();
      voted |= would;
    }
    assertThat(voter.view().isRecovering()).isFalse();
    assertThat(voted).as("once nothing forbids it").isTrue();
  }

  private static void cutTo(CoreHarness group, HarnessReplica voter) {
    for (String other : List.of("n1", "n2")) {
      group.network().cut(CoreHarness.id(other), voter.id);
    }
  }

  private static void passIn(CoreHarness group, long millis) {
    for (long passed = 0; passed < millis; passed += 10) {
      group.replicas().forEach(replica -> group.pass(replica, 10 * MILLIS));
      restsOn(group, group.replica("n3"));
    }
  }

  /** Delivers everything but what others than this one answer to heartbeats. */
  private static void restsOn(CoreHarness group, HarnessReplica voter) {
    while (!group.network().isEmpty()) {
      ProtocolMessage next = group.network().take(0);
      if (!(next instanceof HeartbeatResponse) || next.from().equals(voter.id)) {
        group.deliver(next);
      }
    }
  }

  /** Whether it would vote for n2, if that asked; nothing comes of it. */
  private static boolean wouldVoteIn(CoreHarness group, HarnessReplica voter) {
    List<ProtocolMessage> before = group.network().take(message -> true);
    long term = voter.view().hardState().term() + 1;
    group.deliver(new RequestPreVote(
        CoreHarness.id("n2"), voter.id, term, new EntryId(term, Integer.MAX_VALUE)));
    ProtocolMessage answer =
        group.network().take(PreVoteResponse.class::isInstance).get(0);
    group.network().take(message -> true);
    before.forEach(group.network()::send);
    return ((PreVoteResponse) answer).granted();
  }

  @Test
  @DisplayName(
      "trap 27: a window whose configuration was damaged is honoured once that is known again, though a shorter one is in force")
  void trap27_windowIsRefilled() {
    cluster.change(n1, n1.view().configuration().withLeaseRules(LeaseRules.permitted(2000, 1)));
    cluster.run(200 * MILLIS);
    long index = n2.view().configurationIndex();
    cluster.change(n1, n1.view().configuration().withLeaseRules(LeaseRules.permitted(300, 1)));
    cluster.run(200 * MILLIS);
    cluster.crash(n2, 0);
    cluster.damage(n2, index);
    cluster.start(n2);
    cluster.propose(n1, "x");
    for (int i = 0; i < 3; i++) {
      cluster.network().take(FetchEntries.class::isInstance);
      cluster.settle();
      passAll(100 * MILLIS);
    }
    // By now it knows that the shorter one is committed, and would go by it.
    assertThat(n2.view().isRecovering()).isTrue();
    assertThat(n2.view().commitIndex()).isGreaterThan(index);
    cluster.run(300 * MILLIS);
    assertThat(n2.view().isRecovering()).isFalse();
    assertThat(n2.view().configuration().leaseRules().windowMillis()).isEqualTo(300);
    n2.clockNanos += 1500 * MILLIS;
    cluster.deliver(new RequestPreVote(n3.id, n2.id, 2, n2.view().lastEntry()));
    assertThat(granted()).isFalse();
    n2.clockNanos += 500 * MILLIS;
    cluster.deliver(new RequestPreVote(n3.id, n2.id, 2, n2.view().lastEntry()));
    assertThat(granted()).isTrue();
  }

  private boolean granted() {
    List<ProtocolMessage> answers = cluster.network().take(PreVoteResponse.class::isInstance);
    return ((PreVoteResponse) answers.get(0)).granted();
  }

  @Test
  @DisplayName("whoever leads has nothing left to promise to an earlier leader")
  void leaderIsFree() {
    toldOnItsWay().forEach(cluster::deliver);
    cluster.settle();
    assertThat(n2.leads()).isTrue();
    cluster.deliver(new HeartbeatResponse(n3.id, n2.id, 9, 1, 0));
    cluster.settle();
    assertThat(n2.leads()).isTrue();
    assertThat(n2.view().hardState().term()).isEqualTo(10);
  }

  @Test
  @DisplayName(
      "a successor that loses the election its leader asked for waits like any other voter")
  void successorWaits() {
    List<ProtocolMessage> told = toldOnItsWay();
    told.forEach(cluster::deliver);
    cluster.network().take(message -> true);
    assertThat(n2.view().hardState().term()).isEqualTo(2);
    cluster.network().cut(n2.id, n1.id);
    cluster.network().cut(n2.id, n3.id);
    cluster.timeout(n2);
    cluster.network().healAll();
    cluster.run(6000 * MILLIS);
    assertThat(cluster.replicas().stream().filter(HarnessReplica::leads)).hasSize(1);
  }
}
