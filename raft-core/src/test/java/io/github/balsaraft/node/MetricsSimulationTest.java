package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.Distribution;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.api.RaftMetrics;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.testing.RecordingMachine;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.world.Observers;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.Weather;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What nodes measure, where it is known how long everything takes. */
class MetricsSimulationTest {

  private static final long ROUND_TRIP = 20 * MILLIS;
  /** At most. */
  private static final long WRITE = 2 * MILLIS;

  private static final int PROPOSALS = 50;

  /** For the queues between the threads, and an eighth for the buckets. */
  private static long atMost(long nanos) {
    return (nanos + 2 * MILLIS) * 9 / 8;
  }

  private final Observers observers = new Observers();
  private final World world = new World(11, observers);
  private final SimulatedCluster cluster = new SimulatedCluster(
      world, 3, 0, RaftOptions.defaults(), LeaseRules.FORBIDDEN, RecordingMachine::new);

  private SimulatedHost.Life begin() {
    observers.add(cluster.view());
    world.network().weather(new Weather(0, 0, 0, 0, ROUND_TRIP / 2, ROUND_TRIP / 2, 0));
    world.hosts().forEach(host -> host.pace().diskTakes(WRITE));
    cluster.startFounders();
    boolean elected = world
        .time()
        .runUntil(() -> cluster.leader() != null && cluster.view().commitIndex() > 1, 60 * SECONDS);
    assertThat(elected).as("a leader").isTrue();
    world.time().runFor(SECONDS);
    return cluster.leader();
  }

  private void propose(SimulatedHost.Life leader) {
    List<CompletableFuture<byte[]>> all = new ArrayList<>();
    for (int i = 0; i < PROPOSALS; i++) {
      all.add(leader.node().propose(("command " + i).getBytes(UTF_8)));
      world.time().runFor(100 * MILLIS);
    }
    assertThat(all).allMatch(CompletableFuture::isDone);
  }

  @Test
  void aLeaderMeasuresHowLongProposalsTake() {
    SimulatedHost.Life leader = begin();
    RaftMetrics before = leader.node().metrics();
    propose(leader);
    RaftMetrics after = leader.node().metrics();

    assertThat(grown(before, after, RaftMetric.PROPOSALS_APPENDED)).isEqualTo(PROPOSALS);
    assertThat(grown(before, after, RaftMetric.LOG_APPENDED_ENTRIES)).isEqualTo(PROPOSALS);
    assertThat(grown(before, after, RaftMetric.LOG_APPENDED_BYTES))
        .isBetween(PROPOSALS * 10L, PROPOSALS * 200L);
    assertThat(grown(before, after, RaftMetric.LOG_WRITES)).isBetween(1L, PROPOSALS * 2L);
    Distribution committed = since(before, after, RaftMetric.PROPOSE_TO_COMMIT_NANOS);
    assertThat(committed.count()).isEqualTo(PROPOSALS);
    assertThat(committed.quantile(0.5)).isBetween(ROUND_TRIP, atMost(ROUND_TRIP + WRITE));
    Distribution durable = since(before, after, RaftMetric.LOG_DURABLE_NANOS);
    assertThat(durable.count()).isGreaterThanOrEqualTo(PROPOSALS);
    assertThat(durable.quantile(0.5)).isBetween(1L, atMost(WRITE));
    Distribution applied = since(before, after, RaftMetric.COMMIT_TO_APPLIED_NANOS);
    assertThat(applied.count()).isEqualTo(PROPOSALS);
    assertThat(applied.quantile(1)).isLessThan(atMost(0));
    assertThat(after.atNanos()).isGreaterThan(before.atNanos());
  }

  @Test
  void gaugesSayWhatStatusSays() {
    SimulatedHost.Life leader = begin();
    propose(leader);
    for (SimulatedHost host : world.hosts()) {
      RaftMetrics look = host.life().node().metrics();
      CompletableFuture<NodeStatus> asked = host.life().status();
      assertThat(world.time().runUntil(asked::isDone, SECONDS)).isTrue();
      NodeStatus status = asked.join();
      assertThat(look.value(RaftMetric.TERM)).isEqualTo(status.term());
      assertThat(look.value(RaftMetric.LAST_INDEX)).isEqualTo(status.lastIndex());
      assertThat(look.value(RaftMetric.COMMIT_INDEX)).isEqualTo(status.commitIndex());
      assertThat(look.value(RaftMetric.APPLIED_INDEX)).isEqualTo(status.appliedIndex());
      assertThat(look.value(RaftMetric.LOG_SINCE_SNAPSHOT_BYTES))
          .isEqualTo(status.snapshots().logBytesSince());
      assertThat(look.value(RaftMetric.UNCOMMITTED_BYTES)).isZero();
      assertThat(look.value(RaftMetric.PROPOSALS_PENDING_BYTES)).isZero();
    }
  }

  @Test
  void queuesAreSeenWhileTheyAreFull() {
    SimulatedHost.Life leader = begin();
    world.network().cut(leader.host(), cluster.founders().get(0));
    world.hosts().stream()
        .filter(host -> !host.id().equals(leader.host()))
        .forEach(host -> host.pauseFor(500 * MILLIS));
    byte[] command = new byte[1000];
    CompletableFuture<byte[]> answer = leader.node().propose(command);
    world.time().runFor(100 * MILLIS);
    RaftMetrics look = leader.node().metrics();
    assertThat(answer).isNotDone();
    assertThat(look.value(RaftMetric.UNCOMMITTED_BYTES)).isGreaterThanOrEqualTo(command.length);
    assertThat(look.value(RaftMetric.PROPOSALS_PENDING_BYTES))
        .isBetween((long) command.length, command.length + 100L);
  }

  @Test
  void electionsAndCatchingUpAreMeasured() {
    SimulatedHost.Life leader = begin();
    RaftOptions options = RaftOptions.defaults();
    SimulatedHost other = world.hosts().stream()
        .filter(host -> !host.id().equals(leader.host()))
        .findFirst()
        .orElseThrow();
    long wonBefore = sum(RaftMetric.ELECTIONS_WON);
    RaftMetrics before = other.life().node().metrics();
    assertThat(before.distribution(RaftMetric.ELECTION_NANOS).count())
        .as("the first leader")
        .isEqualTo(1);
    assertThat(before.distribution(RaftMetric.CATCH_UP_NANOS).count()).isEqualTo(1);

    world.host(leader.host()).crash();
    world.time().runFor(20 * SECONDS);
    RaftMetrics after = other.life().node().metrics();

    assertThat(sum(RaftMetric.ELECTIONS_WON)).isGreaterThan(wonBefore - 1);
    assertThat(grown(before, after, RaftMetric.LEADER_CHANGES)).isGreaterThanOrEqualTo(1);
    Distribution leaderless = since(before, after, RaftMetric.ELECTION_NANOS);
    assertThat(leaderless.count()).isGreaterThanOrEqualTo(1);
    assertThat(leaderless.sum())
        .isBetween(ROUND_TRIP / 2, 4 * options.electionTimeoutMax().toNanos());
    assertThat(since(before, after, RaftMetric.CATCH_UP_NANOS).count())
        .isEqualTo(leaderless.count());
  }

  @Test
  void refusalsAreCounted() {
    SimulatedHost.Life leader = begin();
    GroupNode follower = world.hosts().stream()
        .filter(host -> !host.id().equals(leader.host()))
        .findFirst()
        .orElseThrow()
        .life()
        .node();
    CompletableFuture<byte[]> refused = follower.propose(new byte[1]);
    CompletableFuture<byte[]> tooLarge =
        follower.propose(new byte[RaftOptions.defaults().maxCommandBytes() + 1]);
    world.time().runFor(SECONDS);
    assertThat(refused).isCompletedExceptionally();
    assertThat(tooLarge).isCompletedExceptionally();
    RaftMetrics look = follower.metrics();
    assertThat(look.value(RaftMetric.PROPOSALS_REFUSED_NOT_LEADER)).isEqualTo(1);
    assertThat(look.value(RaftMetric.PROPOSALS_REFUSED_TOO_LARGE)).isEqualTo(1);
    CompletableFuture<Void> stopped = follower.stop();
    CompletableFuture<byte[]> late = follower.propose(new byte[1]);
    world.time().runFor(SECONDS);
    assertThat(stopped).isCompleted();
    assertThat(late).isCompletedExceptionally();
    assertThat(follower.metrics().value(RaftMetric.PROPOSALS_REFUSED_STOPPED)).isEqualTo(1);
  }

  private long sum(RaftMetric counter) {
    return world.hosts().stream()
        .filter(host -> host.life() != null)
        .mapToLong(host -> host.life().node().metrics().value(counter))
        .sum();
  }

  private static long grown(RaftMetrics before, RaftMetrics after, RaftMetric counter) {
    return after.value(counter) - before.value(counter);
  }

  private static Distribution since(RaftMetrics before, RaftMetrics after, RaftMetric metric) {
    return after.distribution(metric).since(before.distribution(metric));
  }
}
