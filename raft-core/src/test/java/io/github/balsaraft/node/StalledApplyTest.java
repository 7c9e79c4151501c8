package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.RaftSession;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A state machine that takes very long holds up what it has to do, and no caller beyond the time that the caller has named. */
class StalledApplyTest {

  private static final HostId HOST = new HostId("n1");

  private final TestCluster cluster = new TestCluster(1, 1, SimulationSettings.smallLimits());

  private GroupNode node() {
    cluster.start(HOST);
    return cluster.awaitLeader().node();
  }

  private void stall() {
    // Each task of the apply threads waits for up to so long, at random.
    cluster.world.host(HOST).pace().applyTakes(1_000_000 * SECONDS);
  }

  private static Throwable failure(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    return future.handle((answer, failure) -> failure).join();
  }

  @Test
  @DisplayName("a session's command that is not applied in its time ends as unknown")
  void sessionsCommand() {
    GroupNode node = node();
    RaftSession session = node.session(SessionOptions.defaults());
    CompletableFuture<byte[]> first = session.propose("a".getBytes(UTF_8));
    assertThat(cluster.runUntil(first::isDone, 5 * SECONDS)).isTrue();
    stall();
    CompletableFuture<byte[]> stalled = session.propose("b".getBytes(UTF_8), Duration.ofSeconds(1));
    cluster.time.runFor(SECONDS - VirtualTime.MILLIS);
    assertThat(stalled).isNotDone();
    cluster.time.runFor(2 * VirtualTime.MILLIS);
    assertThat(failure(stalled)).isInstanceOf(OutcomeUnknownException.class);
  }

  @Test
  @DisplayName("reads end when their time is over, those among them whose turn has not come")
  void reads() {
    GroupNode node = node();
    cluster.time.runFor(SECONDS);
    long applied = cluster.status(cluster.life(HOST)).appliedIndex();
    CompletableFuture<Void> waiting = node.awaitApplied(applied + 1, Duration.ofSeconds(1));
    cluster.time.runFor(100 * VirtualTime.MILLIS);
    stall();
    List<CompletableFuture<?>> behind = List.of(
        node.awaitApplied(applied + 1, Duration.ofMillis(900)),
        node.queryAfter(new byte[0], applied, Duration.ofMillis(900)));
    cluster.time.runFor(890 * VirtualTime.MILLIS);
    assertThat(waiting).isNotDone();
    assertThat(behind).noneMatch(CompletableFuture::isDone);
    cluster.time.runFor(30 * VirtualTime.MILLIS);
    assertThat(failure(waiting)).isInstanceOf(ReadNotServedException.class);
    for (CompletableFuture<?> read : behind) {
      assertThat(failure(read))
          .isInstanceOf(ReadNotServedException.class)
          .hasMessageContaining(
              "which has got as far as index " + applied + ", had no time for it");
    }
    assertThat(node.pendingReadBytes())
        .as("those that still stand in the queue take memory")
        .isPositive();
  }

  @Test
  @DisplayName("a longer wait than the one before is not forgotten")
  void oneAfterTheOther() {
    GroupNode node = node();
    long applied = cluster.status(cluster.life(HOST)).appliedIndex();
    CompletableFuture<Void> longer = node.awaitApplied(applied + 9, Duration.ofSeconds(3));
    CompletableFuture<Void> shorter = node.awaitApplied(applied + 9, Duration.ofSeconds(1));
    cluster.time.runFor(2 * SECONDS);
    assertThat(failure(shorter)).isInstanceOf(ReadNotServedException.class);
    assertThat(longer).isNotDone();
    cluster.time.runFor(2 * SECONDS);
    assertThat(failure(longer)).isInstanceOf(ReadNotServedException.class);
  }
}
