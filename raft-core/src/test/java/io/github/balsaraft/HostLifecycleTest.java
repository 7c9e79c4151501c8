package io.github.balsaraft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.BatchingStateMachine;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.storage.FileSnapshotStore;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.testing.EchoMachine;
import io.github.balsaraft.transport.LocalNetwork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting, closing and asking from odd places, with real threads. */
class HostLifecycleTest {

  private static final GroupId FIRST = new GroupId(1);
  private static final GroupId SECOND = new GroupId(2);

  private final LocalNetwork network = new LocalNetwork();

  private RaftHost host(String name) {
    return host(name, new MemoryLogStore());
  }

  private RaftHost host(String name, MemoryLogStore store) {
    return RaftHost.builder()
        .id(name)
        .logStore(store)
        .transport(network.transport())
        .start();
  }

  private static RaftNode start(RaftHost host, GroupId group, String... founders) {
    return start(host, group, new Appender(), LocalCluster.FAST, founders);
  }

  private static RaftNode start(
      RaftHost host, GroupId group, StateMachine machine, RaftOptions options, String... founders) {
    return host.group(group)
        .bootstrap(founders)
        .stateMachine(machine)
        .options(options)
        .start();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static Throwable failure(CompletableFuture<?> future) throws Exception {
    try {
      throw new AssertionError("expected a failure, got " + future.get(30, SECONDS));
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  /** The callback runs on the very thread that closing would wait for. */
  /** Each would draw an identity for the cluster, and all but one would find that the host belongs to another already. */
  @Test
  void groupsFoundedAtTheSameMomentAreOfOneCluster() throws Exception {
    for (int round = 0; round < 20; round++) {
      try (RaftHost host = RaftHost.builder()
          .id("n" + round)
          .logStore(new MemoryLogStore())
          .transport(network.transport())
          .threads(4, 1)
          .start()) {
        List<RaftNode> nodes = new ArrayList<>();
        for (long id = 1; id <= 8; id++) {
          nodes.add(start(host, new GroupId(id), "n" + round));
        }
        for (RaftNode node : nodes) {
          node.awaitLeader().get(20, SECONDS);
        }
      }
    }
  }

  @Test
  void aNodeCanBeAskedAndClosedFromACallback() throws Exception {
    RaftNode node = RaftNode.builder()
        .id("n1")
        .bootstrap("n1")
        .stateMachine(new Appender())
        .logStore(new MemoryLogStore())
        .transport(network.transport())
        .options(LocalCluster.FAST)
        .start();
    node.awaitLeader().get(30, SECONDS);
    CompletableFuture<String> closed = node.propose(bytes("a")).thenApply(result -> {
      String explained = node.explain() + node.status().health();
      node.close();
      return explained;
    });
    assertThat(closed.get(30, SECONDS)).contains("RUNNING");
    LocalCluster.awaitTrue(
        "the close to go on in the background", () -> node.status().health() == Health.CLOSED);
    LocalCluster.awaitTrue("the address to be free", () -> isFree("n1"));
  }

  /** It runs on the one thread that could answer. */
  @Test
  void aTraceSinkThatAsksTheNodeIsRefusedInsteadOfHanging() throws Exception {
    CompletableFuture<RaftNode> started = new CompletableFuture<>();
    CompletableFuture<String> answered = new CompletableFuture<>();
    RaftNode node = RaftNode.builder()
        .id("n1")
        .bootstrap("n1")
        .stateMachine(new Appender())
        .logStore(new MemoryLogStore())
        .transport(network.transport())
        .options(LocalCluster.FAST)
        .traceTo(event -> {
          RaftNode asked = started.getNow(null);
          if (asked != null && !answered.isDone()) {
            try {
              answered.complete(asked.explain());
            } catch (RuntimeException e) {
              answered.completeExceptionally(e);
            }
          }
        })
        .start();
    try (node) {
      node.awaitLeader().get(30, SECONDS);
      started.complete(node);
      node.propose(bytes("a")).get(30, SECONDS);
      assertThat(failure(answered))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("on the thread that would answer");
      assertThat(node.status().health()).isEqualTo(Health.RUNNING);
    }
  }

  private boolean isFree(String name) {
    try {
      host(name).close();
      return true;
    } catch (io.github.balsaraft.transport.TransportException e) {
      return false;
    }
  }

  @Test
  void aHostCanBeClosedFromACallbackOfAnyOfItsGroups() throws Exception {
    RaftHost host = host("n1");
    RaftNode first = start(host, FIRST, "n1");
    RaftNode second = start(host, SECOND, "n1");
    first.awaitLeader().get(30, SECONDS);
    second.awaitLeader().get(30, SECONDS);
    first.propose(bytes("a")).thenRun(host::close).get(30, SECONDS);
    LocalCluster.awaitTrue(
        "the other group to close", () -> second.status().health() == Health.CLOSED);
    assertThat(failure(second.propose(bytes("b")))).isInstanceOf(ShuttingDownException.class);
  }

  @Test
  void whoAwaitsALeaderHearsOfTheEnd() throws Exception {
    try (RaftHost host = host("n1")) {
      RaftNode node = start(host, FIRST, "n1", "n2");
      CompletableFuture<Void> awaited = node.awaitLeader();
      node.close();
      assertThat(failure(awaited)).isInstanceOf(ShuttingDownException.class);
      assertThat(failure(node.awaitLeader())).isInstanceOf(ShuttingDownException.class);
    }
  }

  @Test
  void aGroupRunsOnceInTheLifeOfAHost() throws Exception {
    MemoryLogStore.Contents disk = new MemoryLogStore().contents();
    String replica;
    try (RaftHost host = host("n1", new MemoryLogStore(disk))) {
      RaftNode node = start(host, FIRST, "n1");
      node.awaitLeader().get(30, SECONDS);
      node.propose(bytes("kept")).get(30, SECONDS);
      replica = node.status().replica().toString();
      assertThatThrownBy(() -> start(host, FIRST, "n1")).hasMessageContaining("runs already");
      node.close();
      // As a replica without data it would overwrite what is stored.
      assertThatThrownBy(() -> start(host, FIRST, "n1"))
          .hasMessageContaining("start the host anew");
    }
    try (RaftHost host = host("n1", new MemoryLogStore(disk))) {
      RaftNode node = start(host, FIRST, "n1");
      node.awaitLeader().get(30, SECONDS);
      assertThat(node.status().replica()).hasToString(replica);
      assertThat(new String(node.query(new byte[0]).get(30, SECONDS), UTF_8)).isEqualTo("kept");
    }
    assertThatThrownBy(() -> {
          RaftHost host = host("n1");
          host.close();
          start(host, FIRST, "n1");
        })
        .hasMessageContaining("closed");
  }

  /** What it was given can't work: with something else it starts, and is not said to have been closed. */
  @Test
  void aGroupThatCouldNotBeStartedCanBeStartedRight() throws Exception {
    try (RaftHost host = host("n1")) {
      assertThatThrownBy(() ->
              host.group(FIRST).bootstrap("n1").stateMachine(new NoBatches()).start())
          .hasMessageContaining("neither may be less than 1");
      RaftNode node = start(host, FIRST, "n1");
      node.awaitLeader().get(30, SECONDS);
    }
  }

  private static final class NoBatches extends EchoMachine implements BatchingStateMachine {
    @Override
    public void endBatch() {}

    @Override
    public int maxBatchCommands() {
      return 0;
    }
  }

  @Test
  void aSecondGroupIsFoundedInTheSameCluster() throws Exception {
    try (RaftHost n1 = host("n1");
        RaftHost n2 = host("n2");
        RaftHost n3 = host("n3")) {
      // The first group lives on two of the hosts only, so the third has no cluster yet.
      RaftNode first = start(n2, FIRST, "n2", "n3");
      start(n3, FIRST, "n2", "n3");
      first.awaitLeader().get(30, SECONDS);
      RaftNode second = start(n1, SECOND, "n1", "n2", "n3");
      start(n2, SECOND, "n1", "n2", "n3");
      start(n3, SECOND, "n1", "n2", "n3");
      second.awaitLeader().get(30, SECONDS);
      assertThat(second.status().cluster()).isPresent().isEqualTo(first.status().cluster());
    }
  }

  @Test
  void aHostOfAnotherClusterIsNeitherHeardNorCounted() throws Exception {
    try (RaftHost n1 = host("n1");
        RaftHost n2 = host("n2")) {
      RaftNode elsewhere = start(n2, SECOND, "n2");
      RaftNode here = start(n1, SECOND, "n1");
      elsewhere.awaitLeader().get(30, SECONDS);
      here.awaitLeader().get(30, SECONDS);
      RaftNode waiting = start(n1, FIRST, "n1", "n2");
      start(n2, FIRST, "n1", "n2");
      LocalCluster.awaitTrue("the refusal to be known", () -> waiting.explain().contains("n2"));
      assertThat(waiting.status().health()).isEqualTo(Health.BEING_BORN);
    }
  }

  /** Budgets: a state machine that hangs slows proposers, and all is well once it goes on. */
  @Test
  void aStateMachineThatHangsMakesProposersWaitAndNobodyIsForgotten() throws Exception {
    HangingMachine hanging = new HangingMachine();
    RaftOptions options = LocalCluster.options()
        .maxCommandBytes(1000)
        .maxPendingProposalBytes(10_000)
        .build();
    try (RaftHost host = host("n1")) {
      RaftNode node = start(host, FIRST, hanging, options, "n1");
      LocalCluster.awaitTrue("a leader", () -> node.status().leader().isPresent());
      List<CompletableFuture<byte[]>> accepted = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        accepted.add(node.propose(new byte[1000]));
      }
      assertThat(failure(node.propose(new byte[1000]))).isInstanceOf(OverloadedException.class);
      CompletableFuture<Integer> read = node.read(ReadConsistency.LINEARIZABLE, () -> 7);
      hanging.letGo();
      for (CompletableFuture<byte[]> future : accepted) {
        assertThat(future.get(30, SECONDS)).hasSize(1000);
      }
      assertThat(read.get(30, SECONDS)).isEqualTo(7);
      assertThat(node.propose(new byte[1000]).get(30, SECONDS)).hasSize(1000);
    }
  }

  @Test
  void aStaleReadBehindAStateMachineThatHangsEndsInTime() throws Exception {
    HangingMachine hanging = new HangingMachine();
    RaftOptions options =
        LocalCluster.options().requestTimeout(Duration.ofSeconds(1)).build();
    try (RaftHost host = host("n1")) {
      RaftNode node = start(host, FIRST, hanging, options, "n1");
      node.awaitLeader().get(30, SECONDS);
      // By this look the node knows how fresh its state is.
      node.read(ReadConsistency.LINEARIZABLE, () -> 7).get(30, SECONDS);
      CompletableFuture<byte[]> proposed = node.propose(new byte[1]);
      hanging.awaitHanging();
      CompletableFuture<Integer> stale = node.read(ReadConsistency.STALE, () -> 7);
      assertThat(failure(stale))
          .isInstanceOf(ReadNotServedException.class)
          .hasMessageContaining("had no time for it");
      hanging.letGo();
      proposed.handle((result, failure) -> failure).get(30, SECONDS);
    } finally {
      hanging.letGo();
    }
  }

  @Test
  void closingUnderLoadLeavesNobodyWaiting() throws Exception {
    List<CompletableFuture<?>> asked = new ArrayList<>();
    RaftHost host = host("n1");
    RaftNode node = start(host, FIRST, "n1");
    node.awaitLeader().get(30, SECONDS);
    Thread proposer = new Thread(() -> {
      for (int i = 0; i < 20_000; i++) {
        synchronized (asked) {
          asked.add(node.propose(bytes("c" + i)));
          asked.add(node.query(new byte[0], ReadConsistency.STALE));
        }
      }
    });
    proposer.start();
    host.close();
    proposer.join();
    for (CompletableFuture<?> future : asked) {
      future.handle((result, failure) -> failure).get(30, SECONDS);
      if (future.isCompletedExceptionally()) {
        assertThat(failure(future))
            .isInstanceOfAny(
                ShuttingDownException.class,
                OutcomeUnknownException.class,
                OverloadedException.class,
                io.github.balsaraft.api.ReadNotServedException.class);
      }
    }
  }

  /** Or whoever names the right host at the second attempt is told that the folder is in use. */
  @Test
  void aFailedStartLeavesNothingInUse(@TempDir Path folder) {
    MemoryLogStore.Contents ofN1 = new MemoryLogStore().contents();
    RaftHost.builder()
        .id("n1")
        .logStore(new MemoryLogStore(ofN1))
        .transport(network.transport())
        .start()
        .close();
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> RaftHost.builder()
              .id("n2")
              .logStore(new MemoryLogStore(ofN1))
              .snapshots(new FileSnapshotStore(folder))
              .transport(network.transport())
              .start())
          .hasMessageContaining("belongs to host n1, not to n2");
    }
  }

  /** They would be taken for the state that its own log rests on, or be deleted. */
  @Test
  void snapshotsOfAnotherHostAreRefused(@TempDir Path folder) {
    MemoryLogStore.Contents ofN1 = new MemoryLogStore().contents();
    startAndClose("n1", ofN1, folder);
    startAndClose("n1", ofN1, folder);
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> startAndClose("n2", new MemoryLogStore().contents(), folder))
          .isInstanceOf(LogStoreException.class)
          .hasMessageContaining("the snapshots belong to host n1, not to n2");
    }
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> startAndClose("n1", new MemoryLogStore().contents(), folder))
          .isInstanceOf(LogStoreException.class)
          .hasMessageContaining("the snapshots belong to an earlier one of host n1");
    }
    startAndClose("n1", ofN1, folder);
  }

  private void startAndClose(String name, MemoryLogStore.Contents log, Path snapshots) {
    RaftHost.builder()
        .id(name)
        .logStore(new MemoryLogStore(log))
        .snapshots(new FileSnapshotStore(snapshots))
        .transport(network.transport())
        .start()
        .close();
  }
}
