package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Disk;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The whole runtime on virtual time, over a network and disks that misbehave. What callers were told is compared with what
 * was applied in the end: applied exactly once, not appended never, unknown either way; and nobody is left without an answer.
 */
class ClusterSimulationTest {

  private static final RaftOptions PLAIN = SimulationSettings.smallLimits();
  private static final RaftOptions FORWARDING =
      SimulationSettings.smallLimits().toBuilder().forwardProposals(true).build();

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
    if (!ClusterRun.isReplay()) {
      assertThat(List.of(applied, unknown, refused, reads)).allMatch(count -> count > 0);
    }
  }

  private void chaos(ClusterRun run) {
    TestCluster cluster = run.cluster;
    cluster.startAll();
    run.load(4 * MILLIS);
    if (run.chance.happens(0.8)) {
      cluster.awaitLeader();
    }
    for (int i = 0; i < 12; i++) {
      fault(run);
      run.time.runFor(run.chance.between(100, 3000) * MILLIS);
    }
    run.healAndCheck();
  }

  private static void fault(ClusterRun run) {
    Chance chance = run.chance;
    TestCluster cluster = run.cluster;
    List<HostId> hosts = cluster.founders();
    HostId host = hosts.get(chance.below(hosts.size()));
    SimulatedHost.Life process = cluster.life(host);
    switch (chance.below(9)) {
      case 0 -> cluster.weather(0.2, 0.2, 50 * MILLIS);
      case 1 -> cluster.isolate(host);
      case 2 -> cluster.world.network().cut(host, hosts.get(chance.below(hosts.size())));
      case 3 -> cluster.world.network().recover();
      case 4, 5 -> {
        cluster.crash(host);
        if (chance.happens(0.3)) {
          Disk.Failure how = chance.oneOf(List.of(Disk.Failure.values()));
          cluster.startWithFailingWrite(host, (int) chance.between(1, 200), how);
        } else {
          cluster.start(host);
        }
      }
      case 6 -> {
        if (process != null) {
          cluster.world.host(host).pace().diskTakes(chance.between(1, 2000) * MILLIS);
        }
      }
      case 7 -> closeAndStartAgain(run, process);
      default -> {
        if (process != null) {
          cluster.world.host(host).pace().applyTakes(chance.between(1, 500) * MILLIS);
        }
      }
    }
  }

  /** Unlike after a crash, everybody who asked is still there, and is told. */
  private static void closeAndStartAgain(ClusterRun run, SimulatedHost.Life process) {
    if (process == null) {
      return;
    }
    CompletableFuture<Void> closed = process.node().stop();
    assertThat(run.cluster.runUntil(closed::isDone, 60 * SECONDS)).as("closes").isTrue();
    assertThat(run.history.allEndedAt(process))
        .as("all was answered at %s", process.host())
        .isTrue();
    assertThat(process.node().pendingProposalBytes()).isZero();
    assertThat(process.node().pendingReadBytes()).isZero();
    run.cluster.crash(process.host());
    run.cluster.start(process.host());
  }

  @Test
  void whicheverWriteFailsTheHostStopsAtOnceAndNobodyIsToldALie() {
    for (int n = 1; n <= 40; n++) {
      int failing = n;
      for (Disk.Failure how : Disk.Failure.values()) {
        ClusterRun.of(1000 + n, 3, n % 2 == 0 ? FORWARDING : PLAIN, run -> {
          TestCluster cluster = run.cluster;
          HostId bad = cluster.founders().get(failing % 3);
          run.load(20 * MILLIS);
          for (HostId host : cluster.founders()) {
            if (host.equals(bad)) {
              cluster.startWithFailingWrite(host, failing, how);
            } else {
              cluster.start(host);
            }
          }
          SimulatedHost.Life process = cluster.life(bad);
          assertThat(cluster.runUntil(
                  () -> process == null || process.store().hasFailed(), 60 * SECONDS))
              .isTrue();
          run.time.runFor(SECONDS);
          if (process != null) {
            assertThat(cluster.status(process).health()).isEqualTo(Health.FAILED);
            assertThat(cluster.status(process).healthDetail()).contains("log store");
            assertThat(cluster.status(process).role()).isEqualTo(Role.FOLLOWER);
            assertThat(cluster.world.network().isListening(bad))
                .as("the others see it gone")
                .isFalse();
          }
          run.time.runFor(3 * SECONDS);
          run.healAndCheck();
        });
      }
    }
  }

  @Test
  @DisplayName(
      "trap 21: all hosts lose power at the same moment, again and again, with writes under way")
  void trap21_allLosePowerWhileTheyWrite() {
    int cutShort = 0;
    for (long seed : ClusterRun.seeds(10)) {
      cutShort += cutPowerOfAll(seed);
    }
    if (!ClusterRun.isReplay()) {
      assertThat(cutShort).as("times that a quorum was writing").isPositive();
    }
  }

  /** How often a quorum was writing at that moment. */
  private static int cutPowerOfAll(long seed) {
    int[] cutShort = new int[1];
    ClusterRun.of(seed, 3, PLAIN, run -> {
      TestCluster cluster = run.cluster;
      cluster.startAll();
      run.load(4 * MILLIS);
      for (int i = 0; i < 8; i++) {
        cluster.awaitLeader();
        for (HostId host : cluster.founders()) {
          cluster.world.host(host).pace().diskTakes(run.chance.between(1, 30) * MILLIS);
        }
        run.time.runFor(run.chance.between(100, 2000) * MILLIS);
        long writing =
            cluster.running().stream().filter(SimulatedHost.Life::isWriting).count();
        cutShort[0] += writing >= 2 ? 1 : 0;
        cluster.founders().forEach(cluster::crash);
        cluster.founders().forEach(cluster::start);
      }
      run.healAndCheck();
    });
    return cutShort[0];
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    long[] traces = new long[2];
    for (int i = 0; i < 2; i++) {
      traces[i] = ClusterRun.of(7, 3, FORWARDING, this::chaos).cluster.trace();
    }
    assertThat(traces[0]).isEqualTo(traces[1]);
  }
}
