package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.SnapshotRequest;
import io.github.balsaraft.testing.simulation.world.FragileFolder;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Members whose snapshot is damaged, of a group whose logs were cut behind it (decision 11). All that Raft promises is checked. */
class SnapshotRecoveryTest {

  private static final int ENOUGH_FOR_A_SNAPSHOT = 110;

  private final TestCluster cluster = new TestCluster(
      1,
      3,
      RaftOptions.builder()
          .snapshots(SnapshotOptions.builder().maxEntries(100).retained(0, 0).build())
          .build(),
      SomeState::new);
  private SimulatedHost.Life leader;
  private HostId second;
  private HostId third;

  @BeforeEach
  void cutLogs() {
    cluster.startAll();
    leader = cluster.awaitLeader();
    List<HostId> others =
        cluster.founders().stream().filter(host -> !host.equals(leader.host())).toList();
    second = others.get(0);
    third = others.get(1);
    propose(ENOUGH_FOR_A_SNAPSHOT);
    cluster.time.runFor(SECONDS);
    for (HostId host : cluster.founders()) {
      assertThat(cluster.status(cluster.life(host)).snapshots().firstIndex()).isGreaterThan(50);
    }
  }

  private void propose(int commands) {
    for (int i = 0; i < commands; i++) {
      CompletableFuture<byte[]> done = leader.node().propose("x".getBytes(UTF_8));
      assertThat(cluster.runUntil(done::isDone, 5 * SECONDS)).isTrue();
    }
  }

  private void crashAll() {
    cluster.founders().forEach(cluster::crash);
  }

  private void damage(HostId host) {
    rewrite(host, ".0");
  }

  private FragileFolder snapshots(HostId host) {
    return cluster.world.host(host).snapshots();
  }

  private NodeStatus status(HostId host) {
    return cluster.status(cluster.life(host));
  }

  private boolean isBack(HostId host, long index) {
    NodeStatus status = status(host);
    return status.health() == Health.RUNNING && status.appliedIndex() >= index;
  }

  private void comesBack(HostId host, long index) {
    assertThat(cluster.runUntil(() -> isBack(host, index), 30 * SECONDS))
        .as(cluster.describe())
        .isTrue();
  }

  @Test
  @DisplayName("one fetches another snapshot under its old name, and the leader goes on meanwhile")
  void oneOfThree() {
    String replica = status(second).replica().toString();
    cluster.crash(second);
    List<String> damaged =
        names(second).stream().filter(name -> name.endsWith(".manifest")).toList();
    damage(second);
    propose(3);
    cluster.start(second);
    assertThat(status(second).health()).isEqualTo(Health.RECOVERING);
    propose(3);
    comesBack(second, ENOUGH_FOR_A_SNAPSHOT + 6);
    assertThat(status(second).replica()).hasToString(replica);
    assertThat(cluster.leader()).contains(leader);
    assertThat(names(second)).as("what was damaged is gone").doesNotContainAnyElementsOf(damaged);
  }

  @Test
  @DisplayName("a follower is enough to fetch from, and then there are votes for a leader")
  void noLeaderIsNeeded() {
    cluster.crash(leader.host());
    cluster.crash(second);
    damage(second);
    cluster.start(second);
    comesBack(second, 1);
    assertThat(cluster.runUntil(() -> cluster.leader().isPresent(), 30 * SECONDS))
        .isTrue();
    assertThat(cluster.leader().orElseThrow().host()).isNotEqualTo(leader.host());
  }

  @Test
  @DisplayName("what it has acknowledged behind the snapshot stays: nobody leads who lacks it")
  void keepsTheLogBehindIt() {
    cluster.crash(third);
    propose(5);
    long acknowledged = status(second).lastIndex();
    crashAll();
    damage(second);
    cluster.start(third);
    cluster.start(second);
    comesBack(second, acknowledged);
    comesBack(third, acknowledged);
    assertThat(cluster.leader().orElseThrow().host()).isEqualTo(second);
  }

  @Test
  @DisplayName("as long as it has none it elects nobody, whatever the others do")
  void givesNoVote() {
    NodeStatus kept = status(second);
    crashAll();
    damage(second);
    cluster.start(third);
    cluster.start(second);
    cluster.isolate(second);
    cluster.time.runFor(60 * SECONDS);
    assertThat(cluster.leader()).isEmpty();
    assertThat(status(second).health()).isEqualTo(Health.RECOVERING);
    assertThat(status(second).term()).as("it asks for no votes").isEqualTo(kept.term());
    assertThat(status(second).lastIndex()).isEqualTo(kept.lastIndex());
    assertThat(status(second).durableIndex()).isEqualTo(kept.lastIndex());
    assertThat(status(second).configuration()).isEqualTo(kept.configuration());
    assertThat(status(second).peers())
        .extracting(NodeStatus.Peer::host)
        .containsExactlyInAnyOrderElementsOf(
            kept.peers().stream().map(NodeStatus.Peer::host).toList());
    assertThat(status(second).commitIndex()).as("only a core knows").isZero();
  }

  @Test
  @DisplayName(
      "all of them: the group stays down, says why, keeps every file, and comes back with one intact copy")
  void allOfThem() {
    crashAll();
    for (HostId host : cluster.founders()) {
      rewrite(host, ".manifest");
    }
    List<List<String>> before = cluster.founders().stream().map(this::names).toList();
    cluster.startAll();
    cluster.time.runFor(120 * SECONDS);
    assertThat(cluster.leader()).isEmpty();
    for (HostId host : cluster.founders()) {
      assertThat(status(host).health()).isEqualTo(Health.RECOVERING);
      assertThat(status(host).explanation())
          .startsWith("Recovering: " + host + " lacks the state that its log goes on from")
          .contains("put a copy of a snapshot back into its folder");
    }
    assertThat(cluster.founders().stream().map(this::names).toList()).isEqualTo(before);
    cluster.crash(leader.host());
    rewrite(leader.host(), ".manifest");
    cluster.start(leader.host());
    for (HostId host : cluster.founders()) {
      comesBack(host, ENOUGH_FOR_A_SNAPSHOT);
    }
  }

  private List<String> names(HostId host) {
    try {
      return snapshots(host).list();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Flips a bit in the middle of a file, or flips it back. */
  private void rewrite(HostId host, String endOfName) {
    FragileFolder folder = snapshots(host);
    String name =
        names(host).stream().filter(one -> one.endsWith(endOfName)).findAny().orElseThrow();
    try {
      byte[] content;
      try (var file = folder.open(name)) {
        content = new byte[(int) file.bytes()];
        file.read(0, content);
      }
      content[content.length / 2] ^= 1;
      try (var file = folder.create(name)) {
        file.write(content, 0, content.length);
        file.sync();
      }
      folder.sync();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Says nothing of itself, at some length. */
  private static final class SomeState extends EmptySnapshots {
    @Override
    public SnapshotView capture() {
      return SnapshotView.of(out -> out.write(new byte[10]));
    }
  }

  @Test
  @DisplayName("while nobody can help it asks more and more seldom")
  void asksMoreAndMoreSeldom() {
    List<String> asked = new ArrayList<>();
    cluster.observers.add(new Observer() {
      @Override
      public void onSent(HostId from, HostId to, GroupMessage sent, long number) {
        if (sent.message() instanceof SnapshotRequest) {
          asked.add(from + " to " + to);
        }
      }
    });
    crashAll();
    cluster.founders().forEach(this::damage);
    cluster.startAll();
    cluster.time.runFor(60 * SECONDS);
    assertThat(asked).isNotEmpty();
    asked.clear();
    cluster.time.runFor(240 * SECONDS);
    assertThat(asked).hasSizeBetween(3, 3 * 14);
    assertThat(cluster.leader()).isEmpty();
  }

  @Test
  @DisplayName("a process that ends before it has another begins with it again")
  void beginsAgain() {
    cluster.crash(second);
    damage(second);
    for (int life = 0; life < 5; life++) {
      cluster.start(second);
      assertThat(status(second).health()).isEqualTo(Health.RECOVERING);
      cluster.crash(second);
    }
    cluster.start(second);
    comesBack(second, ENOUGH_FOR_A_SNAPSHOT);
  }
}
