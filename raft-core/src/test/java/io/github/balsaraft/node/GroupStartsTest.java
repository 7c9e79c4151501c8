package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.Founder;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.model.trace.TraceSink;
import io.github.balsaraft.storage.FolderSnapshotStore;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.testing.RecordingMachine;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Disk;
import io.github.balsaraft.testing.simulation.world.DiskLogStore;
import io.github.balsaraft.testing.simulation.world.FragileFolder;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.World;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A group that is started reads its snapshot as a whole, which may take long: nothing waits for that but its start. With real threads. */
class GroupStartsTest {

  private static final HostId SELF = new HostId("n1");
  private static final GroupId SLOW = SnapshotRig.GROUP;
  private static final GroupId OTHER = new GroupId(2);

  private final HookedSnapshots snapshots =
      new HookedSnapshots(new FolderSnapshotStore(new FragileFolder(Chance.of(1, "folder")), 4));
  private final CountDownLatch reading = new CountDownLatch(1);
  private final CountDownLatch isRead = new CountDownLatch(1);
  private final CompletableFuture<Void> snapshotsClosed = new CompletableFuture<>();
  private DiskLogStore store;
  private HostRuntime host;

  @BeforeEach
  void startHost() throws Exception {
    Disk disk = new World(1, Observer.NONE).add(SELF).disk();
    DiskLogStore earlier = new DiskLogStore(disk);
    earlier.recover();
    earlier.write(LogWrite.of(List.of(GroupWrite.ofReplica(
        SLOW, new ReplicaRecord(new ReplicaId(7), ReplicaRecord.State.MEMBER)))));
    SnapshotRig.write(snapshots, 20, 1, "some state".getBytes(UTF_8));
    store = new DiskLogStore(disk);
    host = new HostRuntime(
        SELF,
        store,
        snapshots,
        new FakeTransport(),
        new ThreadedEnvironment("n1", 1, 1),
        Duration.ofMillis(200));
    snapshots.beforeOpen = this::read;
    snapshots.onClose = () -> snapshotsClosed.complete(null);
  }

  @AfterEach
  void closeHost() {
    isRead.countDown();
    host.close();
  }

  private void read() {
    reading.countDown();
    boolean interrupted = false;
    try {
      interrupted = !isRead.await(60, SECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    assertThat(interrupted).isFalse();
  }

  private GroupNode start(GroupId group) {
    return host.startGroup(new GroupSettings(
        group,
        new BirthPlan(BirthPlan.Kind.BOOTSTRAP, List.of(new Founder(SELF, "n1"))),
        new RecordingMachine(),
        RaftOptions.defaults(),
        TraceSink.OFF));
  }

  private static CompletableFuture<Void> apart(Runnable task) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread = new Thread(() -> {
      try {
        task.run();
        done.complete(null);
      } catch (Throwable e) {
        done.completeExceptionally(e);
      }
    });
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  /** Until it reads. */
  private CompletableFuture<Void> beginToStartTheSlowOne() throws InterruptedException {
    CompletableFuture<Void> start = apart(() -> start(SLOW));
    assertThat(reading.await(30, SECONDS)).isTrue();
    return start;
  }

  @Test
  void closingTheHostDoesNotWaitForIt() throws Exception {
    CompletableFuture<Void> start = beginToStartTheSlowOne();
    apart(() -> host.close()).get(30, SECONDS);
    assertThat(snapshotsClosed).as("what is being read").isNotDone();
    isRead.countDown();
    assertThatThrownBy(() -> start.get(30, SECONDS))
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the host is closed");
    snapshotsClosed.get(30, SECONDS);
  }

  @Test
  void aLogStoreThatFailsEndsTheOtherGroupsAtOnce() throws Exception {
    GroupNode other = start(OTHER);
    other.awaitLeader().get(30, SECONDS);
    CompletableFuture<Void> start = beginToStartTheSlowOne();
    apart(() -> store.failInBackground(new LogStoreException("no more room"))).get(30, SECONDS);
    assertThat(other.status().health()).isEqualTo(Health.FAILED);
    isRead.countDown();
    assertThatThrownBy(() -> start.get(30, SECONDS))
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no more room");
  }

  @Test
  void nobodyElseStartsItMeanwhile() throws Exception {
    CompletableFuture<Void> start = beginToStartTheSlowOne();
    assertThatThrownBy(() -> start(SLOW))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("group " + SLOW + " is being started already");
    isRead.countDown();
    start.get(30, SECONDS);
    assertThatThrownBy(() -> start(SLOW))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("group " + SLOW + " runs already");
  }
}
