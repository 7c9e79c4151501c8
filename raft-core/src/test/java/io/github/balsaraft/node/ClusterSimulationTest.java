package io.github.balsaraft.node;

import static io.github.balsaraft.node.Simulation.MILLIS;
import static io.github.balsaraft.node.Simulation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Role;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * The whole runtime on virtual time, over a network and disks that misbehave. What callers were told is compared with what
 * was applied in the end: applied exactly once, not appended never, unknown either way; and nobody is left without an answer.
 */
class ClusterSimulationTest {

  private static final RaftOptions PLAIN = SimulatedCluster.options().build();
  private static final RaftOptions FORWARDING =
      SimulatedCluster.options().forwardProposals(true).build();

  @Test
  void faultyNetworkCrashesCutsAndSlowDisks() {
    long applied = 0;
    long unknown = 0;
    long refused = 0;
    long reads = 0;
    for (long seed : ClusterRun.seeds(20)) {
      ClusterRun run = ClusterRun.of(
          seed, seed % 3 == 0 ? 5 : 3, seed % 2 == 0 ? FORWARDING : PLAIN, this::chaos);
      applied += run.history.count(History.Outcome.APPLIED);
      unknown += run.history.count(History.Outcome.UNKNOWN);
      refused += run.history.count(History.Outcome.NOT_APPENDED);
      reads += run.history.readsServed();
    }
    // A run in which nothing goes wrong, or nothing gets done, would show nothing.
    System.out.println("simulation: " + applied + " applied, " + unknown + " unknown, " + refused
        + " not appended, " + reads + " reads");
    assertThat(List.of(applied, unknown, refused, reads)).allMatch(count -> count > 0);
  }

  private void chaos(ClusterRun run) {
    SimulatedCluster cluster = run.cluster;
    cluster.startAll();
    run.load(4 * MILLIS);
    if (run.simulation.chance(0.8)) {
      cluster.awaitLeader();
    }
    for (int i = 0; i < 12; i++) {
      fault(run);
      run.simulation.runFor(run.simulation.between(100, 3000) * MILLIS);
    }
    run.healAndCheck();
  }

  private static void fault(ClusterRun run) {
    Simulation simulation = run.simulation;
    SimulatedCluster cluster = run.cluster;
    List<HostId> hosts = cluster.hosts();
    HostId host = hosts.get(simulation.random().nextInt(hosts.size()));
    SimulatedCluster.Life process = cluster.running.get(host);
    switch (simulation.random().nextInt(9)) {
      case 0 -> cluster.network.faults(0.2, 0.2, 50 * MILLIS);
      case 1 -> cluster.network.isolate(host);
      case 2 -> cluster.network.cut(host, hosts.get(simulation.random().nextInt(hosts.size())));
      case 3 -> cluster.network.heal();
      case 4, 5 -> {
        cluster.crash(host);
        cluster.start(
            host,
            simulation.chance(0.3) ? (int) simulation.between(1, 200) : 0,
            simulation.chance(0.5));
      }
      case 6 -> {
        if (process != null) {
          process.environment.diskTakes(simulation.between(1, 2000) * MILLIS);
        }
      }
      case 7 -> closeAndStartAgain(run, process);
      default -> {
        if (process != null) {
          process.environment.applyTakes(simulation.between(1, 500) * MILLIS);
        }
      }
    }
  }

  /** Unlike after a crash, everybody who asked is still there, and is told. */
  private static void closeAndStartAgain(ClusterRun run, SimulatedCluster.Life process) {
    if (process == null || process.node == null) {
      return;
    }
    CompletableFuture<Void> closed = process.node.stop();
    assertThat(run.simulation.runUntil(closed::isDone, 60 * SECONDS))
        .as("closes")
        .isTrue();
    assertThat(run.history.allEndedAt(process))
        .as("all was answered at %s", process.host)
        .isTrue();
    assertThat(process.node.pendingProposalBytes()).isZero();
    assertThat(process.node.pendingReadBytes()).isZero();
    run.cluster.crash(process.host);
    run.cluster.start(process.host);
  }

  @Test
  void whicheverWriteFailsTheHostStopsAtOnceAndNobodyIsToldALie() {
    for (int n = 1; n <= 40; n++) {
      int failing = n;
      for (boolean reachesDisk : new boolean[] {false, true}) {
        ClusterRun.of(1000 + n, 3, n % 2 == 0 ? FORWARDING : PLAIN, run -> {
          SimulatedCluster cluster = run.cluster;
          HostId bad = cluster.hosts().get(failing % 3);
          run.load(20 * MILLIS);
          for (HostId host : cluster.hosts()) {
            cluster.start(host, host.equals(bad) ? failing : 0, reachesDisk);
          }
          SimulatedCluster.Life process = cluster.running.get(bad);
          assertThat(run.simulation.runUntil(process.store::hasFailed, 60 * SECONDS))
              .isTrue();
          run.simulation.runFor(SECONDS);
          if (process.node != null) {
            assertThat(process.status().health()).isEqualTo(Health.FAILED);
            assertThat(process.status().healthDetail()).contains("log store");
            assertThat(process.status().role()).isEqualTo(Role.FOLLOWER);
            assertThat(cluster.network.isClosed(bad))
                .as("the others see it gone")
                .isTrue();
          }
          run.simulation.runFor(3 * SECONDS);
          run.healAndCheck();
        });
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    long[] traces = new long[2];
    for (int i = 0; i < 2; i++) {
      traces[i] = ClusterRun.of(7, 3, FORWARDING, this::chaos).simulation.trace();
    }
    assertThat(traces[0]).isEqualTo(traces[1]);
  }
}
