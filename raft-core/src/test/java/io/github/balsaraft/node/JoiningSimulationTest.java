package io.github.balsaraft.node;

import static io.github.balsaraft.node.Simulation.MILLIS;
import static io.github.balsaraft.node.Simulation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A host whose folder is deleted comes back as a new replica, under load, whatever else goes on. */
class JoiningSimulationTest {

  private static final RaftOptions OPTIONS =
      SimulatedCluster.options().forwardProposals(true).build();

  @Test
  void hostsAreWipedOneAfterTheOtherUnderLoad() {
    for (long seed : ClusterRun.seeds(20)) {
      ClusterRun.of(seed, seed % 2 == 0 ? 3 : 5, OPTIONS, run -> {
        SimulatedCluster cluster = run.cluster;
        cluster.startAll();
        cluster.awaitLeader();
        run.load(10 * MILLIS);
        Object founded = cluster.awaitLeader().status().cluster();
        for (int i = 0; i < 3; i++) {
          run.simulation.runFor(run.simulation.between(100, 2000) * MILLIS);
          HostId wiped = cluster
              .hosts()
              .get(run.simulation.random().nextInt(cluster.hosts().size()));
          wipeAndDisturb(run, wiped);
          awaitOnlyVoter(run, wiped);
          assertThat(cluster.running.get(wiped).status().cluster()).isEqualTo(founded);
        }
        run.healAndCheck();
      });
    }
  }

  private static void wipeAndDisturb(ClusterRun run, HostId wiped) {
    SimulatedCluster cluster = run.cluster;
    Simulation simulation = run.simulation;
    cluster.wipe(wiped);
    simulation.runFor(simulation.between(0, 3000) * MILLIS);
    cluster.start(wiped);
    simulation.runFor(simulation.between(0, 3000) * MILLIS);
    switch (simulation.random().nextInt(4)) {
      case 0 -> {
        cluster.wipe(wiped);
        cluster.start(wiped);
      }
      case 1 -> {
        cluster.crash(wiped);
        cluster.start(wiped);
      }
      case 2 ->
        cluster.leader().map(leader -> leader.host).ifPresent(leader -> {
          cluster.crash(leader);
          simulation.runFor(simulation.between(0, 3000) * MILLIS);
          cluster.start(leader);
        });
      default -> {
        cluster.network.faults(0.1, 0.1, 20 * MILLIS);
        simulation.runFor(simulation.between(0, 3000) * MILLIS);
        cluster.network.heal();
      }
    }
  }

  /** Everybody, the host itself too, knows a settled configuration in which it has one replica, a voter. */
  private static void awaitOnlyVoter(ClusterRun run, HostId host) {
    boolean joined = run.simulation.runUntil(
        () -> {
          run.simulation.runFor(100 * MILLIS);
          return run.cluster.running.values().stream()
              .allMatch(process -> isOnlyVoter(process.status(), host, run));
        },
        60 * SECONDS);
    assertThat(joined).as("%s is a voter again%s", host, run.cluster.describe()).isTrue();
  }

  private static boolean isOnlyVoter(NodeStatus status, HostId host, ClusterRun run) {
    Configuration configuration = status.configuration();
    List<Member> there = configuration.membersOn(host);
    return !configuration.isJoint()
        && there.size() == 1
        && there.get(0).isVoter()
        && there.get(0).replica().equals(run.cluster.running.get(host).status().replica());
  }

  @Test
  void aHostThatLosesItsDiskAgainAndAgainDoesNotFillTheConfiguration() {
    ClusterRun.of(1, 3, OPTIONS, run -> {
      SimulatedCluster cluster = run.cluster;
      cluster.startAll();
      cluster.awaitLeader();
      HostId wiped = cluster.hosts().stream()
          .filter(host -> !host.equals(cluster.awaitLeader().host))
          .findFirst()
          .orElseThrow();
      // It hears nothing, so that it is never caught up and stays a learner.
      for (int i = 0; i < 6; i++) {
        cluster.wipe(wiped);
        cluster.start(wiped);
        cluster.network.drop((to, message) ->
            to.equals(wiped) && message instanceof io.github.balsaraft.model.AppendEntries);
        run.history.propose(cluster.awaitLeader());
        run.simulation.runFor(5 * SECONDS);
        assertThat(cluster.awaitLeader().status().configuration().membersOn(wiped))
            .hasSizeLessThanOrEqualTo(2);
      }
      run.healAndCheck();
      awaitOnlyVoter(run, wiped);
    });
  }

  @Test
  void aNewReplicaCatchesUpWithALargeLogWhileWritesGoOn() {
    ClusterRun.of(2, 3, OPTIONS, run -> {
      SimulatedCluster cluster = run.cluster;
      cluster.startAll();
      cluster.awaitLeader();
      run.load(MILLIS);
      run.simulation.runFor(15 * SECONDS);
      HostId wiped = cluster.hosts().get(2);
      cluster.wipe(wiped);
      cluster.start(wiped);
      run.simulation.runFor(3 * SECONDS);
      assertThat(cluster.awaitLeader().status().lastIndex()).isGreaterThan(5000);
      awaitOnlyVoter(run, wiped);
      run.healAndCheck();
    });
  }
}
