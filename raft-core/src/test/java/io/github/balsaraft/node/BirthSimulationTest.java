package io.github.balsaraft.node;

import static io.github.balsaraft.node.Simulation.MILLIS;
import static io.github.balsaraft.node.Simulation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.Founder;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.HostId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Founders come in any order, crash and lose their folders before there is a group: one group comes of it, never two. */
class BirthSimulationTest {

  private static final RaftOptions OPTIONS = SimulatedCluster.options().build();

  @Test
  void foundersInAnyOrderWithCrashesAndLossFoundOneGroup() {
    for (long seed : ClusterRun.seeds(60)) {
      ClusterRun.of(seed, seed % 2 == 0 ? 3 : 5, OPTIONS, run -> {
        SimulatedCluster cluster = run.cluster;
        Simulation simulation = run.simulation;
        cluster.network.faults(0.2, 0.2, 100 * MILLIS);
        List<HostId> hosts = cluster.hosts();
        for (int i = 0; i < 10; i++) {
          HostId host = hosts.get(simulation.random().nextInt(hosts.size()));
          cluster.crash(host);
          simulation.runFor(simulation.between(0, 500) * MILLIS);
          cluster.start(host);
          simulation.runFor(simulation.between(0, 500) * MILLIS);
        }
        run.healAndCheck();
        assertThat(clusters(cluster)).hasSize(1);
      });
    }
  }

  @Test
  void aFounderThatLosesItsFolderBeforeTheFoundingIsAFounderUnderItsNewId() {
    for (int wiped = 0; wiped < 3; wiped++) {
      int index = wiped;
      ClusterRun.of(wiped, 3, OPTIONS, run -> {
        SimulatedCluster cluster = run.cluster;
        HostId host = cluster.hosts().get(index);
        HostId last = cluster.hosts().get((index + 1) % 3);
        cluster.hosts().stream().filter(other -> !other.equals(last)).forEach(cluster::start);
        run.simulation.runFor(SECONDS);
        cluster.wipe(host);
        run.simulation.runFor(3 * SECONDS);
        cluster.start(last);
        run.simulation.runFor(3 * SECONDS);
        assertThat(run.simulation.runUntil(() -> cluster.leader().isPresent(), SECONDS / 10))
            .as("nobody relies on an id that was lost")
            .isFalse();
        cluster.start(host);
        cluster.awaitLeader();
        assertThat(cluster.awaitLeader().status().configuration().members()).hasSize(3);
        run.healAndCheck();
      });
    }
  }

  @Test
  void aFounderThatLosesItsFolderAfterTheFoundingJoinsAndNeverFoundsAgain() {
    for (int wiped = 0; wiped < 3; wiped++) {
      int index = wiped;
      ClusterRun.of(wiped, 3, OPTIONS, run -> {
        SimulatedCluster cluster = run.cluster;
        cluster.startAll();
        cluster.awaitLeader();
        Set<Object> founded = clusters(cluster);
        HostId host = cluster.hosts().get(index);
        // Not even if nobody else is there for a while, as after a power cut.
        cluster.hosts().forEach(cluster::crash);
        cluster.wipe(host);
        cluster.start(host);
        run.simulation.runFor(20 * SECONDS);
        assertThat(cluster.running.get(host).status().health()).isEqualTo(Health.BEING_BORN);
        cluster.hosts().stream().filter(other -> !other.equals(host)).forEach(cluster::start);
        run.healAndCheck();
        assertThat(clusters(cluster)).isEqualTo(founded);
      });
    }
  }

  /** It answers on its mailbox, which never waits for a disk: what it needs of the log was read when its host started. */
  @Test
  void aFounderThatWasStartedAgainTellsTheOthersOfTheFoundingWithoutReadingItsLog() {
    ClusterRun.of(1, 3, OPTIONS, run -> {
      SimulatedCluster cluster = run.cluster;
      HostId first = new HostId("n1");
      HostId second = new HostId("n2");
      cluster.startAll();
      assertThat(
              run.simulation.runUntil(() -> cluster.running.get(first).isRunning(), 10 * SECONDS))
          .isTrue();
      NodeStatus unborn = cluster.running.get(second).status();
      assertThat(unborn.health()).isEqualTo(Health.BEING_BORN);
      cluster.hosts().forEach(cluster::crash);
      SimulatedCluster.Life founder = cluster.start(first);
      cluster.start(second);
      // The two are a quorum only if the second is the founder that it was.
      assertThat(
              run.simulation.runUntil(() -> cluster.running.get(second).isRunning(), 10 * SECONDS))
          .isTrue();
      assertThat(founder.store.reads()).isZero();
      cluster.awaitLeader();
      assertThat(cluster.running.get(second).status().replica()).isEqualTo(unborn.replica());
      run.healAndCheck();
    });
  }

  @Test
  void foundersStartedWithDifferentListsSayWhatIsWrong() {
    ClusterRun.of(1, 3, OPTIONS, run -> {
      SimulatedCluster cluster = run.cluster;
      cluster.start(new HostId("n1"));
      cluster.start(new HostId("n3"));
      List<Founder> shorter = Stream.of("n1", "n2").map(Founder::parse).toList();
      cluster.start(new HostId("n2"), new BirthPlan(BirthPlan.Kind.BOOTSTRAP, shorter), 0, false);
      run.simulation.runFor(10 * SECONDS);
      assertThat(clusters(cluster)).isEmpty();
      assertThat(cluster.running.get(new HostId("n1")).explain())
          .contains("n2 (was started with other founders or other rules for leases)");
      assertThat(cluster.running.get(new HostId("n2")).explain())
          .contains("n1 (was started with other founders or other rules for leases)");
      // Started again with the right list, it takes its place.
      cluster.crash(new HostId("n2"));
      run.healAndCheck();
    });
  }

  /** A write that ends later must not bring it back to life. */
  @Test
  void aNodeThatIsClosedDuringItsBirthStaysClosed() {
    for (int moment = 0; moment < 60; moment++) {
      long delay = moment * MILLIS / 20;
      ClusterRun.of(moment, 1, OPTIONS, run -> {
        SimulatedCluster.Life process = run.cluster.start(new HostId("n1"));
        process.environment.diskTakes(MILLIS);
        run.simulation.runFor(delay);
        CompletableFuture<Void> closed = process.node.stop();
        run.simulation.runFor(5 * SECONDS);
        assertThat(closed).isDone();
        assertThat(process.status().health()).isEqualTo(Health.CLOSED);
        long lastTerm = process.status().term();
        run.simulation.runFor(60 * SECONDS);
        assertThat(process.status().term()).isEqualTo(lastTerm).isLessThanOrEqualTo(2);
        run.cluster.crash(new HostId("n1"));
        run.healAndCheck();
      });
    }
  }

  private static Set<Object> clusters(SimulatedCluster cluster) {
    return cluster.running.values().stream()
        .flatMap(process -> process.status().cluster().stream())
        .collect(Collectors.toSet());
  }
}
