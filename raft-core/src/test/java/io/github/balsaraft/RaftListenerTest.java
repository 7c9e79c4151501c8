package io.github.balsaraft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.RaftEvent;
import io.github.balsaraft.api.RaftEvent.HealthChanged;
import io.github.balsaraft.api.RaftEvent.LeaderChanged;
import io.github.balsaraft.api.RaftEvent.RoleChanged;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.transport.LocalNetwork;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** Listeners, with real threads. */
class RaftListenerTest {

  private static RaftNodeBuilder single() {
    return RaftNode.builder()
        .id("n1")
        .bootstrap("n1")
        .stateMachine(new Appender())
        .logStore(new MemoryLogStore())
        .transport(new LocalNetwork().transport())
        .closeTimeout(Duration.ofSeconds(30))
        .options(LocalCluster.FAST);
  }

  /** Names what came, and whether its thread is one of those that nothing else runs on. */
  private record Heard(RaftEvent event, String thread) {}

  @Test
  void aListenerHearsTheWholeLifeOfANodeOnAThreadForListeners() throws Exception {
    BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
    try (RaftNode node = single()
        .listener(event -> heard.add(new Heard(event, Thread.currentThread().getName())))
        .start()) {
      node.awaitLeader().get(30, SECONDS);
    }
    HostId self = new HostId("n1");
    assertThat(next(heard)).isEqualTo(new HealthChanged(0, Health.BEING_BORN, ""));
    assertThat(((HealthChanged) next(heard)).health()).isEqualTo(Health.RUNNING);
    assertThat(next(heard)).isInstanceOf(RoleChanged.class);
    RaftEvent leads = nextThat(heard, LeaderChanged.class);
    assertThat(((LeaderChanged) leads).host()).contains(self);
    RaftEvent closed = null;
    boolean sawFollower = false;
    while (!(closed instanceof HealthChanged)) {
      closed = next(heard);
      sawFollower |= closed instanceof RoleChanged role && role.role() == Role.FOLLOWER;
    }
    assertThat(sawFollower).as("it leads no more before it is closed").isTrue();
    assertThat(((HealthChanged) closed).health()).isEqualTo(Health.CLOSED);
    assertThat(heard).isEmpty();
  }

  private static RaftEvent next(BlockingQueue<Heard> heard) throws InterruptedException {
    Heard next = heard.poll(30, SECONDS);
    assertThat(next).as("another event").isNotNull();
    assertThat(next.thread()).contains("-listener-");
    return next.event();
  }

  private static RaftEvent nextThat(BlockingQueue<Heard> heard, Class<?> kind)
      throws InterruptedException {
    RaftEvent next = next(heard);
    while (!kind.isInstance(next)) {
      next = next(heard);
    }
    return next;
  }

  /** Neither elections nor commands nor closing wait for it. */
  @Test
  void aListenerThatHangsHoldsUpNothing() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    CountDownLatch hangs = new CountDownLatch(1);
    RaftNode node = single()
        .listener(event -> {
          hangs.countDown();
          awaitUninterrupted(end);
        })
        .start();
    try {
      assertThat(hangs.await(30, SECONDS)).isTrue();
      node.awaitLeader().get(30, SECONDS);
      assertThat(node.propose("a".getBytes(UTF_8)).get(30, SECONDS)).isEqualTo("1".getBytes(UTF_8));
      CompletableFuture<Void> closing = CompletableFuture.runAsync(node::close);
      closing.get(25, SECONDS);
    } finally {
      end.countDown();
      node.close();
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** It may call the node, and even close it. */
  @Test
  void aListenerMayAskTheNodeAndCloseIt() throws Exception {
    CompletableFuture<RaftNode> started = new CompletableFuture<>();
    CompletableFuture<Role> asked = new CompletableFuture<>();
    CountDownLatch closed = new CountDownLatch(1);
    RaftNode node = single()
        .listener(event -> {
          if (event instanceof RoleChanged role && role.role() == Role.LEADER) {
            asked.complete(started.join().status().role());
            started.join().close();
          } else if (event instanceof HealthChanged health && health.health() == Health.CLOSED) {
            closed.countDown();
          }
        })
        .start();
    try {
      started.complete(node);
      assertThat(asked.get(30, SECONDS)).isEqualTo(Role.LEADER);
      assertThat(closed.await(30, SECONDS)).isTrue();
    } finally {
      node.close();
    }
  }

  @Test
  void whatAListenerThrowsHarmsNeitherTheNodeNorOtherListeners() throws Exception {
    BlockingQueue<RaftEvent> heard = new LinkedBlockingQueue<>();
    try (RaftNode node = single()
        .listener(event -> {
          throw new IllegalStateException("a defect of the application");
        })
        .listener(heard::add)
        .start()) {
      node.awaitLeader().get(30, SECONDS);
      assertThat(node.propose("a".getBytes(UTF_8)).get(30, SECONDS)).isEqualTo("1".getBytes(UTF_8));
      assertThat(node.status().health()).isEqualTo(Health.RUNNING);
    }
    assertThat(heard.poll(30, SECONDS)).isInstanceOf(HealthChanged.class);
  }
}
