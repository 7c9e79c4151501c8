package io.github.balsaraft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.storage.MemorySnapshotStore;
import io.github.balsaraft.storage.SnapshotStore;
import io.github.balsaraft.testing.EchoMachine;
import io.github.balsaraft.transport.LocalNetwork;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Snapshots of nodes with threads: taken, started from, and sent to a member whose log is too short. */
class SnapshotNodesTest {

  /** So that a few commands are enough for a snapshot, and next to nothing of the log stays. */
  private static final SnapshotOptions AFTER_A_FEW_COMMANDS =
      SnapshotOptions.builder().minLogBytes(2000).logRatio(0).retained(10, 20).build();

  /** For a single member. */
  private static final RaftOptions OFTEN =
      LocalCluster.options().snapshots(AFTER_A_FEW_COMMANDS).build();

  /** For several members, whose source of a snapshot is given up after some election timeouts: as short as a busy machine bears. */
  static final RaftOptions OFTEN_IN_GROUPS = LocalCluster.steadyOptions()
      .electionTimeout(Duration.ofMillis(500), Duration.ofMillis(1000))
      .heartbeatInterval(Duration.ofMillis(50))
      .snapshots(AFTER_A_FEW_COMMANDS)
      .build();

  private final List<String> expected = new ArrayList<>();

  private void propose(RaftNode leader, int commands) throws Exception {
    List<CompletableFuture<byte[]>> results = new ArrayList<>();
    for (int i = 0; i < commands; i++) {
      String text = "command " + expected.size();
      expected.add(text);
      results.add(leader.propose(text.getBytes(UTF_8)));
    }
    for (CompletableFuture<byte[]> result : results) {
      result.get(30, SECONDS);
    }
  }

  private static SnapshotStatus snapshots(RaftNode node) {
    return node.status().snapshots();
  }

  @Test
  void theLogIsCutBehindASnapshotAndTheNodeStartsFromIt() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1")) {
      RaftNode node = cluster.start("n1", OFTEN);
      node.awaitLeader().get(30, SECONDS);
      propose(node, 500);
      LocalCluster.awaitTrue(
          "a snapshot and a log without its beginning", () -> snapshots(node).firstIndex() > 1);
      SnapshotStatus before = snapshots(node);
      assertThat(before.enabled()).isTrue();
      assertThat(before.problem()).isEmpty();
      assertThat(before.last()).isPresent();
      cluster.stop("n1");

      RaftNode again = cluster.start("n1", OFTEN);
      again.awaitLeader().get(30, SECONDS);
      propose(again, 1);
      Appender machine = cluster.machines.get("n1");
      assertThat(machine.restored()).isEqualTo(1);
      assertThat(machine.applied()).isEqualTo(expected);
      assertThat(snapshots(again).firstIndex()).isGreaterThanOrEqualTo(before.firstIndex());
    }
  }

  @Test
  void aMemberWhoseLogIsTooShortFetchesASnapshot() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3")) {
      for (String name : cluster.names()) {
        cluster.start(name, OFTEN_IN_GROUPS);
      }
      cluster.awaitLeader();
      String away = cluster.anyFollower().status().host().name();
      propose(cluster.awaitLeader(), 10);
      cluster.stop(away);
      propose(cluster.awaitLeader(), 1000);
      RaftNode leader = cluster.awaitLeader();
      // Its log keeps what somebody may need for as long as that somebody may be there.
      LocalCluster.awaitTrue("a cut log", () -> snapshots(leader).firstIndex() > 100);

      RaftNode back = cluster.start(away, OFTEN_IN_GROUPS);
      Appender machine = cluster.machines.get(away);
      LocalCluster.awaitTrue("all commands", () -> machine.applied().equals(expected));
      assertThat(machine.restored()).isEqualTo(1);
      propose(cluster.awaitLeader(), 100);
      LocalCluster.awaitTrue("later commands", () -> machine.applied().equals(expected));
      assertThat(snapshots(back).last()).isPresent();
    }
  }

  @Test
  @DisplayName("trap 42: a log that was cut does not start without its snapshot")
  void trap42_logWithoutItsSnapshot() throws Exception {
    MemoryLogStore.Contents disk = new MemoryLogStore().contents();
    try (RaftNode node = start(new Appender(), new MemoryLogStore(disk), null)) {
      node.awaitLeader().get(30, SECONDS);
      propose(node, 300);
      LocalCluster.awaitTrue("a cut log", () -> snapshots(node).firstIndex() > 1);
    }
    assertThatThrownBy(
            () -> start(new Appender(), new MemoryLogStore(disk), new MemorySnapshotStore()))
        .isInstanceOf(LogStoreException.class)
        .hasMessageContaining("no intact snapshot")
        .hasMessageContaining("join anew");
  }

  @Test
  @DisplayName("trap 46: a state on disk goes on from the entry that it is of")
  void trap46_stateOnDiskGoesOnFromItsEntry() throws Exception {
    MemoryLogStore.Contents disk = new MemoryLogStore().contents();
    OnDiskAppender machine = new OnDiskAppender();
    try (RaftNode node = start(machine, new MemoryLogStore(disk), null)) {
      node.awaitLeader().get(30, SECONDS);
      propose(node, 300);
      LocalCluster.awaitTrue("a cut log", () -> snapshots(node).firstIndex() > 1);
    }
    try (RaftNode node = start(machine, new MemoryLogStore(disk), null)) {
      node.awaitLeader().get(30, SECONDS);
      propose(node, 300);
      assertThat(machine.applied()).isEqualTo(expected);
      assertThat(machine.restored()).isZero();
    }
    // One that has lost its state gets it from the snapshot.
    OnDiskAppender empty = new OnDiskAppender();
    try (RaftNode node = start(empty, new MemoryLogStore(disk), null)) {
      node.awaitLeader().get(30, SECONDS);
      propose(node, 1);
      assertThat(empty.applied()).isEqualTo(expected);
      assertThat(empty.restored()).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("a disk too full to say whose state it holds doesn't keep a replica from starting")
  void unwrittenClaim() throws Exception {
    OnDiskAppender machine = new OnDiskAppender() {
      @Override
      public void claim(byte[] owner) throws IOException {
        throw new IOException("No space left on device");
      }
    };
    try (RaftNode node = start(machine, new MemoryLogStore(), null)) {
      node.awaitLeader().get(30, SECONDS);
      propose(node, 3);
      assertThat(machine.applied()).isEqualTo(expected);
      assertThat(node.status().health()).isEqualTo(NodeStatus.Health.RUNNING);
    }
  }

  @Test
  @DisplayName("trap 46: a state that is ahead of its log is not of this replica")
  void trap46_stateOfAnotherReplica() throws Exception {
    OnDiskAppender machine = new OnDiskAppender();
    machine.held = new EntryId(3, 1000);
    try (RaftNode node = start(machine, new MemoryLogStore(), null)) {
      LocalCluster.awaitTrue("a refusal", () -> node.status().health() == NodeStatus.Health.FAILED);
      assertThat(node.explain()).contains("not of the same replica");
    }
  }

  @Test
  @DisplayName("a state at the very beginning of the log is compared with it, too")
  void stateOfAnotherReplicaWhereTheLogBegins() throws Exception {
    RaftOptions nothingKept = OFTEN.toBuilder()
        .snapshots(OFTEN.snapshots().toBuilder().retained(0, 0).build())
        .build();
    MemoryLogStore.Contents disk = new MemoryLogStore().contents();
    OnDiskAppender machine = new OnDiskAppender();
    EntryId snapshot;
    try (RaftNode node = start(machine, new MemoryLogStore(disk), null, nothingKept)) {
      node.awaitLeader().get(30, SECONDS);
      propose(node, 300);
      LocalCluster.awaitTrue("a log that begins behind its last snapshot", () -> {
        SnapshotStatus status = snapshots(node);
        return status.taking().isEmpty()
            && status.logBytesSince() < OFTEN.snapshots().minLogBytes()
            && status
                .last()
                .map(last -> last.index() + 1 == status.firstIndex())
                .orElse(false);
      });
      snapshot =
          new EntryId(node.status().term(), snapshots(node).last().orElseThrow().index());
    }
    machine.held = new EntryId(snapshot.term() + 1, snapshot.index());
    try (RaftNode node = start(machine, new MemoryLogStore(disk), null, nothingKept)) {
      LocalCluster.awaitTrue("a refusal", () -> node.status().health() == NodeStatus.Health.FAILED);
      assertThat(node.status().healthDetail()).contains("not of the same replica");
    }
  }

  /** As when a release wraps the state machine and forgets about snapshots: the folder is in order, and must not be deleted. */
  @Test
  @DisplayName("a log that goes on from a snapshot isn't started without snapshots, and says why")
  void withoutSnapshotsAnyMore() throws Exception {
    MemoryLogStore.Contents disk = new MemoryLogStore().contents();
    try (RaftNode node = start(new Appender(), new MemoryLogStore(disk), null)) {
      node.awaitLeader().get(30, SECONDS);
      propose(node, 300);
      LocalCluster.awaitTrue("a cut log", () -> snapshots(node).firstIndex() > 1);
    }
    try (RaftNode node = start(new EchoMachine(), new MemoryLogStore(disk), null)) {
      LocalCluster.awaitTrue("a refusal", () -> node.status().health() == NodeStatus.Health.FAILED);
      assertThat(node.explain())
          .contains("goes on from a snapshot", "no SnapshottingStateMachine", "start it as it was");
    }
    try (RaftNode node = start(new Appender(), new MemoryLogStore(disk), null)) {
      node.awaitLeader().get(30, SECONDS);
    }
  }

  /** A machine on disk gets nothing of the log again at a start, so what is there already has to count. */
  @Test
  @DisplayName(
      "the log of a state on disk is cut although its process lives too short for a snapshot")
  void shortLives() throws Exception {
    MemoryLogStore.Contents disk = new MemoryLogStore().contents();
    OnDiskAppender machine = new OnDiskAppender();
    for (int life = 0; life < 6; life++) {
      try (RaftNode node = start(machine, new MemoryLogStore(disk), null)) {
        node.awaitLeader().get(30, SECONDS);
        propose(node, 20);
      }
    }
    try (RaftNode node = start(machine, new MemoryLogStore(disk), null)) {
      node.awaitLeader().get(30, SECONDS);
      LocalCluster.awaitTrue("a cut log", () -> snapshots(node).firstIndex() > 1);
      propose(node, 1);
      assertThat(machine.applied()).isEqualTo(expected);
    }
  }

  private static RaftNode start(
      StateMachine machine, MemoryLogStore log, @Nullable SnapshotStore snapshots) {
    return start(machine, log, snapshots, OFTEN);
  }

  private static RaftNode start(
      StateMachine machine,
      MemoryLogStore log,
      @Nullable SnapshotStore snapshots,
      RaftOptions options) {
    RaftNodeBuilder builder = RaftNode.builder()
        .id("n1")
        .bootstrap("n1")
        .stateMachine(machine)
        .logStore(log)
        .transport(new LocalNetwork().transport())
        .options(options);
    return (snapshots == null ? builder : builder.snapshots(snapshots)).start();
  }

  /** Outlives its node, as a database does. */
  static class OnDiskAppender extends Appender implements OnDiskStateMachine {
    private EntryId held = EntryId.NONE;

    @Override
    public EntryId appliedEntry() {
      return held;
    }

    @Override
    public synchronized byte[] apply(Command command) {
      byte[] result = super.apply(command);
      held = new EntryId(command.term(), command.index());
      return result;
    }

    @Override
    public synchronized void restore(SnapshotReader snapshot) throws IOException {
      super.restore(snapshot);
      held = snapshot.lastEntry();
    }
  }
}
