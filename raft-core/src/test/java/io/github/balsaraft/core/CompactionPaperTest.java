package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.learner;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.InstallSnapshot;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.InstallStatus;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.SnapshotHeader;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Snapshots and log compaction, claim by claim (Raft paper 7). */
class CompactionPaperTest {

  private CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private HarnessReplica leader = cluster.replica("n1");
  private HarnessReplica follower = cluster.replica("n2");
  private HarnessReplica lagging = cluster.replica("n3");

  @BeforeEach
  void elect() {
    cluster.elect("n1");
    cluster.run(200 * MILLIS);
  }

  /** Retains other numbers of entries than none, and 20 for followers that are alive. */
  private void retain(int retained, int mostRetained) {
    retain(new CompactionRules(retained, mostRetained, Long.MAX_VALUE, Long.MAX_VALUE));
  }

  private void retain(CompactionRules rules) {
    CoreOptions options = new CoreOptionsBuilder().compaction(rules).build();
    cluster = ofVoters(options, "n1", "n2", "n3");
    leader = cluster.replica("n1");
    follower = cluster.replica("n2");
    lagging = cluster.replica("n3");
    elect();
  }

  private void isolate(HarnessReplica replica) {
    for (HarnessReplica other : cluster.replicas()) {
      cluster.network().cut(replica.id, other.id);
      cluster.network().cut(other.id, replica.id);
    }
  }

  /** n3 is away for so long that the leader takes a snapshot of five commands and forgets the entries. */
  private void leaveBehind() {
    isolate(lagging);
    cluster.propose(leader, "a", "b", "c", "d", "e");
    cluster.run(2500 * MILLIS);
    cluster.snapshot(leader);
    assertThat(leader.view().baseEntry()).isEqualTo(new EntryId(1, 6));
  }

  private void comeBack() {
    cluster.network().healAll();
    cluster.run(1500 * MILLIS);
  }

  private <M extends ProtocolMessage> List<M> inFlight(Class<M> type) {
    return cluster.network().inFlight().stream()
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  /** Delivers everything until such a message is under way. */
  private <M extends ProtocolMessage> M awaitMessage(Class<M> type) {
    for (int i = 0; inFlight(type).isEmpty(); i++) {
      assertThat(i).as("a message " + type.getSimpleName()).isLessThan(5000);
      if (cluster.network().isEmpty()) {
        cluster.replicas().forEach(replica -> cluster.pass(replica, 10 * MILLIS));
      } else {
        cluster.deliver(cluster.network().take(0));
      }
    }
    return inFlight(type).get(0);
  }

  @Test
  @DisplayName("7: once a snapshot is written, the log up to its last entry is discarded")
  void discardsTheLogUpToTheSnapshot() {
    cluster.propose(leader, "a", "b");
    cluster.settle();
    cluster.snapshot(leader);
    assertThat(leader.disk.durableBase()).isEqualTo(new EntryId(1, 3));
    assertThat(leader.disk.durableLastIndex()).isEqualTo(3);
  }

  @Test
  @DisplayName(
      "7: the position of the last entry discarded stays, for the consistency check of the next AppendEntries")
  void keepsThePositionOfTheLastEntryDiscarded() {
    cluster.propose(leader, "a", "b");
    cluster.settle();
    cluster.snapshot(leader);
    cluster.propose(leader, "c");
    assertThat(inFlight(AppendEntries.class))
        .allSatisfy(message -> assertThat(message.previous()).isEqualTo(new EntryId(1, 3)))
        .hasSize(2);
    cluster.settle();
    assertThat(lagging.applied).hasSize(4);
  }

  @Test
  @DisplayName("7: each server takes snapshots by itself; followers depart from no leader by that")
  void followersCompactByThemselves() {
    cluster.propose(leader, "a", "b");
    cluster.settle();
    cluster.snapshot(follower);
    assertThat(follower.disk.durableBase()).isEqualTo(new EntryId(1, 3));
    assertThat(leader.disk.durableBase()).isEqualTo(EntryId.NONE);
    cluster.propose(leader, "c");
    cluster.settle();
    assertThat(follower.applied).hasSize(4);
  }

  @Test
  @DisplayName("7: a snapshot covers committed entries only")
  void snapshotOfWhatIsNotCommittedIsRefused() {
    isolate(leader);
    cluster.propose(leader, "a");
    SnapshotHeader ahead =
        new SnapshotHeader(new EntryId(1, 2), 1, leader.view().configuration(), 0, 0);
    assertThatThrownBy(() -> leader.core().snapshotSaved(ahead))
        .isInstanceOf(InvariantViolation.class);
    SnapshotHeader foreign =
        new SnapshotHeader(new EntryId(9, 1), 9, leader.view().configuration(), 0, 0);
    assertThatThrownBy(() -> leader.core().snapshotSaved(foreign))
        .isInstanceOf(InvariantViolation.class);
  }

  @Test
  @DisplayName("7: nor one of what is committed, but not durable here and so not handed out yet")
  void snapshotOfWhatWasNotHandedOutIsRefused() {
    lagging.autoDisk = false;
    cluster.propose(leader, "a");
    cluster.settle();
    cluster.propose(leader, "b");
    cluster.settle();
    assertThat(lagging.view().commitIndex()).isEqualTo(2);
    SnapshotHeader ahead =
        new SnapshotHeader(new EntryId(1, 2), 1, leader.view().configuration(), 0, 0);
    assertThatThrownBy(() -> lagging.core().snapshotSaved(ahead))
        .isInstanceOf(InvariantViolation.class);
  }

  @Test
  @DisplayName(
      "7: the leader sends InstallSnapshot only when it has discarded the next entry that a follower needs")
  void sendsASnapshotOnlyIfTheEntriesAreGone() {
    isolate(lagging);
    cluster.propose(leader, "a", "b", "c", "d", "e");
    cluster.run(2500 * MILLIS);
    cluster.takeSnapshot(leader);
    cluster.network().healAll();
    cluster.run(1500 * MILLIS);
    assertThat(lagging.applied).isEqualTo(leader.applied);
    assertThat(lagging.disk.snapshot()).isNull();
  }

  @Test
  @DisplayName(
      "7: a follower without those entries takes over the snapshot, and its log goes on after it")
  void followerTakesOverTheSnapshot() {
    leaveBehind();
    comeBack();
    assertThat(lagging.disk.snapshot()).isEqualTo(leader.disk.snapshot());
    assertThat(lagging.disk.durableBase()).isEqualTo(new EntryId(1, 6));
    assertThat(lagging.view().commitIndex()).isGreaterThanOrEqualTo(6);
    cluster.propose(leader, "f");
    cluster.settle();
    assertThat(lagging.applied).isEqualTo(leader.applied).hasSize(7);
  }

  @Test
  @DisplayName("7: entries that conflict with the snapshot are superseded by it")
  void conflictingEntriesAreSuperseded() {
    isolate(leader);
    cluster.propose(leader, "lost 1", "lost 2", "lost 3");
    cluster.elect("n2");
    cluster.propose(follower, "a", "b", "c", "d", "e");
    cluster.run(2500 * MILLIS);
    cluster.snapshot(follower);
    cluster.network().healAll();
    cluster.run(1500 * MILLIS);
    assertThat(leader.disk.durableBase()).isEqualTo(new EntryId(2, 7));
    assertThat(leader.applied).isEqualTo(follower.applied);
  }

  @Test
  @DisplayName(
      "7: if the follower's log has the snapshot's last entry, the entries after it are retained, and nothing is installed")
  void entriesAfterTheSnapshotAreRetained() {
    cluster.network().cut(leader.id, follower.id);
    cluster.network().cut(follower.id, leader.id);
    cluster.propose(leader, "a", "b");
    cluster.network().take(message -> message.from().equals(lagging.id));
    cluster.network().inFlight().clear();
    cluster.propose(leader, "c");
    long session = leader.view().progressOf(lagging.id).session();
    cluster.allowForgery();
    cluster.deliver(new AppendEntries(
        leader.id, lagging.id, 1, session, new EntryId(1, 1), leader.disk.read(2, 4, 10_000), 1));
    assertThat(lagging.view().commitIndex()).isEqualTo(1);
    cluster.deliver(
        new InstallSnapshot(leader.id, lagging.id, 1, session, new EntryId(1, 3), leader.id));
    assertThat(lagging.view().lastEntry()).isEqualTo(new EntryId(1, 4));
    assertThat(lagging.view().baseEntry()).isEqualTo(EntryId.NONE);
    assertThat(lagging.applied).hasSize(3);
    List<InstallSnapshotResponse> answers = inFlight(InstallSnapshotResponse.class);
    assertThat(answers.get(answers.size() - 1).status()).isEqualTo(InstallStatus.INSTALLED);
  }

  /** Their results are lost with the entries, although they are committed; found by the fuzz, seed 50012. */
  @Test
  @DisplayName(
      "choice: proposals that an old leader could not apply before it takes over a snapshot have an unknown outcome")
  void proposalsThatTheSnapshotCovers() {
    leader.autoDisk = false;
    cluster.propose(leader, "a");
    cluster.settle();
    assertThat(leader.view().commitIndex()).as("by n2 and n3").isEqualTo(2);
    assertThat(leader.applied).as("not durable here").hasSize(1);
    // It can't be lost any more, so it is not among what is lost with the office.
    isolate(leader);
    cluster.elect("n2");
    cluster.pass(leader, 2500 * MILLIS);
    assertThat(leader.leads()).isFalse();
    assertThat(leader.outstanding).containsOnlyKeys(2L);
    cluster.propose(follower, "b", "c");
    cluster.run(2500 * MILLIS);
    cluster.snapshot(follower);
    cluster.network().healAll();
    cluster.run(1500 * MILLIS);
    while (leader.disk.pendingWrites() > 0) {
      cluster.completeWrite(leader);
    }
    cluster.run(1500 * MILLIS);
    assertThat(leader.outstanding).isEmpty();
    assertThat(leader.applied).isEqualTo(follower.applied);
  }

  @Test
  @DisplayName("7: the snapshot holds the latest configuration as of its last entry")
  void theConfigurationIsInTheSnapshot() {
    HarnessReplica added = cluster.add("n4", CoreHarness.patience(4), Configuration.EMPTY);
    isolate(lagging);
    cluster.change(leader, voters("n1", "n2", "n3").with(learner("n4")));
    cluster.run(2500 * MILLIS);
    cluster.snapshot(leader);
    comeBack();
    assertThat(lagging.disk.durableBase().index()).isGreaterThan(1);
    assertThat(lagging.view().configuration()).isEqualTo(leader.view().configuration());
    assertThat(lagging.view().configuration().contains(added.id)).isTrue();
    assertThat(lagging.view().configurationIndex()).isEqualTo(2);
  }

  @Test
  @DisplayName("7: a new server is brought up to date by a snapshot, learners too")
  void newServerGetsASnapshot() {
    cluster.propose(leader, "a", "b", "c");
    cluster.settle();
    cluster.snapshot(leader);
    HarnessReplica added = cluster.add("n4", CoreHarness.patience(4), Configuration.EMPTY);
    cluster.change(leader, voters("n1", "n2", "n3").with(learner("n4")));
    cluster.run(500 * MILLIS);
    assertThat(added.disk.durableBase()).isEqualTo(new EntryId(1, 4));
    assertThat(added.applied).isEqualTo(leader.applied);
    assertThat(added.view().configuration()).isEqualTo(leader.view().configuration());
  }

  @Test
  @DisplayName(
      "7: while a follower takes over a snapshot it is sent no entries, and afterwards those after it")
  void noEntriesDuringTheTakeover() {
    leaveBehind();
    lagging.autoFetch = false;
    comeBack();
    assertThat(leader.view().progressOf(lagging.id).mode()).isEqualTo(Progress.Mode.SNAPSHOT);
    cluster.propose(leader, "f");
    assertThat(inFlight(AppendEntries.class)).noneMatch(message -> message.to().equals(lagging.id));
    cluster.endFetch(lagging, lagging.fetches.get(0));
    cluster.settle();
    assertThat(leader.view().progressOf(lagging.id).mode()).isEqualTo(Progress.Mode.REPLICATE);
    assertThat(lagging.applied).isEqualTo(leader.applied).hasSize(7);
  }

  @Test
  @DisplayName(
      "7: InstallSnapshot of an earlier term is refused, and the sender learns of the later one")
  void earlierTermIsRefused() {
    cluster.preset(lagging, 5);
    cluster.deliver(new InstallSnapshot(leader.id, lagging.id, 1, 1, new EntryId(1, 9), leader.id));
    assertThat(lagging.disk.snapshot()).isNull();
    assertThat(inFlight(InstallSnapshotResponse.class))
        .singleElement()
        .satisfies(answer -> assertThat(answer.term()).isEqualTo(5));
  }

  @Test
  @DisplayName("7: a lost request, a lost answer or a restart of the follower costs a repetition")
  void requestsAreRepeated() {
    leaveBehind();
    lagging.autoFetch = false;
    cluster.network().healAll();
    awaitMessage(InstallSnapshot.class);
    cluster.network().take(InstallSnapshot.class::isInstance);
    cluster.run(700 * MILLIS);
    assertThat(lagging.fetches).hasSize(1);
    cluster.run(2000 * MILLIS);
    assertThat(lagging.fetches).as("one is enough").hasSize(1);
    cluster.crash(lagging, 0);
    cluster.start(lagging);
    cluster.run(1500 * MILLIS);
    assertThat(lagging.fetches).hasSize(1);
    cluster.network().cut(lagging.id, leader.id);
    cluster.endFetch(lagging, lagging.fetches.get(0));
    cluster.network().healAll();
    cluster.run(700 * MILLIS);
    assertThat(leader.view().progressOf(lagging.id).match()).isEqualTo(6);
  }

  @Test
  @DisplayName("choice: so many entries as the options say stay in the log behind a snapshot")
  void retainedEntries() {
    retain(3, 20);
    cluster.propose(leader, "a", "b", "c", "d", "e");
    cluster.settle();
    cluster.snapshot(leader);
    assertThat(leader.disk.durableBase()).isEqualTo(new EntryId(1, 3));
    cluster.snapshot(follower);
    assertThat(follower.disk.durableBase()).isEqualTo(new EntryId(1, 3));
  }

  @Test
  @DisplayName("choice: fewer stay if they are large, for a follower that answers and lags too")
  void retainedBytes() {
    retain(new CompactionRules(20, 30, 1000, Long.MAX_VALUE));
    cluster.propose(leader, "a", "b", "c", "d", "e");
    cluster.settle();
    cluster.snapshot(leader);
    assertThat(leader.disk.durableBase()).as("they are small").isEqualTo(EntryId.NONE);
    lagging.autoDisk = false;
    String large = "l".repeat(400);
    for (int i = 0; i < 4; i++) {
      cluster.propose(leader, large);
      cluster.settle();
    }
    cluster.snapshot(leader);
    assertThat(leader.view().progressOf(lagging.id).match()).isEqualTo(6);
    assertThat(leader.view().baseEntry()).as("the last two stay").isEqualTo(new EntryId(1, 8));
    cluster.snapshot(follower);
    assertThat(follower.view().baseEntry()).isEqualTo(new EntryId(1, 8));
  }

  @Test
  @DisplayName(
      "choice: what a follower needs that takes a snapshot over stays beyond what else is retained")
  void whatATakeoverNeedsHasABoundOfItsOwn() {
    retain(new CompactionRules(0, 0, 100, Long.MAX_VALUE));
    leaveBehind();
    lagging.autoFetch = false;
    comeBack();
    assertThat(lagging.fetches).hasSize(1);
    for (int i = 0; i < 4; i++) {
      cluster.propose(leader, "l".repeat(400));
      cluster.settle();
    }
    cluster.snapshot(leader);
    assertThat(leader.view().baseEntry()).isEqualTo(new EntryId(1, 6));
  }

  @Test
  @DisplayName(
      "choice: a takeover that comes to no end does not hold the log for ever; afterwards the follower gets another snapshot")
  void aTakeoverWithoutEndHoldsSoMuch() {
    retain(new CompactionRules(0, 0, 100, 1000));
    leaveBehind();
    lagging.autoFetch = false;
    comeBack();
    assertThat(lagging.fetches).hasSize(1);
    for (int i = 0; i < 10; i++) {
      cluster.propose(leader, "l".repeat(400));
      cluster.settle();
      cluster.snapshot(leader);
      assertThat(leader.view().lastEntry().index() - leader.view().baseEntry().index())
          .as("a little more than 1000 bytes")
          .isLessThanOrEqualTo(4);
    }
    assertThat(leader.view().baseEntry().index()).isGreaterThan(6);
    lagging.autoFetch = true;
    cluster.endFetch(lagging, lagging.fetches.get(0));
    cluster.run(1500 * MILLIS);
    assertThat(lagging.applied).isEqualTo(leader.applied);
  }

  @Test
  @DisplayName(
      "choice: a follower that answers and lags keeps its entries, up to a limit; a silent one doesn't")
  void entriesOfALivingFollowerStay() {
    retain(0, 3);
    lagging.autoDisk = false;
    cluster.propose(leader, "a", "b");
    cluster.settle();
    cluster.snapshot(leader);
    assertThat(leader.view().baseEntry()).as("n3's disk is slow").isEqualTo(new EntryId(1, 1));
    cluster.propose(leader, "c", "d", "e");
    cluster.settle();
    cluster.snapshot(leader);
    assertThat(leader.view().baseEntry()).as("the limit").isEqualTo(new EntryId(1, 3));
    isolate(lagging);
    cluster.run(2500 * MILLIS);
    assertThat(leader.view().baseEntry()).as("n3 is silent").isEqualTo(new EntryId(1, 6));
  }

  @Test
  @DisplayName("choice: a leader that can't serve its snapshot names another member as the source")
  void anotherMemberServes() {
    leaveBehind();
    leader.unreadable = true;
    cluster.stepDo(leader, core -> core.snapshotUnavailable(6));
    lagging.autoFetch = false;
    comeBack();
    assertThat(lagging.fetches)
        .singleElement()
        .isEqualTo(new Ready.Fetch(1, follower.id, new EntryId(1, 6)));
    cluster.endFetch(lagging, lagging.fetches.get(0));
    cluster.settle();
    assertThat(lagging.applied).isEqualTo(leader.applied);
    assertThat(leader.leads()).isTrue();
  }

  @Test
  @DisplayName("choice: a source that a follower can't fetch from is replaced by another")
  void failedSourceIsReplaced() {
    leaveBehind();
    leader.unreadable = true;
    comeBack();
    assertThat(lagging.disk.durableBase()).isEqualTo(new EntryId(1, 6));
    assertThat(leader.leads()).isTrue();
  }

  @Test
  @DisplayName("choice: a source that leaves the configuration is replaced")
  void removedSourceIsReplaced() {
    HarnessReplica fourth = cluster.add("n4", CoreHarness.patience(4), Configuration.EMPTY);
    cluster.change(leader, voters("n1", "n2", "n3").with(learner("n4")));
    cluster.settle();
    isolate(lagging);
    cluster.propose(leader, "a", "b", "c", "d");
    cluster.run(2500 * MILLIS);
    cluster.snapshot(leader);
    cluster.stepDo(leader, core -> core.snapshotUnavailable(6));
    lagging.autoFetch = false;
    cluster.network().healAll();
    cluster.run(1500 * MILLIS);
    assertThat(leader.view().progressOf(lagging.id).install().source()).isEqualTo(follower.id);
    cluster.change(leader, voters("n1", "n3", "n4"));
    cluster.settle();
    cluster.run(500 * MILLIS);
    assertThat(leader.view().configuration().contains(follower.id)).isFalse();
    assertThat(leader.view().progressOf(lagging.id).install().source()).isEqualTo(fourth.id);
  }

  @Test
  @DisplayName(
      "choice: if nobody can serve a snapshot, the leader gives up its office once, and a log that reaches further back may lead")
  void givesUpItsOffice() {
    leaveBehind();
    leader.unreadable = true;
    follower.unreadable = true;
    cluster.stepDo(leader, core -> core.snapshotUnavailable(6));
    comeBack();
    assertThat(leader.leads()).isFalse();
    cluster.elect("n1");
    cluster.run(3000 * MILLIS);
    assertThat(leader.leads()).as("no second time over the same snapshot").isTrue();
    assertThat(leader.view().progressOf(lagging.id).mode()).isEqualTo(Progress.Mode.SNAPSHOT);
    cluster.elect("n2");
    cluster.run(500 * MILLIS);
    assertThat(lagging.applied).as("from n2's log").isEqualTo(follower.applied);
    assertThat(lagging.disk.snapshot()).isNull();
  }
}
