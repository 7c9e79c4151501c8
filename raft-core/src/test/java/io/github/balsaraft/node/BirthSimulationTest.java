package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.Founder;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Founders come in any order, crash and lose their folders before there is a group: one group comes of it, never two. */
class BirthSimulationTest {

  private static final RaftOptions OPTIONS = SimulationSettings.smallLimits();

  @Test
  void foundersInAnyOrderWithCrashesAndLossFoundOneGroup() {
    for (long seed : ClusterRun.seeds(60)) {
      ClusterRun.of(seed, seed % 2 == 0 ? 3 : 5, OPTIONS, run -> {
        TestCluster cluster = run.cluster;
        Chance chance = run.chance;
        cluster.weather(0.2, 0.2, 100 * MILLIS);
        List<HostId> hosts = cluster.founders();
        for (int i = 0; i < 10; i++) {
          HostId host = hosts.get(chance.below(hosts.size()));
          cluster.crash(host);
          run.time.runFor(chance.between(0, 500) * MILLIS);
          cluster.start(host);
          run.time.runFor(chance.between(0, 500) * MILLIS);
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
        TestCluster cluster = run.cluster;
        HostId host = cluster.founders().get(index);
        HostId last = cluster.founders().get((index + 1) % 3);
        cluster.founders().stream().filter(other -> !other.equals(last)).forEach(cluster::start);
        run.time.runFor(SECONDS);
        cluster.wipe(host);
        run.time.runFor(3 * SECONDS);
        cluster.start(last);
        run.time.runFor(3 * SECONDS);
        assertThat(cluster.runUntil(() -> cluster.leader().isPresent(), SECONDS / 10))
            .as("nobody relies on an id that was lost")
            .isFalse();
        cluster.start(host);
        cluster.awaitLeader();
        assertThat(cluster.status(cluster.awaitLeader()).configuration().members())
            .hasSize(3);
        run.healAndCheck();
      });
    }
  }

  @Test
  void aFounderThatLosesItsFolderAfterTheFoundingJoinsAndNeverFoundsAgain() {
    for (int wiped = 0; wiped < 3; wiped++) {
      int index = wiped;
      ClusterRun.of(wiped, 3, OPTIONS, run -> {
        TestCluster cluster = run.cluster;
        cluster.startAll();
        cluster.awaitLeader();
        Set<Object> founded = clusters(cluster);
        HostId host = cluster.founders().get(index);
        // Not even if nobody else is there for a while, as after a power cut.
        cluster.founders().forEach(cluster::crash);
        cluster.wipe(host);
        cluster.start(host);
        run.time.runFor(20 * SECONDS);
        assertThat(cluster.status(cluster.life(host)).health()).isEqualTo(Health.BEING_BORN);
        cluster.founders().stream().filter(other -> !other.equals(host)).forEach(cluster::start);
        run.healAndCheck();
        assertThat(clusters(cluster)).isEqualTo(founded);
      });
    }
  }

  /** It answers on its mailbox, which never waits for a disk: what it needs of the log was read when its host started. */
  @Test
  void aFounderThatWasStartedAgainTellsTheOthersOfTheFoundingWithoutReadingItsLog() {
    ClusterRun.of(1, 3, OPTIONS, run -> {
      TestCluster cluster = run.cluster;
      HostId first = new HostId("n1");
      HostId second = new HostId("n2");
      cluster.startAll();
      assertThat(cluster.runUntil(() -> cluster.isRunning(cluster.life(first)), 10 * SECONDS))
          .isTrue();
      NodeStatus unborn = cluster.status(cluster.life(second));
      assertThat(unborn.health()).isEqualTo(Health.BEING_BORN);
      cluster.founders().forEach(cluster::crash);
      SimulatedHost.Life founder = cluster.start(first);
      cluster.start(second);
      // The two are a quorum only if the second is the founder that it was.
      assertThat(cluster.runUntil(() -> cluster.isRunning(cluster.life(second)), 10 * SECONDS))
          .isTrue();
      assertThat(founder.store().reads()).isZero();
      cluster.awaitLeader();
      assertThat(cluster.status(cluster.life(second)).replica()).isEqualTo(unborn.replica());
      run.healAndCheck();
    });
  }

  @Test
  void foundersStartedWithDifferentListsSayWhatIsWrong() {
    ClusterRun.of(1, 3, OPTIONS, run -> {
      TestCluster cluster = run.cluster;
      cluster.start(new HostId("n1"));
      cluster.start(new HostId("n3"));
      List<Founder> shorter = Stream.of("n1", "n2").map(Founder::parse).toList();
      cluster.start(new HostId("n2"), new BirthPlan(BirthPlan.Kind.BOOTSTRAP, shorter));
      run.time.runFor(10 * SECONDS);
      assertThat(clusters(cluster)).isEmpty();
      assertThat(cluster.explain(cluster.life(new HostId("n1"))))
          .contains("n2 (was started with other founders or other rules for leases)");
      assertThat(cluster.explain(cluster.life(new HostId("n2"))))
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
        TestCluster cluster = run.cluster;
        SimulatedHost.Life process = cluster.start(new HostId("n1"));
        cluster.world.host(process.host()).pace().diskTakes(MILLIS);
        run.time.runFor(delay);
        CompletableFuture<Void> closed = process.node().stop();
        run.time.runFor(5 * SECONDS);
        assertThat(closed).isDone();
        assertThat(cluster.status(process).health()).isEqualTo(Health.CLOSED);
        long lastTerm = cluster.status(process).term();
        run.time.runFor(60 * SECONDS);
        assertThat(cluster.status(process).term()).isEqualTo(lastTerm).isLessThanOrEqualTo(2);
        cluster.crash(new HostId("n1"));
        run.healAndCheck();
      });
    }
  }

  private static Set<Object> clusters(TestCluster cluster) {
    return cluster.running().stream()
        .flatMap(process -> cluster.status(process).cluster().stream())
        .collect(Collectors.toSet());
  }
}
