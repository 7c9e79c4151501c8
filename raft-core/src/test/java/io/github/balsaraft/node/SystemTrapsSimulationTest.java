package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MICROS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.RecordingMachine;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Traps (docs/traps.md) that a whole system has to keep out of: the runtime with its disks, its threads and its callers. */
class SystemTrapsSimulationTest {

  private static final RaftOptions PLAIN = SimulationSettings.smallLimits();
  private static final RaftOptions FORWARDING =
      SimulationSettings.smallLimits().toBuilder().forwardProposals(true).build();

  @Test
  @DisplayName(
      "trap 22: the only host of a group has all that it acknowledged after each restart, without anything new being proposed")
  void trap22_onlyHostStartsAgainAndAgain() {
    for (long seed : ClusterRun.seeds(5)) {
      ClusterRun.of(seed, 1, PLAIN, run -> {
        TestCluster cluster = run.cluster;
        HostId only = cluster.founders().get(0);
        List<String> acknowledged = new ArrayList<>();
        for (int life = 1; life <= 12; life++) {
          SimulatedHost.Life process = cluster.start(only);
          cluster.awaitLeader();
          assertThat(cluster.runUntil(
                  () -> TestCluster.applied(process).containsAll(acknowledged), 10 * SECONDS))
              .as("process %d has all that was acknowledged", life)
              .isTrue();
          for (int i = 0; i < 3; i++) {
            acknowledged.add(proposeUntilApplied(run).command);
          }
          // The power fails while it writes another, or has just written it.
          run.history.propose(process);
          run.time.runFor(run.chance.between(0, MILLIS));
          cluster.crash(only);
        }
        run.healAndCheck();
      });
    }
  }

  @Test
  @DisplayName(
      "trap 28: a read at a follower that applies slowly sees all that was acknowledged before it")
  void trap28_readsAtAFollowerThatAppliesSlowly() {
    for (long seed : ClusterRun.seeds(8)) {
      ClusterRun.of(seed, 3, PLAIN, run -> {
        TestCluster cluster = run.cluster;
        cluster.startAll();
        SimulatedHost.Life leader = cluster.awaitLeader();
        SimulatedHost.Life slow = cluster.running().stream()
            .filter(process -> process != leader)
            .findFirst()
            .orElseThrow();
        cluster.world.host(slow.host()).pace().applyTakes(40 * MILLIS);
        int behind = 0;
        for (int i = 0; i < 30; i++) {
          History.Write write = proposeUntilApplied(run);
          behind += TestCluster.applied(slow).size() < write.position ? 1 : 0;
          run.history.read(slow);
          run.time.runFor(run.chance.between(0, 20) * MILLIS);
        }
        assertThat(behind).as("times that it lacked what the read must see").isPositive();
        assertThat(cluster.runUntil(run.history::allEnded, 60 * SECONDS)).isTrue();
        assertThat(run.history.readsServed()).isPositive();
        run.healAndCheck();
      });
    }
  }

  @Test
  @DisplayName(
      "trap 45: a host whose log is damaged is not started, so that it elects nobody who lacks what was acknowledged")
  void trap45_damagedHostElectsNobody() {
    for (long seed : ClusterRun.seeds(6)) {
      ClusterRun.of(seed, 3, PLAIN, run -> {
        TestCluster cluster = run.cluster;
        cluster.startAll();
        HostId leader = cluster.awaitLeader().host();
        List<HostId> others =
            cluster.founders().stream().filter(host -> !host.equals(leader)).toList();
        HostId away = others.get(0);
        HostId damaged = others.get(1);
        cluster.crash(away);
        for (int i = 0; i < 5; i++) {
          proposeUntilApplied(run);
        }
        run.time.runFor(SECONDS);
        cluster.crash(leader);
        cluster.crash(damaged);
        assertThat(cluster.world.host(damaged).disk().flipABit()).isTrue();
        assertThatThrownBy(() -> cluster.start(damaged)).hasMessageContaining("can't be started");
        cluster.start(away);
        run.time.runFor(20 * SECONDS);
        assertThat(cluster.leader()).as("the only intact copy is away").isEmpty();
        cluster.wipe(damaged);
        cluster.start(damaged);
        run.time.runFor(20 * SECONDS);
        assertThat(cluster.leader()).as("an empty disk has no vote").isEmpty();
        cluster.start(leader);
        run.healAndCheck();
      });
    }
  }

  @Test
  @DisplayName(
      "trap 47: a command that one replica alone can't apply stops that one, which skips nothing, and the others go on")
  void trap47_applyingFailsOnOneReplicaOnly() {
    for (long seed : ClusterRun.seeds(9)) {
      int failing = (int) (seed % 3);
      AtomicInteger machines = new AtomicInteger();
      TestCluster cluster = new TestCluster(
          seed,
          3,
          PLAIN,
          () -> machines.getAndIncrement() == failing ? new Failing() : new RecordingMachine());
      ClusterRun.of(seed, cluster, run -> {
        cluster.startAll();
        SimulatedHost.Life bad = cluster.life(cluster.founders().get(failing));
        run.load(5 * MILLIS);
        assertThat(
                cluster.runUntil(() -> cluster.status(bad).health() == Health.FAILED, 60 * SECONDS))
            .isTrue();
        run.time.runFor(5 * SECONDS);
        assertThat(cluster.status(bad).healthDetail()).contains("applying the entry at ");
        assertThat(TestCluster.applied(bad)).as("nothing is skipped").hasSize(Failing.AFTER);
        for (SimulatedHost.Life other : cluster.running()) {
          if (other != bad) {
            assertThat(TestCluster.applied(other)).hasSizeGreaterThan(Failing.AFTER + 10);
          }
        }
        run.healAndCheck();
      });
    }
  }

  @Test
  @DisplayName(
      "trap 50: who waits at a leader that has lost its office is told once, and never what became of another's command")
  void trap50_proposalsOfALostOfficeEndOnce() {
    int unknown = 0;
    for (long seed : ClusterRun.seeds(8)) {
      ClusterRun ended = ClusterRun.of(seed, 3, seed % 2 == 0 ? FORWARDING : PLAIN, run -> {
        TestCluster cluster = run.cluster;
        cluster.startAll();
        for (int office = 0; office < 5; office++) {
          SimulatedHost.Life old = cluster.awaitLeader();
          List<History.Write> before = propose(run, old, 3);
          run.time.runFor(run.chance.between(0, 2000) * MICROS);
          cluster.isolate(old.host());
          List<History.Write> after = propose(run, old, 3);
          assertThat(cluster.runUntil(
                  () -> cluster.leader().filter(next -> next != old).isPresent(), 60 * SECONDS))
              .isTrue();
          // The same indexes get commands of others.
          for (int i = 0; i < 6; i++) {
            proposeUntilApplied(run);
          }
          if (run.chance.happens(0.5)) {
            cluster.world.network().recover();
          }
          assertThat(cluster.runUntil(() -> run.history.allEndedAt(old), 10 * SECONDS))
              .as("everybody who waits at %s is told", old.host())
              .isTrue();
          assertThat(before).noneMatch(write -> write.outcome == History.Outcome.OPEN);
          assertThat(after)
              .as("what the others never heard of")
              .noneMatch(write -> write.outcome == History.Outcome.APPLIED);
          cluster.world.network().recover();
        }
        for (SimulatedHost.Life process : cluster.processes) {
          assertThat(process.node().secondEnds()).isZero();
        }
        run.healAndCheck();
      });
      unknown += (int) ended.history.count(History.Outcome.UNKNOWN);
    }
    assertThat(unknown).as("proposals that were under way").isPositive();
  }

  private static List<History.Write> propose(ClusterRun run, SimulatedHost.Life at, int count) {
    return IntStream.range(0, count).mapToObj(i -> run.history.propose(at)).toList();
  }

  /** Proposes at whoever leads, one after the other, until one is applied. */
  private static History.Write proposeUntilApplied(ClusterRun run) {
    TestCluster cluster = run.cluster;
    List<History.Write> tries = new ArrayList<>();
    boolean applied = cluster.runUntil(
        () -> {
          History.Write last = tries.isEmpty() ? null : tries.get(tries.size() - 1);
          if (last == null || last.future.isDone()) {
            if (last != null && last.outcome == History.Outcome.APPLIED) {
              return true;
            }
            cluster.leader().ifPresent(leader -> tries.add(run.history.propose(leader)));
          }
          return false;
        },
        60 * SECONDS);
    assertThat(applied).as("something is applied%s", cluster.describe()).isTrue();
    return tries.get(tries.size() - 1);
  }

  /** Can't apply what comes after some commands, as if its disk were full. */
  private static final class Failing extends RecordingMachine {
    static final int AFTER = 10;

    @Override
    public synchronized byte[] apply(Command command) {
      if (applied().size() == AFTER) {
        throw new IllegalStateException("no room here");
      }
      return super.apply(command);
    }
  }
}
