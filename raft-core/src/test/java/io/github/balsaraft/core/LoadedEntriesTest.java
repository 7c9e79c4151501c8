package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.HarnessReplica.PendingLoad;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ProtocolMessage;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Entries that a leader has no longer in memory are read from its disk for a follower that lacks them (Raft paper 5.3). */
class LoadedEntriesTest {

  /** Nothing stays in memory once it is durable; two messages of entries may be under way. */
  private static final CoreOptions OPTIONS = new CoreOptionsBuilder()
      .maxMessageBytes(100)
      .maxInflight(2, 10_000)
      .maxUncommittedBytes(100_000)
      .windowBytes(0)
      .compaction(new CompactionRules(0, 0, Long.MAX_VALUE, Long.MAX_VALUE))
      .build();

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica leader = cluster.replica("n1");
  private final HarnessReplica follower = cluster.replica("n3");

  /** n3 has come back and lacks twenty entries, which the leader has asked its disk for. */
  @BeforeEach
  void comeBack() {
    cluster.elect("n1");
    cluster.run(200 * MILLIS);
    cluster.network().cut(leader.id, follower.id);
    for (int i = 0; i < 20; i++) {
      cluster.propose(leader, "command " + i);
      cluster.settle();
    }
    cluster.run(1000 * MILLIS);
    leader.autoLoads = false;
    cluster.network().healAll();
    while (leader.loads.isEmpty()) {
      cluster.pass(leader, 100 * MILLIS);
      cluster.settle();
    }
  }

  private List<AppendEntries> sentEntries() {
    return cluster.network().take(this::hasEntries).stream()
        .map(AppendEntries.class::cast)
        .toList();
  }

  private boolean hasEntries(ProtocolMessage message) {
    return message instanceof AppendEntries append
        && append.to().equals(follower.id)
        && !append.batches().isEmpty();
  }

  private void loaded(PendingLoad pending, long generation) {
    cluster.stepDo(
        leader, core -> core.loaded(pending.load().follower(), generation, pending.found()));
  }

  @Test
  @DisplayName(
      "nothing is sent meanwhile; then what the window takes, and the rest is asked for again")
  void sentWithinTheWindow() {
    PendingLoad pending = leader.loads.remove(0);
    cluster.propose(leader, "later");
    assertThat(sentEntries()).as("out of order").isEmpty();
    loaded(pending, pending.load().generation());
    List<AppendEntries> sent = sentEntries();
    assertThat(sent).hasSize(2);
    assertThat(sent.get(0).previous()).isEqualTo(new EntryId(1, 1));
    assertThat(sent.get(1).previous().index()).isEqualTo(sent.get(0).lastIndex());
    sent.forEach(cluster::deliver);
    leader.autoLoads = true;
    cluster.run(1000 * MILLIS);
    assertThat(follower.applied).isEqualTo(leader.applied);
  }

  @Test
  @DisplayName("an answer to an earlier question, or one with nothing in it, is of no use")
  void onlyTheAnswerToTheQuestion() {
    PendingLoad pending = leader.loads.remove(0);
    loaded(pending, pending.load().generation() - 1);
    assertThat(sentEntries()).isEmpty();
    cluster.stepDo(
        leader, core -> core.loaded(follower.id, pending.load().generation(), List.of()));
    assertThat(sentEntries()).isEmpty();
    assertThat(leader.loads).as("it asks again").hasSize(1);
    loaded(pending, pending.load().generation());
    assertThat(sentEntries()).as("that question is over").isEmpty();
  }

  @Test
  @DisplayName("a follower that is started anew meanwhile, and asks what is proven, calls none off")
  void startedAnewMeanwhile() {
    cluster.crash(follower, 0);
    cluster.start(follower);
    for (int beat = 0; beat < 3; beat++) {
      cluster.pass(leader, OPTIONS.heartbeatNanos());
      cluster.pass(follower, OPTIONS.heartbeatNanos());
      cluster.settle();
    }
    assertThat(leader.loads).hasSize(1);
    PendingLoad pending = leader.loads.remove(0);
    loaded(pending, pending.load().generation());
    List<AppendEntries> sent = sentEntries();
    assertThat(sent).hasSize(2);
    sent.forEach(cluster::deliver);
    leader.autoLoads = true;
    cluster.run(1000 * MILLIS);
    assertThat(follower.applied).isEqualTo(leader.applied);
  }

  @Test
  @DisplayName("entries that were compacted meanwhile are not sent: a snapshot is due")
  void compactedMeanwhile() {
    PendingLoad pending = leader.loads.remove(0);
    // For so long that the leader no longer keeps entries for it.
    cluster.network().cut(follower.id, leader.id);
    cluster.run(OPTIONS.electionTimeoutMaxNanos() + 100 * MILLIS);
    cluster.snapshot(leader);
    assertThat(leader.view().baseEntry().index()).isGreaterThan(pending.load().fromIndex());
    cluster.network().take(message -> true);
    loaded(pending, pending.load().generation());
    assertThat(sentEntries()).isEmpty();
    cluster.network().healAll();
    leader.autoLoads = true;
    cluster.run(3000 * MILLIS);
    assertThat(follower.applied).isEqualTo(leader.applied);
  }

  @Test
  @DisplayName("the last entry of an answer is sent, too, if there is nothing but that one")
  void oneEntry() {
    PendingLoad pending = leader.loads.remove(0);
    EntryBatch first = pending.found().get(0);
    cluster.stepDo(
        leader,
        core -> core.loaded(
            follower.id, pending.load().generation(), List.of(first.upTo(first.firstIndex()))));
    assertThat(sentEntries())
        .extracting(AppendEntries::lastIndex)
        .containsExactly(pending.load().fromIndex());
  }

  @Test
  @DisplayName("nor are entries sent if the next one itself was the last to be compacted")
  void compactedUpToTheNext() {
    PendingLoad pending = leader.loads.remove(0);
    cluster.network().cut(follower.id, leader.id);
    cluster.run(OPTIONS.electionTimeoutMaxNanos() + 100 * MILLIS);
    FakeSnapshot upToNext = leader.capture(pending.load().fromIndex());
    cluster.saveSnapshot(leader, upToNext);
    assertThat(leader.view().baseEntry().index()).isEqualTo(pending.load().fromIndex());
    cluster.network().take(message -> true);
    loaded(pending, pending.load().generation());
    assertThat(sentEntries()).isEmpty();
    cluster.network().healAll();
    leader.autoLoads = true;
    cluster.run(3000 * MILLIS);
    assertThat(follower.applied).isEqualTo(leader.applied);
  }
}
