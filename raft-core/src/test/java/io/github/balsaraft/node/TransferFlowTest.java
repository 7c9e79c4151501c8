package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.TransferFailedException;
import io.github.balsaraft.api.TransferFailedException.Failure;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is certain when leadership was not seen to pass: an operator decides by it whether to ask again. */
class TransferFlowTest {

  private static final long TIMEOUT =
      RaftOptions.defaults().electionTimeoutMax().toNanos();

  private final TestCluster cluster = new TestCluster(1, 3, RaftOptions.defaults());
  private SimulatedHost.Life leader;
  private SimulatedHost.Life target;

  @BeforeEach
  void start() {
    cluster.startAll();
    leader = cluster.awaitLeader();
    target =
        cluster.running().stream().filter(life -> life != leader).findFirst().orElseThrow();
    cluster.time.runFor(SECONDS);
  }

  private CompletableFuture<HostId> transfer() {
    return leader.node().transferLeadership(target.host());
  }

  /** It gets TimeoutNow and can't act on it. */
  private void letTheTargetsDiskHang() {
    cluster.world.host(target.host()).pace().diskTakes(1000 * SECONDS);
    CompletableFuture<byte[]> unused = leader.node().propose("x".getBytes(UTF_8));
    cluster.time.runFor(100 * MILLIS);
  }

  private static TransferFailedException failure(CompletableFuture<HostId> transferred) {
    assertThat(transferred).isCompletedExceptionally();
    return (TransferFailedException)
        transferred.handle((host, failure) -> failure).join();
  }

  /** Writes are refused meanwhile: whoever asks why is not to be told that all is well. */
  @Test
  void aLeaderThatHandsOverSaysSo() {
    cluster.crash(target.host());
    assertThat(cluster.status(leader).transferTarget()).isEmpty();
    CompletableFuture<HostId> unused = transfer();
    cluster.time.runFor(100 * MILLIS);
    assertThat(cluster.status(leader).transferTarget()).contains(target.host());
    assertThat(cluster.status(leader).explanation())
        .startsWith("Handing over: ")
        .contains("hands leadership over to " + target.host());
  }

  @Test
  void whoLeadsNowIsSaid() {
    CompletableFuture<HostId> transferred = transfer();
    cluster.time.runFor(SECONDS);
    assertThat(transferred).isCompletedWithValue(target.host());
  }

  /** Each attempt costs an election timeout in which nothing is proposed, and nothing passes by itself. */
  @Test
  void aTargetThatIsDownIsNotToBeAskedForAgainAtOnce() {
    cluster.crash(target.host());
    CompletableFuture<HostId> transferred = transfer();
    cluster.time.runFor(TIMEOUT + SECONDS);
    TransferFailedException failure = failure(transferred);
    assertThat(failure.failure()).isEqualTo(Failure.REFUSED);
    assertThat(failure.isRetryable()).isFalse();
    assertThat(failure).hasMessageContaining("was not told to take over");
    assertThat(failure.leader()).contains(leader.host());
  }

  @Test
  void aTargetThatWasToldMayStillComeToLead() {
    letTheTargetsDiskHang();
    CompletableFuture<HostId> transferred = transfer();
    cluster.time.runFor(TIMEOUT + SECONDS);
    assertThat(failure(transferred).failure()).isEqualTo(Failure.OUTCOME_UNKNOWN);
    assertThat(failure(transferred).isRetryable()).isFalse();
  }

  @Test
  void anotherTransferPasses() {
    cluster.crash(target.host());
    CompletableFuture<HostId> first = transfer();
    CompletableFuture<HostId> second = transfer();
    cluster.time.runFor(SECONDS);
    assertThat(first).isNotDone();
    assertThat(failure(second).failure()).isEqualTo(Failure.NOT_DONE);
    assertThat(failure(second).isRetryable()).isTrue();
  }

  @Test
  void anotherMemberIsToBeAsked() {
    CompletableFuture<HostId> transferred = target.node().transferLeadership(new HostId("n9"));
    cluster.time.runFor(SECONDS);
    assertThat(failure(transferred).failure())
        .as("who doesn't lead doesn't judge the target")
        .isEqualTo(Failure.NOT_DONE);
    assertThat(failure(transferred).leader()).contains(leader.host());
  }

  /** Each further attempt would come after a pause. */
  @Test
  void whoIsTheOnlyMemberDoesNotTryToHandOver() {
    TestCluster alone = new TestCluster(1, 1, RaftOptions.defaults());
    alone.startAll();
    SimulatedHost.Life only = alone.awaitLeader();
    CompletableFuture<Void> handedOver = only.node().handOver();
    assertThat(alone.time.runUntil(handedOver::isDone, 10 * MILLIS)).isTrue();
  }

  @Test
  void aLeaderThatStopsKnowsWhomItHasTold() {
    cluster.crash(target.host());
    CompletableFuture<HostId> untold = transfer();
    cluster.time.runFor(SECONDS);
    CompletableFuture<Void> unused = leader.node().stop();
    cluster.time.runFor(MILLIS);
    assertThat(failure(untold).failure()).isEqualTo(Failure.NOT_DONE);
  }

  @Test
  void aLeaderThatStopsAfterTheTargetWasToldKnowsNothing() {
    letTheTargetsDiskHang();
    CompletableFuture<HostId> told = transfer();
    cluster.time.runFor(SECONDS);
    CompletableFuture<Void> unused = leader.node().stop();
    cluster.time.runFor(MILLIS);
    assertThat(failure(told).failure()).isEqualTo(Failure.OUTCOME_UNKNOWN);
  }
}
