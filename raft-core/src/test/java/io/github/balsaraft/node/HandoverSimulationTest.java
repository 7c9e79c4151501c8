package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MemberOptions;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.testing.EchoMachine;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.world.Observers;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.Weather;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * How long clients wait when a leader hands over, on a network on which every message takes as long as any other; and how long elections
 * take when one is killed.
 */
class HandoverSimulationTest {

  private static final long ROUND_TRIP = 20 * MILLIS;

  /** What a client writes, one after the other. */
  private static final long EVERY = MILLIS / 2;

  /**
   * The successor is told right behind the last entries. It campaigns when the old leader hears that it has them, so that
   * from the last answer of the old leader on it takes half a round trip to elect it, and one for the next write.
   */
  private static final long LONGEST_PAUSE = 3 * ROUND_TRIP / 2 + 2 * MILLIS;

  /** Unless a successor is foreseen, the target is asked for the name of its process first, and nothing is proposed meanwhile. */
  private static final long LONGEST_PAUSE_AT_ONCE = LONGEST_PAUSE + ROUND_TRIP;

  /** Whoever waits for so long has shown what is to be shown, and gives up: asking on would only take long. */
  private static final long PATIENCE = 3 * LONGEST_PAUSE;

  private static final Weather STEADY = new Weather(0, 0, 0, 0, ROUND_TRIP / 2, ROUND_TRIP / 2, 0);

  @Test
  void trap10_leaderIsRemovedUnderLoad() {
    for (long seed : ClusterRun.seeds(10)) {
      leaderIsRemovedUnderLoad(seed, seed % 2 == 0 ? 3 : 5);
    }
  }

  private static void leaderIsRemovedUnderLoad(long seed, int founders) {
    UnderLoad load = new UnderLoad(seed, founders);
    SimulatedHost.Life leader = Objects.requireNonNull(load.cluster.leader());
    assertThat(load.client.takeLongestPause())
        .as("without any change, with seed %d", seed)
        .isBetween(EVERY, EVERY + MILLIS);

    CompletableFuture<ChangeResult> removed =
        leader.node().membership().change(new ConfigurationChange.Remove(leader.host()));
    load.time.runFor(SECONDS);

    assertThat(removed).as("with seed %d", seed).isCompleted();
    assertThat(load.client.takeLongestPause())
        .as("between two answers while %s leaves, with seed %d", leader.host(), seed)
        .isBetween(ROUND_TRIP, LONGEST_PAUSE);
    load.endsWithEachAnsweredOnce();
  }

  @Test
  void leaderWithPriorityZeroHandsOverUnderLoad() {
    for (long seed : ClusterRun.seeds(10)) {
      leaderWithPriorityZeroHandsOverUnderLoad(seed, seed % 2 == 0 ? 3 : 5);
    }
  }

  /** A write comes every half millisecond, so that nobody ever has the whole log of the leader. */
  private static void leaderWithPriorityZeroHandsOverUnderLoad(long seed, int founders) {
    UnderLoad load = new UnderLoad(seed, founders);
    SimulatedHost.Life leader = Objects.requireNonNull(load.cluster.leader());
    long unused = load.client.takeLongestPause();

    CompletableFuture<ChangeResult> updated = leader
        .node()
        .membership()
        .change(new ConfigurationChange.Update(leader.host(), MemberOptions.NONE.withPriority(0)));
    load.time.runFor(SECONDS);

    assertThat(updated).as("with seed %d", seed).isCompleted();
    assertThat(Objects.requireNonNull(load.cluster.leader()).host())
        .as("somebody else leads, with seed %d", seed)
        .isNotEqualTo(leader.host());
    assertThat(load.client.takeLongestPause())
        .as("between two answers while %s hands over, with seed %d", leader.host(), seed)
        .isLessThan(LONGEST_PAUSE_AT_ONCE);
    load.endsWithEachAnsweredOnce();
  }

  @Test
  void leadersThatStopHandOverFirst() {
    for (long seed : ClusterRun.seeds(10)) {
      leadersThatStopHandOverFirst(seed, seed % 2 == 0 ? 3 : 5);
    }
  }

  /** Every host is stopped and started again, one after the other, the leader of the moment each time. */
  private static void leadersThatStopHandOverFirst(long seed, int founders) {
    UnderLoad load = new UnderLoad(seed, founders);
    long unused = load.client.takeLongestPause();

    for (int restart = 0; restart < founders; restart++) {
      SimulatedHost.Life leader = Objects.requireNonNull(load.cluster.leader());
      SimulatedHost host = load.world.host(leader.host());
      CompletableFuture<Void> handedOver = leader.node().handOver();
      assertThat(load.time.runUntil(handedOver::isDone, SECONDS)).isTrue();
      CompletableFuture<Void> stopped = host.stop();
      assertThat(load.time.runUntil(stopped::isDone, SECONDS)).isTrue();
      host.crash();
      load.time.runFor(SECONDS);

      assertThat(Objects.requireNonNull(load.cluster.leader()).host())
          .as("somebody else leads, with seed %d", seed)
          .isNotEqualTo(leader.host());
      assertThat(load.client.takeLongestPause())
          .as("between two answers while %s stops, with seed %d", leader.host(), seed)
          .isLessThan(LONGEST_PAUSE_AT_ONCE);
      load.cluster.start(leader.host());
      load.time.runFor(SECONDS);
    }
    load.endsWithEachAnsweredOnce();
  }

  /**
   * Trap 12: on a network on which members hear of each other's candidacies late, elections fail now and then because votes split; the
   * next attempt then is at another distance. Who waited the same time again would split with the same member for ever.
   */
  @Test
  void trap12_splitVotesDontRepeat() {
    List<Long> terms = new ArrayList<>();
    List<Long> nanos = new ArrayList<>();
    for (long seed : ClusterRun.seeds(8)) {
      killLeaders(seed, terms, nanos);
    }
    assertThat(terms.stream().mapToLong(Long::longValue).average().orElse(0))
        .as("terms for each election: %s", terms)
        .isBetween(1.0, 2.0);
    assertThat(terms).allMatch(used -> used <= 8);
    List<Long> sorted = nanos.stream().sorted().toList();
    assertThat(sorted.get(sorted.size() / 2)).as("half of them").isLessThan(4 * SECONDS);
    assertThat(sorted.get(sorted.size() * 95 / 100)).as("95 of 100").isLessThan(10 * SECONDS);
  }

  private static void killLeaders(long seed, List<Long> terms, List<Long> nanos) {
    Observers observers = new Observers();
    World world = new World(seed, observers);
    VirtualTime time = world.time();
    SimulatedCluster cluster = new SimulatedCluster(
        world,
        5,
        0,
        RaftOptions.builder().failureHints(false).build(),
        LeaseRules.FORBIDDEN,
        EchoMachine::new);
    observers.add(cluster.view());
    cluster.startFounders();
    assertThat(time.runUntil(() -> cluster.leader() != null, 60 * SECONDS)).isTrue();
    world.network().weather(new Weather(0, 0, 0, 0, 20 * MILLIS, 60 * MILLIS, 0));
    for (int election = 0; election < 40; election++) {
      time.runFor(2 * SECONDS);
      assertThat(time.runUntil(() -> cluster.leader() != null, 60 * SECONDS)).isTrue();
      SimulatedHost.Life leader = Objects.requireNonNull(cluster.leader());
      long term = termOf(cluster, leader);
      long killed = time.nowNanos();
      world.host(leader.host()).kill();
      assertThat(time.runUntil(() -> cluster.leader() != null, 60 * SECONDS))
          .as("somebody is elected in place of %s, with seed %d", leader.host(), seed)
          .isTrue();
      nanos.add(time.nowNanos() - killed);
      terms.add(termOf(cluster, Objects.requireNonNull(cluster.leader())) - term);
      cluster.start(leader.host());
    }
  }

  private static long termOf(SimulatedCluster cluster, SimulatedHost.Life life) {
    return Objects.requireNonNull(cluster.view().replicaOn(life.host())).state().term();
  }

  /** A cluster with a leader, on the steady network, and a client that has written to it for a second. */
  private static final class UnderLoad {
    private final long seed;
    private final World world;
    private final VirtualTime time;
    private final SimulatedCluster cluster;
    private final WritingClient client;

    UnderLoad(long seed, int founders) {
      this.seed = seed;
      Observers observers = new Observers();
      world = new World(seed, observers);
      time = world.time();
      cluster = new SimulatedCluster(
          world, founders, 0, RaftOptions.defaults(), LeaseRules.FORBIDDEN, EchoMachine::new);
      observers.add(cluster.view());
      cluster.startFounders();
      boolean elected = time.runUntil(
          () -> cluster.leader() != null && cluster.view().commitIndex() > 1, 60 * SECONDS);
      assertThat(elected).as("a leader with seed %d", seed).isTrue();
      world.network().weather(STEADY);
      world.hosts().forEach(host -> host.pace().diskTakes(MILLIS / 10));
      time.runFor(SECONDS);
      client = new WritingClient(world, EVERY, ROUND_TRIP, PATIENCE);
      client.start();
      time.runFor(SECONDS);
    }

    /** Nothing is in doubt either: a write in doubt is no answer. */
    void endsWithEachAnsweredOnce() {
      client.stop();
      time.runFor(SECONDS);
      assertThat(client.all()).as("with seed %d", seed).allMatch(CompletableFuture::isDone);
      assertThat(client.answers())
          .as("each is told once, with seed %d", seed)
          .isEqualTo(client.writes());
    }
  }
}
