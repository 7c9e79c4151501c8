package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.SnapshotHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Snapshots whose source is in a later term than who takes them over. A fetch outlives leaders, and a leader of term 4 may have
 * committed an entry of term 2, which the leader of term 3 lacks: so the term of the snapshot's last entry says too little.
 */
class SnapshotTermTrapsTest {

  /** How the snapshot comes to n3. */
  private enum Arrival {
    RECEIVED,
    /** n3's process ends when it is durable, before its core hears of it. */
    CRASH_BEFORE_THE_CORE_KNOWS,
    /** n3's process ends when its core has taken it over and nothing of that is durable. */
    CRASH_BEFORE_THE_LOG_FOLLOWS
  }

  private final CoreHarness five = ofVoters(OPTIONS, "n1", "n2", "n3", "n4", "n5");
  private final HarnessReplica n1 = five.replica("n1");
  private final HarnessReplica n2 = five.replica("n2");
  private final HarnessReplica n3 = five.replica("n3");
  private final HarnessReplica n4 = five.replica("n4");
  private final HarnessReplica n5 = five.replica("n5");

  /** What n1, the leader of term 3, has sent to n3; it comes once more in the end. */
  private final List<AppendEntries> ofTerm3 = new ArrayList<>();

  private static void isolate(CoreHarness cluster, HarnessReplica replica) {
    for (HarnessReplica other : cluster.replicas()) {
      cluster.network().cut(replica.id, other.id);
      cluster.network().cut(other.id, replica.id);
    }
  }

  private static void connect(CoreHarness cluster, HarnessReplica... replicas) {
    for (HarnessReplica one : replicas) {
      for (HarnessReplica other : replicas) {
        cluster.network().heal(one.id, other.id);
      }
    }
  }

  private static Predicate<ProtocolMessage> entriesOf(HarnessReplica leader) {
    return message -> message instanceof AppendEntries && message.from().equals(leader.id);
  }

  private static Predicate<ProtocolMessage> leadingOf(HarnessReplica leader) {
    return entriesOf(leader)
        .or(message -> message instanceof Heartbeat && message.from().equals(leader.id));
  }

  private static Predicate<ProtocolMessage> to(HarnessReplica receiver) {
    return message -> message.to().equals(receiver.id);
  }

  private void settleWithout(Predicate<ProtocolMessage> lost) {
    while (!five.network().isEmpty()) {
      ProtocolMessage next = five.network().take(0);
      if (entriesOf(n1).and(to(n3)).test(next)) {
        ofTerm3.add((AppendEntries) next);
      }
      if (!lost.test(next)) {
        five.deliver(next);
      }
    }
  }

  private void electWithout(HarnessReplica candidate, Predicate<ProtocolMessage> lost) {
    for (HarnessReplica replica : five.replicas()) {
      if (!replica.leads() && replica.view().leader() != null) {
        five.pass(replica, OPTIONS.electionTimeoutMinNanos());
      }
    }
    for (int attempt = 0; !candidate.leads(); attempt++) {
      candidate.check(attempt < 6, "is not elected");
      five.timeout(candidate);
      settleWithout(lost);
    }
  }

  /** Term 1: n4 leads, n3 lags, and is told to fetch what n4 has a snapshot of. */
  private void fetchBegins() {
    five.elect("n4");
    five.run(200 * MILLIS);
    isolate(five, n3);
    five.propose(n4, "a", "b", "c", "d");
    five.run(2500 * MILLIS);
    five.snapshot(n4);
    n3.autoFetch = false;
    five.network().healAll();
    five.run(1500 * MILLIS);
    assertThat(n3.fetches).hasSize(1);
    assertThat(n4.view().baseEntry()).isEqualTo(new EntryId(1, 5));
  }

  /** Term 2: n2 leads, and its entries reach nobody but perhaps n3. */
  private void term2(Predicate<ProtocolMessage> lost) {
    isolate(five, n4);
    electWithout(n2, lost);
    five.propose(n2, "x", "y");
    settleWithout(lost);
    assertThat(n2.view().lastEntry()).isEqualTo(new EntryId(2, 8));
    isolate(five, n2);
  }

  /** Term 3: n1 leads, n3 follows it, and nobody else hears of it. */
  private void term3(Predicate<ProtocolMessage> lost) {
    Predicate<ProtocolMessage> lostToo = lost.or(leadingOf(n1).and(to(n3).negate()));
    electWithout(n1, lostToo);
    five.propose(n1, "p", "q", "r");
    five.pass(n1, OPTIONS.heartbeatNanos());
    settleWithout(lostToo);
    assertThat(n3.view().hardState().term()).isEqualTo(3);
    assertThat(n3.view().leader()).isEqualTo(n1.id);
  }

  /** Term 4: n2 leads again and commits what it appended in term 2. n4 takes a snapshot of just that; n3 gets it. */
  private void term4(Arrival arrival) {
    isolate(five, n1);
    isolate(five, n3);
    five.pass(n4, 3000 * MILLIS);
    five.pass(n2, 3000 * MILLIS);
    assertThat(n2.leads()).as("nobody has answered it").isFalse();
    connect(five, n2, n4, n5);
    electWithout(n2, message -> false);
    assertThat(n4.view().hardState().term()).isEqualTo(4);
    assertThat(n4.view().commitIndex()).isEqualTo(9);
    FakeSnapshot taken = n4.capture(8);
    assertThat(taken.header().last()).isEqualTo(new EntryId(2, 8));
    five.saveSnapshot(n4, taken);
    five.network().heal(n4.id, n3.id);
    if (arrival == Arrival.CRASH_BEFORE_THE_CORE_KNOWS) {
      n3.disk.save(taken);
      five.crash(n3, 0);
      five.start(n3);
    } else {
      n3.autoDisk = arrival == Arrival.RECEIVED;
      five.endFetch(n3, n3.fetches.get(0));
      assertThat(n3.view().hardState().term()).as("moved at once").isEqualTo(4);
      if (arrival == Arrival.CRASH_BEFORE_THE_LOG_FOLLOWS) {
        five.crash(n3, 0);
        n3.autoDisk = true;
        five.start(n3);
      }
    }
    assertThat(n3.view().commitIndex()).isEqualTo(8);
  }

  private void takesNothingOfTerm3(Predicate<AppendEntries> which) {
    List<AppendEntries> late = ofTerm3.stream().filter(which).toList();
    assertThat(late).isNotEmpty();
    late.forEach(five::deliver);
    assertThat(n3.disk.durableHardState()).isEqualTo(new HardState(4, null));
    assertThat(n3.view().leader()).isNull();
    assertThat(n3.view().lastEntry()).isEqualTo(new EntryId(2, 8));
  }

  private void allIsOneAgain() {
    five.network().healAll();
    n3.autoFetch = true;
    five.run(5000 * MILLIS);
    assertThat(n3.applied).hasSizeGreaterThan(8).isEqualTo(n2.applied).isEqualTo(n1.applied);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "trap 39: who takes over a snapshot taken in a later term acknowledges nothing to a leader before that term")
  void trap39_falseAcknowledgement(Arrival arrival) {
    fetchBegins();
    term2(leadingOf(n2));
    term3(message -> false);
    term4(arrival);
    takesNothingOfTerm3(message -> true);
    allIsOneAgain();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("trap 39: nor does it put that leader's entries after the snapshot")
  void trap39_entriesOfDeposedLeader(Arrival arrival) {
    fetchBegins();
    term2(leadingOf(n2));
    term3(message -> false);
    term4(arrival);
    takesNothingOfTerm3(message -> message.lastIndex() >= 9);
    allIsOneAgain();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("trap 39: nor entries of a term before the snapshot's last")
  void trap39_entriesOfEarlierTermAfterTheSnapshot(Arrival arrival) {
    fetchBegins();
    // Of term 1, and only n1 has them.
    five.propose(n4, "e", "f", "g", "h");
    settleWithout(entriesOf(n4).and(to(n1).negate()));
    assertThat(n1.view().lastEntry()).isEqualTo(new EntryId(1, 9));
    assertThat(n1.view().commitIndex()).isEqualTo(5);
    term2(leadingOf(n2));
    term3(message -> false);
    term4(arrival);
    takesNothingOfTerm3(message -> true);
    allIsOneAgain();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "trap 39: a log that has the snapshot's last entry is not truncated there by a leader before its term")
  void trap39_logThatHasItAlready(Arrival arrival) {
    fetchBegins();
    term2(leadingOf(n2).and(to(n3).negate()));
    assertThat(n3.view().lastEntry()).isEqualTo(new EntryId(2, 8));
    five.pass(n4, 3000 * MILLIS);
    connect(five, n1, n3, n4, n5);
    // n3 hears that n1 leads, and not yet what n1 has in place of its own entries.
    term3(entriesOf(n1));
    term4(arrival);
    takesNothingOfTerm3(message -> true);
    allIsOneAgain();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("trap 41: a deposed leader that gets what its successor has committed leads no more")
  void trap41_deposedLeader(Arrival arrival) {
    CoreHarness three = ofVoters(OPTIONS, "n1", "n2", "n3");
    HarnessReplica first = three.elect("n1");
    HarnessReplica second = three.replica("n2");
    HarnessReplica deposed = three.replica("n3");
    three.run(200 * MILLIS);
    isolate(three, deposed);
    three.propose(first, "a", "b", "c", "d", "e");
    three.run(2500 * MILLIS);
    three.snapshot(first);
    deposed.autoFetch = false;
    three.network().healAll();
    three.run(1500 * MILLIS);
    assertThat(deposed.fetches).hasSize(1);
    // n2's log still has it all: n3 catches up without the snapshot, and is elected.
    isolate(three, first);
    three.elect("n2");
    three.run(500 * MILLIS);
    three.network().healAll();
    three.run(500 * MILLIS);
    isolate(three, second);
    three.pass(second, 3000 * MILLIS);
    three.elect("n3");
    // Nobody can tell it that n1 leads in the next term, commits more, and has a snapshot of that.
    isolate(three, deposed);
    connect(three, first, second);
    three.elect("n1");
    three.propose(first, "f", "g");
    three.settle();
    three.snapshot(first);
    assertThat(deposed.leads()).isTrue();
    three.network().heal(first.id, deposed.id);
    if (arrival == Arrival.CRASH_BEFORE_THE_CORE_KNOWS) {
      deposed.disk.save(first.disk.snapshot());
    } else {
      deposed.autoDisk = arrival == Arrival.RECEIVED;
      three.endFetch(deposed, deposed.fetches.get(0));
      assertThat(deposed.leads()).isFalse();
    }
    if (arrival != Arrival.RECEIVED) {
      three.crash(deposed, 0);
      deposed.autoDisk = true;
      three.start(deposed);
    }
    assertThat(deposed.disk.durableHardState())
        .isEqualTo(new HardState(first.view().hardState().term(), null));
    assertThat(deposed.applied).isEqualTo(first.applied);
  }

  @Test
  @DisplayName("trap 41: what a replica knows to be committed already moves it to no other term")
  void trap41_newerTermOlderState() {
    fetchBegins();
    term2(leadingOf(n2));
    term3(message -> false);
    FakeSnapshot known = n4.capture(5);
    assertThat(n3.view().commitIndex()).isGreaterThanOrEqualTo(5);
    FakeSnapshot later = new FakeSnapshot(
        new SnapshotHeader(known.header().last(), 9, known.header().configuration(), 0, 0),
        known.applied());
    five.stepDo(n3, core -> core.snapshotReceived(n3.fetches.get(0).generation(), later.header()));
    assertThat(n3.view().hardState().term()).isEqualTo(3);
    assertThat(n3.view().leader()).isEqualTo(n1.id);
  }
}
