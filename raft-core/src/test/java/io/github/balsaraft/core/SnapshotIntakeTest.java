package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.InstallSnapshot;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.InstallStatus;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.SnapshotHeader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What becomes of a fetch while the world goes on: n3 has been told by n1, which leads in term 2, to fetch a snapshot up to
 * the fourth entry, and hears only what a test delivers. All entries are of term 2.
 */
class SnapshotIntakeTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  @BeforeEach
  void holdFetches() {
    cluster.allowForgery();
    n3.autoFetch = false;
  }

  /** That n1 or n2 names a snapshot up to this entry, and who has it. */
  private void ask(HarnessReplica leader, long term, long index, HarnessReplica source) {
    cluster.deliver(
        new InstallSnapshot(leader.id, n3.id, term, 1, new EntryId(2, index), source.id));
  }

  private void append(EntryId previous, long commit, EntryBatch... entries) {
    cluster.deliver(new AppendEntries(n1.id, n3.id, 2, 1, previous, List.of(entries), commit));
  }

  private static EntryBatch[] entries(long from, long to) {
    List<EntryBatch> entries = new ArrayList<>();
    for (long index = from; index <= to; index++) {
      entries.add(Payloads.single(EntryType.COMMAND, new byte[0]).place(new EntryId(2, index), 0));
    }
    return entries.toArray(new EntryBatch[0]);
  }

  private static FakeSnapshot snapshot(long index) {
    List<EntryId> applied = new ArrayList<>();
    for (long i = 1; i <= index; i++) {
      applied.add(new EntryId(2, i));
    }
    return new FakeSnapshot(
        new SnapshotHeader(new EntryId(2, index), 2, voters("n1", "n2", "n3"), 0, 0), applied);
  }

  private void receive(FakeSnapshot snapshot, Ready.Fetch fetch) {
    n3.disk.save(snapshot);
    cluster.stepDo(n3, core -> core.snapshotReceived(fetch.generation(), snapshot.header()));
  }

  private Ready.Fetch lastFetch() {
    return n3.fetches.get(n3.fetches.size() - 1);
  }

  private <M extends ProtocolMessage> List<M> answers(Class<M> type) {
    return cluster.network().take(message -> true).stream()
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  private List<InstallStatus> statuses() {
    return answers(InstallSnapshotResponse.class).stream()
        .map(InstallSnapshotResponse::status)
        .toList();
  }

  @Test
  @DisplayName("that a fetch failed which another has replaced says nothing of that one")
  void failureOfAnEarlierFetch() {
    ask(n1, 2, 4, n1);
    Ready.Fetch first = lastFetch();
    ask(n1, 2, 7, n1);
    assertThat(statuses()).containsOnly(InstallStatus.UNDER_WAY);
    cluster.failFetch(n3, first);
    assertThat(statuses()).isEmpty();
    receive(snapshot(7), lastFetch());
    assertThat(n3.applied).hasSize(7);
    assertThat(statuses()).containsExactly(InstallStatus.INSTALLED);
  }

  @Test
  @DisplayName("a fetch that fails when the log has all of it already failed nobody")
  void failureAfterCatchingUp() {
    ask(n1, 2, 4, n1);
    append(EntryId.NONE, 5, entries(1, 5));
    cluster.network().take(message -> true);
    cluster.failFetch(n3, lastFetch());
    assertThat(statuses()).isEmpty();
    assertThat(n3.applied).hasSize(5);
  }

  @Test
  @DisplayName(
      "what the leader has a snapshot of is committed, also where the fetch fails and the log has it")
  void failureTellsWhatIsCommitted() {
    ask(n1, 2, 4, n1);
    append(EntryId.NONE, 0, entries(1, 5));
    cluster.network().take(message -> true);
    assertThat(n3.applied).isEmpty();
    cluster.failFetch(n3, lastFetch());
    assertThat(statuses()).isEmpty();
    assertThat(n3.applied).hasSize(4);
  }

  @Test
  @DisplayName(
      "a fetch that fails after its leader has named another source begins anew from that one")
  void anotherSourceMeanwhile() {
    ask(n1, 2, 4, n1);
    ask(n1, 2, 4, n2);
    assertThat(n3.fetches).hasSize(1);
    cluster.network().take(message -> true);
    cluster.failFetch(n3, lastFetch());
    assertThat(statuses()).isEmpty();
    assertThat(n3.fetches).containsExactly(new Ready.Fetch(2, n2.id, new EntryId(2, 4)));
    cluster.failFetch(n3, lastFetch());
    assertThat(statuses()).containsExactly(InstallStatus.FAILED);
  }

  @Test
  @DisplayName("a snapshot that covers less than was asked for is as good as none")
  void lessThanAskedFor() {
    ask(n1, 2, 4, n1);
    cluster.network().take(message -> true);
    receive(snapshot(3), lastFetch());
    assertThat(statuses()).containsExactly(InstallStatus.FAILED);
    assertThat(n3.applied).isEmpty();
    assertThat(n3.view().commitIndex()).isZero();
  }

  @Test
  @DisplayName("a snapshot that nobody waits for any more is dropped and counted")
  void receivedTwice() {
    ask(n1, 2, 4, n1);
    receive(snapshot(4), lastFetch());
    cluster.network().take(message -> true);
    long before = n3.view().droppedMessages();
    receive(snapshot(5), lastFetch());
    assertThat(n3.view().droppedMessages()).isEqualTo(before + 1);
    assertThat(n3.applied).hasSize(4);
    assertThat(statuses()).isEmpty();
  }

  @Test
  @DisplayName(
      "a later leader is told nothing of what an earlier one has asked for, and the earlier one neither")
  void anotherLeaderMeanwhile() {
    ask(n1, 2, 4, n1);
    cluster.deliver(new Heartbeat(n2.id, n3.id, 3, 1, 0, 0, 0));
    cluster.network().take(message -> true);
    cluster.failFetch(n3, lastFetch());
    assertThat(statuses()).isEmpty();

    ask(n2, 3, 4, n2);
    cluster.deliver(new Heartbeat(n1.id, n3.id, 4, 1, 0, 0, 0));
    cluster.network().take(message -> true);
    receive(snapshot(4), lastFetch());
    assertThat(n3.applied).as("what is committed stays committed whoever leads").hasSize(4);
    assertThat(statuses()).isEmpty();
  }

  @Test
  @DisplayName(
      "who asks for votes when its snapshot arrives takes it over as a follower: it has lost its log")
  void whileAskingForVotes() {
    ask(n1, 2, 4, n1);
    cluster.pass(n3, OPTIONS.electionTimeoutMaxNanos());
    assertThat(n3.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
    receive(snapshot(4), lastFetch());
    assertThat(n3.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(n3.applied).hasSize(4);
  }

  @Test
  @DisplayName("figure 3, leader completeness: a leader that lacks what is committed stops")
  void leaderWithoutACommittedEntry() {
    ask(n1, 2, 4, n1);
    Ready.Fetch fetch = lastFetch();
    cluster.elect("n3");
    assertThatThrownBy(
            () -> n3.core().snapshotReceived(fetch.generation(), snapshot(4).header()))
        .isInstanceOf(InvariantViolation.class)
        .hasMessageContaining("4@2");
  }

  // ------------------------------------------------------------------ with damaged entries

  private void startWithSixOfWhichThirdIsDamaged() {
    cluster.preset(n3, 2, 2, 2, 2, 2, 2, 2);
    cluster.crash(n3, 0);
    cluster.damage(n3, 3);
    cluster.start(n3);
    append(new EntryId(2, 6), 0);
    cluster.network().take(message -> true);
  }

  @Test
  @DisplayName("a log that is intact up to the snapshot's last entry needs no snapshot")
  void intactUpToTheSnapshot() {
    startWithSixOfWhichThirdIsDamaged();
    ask(n1, 2, 2, n1);
    assertThat(statuses()).containsExactly(InstallStatus.INSTALLED);
    assertThat(n3.fetches).isEmpty();
  }

  @Test
  @DisplayName("a snapshot in place of a damaged entry lets what follows be acknowledged at once")
  void acknowledgesWhatIsIntactAgain() {
    startWithSixOfWhichThirdIsDamaged();
    ask(n1, 2, 3, n1);
    cluster.network().take(message -> true);
    n3.autoDisk = false;
    receive(snapshot(4), lastFetch());
    assertThat(n3.disk.pendingWrites()).isEqualTo(1);
    assertThat(answers(AppendEntriesResponse.class))
        .singleElement()
        .satisfies(answer -> assertThat(answer.durableMatch()).isEqualTo(6));
    assertThat(n3.applied).hasSizeGreaterThanOrEqualTo(4);
    assertThat(n3.view().isRecovering()).isFalse();
  }
}
