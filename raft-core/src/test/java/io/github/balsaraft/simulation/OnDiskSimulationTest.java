package io.github.balsaraft.simulation;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvOutput;
import io.github.balsaraft.testing.simulation.RaftSimulation;
import io.github.balsaraft.testing.simulation.SimulationRuns;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.checks.Checks;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.load.Clients;
import io.github.balsaraft.testing.simulation.load.KvWorkload;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.Observers;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** State machines that keep their state on disk, in clusters: under all faults, and with a part of the disk lost. */
class OnDiskSimulationTest {

  private final Observers observers = new Observers();
  private final World world = new World(1, observers);
  private final Checks checks = new Checks();
  private final KvWorkload workload = new KvWorkload(4).onDisk();
  private final Clients<KvInput, KvOutput> clients = new Clients<>(
      world, workload, 1, 4, 20 * MILLIS, true, index -> checks.applied().lastUpTo(index));
  private final SimulatedCluster cluster = new SimulatedCluster(
      world,
      3,
      0,
      SimulationSettings.smallLimits().toBuilder()
          .snapshots(SnapshotOptions.builder()
              .minLogBytes(4000)
              .logRatio(0)
              .retained(5, 10)
              .build())
          .build(),
      LeaseRules.FORBIDDEN,
      clients::openStateMachine);

  /** What the state of the host that is looked at was of, whenever one of its processes was asked. */
  private EntryId held = EntryId.NONE;

  private int timesHeld;
  private int timesRestored;

  @RaftSimulation(seeds = 30)
  @DisplayName("all faults")
  void allFaults(SimulationRuns runs) {
    runs.check(() -> new KvWorkload(4).onDisk());
  }

  @RaftSimulation(hosts = 3, spares = 0, seeds = 30)
  @DisplayName("all faults, in groups of three")
  void threeHosts(SimulationRuns runs) {
    runs.check(() -> new KvWorkload(4, 200).onDisk());
  }

  @BeforeEach
  void followersHaveStateOnDisk() {
    workload.begin(Chance.of(1, "workload"));
    observers.add(checks);
    observers.add(cluster.view());
    observers.add(clients);
    observers.add(new Observer() {
      @Override
      public void onHeld(HostId host, int life, EntryId entry) {
        if (life > 1) {
          held = entry;
          timesHeld++;
        }
      }

      @Override
      public void onRestored(HostId host, int life, long index, long contentChecksum) {
        timesRestored++;
      }
    });
    world.time().afterEach(() -> assertThat(checks.violation()).isNull());
    cluster.startFounders();
    clients.start();
    world.time().runFor(5 * SECONDS);
    assertThat(checks.applied().size()).isGreaterThan(100);
    assertThat(timesRestored).isZero();
  }

  private SimulatedHost follower() {
    HostId leader = Objects.requireNonNull(cluster.leader()).host();
    return world.hosts().stream()
        .filter(host -> !host.id().equals(leader))
        .findFirst()
        .orElseThrow();
  }

  private void catchesUp(SimulatedHost host) {
    assertThat(world
            .time()
            .runUntil(
                () -> Objects.requireNonNull(host.life()).machine().appliedIndex()
                    >= checks.applied().lastIndex(),
                20 * SECONDS))
        .as("%s has applied everything", host.id())
        .isTrue();
    assertThat(workload.finalQueries())
        .allSatisfy(query -> assertThat(answer(host, query))
            .isEqualTo(
                answer(world.host(Objects.requireNonNull(cluster.leader()).host()), query)));
  }

  private byte[] answer(SimulatedHost host, KvInput query) {
    return Objects.requireNonNull(host.life()).machine().machine().query(workload.encode(query));
  }

  private NodeStatus status(SimulatedHost host) {
    CompletableFuture<NodeStatus> status = Objects.requireNonNull(host.life()).status();
    assertThat(world.time().runUntil(status::isDone, SECONDS)).isTrue();
    return status.join();
  }

  @Test
  @DisplayName("a process that was killed goes on from its state, without a snapshot")
  void aKilledProcessGoesOn() {
    SimulatedHost host = follower();
    long applied = Objects.requireNonNull(host.life()).machine().appliedIndex();
    host.kill();
    cluster.start(host.id());
    catchesUp(host);
    assertThat(timesHeld).isEqualTo(1);
    assertThat(held.index()).isGreaterThanOrEqualTo(applied);
    assertThat(timesRestored).isZero();
  }

  @Test
  @DisplayName(
      "what a loss of power has taken back of a state is applied again, behind a snapshot if need be")
  void aLossOfPowerTakesTheStateBack() {
    SimulatedHost host = follower();
    long applied = Objects.requireNonNull(host.life()).machine().appliedIndex();
    host.cutPower();
    cluster.start(host.id());
    catchesUp(host);
    assertThat(timesHeld).isEqualTo(1);
    assertThat(held.index()).isBetween(1L, applied - 1);
  }

  @Test
  @DisplayName("a host that has lost only the state takes it from its snapshot and its log")
  void theStateAloneIsLost() {
    SimulatedHost host = follower();
    host.kill();
    host.state().wipe();
    cluster.start(host.id());
    catchesUp(host);
    assertThat(timesHeld).isEqualTo(1);
    assertThat(held).isEqualTo(EntryId.NONE);
    assertThat(timesRestored).isEqualTo(1);
  }

  @Test
  @DisplayName(
      "a host that has lost log and snapshots doesn't serve from the state, and says what to do")
  void logAndSnapshotsAreLost() {
    SimulatedHost host = follower();
    host.kill();
    host.disk().wipe();
    host.snapshots().wipe();
    cluster.start(host.id());
    assertThat(world
            .time()
            .runUntil(
                () -> host.life() == null || status(host).health() == NodeStatus.Health.FAILED,
                20 * SECONDS))
        .isTrue();
    assertThat(status(host).healthDetail())
        .contains("not of the same replica")
        .contains("Give both new, empty folders");
    host.wipe();
    cluster.start(host.id());
    catchesUp(host);
  }

  @Test
  @DisplayName("a host that has lost only the log is not started on the snapshots that are left")
  void theLogAloneIsLost() {
    SimulatedHost host = follower();
    host.kill();
    host.disk().wipe();
    assertThat(cluster.start(host.id(), cluster.plan(host.id()))).isFalse();
    host.wipe();
    cluster.start(host.id());
    catchesUp(host);
  }
}
