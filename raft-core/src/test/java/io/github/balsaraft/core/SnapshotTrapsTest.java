package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.core.log.TermStarts;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.InstallSnapshot;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.InstallStatus;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.SnapshotHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Ways in which other implementations went wrong with snapshots and compaction. */
class SnapshotTrapsTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  private static EntryBatch entry(long term, long index) {
    return Payloads.single(EntryType.COMMAND, new byte[0]).place(new EntryId(term, index), 0);
  }

  private static List<EntryBatch> entries(long term, long from, long to) {
    List<EntryBatch> entries = new ArrayList<>();
    for (long index = from; index <= to; index++) {
      entries.add(entry(term, index));
    }
    return entries;
  }

  private static FakeSnapshot snapshot(long term, long index, Configuration configuration) {
    List<EntryId> applied = new ArrayList<>();
    for (long i = 1; i <= index; i++) {
      applied.add(new EntryId(term, i));
    }
    return new FakeSnapshot(
        new SnapshotHeader(new EntryId(term, index), term, configuration, 0, 0), applied);
  }

  private static FakeSnapshot snapshot(long term, long index) {
    return snapshot(term, index, voters("n1", "n2", "n3"));
  }

  /** Of n1 in a term: to n3, as if its log started after this entry. */
  private void ask(HarnessReplica from, long term, long snapshotTerm, long index) {
    cluster.deliver(
        new InstallSnapshot(from.id, n3.id, term, 1, new EntryId(snapshotTerm, index), from.id));
  }

  private void receive(FakeSnapshot snapshot, long generation) {
    n3.disk.save(snapshot);
    cluster.stepDo(n3, core -> core.snapshotReceived(generation, snapshot.header()));
  }

  private <M extends ProtocolMessage> M last(Class<M> type) {
    List<ProtocolMessage> sent = cluster.network().take(type::isInstance);
    return type.cast(sent.get(sent.size() - 1));
  }

  private static RaftCore start(
      HardState hardState, EntryId base, long last, SnapshotHeader snapshot) {
    List<EntryId> starts = last > base.index()
        ? List.of(new EntryId(Math.max(1, base.term()), base.index() + 1))
        : List.of();
    return new RaftCore(
        OPTIONS,
        () -> 1,
        new CoreStart(
            CoreHarness.id("n1"),
            hardState,
            new TermStarts(base, starts, last),
            snapshot,
            Configuration.EMPTY,
            new TreeMap<>(),
            0,
            0,
            0));
  }

  @Test
  @DisplayName(
      "trap 19: what lies at or below the snapshot is a match, also in a message that straddles it")
  void trap19_straddlesTheSnapshot() {
    cluster.allowForgery();
    cluster.deliver(new AppendEntries(n1.id, n3.id, 2, 1, EntryId.NONE, entries(2, 1, 5), 5));
    cluster.snapshot(n3);
    assertThat(n3.disk.durableBase()).isEqualTo(new EntryId(2, 5));
    cluster.deliver(new AppendEntries(n1.id, n3.id, 2, 1, new EntryId(2, 2), entries(2, 3, 7), 5));
    AppendEntriesResponse answer = last(AppendEntriesResponse.class);
    assertThat(answer.isRejection()).isFalse();
    assertThat(answer.durableMatch()).isEqualTo(7);
    cluster.deliver(new AppendEntries(n1.id, n3.id, 2, 1, new EntryId(2, 3), entries(2, 4, 5), 5));
    assertThat(last(AppendEntriesResponse.class).isRejection()).isFalse();
    assertThat(n3.view().lastEntry()).as("nothing is truncated").isEqualTo(new EntryId(2, 7));
  }

  @Test
  @DisplayName(
      "trap 32: after an install the configuration is the snapshot's, not one of the entries that are gone")
  void trap32_staleConfiguration() {
    cluster.allowForgery();
    Configuration uncommitted = voters("n1", "n2", "n3").jointTowards(voters("n3"), 1);
    EntryBatch change =
        Payloads.single(EntryType.CONFIGURATION, uncommitted.encode()).place(new EntryId(1, 1), 0);
    cluster.deliver(new AppendEntries(n1.id, n3.id, 1, 1, EntryId.NONE, List.of(change), 0));
    assertThat(n3.view().configuration()).isEqualTo(uncommitted);
    n3.autoFetch = false;
    ask(n2, 2, 2, 4);
    receive(snapshot(2, 4), 1);
    assertThat(n3.view().configuration()).isEqualTo(voters("n1", "n2", "n3"));
    assertThat(n3.view().configurationIndex()).isZero();
    // Nor is it back when entries after the snapshot are truncated.
    cluster.deliver(new AppendEntries(n2.id, n3.id, 2, 1, new EntryId(2, 4), entries(2, 5, 6), 4));
    cluster.deliver(new AppendEntries(n1.id, n3.id, 3, 1, new EntryId(2, 4), entries(3, 5, 5), 4));
    assertThat(n3.view().configuration()).isEqualTo(voters("n1", "n2", "n3"));
    cluster.crash(n3, 0);
    cluster.start(n3);
    assertThat(n3.view().configuration()).isEqualTo(voters("n1", "n2", "n3"));
  }

  @Test
  @DisplayName("trap 32: a later entry that survives a restart says otherwise")
  void trap32_survivingLaterEntry() {
    cluster.allowForgery();
    cluster.deliver(new AppendEntries(n1.id, n3.id, 1, 1, EntryId.NONE, entries(1, 1, 3), 3));
    Configuration later = voters("n1", "n2", "n3").with(CoreHarness.learner("n4"));
    EntryBatch change =
        Payloads.single(EntryType.CONFIGURATION, later.encode()).place(new EntryId(1, 4), 0);
    cluster.deliver(new AppendEntries(n1.id, n3.id, 1, 1, new EntryId(1, 3), List.of(change), 3));
    cluster.snapshot(n3);
    assertThat(n3.disk.durableBase()).isEqualTo(new EntryId(1, 3));
    cluster.crash(n3, 0);
    cluster.start(n3);
    assertThat(n3.view().configuration()).isEqualTo(later);
    assertThat(n3.view().commitIndex()).isEqualTo(3);
  }

  @Test
  @DisplayName(
      "trap 39: a write that ends after the install proves nothing about the log that follows it")
  void trap39_completionOfAnEarlierWrite() {
    cluster.allowForgery();
    n3.autoDisk = false;
    n3.autoFetch = false;
    cluster.deliver(new AppendEntries(n1.id, n3.id, 1, 1, EntryId.NONE, entries(1, 1, 8), 0));
    ask(n2, 3, 2, 5);
    receive(snapshot(2, 5), 1);
    cluster.deliver(new AppendEntries(n2.id, n3.id, 3, 1, new EntryId(2, 5), entries(3, 6, 8), 5));
    cluster.network().inFlight().clear();
    // Of term 1: eight entries, term and vote of term 3, then the install, then three entries.
    while (n3.disk.durableBase().index() == 0) {
      assertThat(n3.view().durableIndex()).isLessThan(5);
      assertThat(cluster.network().inFlight())
          .noneMatch(message -> message instanceof AppendEntriesResponse response
              && response.term() == 3
              && response.durableMatch() > 0);
      cluster.completeWrite(n3);
    }
    while (n3.disk.pendingWrites() > 0) {
      cluster.completeWrite(n3);
    }
    assertThat(n3.view().durableIndex()).isEqualTo(8);
    assertThat(last(AppendEntriesResponse.class).durableMatch()).isEqualTo(8);
  }

  @Test
  @DisplayName(
      "trap 39: what messages of a session proved of the log before the install proves nothing after it")
  void trap39_sessionBeforeTheInstall() {
    cluster.allowForgery();
    n3.autoFetch = false;
    // n1 leads in term 3 and has entries of its own; n2 was elected in term 4 without n3's
    // knowledge
    // and has committed others.
    cluster.deliver(new AppendEntries(n1.id, n3.id, 3, 7, EntryId.NONE, entries(3, 1, 2), 0));
    ask(n2, 3, 2, 6);
    assertThat(n3.fetches).as("n1 leads in term 3, not n2").isEmpty();
    cluster.deliver(new InstallSnapshot(n1.id, n3.id, 3, 7, new EntryId(3, 4), n2.id));
    receive(snapshot(2, 6), 1);
    assertThat(n3.view().lastEntry()).isEqualTo(new EntryId(2, 6));
    cluster.network().inFlight().clear();
    // Rejected, with the present durable match: it must not speak of n1's entries any more.
    cluster.deliver(new AppendEntries(n1.id, n3.id, 3, 7, new EntryId(3, 8), entries(3, 9, 9), 0));
    AppendEntriesResponse answer = last(AppendEntriesResponse.class);
    assertThat(answer.isRejection()).isTrue();
    assertThat(answer.durableMatch()).isZero();
  }

  @Test
  @DisplayName(
      "trap 39: a leader takes for a match only a position of its own log: the source may have been a later leader's")
  void trap39_snapshotOfALaterLeader() {
    HarnessReplica leader = cluster.elect("n1");
    cutOff(cluster, n3);
    propose(cluster, leader, 5);
    cluster.run(2500 * MILLIS);
    cluster.snapshot(leader);
    propose(cluster, leader, 3);
    n3.autoFetch = false;
    cluster.network().healAll();
    cluster.run(1500 * MILLIS);
    long session = leader.view().progressOf(n3.id).session();
    cluster.allowForgery();
    for (EntryId foreign : List.of(new EntryId(1, 99), new EntryId(2, 8))) {
      cluster.deliver(new InstallSnapshotResponse(
          n3.id, leader.id, 1, session, foreign, InstallStatus.INSTALLED));
      assertThat(leader.view().progressOf(n3.id).match()).isLessThan(6);
    }
    cluster.deliver(new InstallSnapshotResponse(
        n3.id, leader.id, 1, session, new EntryId(1, 6), InstallStatus.INSTALLED));
    assertThat(leader.view().progressOf(n3.id).match()).isEqualTo(6);
  }

  @Test
  @DisplayName("trap 40: INSTALLED is said only once the log's new start is durable too")
  void trap40_installedIsDurable() {
    cluster.allowForgery();
    n3.autoFetch = false;
    ask(n2, 3, 2, 5);
    n3.autoDisk = false;
    cluster.network().inFlight().clear();
    receive(snapshot(2, 5), 1);
    ask(n2, 3, 2, 5);
    assertThat(last(InstallSnapshotResponse.class).status()).isEqualTo(InstallStatus.UNDER_WAY);
    assertThat(cluster.network().inFlight()).isEmpty();
    cluster.completeWrite(n3);
    InstallSnapshotResponse answer = last(InstallSnapshotResponse.class);
    assertThat(answer.status()).isEqualTo(InstallStatus.INSTALLED);
    assertThat(answer.snapshot()).isEqualTo(new EntryId(2, 5));
  }

  @Test
  @DisplayName(
      "trap 40: a crash between the snapshot and the log's new start ends in the snapshot's state")
  void trap40_crashBetweenTheSteps() {
    cluster.allowForgery();
    n3.autoFetch = false;
    cluster.deliver(new AppendEntries(n1.id, n3.id, 1, 1, EntryId.NONE, entries(1, 1, 3), 0));
    ask(n2, 3, 2, 5);
    n3.autoDisk = false;
    receive(snapshot(2, 5), 1);
    assertThat(n3.applied).hasSize(5);
    cluster.crash(n3, 0);
    assertThat(n3.disk.durableLast()).isEqualTo(new EntryId(1, 3));
    n3.autoDisk = true;
    cluster.start(n3);
    assertThat(n3.view().lastEntry()).isEqualTo(new EntryId(2, 5));
    assertThat(n3.disk.durableBase()).isEqualTo(new EntryId(2, 5));
    assertThat(n3.view().commitIndex()).isEqualTo(5);
    assertThat(n3.applied).hasSize(5);
  }

  @Test
  @DisplayName(
      "trap 40: a snapshot of a later term than the one stored takes that term along after a crash")
  void trap40_snapshotOfALaterTerm() {
    cluster.allowForgery();
    n3.disk.save(snapshot(6, 5));
    cluster.crash(n3, 0);
    cluster.start(n3);
    assertThat(n3.view().hardState()).isEqualTo(new HardState(6, null));
    assertThat(n3.disk.durableHardState()).isEqualTo(new HardState(6, null));
  }

  @Test
  @DisplayName(
      "trap 41: of snapshots of two leaders the older one never replaces the newer, in whatever order they come")
  void trap41_twoLeaders() {
    cluster.allowForgery();
    n3.autoFetch = false;
    ask(n1, 2, 2, 4);
    ask(n2, 3, 2, 7);
    assertThat(n3.fetches).extracting(Ready.Fetch::generation).containsExactly(1L, 2L);
    receive(snapshot(2, 4), 1);
    cluster.stepDo(n3, core -> core.snapshotReceived(1, snapshot(2, 8).header()));
    assertThat(n3.applied).as("that fetch was given up").isEmpty();
    receive(snapshot(2, 7), 2);
    assertThat(n3.applied).hasSize(7);
    receive(snapshot(2, 7), 2);
    receive(snapshot(2, 4), 1);
    ask(n2, 3, 2, 4);
    assertThat(last(InstallSnapshotResponse.class).status()).isEqualTo(InstallStatus.INSTALLED);
    assertThat(n3.fetches).as("nothing more is fetched").hasSize(2);
    assertThat(n3.view().lastEntry()).isEqualTo(new EntryId(2, 7));
    assertThat(n3.view().commitIndex()).isEqualTo(7);
  }

  @Test
  @DisplayName("trap 41: a snapshot that the log has overtaken meanwhile changes nothing")
  void trap41_overtaken() {
    cluster.allowForgery();
    n3.autoFetch = false;
    ask(n1, 2, 2, 4);
    cluster.deliver(new AppendEntries(n2.id, n3.id, 3, 1, EntryId.NONE, entries(2, 1, 9), 6));
    receive(snapshot(2, 4), 1);
    assertThat(n3.view().lastEntry()).isEqualTo(new EntryId(2, 9));
    assertThat(n3.view().baseEntry()).isEqualTo(EntryId.NONE);
    assertThat(n3.applied).hasSize(6);
  }

  @Test
  @DisplayName("trap 41: repeated requests don't start a fetch anew")
  void trap41_repeatedRequests() {
    n3.autoFetch = false;
    for (int i = 0; i < 5; i++) {
      ask(n1, 2, 2, 4);
    }
    assertThat(n3.fetches).hasSize(1);
    assertThat(last(InstallSnapshotResponse.class).status()).isEqualTo(InstallStatus.UNDER_WAY);
    cluster.failFetch(n3, n3.fetches.get(0));
    assertThat(last(InstallSnapshotResponse.class).status()).isEqualTo(InstallStatus.FAILED);
    ask(n1, 2, 2, 4);
    assertThat(n3.fetches).as("asked again").hasSize(1);
  }

  @Test
  @DisplayName("trap 42: a log that starts after its snapshot is refused at the start")
  void trap42_gap() {
    HardState state = new HardState(3, null);
    EntryId base = new EntryId(2, 9);
    assertThatThrownBy(() -> start(state, base, 12, snapshot(2, 7).header()))
        .isInstanceOf(InvariantViolation.class)
        .hasMessageContaining("starts after 9@2")
        .hasMessageContaining("7@2");
    assertThatThrownBy(() -> start(state, base, 12, null))
        .isInstanceOf(InvariantViolation.class)
        .hasMessageContaining("no snapshot");
    assertThatThrownBy(() -> start(state, base, 12, snapshot(1, 9).header()))
        .isInstanceOf(InvariantViolation.class);
    assertThat(start(state, base, 12, snapshot(2, 9).header()).view().commitIndex())
        .isEqualTo(9);
    assertThat(start(state, base, 12, snapshot(2, 11).header()).view().lastEntry())
        .isEqualTo(new EntryId(2, 12));
  }

  @Test
  @DisplayName(
      "trap 42: the entries after a snapshot stay while a follower takes it over, but not for a dead one")
  void trap42_compactionWaits() {
    CoreHarness healthy = ofVoters(OPTIONS, "n1", "n2", "n3");
    HarnessReplica leader = healthy.elect("n1");
    HarnessReplica follower = healthy.replica("n3");
    follower.autoFetch = false;
    cutOff(healthy, follower);
    propose(healthy, leader, 5);
    healthy.run(2500 * MILLIS);
    healthy.snapshot(leader);
    long snapshot = leader.view().baseEntry().index();
    healthy.network().healAll();
    healthy.run(1500 * MILLIS);
    assertThat(follower.fetches).hasSize(1);
    // More than stay for a follower that only lags.
    propose(healthy, leader, 40);
    healthy.run(200 * MILLIS);
    healthy.snapshot(leader);
    healthy.run(3000 * MILLIS);
    assertThat(leader.view().baseEntry().index()).as("while it fetches").isEqualTo(snapshot);
    Ready.Fetch fetch = follower.fetches.remove(0);
    FakeSnapshot older = new FakeSnapshot(
        new SnapshotHeader(
            leader.applied.get((int) snapshot - 1), 1, leader.view().configuration(), 0, 0),
        leader.applied.subList(0, (int) snapshot));
    follower.disk.save(older);
    healthy.stepDo(follower, core -> core.snapshotReceived(fetch.generation(), older.header()));
    healthy.run(500 * MILLIS);
    assertThat(follower.applied).as("no second snapshot was needed").isEqualTo(leader.applied);
    assertThat(leader.view().baseEntry().index()).as("now").isEqualTo(leader.applied.size());

    cutOff(healthy, follower);
    propose(healthy, leader, 5);
    healthy.run(2500 * MILLIS);
    healthy.snapshot(leader);
    healthy.network().healAll();
    healthy.run(1500 * MILLIS);
    assertThat(follower.fetches).hasSize(1);
    healthy.crash(follower, 0);
    propose(healthy, leader, 5);
    healthy.run(500 * MILLIS);
    healthy.snapshot(leader);
    healthy.run(5000 * MILLIS);
    assertThat(leader.view().baseEntry().index())
        .as("for a while")
        .isEqualTo(leader.applied.size() - 5);
    healthy.run(8000 * MILLIS);
    assertThat(leader.view().baseEntry().index()).as("n3 is dead").isEqualTo(leader.applied.size());
  }

  private static void cutOff(CoreHarness healthy, HarnessReplica replica) {
    for (HarnessReplica other : healthy.replicas()) {
      healthy.network().cut(replica.id, other.id);
      healthy.network().cut(other.id, replica.id);
    }
  }

  private static void propose(CoreHarness healthy, HarnessReplica leader, int commands) {
    for (int i = 0; i < commands; i++) {
      healthy.propose(leader, "x");
      healthy.settle();
    }
  }
}
