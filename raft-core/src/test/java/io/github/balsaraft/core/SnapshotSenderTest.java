package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.progress.InstallProgress;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.InstallSnapshot;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.InstallStatus;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Whom a leader sends to whom for a snapshot, and how often (Raft paper 7). */
class SnapshotSenderTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3", "n4");
  private final HarnessReplica leader = cluster.replica("n1");
  private final HarnessReplica behind = cluster.replica("n2");
  private final HarnessReplica lagging = cluster.replica("n3");
  private final HarnessReplica ahead = cluster.replica("n4");
  private final List<InstallSnapshot> asked = new ArrayList<>();

  /** n3 is away for so long that the leader forgets what it needs; it fetches nothing by itself. */
  @BeforeEach
  void leaveBehind() {
    cluster.elect("n1");
    cluster.run(200 * MILLIS);
    cut(lagging);
    cluster.propose(leader, "a", "b", "c", "d", "e");
    cluster.run(2500 * MILLIS);
    cluster.snapshot(leader);
    assertThat(leader.view().baseEntry()).isEqualTo(new EntryId(1, 6));
    lagging.autoFetch = false;
    cluster.trace(new HarnessTrace() {
      @Override
      public void sent(ProtocolMessage message, boolean passes) {
        if (message instanceof InstallSnapshot install) {
          asked.add(install);
        }
      }
    });
  }

  private void cut(HarnessReplica replica) {
    cut(cluster, replica);
  }

  private static void cut(CoreHarness cluster, HarnessReplica replica) {
    for (HarnessReplica other : cluster.replicas()) {
      cluster.network().cut(replica.id, other.id);
      cluster.network().cut(other.id, replica.id);
    }
  }

  private void comeBack() {
    cluster.network().healAll();
    cluster.run(1500 * MILLIS);
  }

  private InstallProgress install() {
    return leader.view().progressOf(lagging.id).install();
  }

  @Test
  @DisplayName("a follower that takes its time is asked again every half election timeout")
  void repeats() {
    comeBack();
    assertThat(install().source()).isEqualTo(leader.id);
    asked.clear();
    long patienceNanos = OPTIONS.electionTimeoutMinNanos() / 2;
    cluster.run(10 * patienceNanos);
    assertThat(asked).hasSizeBetween(8, 10);
  }

  @Test
  @DisplayName(
      "choice: a follower that fetches a snapshot which the log can't follow any more is told of the next at once")
  void passedTakeover() {
    CoreOptions bounded = new CoreOptionsBuilder()
        .compaction(new CompactionRules(0, 0, 100, 1000))
        .build();
    CoreHarness three = ofVoters(bounded, "n1", "n2", "n3");
    HarnessReplica three1 = three.elect("n1");
    HarnessReplica three3 = three.replica("n3");
    three.run(200 * MILLIS);
    three3.autoFetch = false;
    cut(three, three3);
    three.propose(three1, "a", "b", "c", "d", "e");
    three.run(2500 * MILLIS);
    three.snapshot(three1);
    three.network().healAll();
    three.run(1500 * MILLIS);
    Ready.Fetch first = new Ready.Fetch(1, three1.id, new EntryId(1, 6));
    assertThat(three3.fetches).containsExactly(first);
    while (three1.view().baseEntry().index() == 6) {
      three.propose(three1, "l".repeat(400));
      three.settle();
      three.snapshot(three1);
    }
    EntryId newest = three1.view().lastEntry();
    three.run(1500 * MILLIS);
    assertThat(three3.fetches)
        .as("told once, and not again and again")
        .containsExactly(first, new Ready.Fetch(2, three1.id, newest));
    three.endFetch(three3, three3.fetches.get(1));
    three.settle();
    assertThat(three3.applied).isEqualTo(three1.applied);
    assertThat(three3.disk.durableBase()).isEqualTo(newest);
  }

  @Test
  @DisplayName("choice: without a snapshot of its own it names the member that has most of the log")
  void bestSource() {
    cluster.network().healAll();
    cut(lagging);
    cluster.network().cut(leader.id, behind.id);
    cluster.propose(leader, "f");
    cluster.settle();
    assertThat(leader.view().progressOf(ahead.id).match())
        .isGreaterThan(leader.view().progressOf(behind.id).match());
    cluster.stepDo(leader, core -> core.snapshotUnavailable(6));
    cluster.network().healAll();
    while (install() == null) {
      cluster.pass(leader, 100 * MILLIS);
      cluster.network().take(message -> message.to().equals(behind.id));
      cluster.settle();
    }
    assertThat(install().source()).isEqualTo(ahead.id);
    assertThat(install().atLeast()).isEqualTo(leader.view().baseEntry());
  }

  @Test
  @DisplayName(
      "what a follower says of another snapshot than the one it is asked for changes nothing")
  void failureOfAnother() {
    comeBack();
    long session = leader.view().progressOf(lagging.id).session();
    cluster.allowForgery();
    cluster.deliver(failure(session, new EntryId(1, 5)));
    assertThat(install().source()).isEqualTo(leader.id);
    cluster.deliver(failure(session, new EntryId(1, 6)));
    assertThat(install().source()).isNotEqualTo(leader.id);
  }

  private InstallSnapshotResponse failure(long session, EntryId snapshot) {
    return new InstallSnapshotResponse(
        lagging.id, leader.id, 1, session, snapshot, InstallStatus.FAILED);
  }

  /** The leader can't serve its own snapshot any more, and n3 is back and needs one. */
  private void comeBackToALeaderWithoutSnapshot() {
    cluster.stepDo(leader, core -> core.snapshotUnavailable(6));
    cluster.network().healAll();
    while (install() == null) {
      cluster.pass(leader, 100 * MILLIS);
      cluster.settle();
    }
  }

  @Test
  @DisplayName("choice: a member that has fallen silent isn't named")
  void silentSource() {
    CoreHarness five = ofVoters(OPTIONS, "n1", "n2", "n3", "n4", "n5");
    HarnessReplica five1 = five.elect("n1");
    HarnessReplica five3 = five.replica("n3");
    five3.autoFetch = false;
    five.crash(five3, 0);
    five.propose(five1, "a", "b", "c");
    five.crash(five.replica("n2"), 0);
    assertThat(sourceNamedLater(five, five1, five3)).isEqualTo(CoreHarness.id("n4"));
  }

  /** One comes back when others have long been silent, and the leader can't serve its snapshot itself. */
  private static ReplicaId sourceNamedLater(
      CoreHarness cluster, HarnessReplica leader, HarnessReplica back) {
    cluster.run(2500 * MILLIS);
    cluster.snapshot(leader);
    cluster.stepDo(leader, core -> core.snapshotUnavailable(4));
    cluster.start(back);
    cluster.run(500 * MILLIS);
    InstallProgress install = leader.view().progressOf(back.id).install();
    assertThat(install).isNotNull();
    return install.source();
  }

  @Test
  @DisplayName("choice: a member that has fallen silent isn't named, though it has most of the log")
  void silentSourceThatHasMost() {
    CoreHarness five = ofVoters(OPTIONS, "n1", "n2", "n3", "n4", "n5");
    HarnessReplica five1 = five.elect("n1");
    HarnessReplica five2 = five.replica("n2");
    HarnessReplica five3 = five.replica("n3");
    five3.autoFetch = false;
    five.crash(five3, 0);
    five.propose(five1, "a", "b", "c");
    five.run(500 * MILLIS);
    for (String lacking : new String[] {"n4", "n5"}) {
      // They answer heartbeats, and have the next entry nowhere for good.
      five.replica(lacking).autoDisk = false;
    }
    five.propose(five1, "d");
    five.settle();
    five.crash(five2, 0);
    assertThat(five1.view().progressOf(five2.id).match())
        .isGreaterThan(five1.view().progressOf(CoreHarness.id("n4")).match());
    assertThat(sourceNamedLater(five, five1, five3)).isEqualTo(CoreHarness.id("n4"));
  }

  /** The leader can't serve its own snapshot any more, and the two others that could are asked and fail. */
  private List<ReplicaId> failAll() {
    comeBackToALeaderWithoutSnapshot();
    long session = leader.view().progressOf(lagging.id).session();
    cluster.allowForgery();
    EntryId base = leader.view().baseEntry();
    List<ReplicaId> tried = new ArrayList<>();
    while (leader.leads() && install().source() != null) {
      tried.add(install().source());
      cluster.stepDo(leader, core -> core.receive(failure(session, base)));
    }
    assertThat(tried).containsExactly(behind.id, ahead.id);
    return tried;
  }

  @Test
  @DisplayName(
      "choice: when all have failed, a leader goes if another may lead that has what the log lacks")
  void givesUpForASuccessor() {
    failAll();
    assertThat(leader.leads()).isFalse();
  }

  @Test
  @DisplayName("choice: it stays if no other may lead, and tries them all again")
  void triedAgainAfterAll() {
    Configuration onlyLeader = leader.view().configuration();
    for (HarnessReplica other : List.of(behind, lagging, ahead)) {
      onlyLeader = onlyLeader.with(CoreHarness.voter(other.name).withPriority(0));
    }
    cluster.change(leader, onlyLeader);
    cluster.settle();
    List<ReplicaId> tried = failAll();
    assertThat(leader.leads()).isTrue();
    asked.clear();
    cluster.pass(leader, OPTIONS.electionTimeoutMinNanos() / 2);
    assertThat(asked).extracting(InstallSnapshot::source).containsExactly(tried.get(0));
  }

  @Test
  @DisplayName(
      "an answer of an earlier session says nothing: the follower was a member before, and is one again")
  void answerOfAnEarlierSession() {
    comeBack();
    long session = leader.view().progressOf(lagging.id).session();
    long before = leader.view().droppedMessages();
    cluster.allowForgery();
    cluster.deliver(failure(session - 1, new EntryId(1, 6)));
    assertThat(install().source()).isEqualTo(leader.id);
    assertThat(leader.view().droppedMessages()).isEqualTo(before + 1);
  }
}
