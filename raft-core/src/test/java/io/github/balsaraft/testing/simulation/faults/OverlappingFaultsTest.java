package io.github.balsaraft.testing.simulation.faults;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.cluster.Operator;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.load.KvMachine;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Observers;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two faults of one kind at one place whose times overlap: the end of one is not the end of the other. */
class OverlappingFaultsTest {

  // As a mask of hosts, the second of these is a part of the first.
  private static final long MUCH = 6_000_006;
  private static final long LESS = 2_000_002;

  private final Observers observers = new Observers();
  private final World world = new World(1, observers);
  private final VirtualTime time = world.time();
  private final SimulatedCluster cluster = new SimulatedCluster(
      world, 3, 0, SimulationSettings.smallLimits(), LeaseRules.FORBIDDEN, KvMachine::new);
  private final Operator operator = new Operator(cluster, 1, LeaseRules.FORBIDDEN);
  private final Saboteur saboteur = new Saboteur(cluster, operator);

  OverlappingFaultsTest() {
    observers.add(cluster.view());
    cluster.startFounders();
  }

  /** All that faults that last can change, as it is at this moment. */
  private String state() {
    SimulatedHost host = cluster.world().host(new HostId("n1"));
    StringBuilder state = new StringBuilder();
    state.append(world.network().weather());
    for (HostId from : cluster.hosts()) {
      for (HostId to : cluster.hosts()) {
        state.append(world.network().isCut(from, to) ? " cut " : " ");
        state.append(world.network().detour(from, to));
      }
    }
    state
        .append("\n disk ")
        .append(host.pace().diskNanos(Chance.of(1, "the same each time")))
        .append(host.disk().isFull())
        .append(host.snapshots().isFull())
        .append(" mailbox ")
        .append(host.pace().mailboxNanos())
        .append(" apply ")
        .append(host.pace().applyNanos())
        .append(" snapshots ")
        .append(host.pace().snapshotNanos())
        .append(operator.isEager());
    long before = host.clock().nowNanos();
    time.runFor(MILLIS);
    return state + " clock " + (host.clock().nowNanos() - before) / 10;
  }

  private String stateAt(long seconds) {
    time.runFor(seconds * SECONDS - time.nowNanos());
    return state();
  }

  private static Fault fault(long atSeconds, FaultKind kind, long lastsSeconds, long amount) {
    return new Fault(atSeconds * SECONDS, kind, lastsSeconds * SECONDS, 0, 1, amount);
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "BAD_WEATHER",
        "ONE_WAY_CUT",
        "ISOLATION",
        "SPLIT",
        "SLOW_DISK",
        "FULL_DISK",
        "SLOW_APPLY",
        "SLOW_HOST",
        "SLOW_SNAPSHOTS",
        "CLOCK_DRIFT",
        "EAGER_OPERATOR"
      })
  @DisplayName("a short one within a long one, and one that begins before another has ended")
  void eachEndsItselfOnly(FaultKind kind) {
    saboteur.play(new Schedule(List.of(
        fault(10, kind, 10, MUCH),
        fault(12, kind, 2, LESS),
        fault(30, kind, 6, LESS),
        fault(34, kind, 6, MUCH))));
    String inOrder = stateAt(5);
    String much = stateAt(11);
    assertThat(much).isNotEqualTo(inOrder);
    assertThat(stateAt(16)).as("after the short one").isEqualTo(much);
    assertThat(stateAt(25)).as("after both").isEqualTo(inOrder);
    assertThat(stateAt(32)).as("the first alone").isNotEqualTo(inOrder);
    assertThat(stateAt(38)).as("the second alone").isEqualTo(much);
    assertThat(stateAt(45)).as("after all").isEqualTo(inOrder);
    assertThat(saboteur.begun()).containsEntry(kind, 4);
  }

  @Test
  @DisplayName("the end of one kind is not that of another, nor of a write that is yet to stall")
  void kindsOfOneHostAreApart() {
    SimulatedHost host = world.host(new HostId("n1"));
    saboteur.play(new Schedule(List.of(
        fault(10, FaultKind.SLOW_APPLY, 10, MUCH),
        fault(10, FaultKind.SLOW_HOST, 10, MUCH),
        fault(10, FaultKind.SLOW_SNAPSHOTS, 10, 10 * MUCH),
        fault(11, FaultKind.SLOW_DISK, 2, LESS))));
    time.at(12 * SECONDS, () -> host.pace().stallDisk(SECONDS));
    time.runFor(15 * SECONDS);
    assertThat(host.pace().applyNanos()).isEqualTo(MUCH);
    assertThat(host.pace().mailboxNanos()).isEqualTo(MUCH);
    assertThat(host.pace().snapshotNanos()).isEqualTo(10 * MUCH);
    assertThat(host.pace().diskNanos(Chance.of(1, "disk"))).isGreaterThan(SECONDS);
  }

  @Test
  @DisplayName("a detour of one ambush and one of another")
  void detours() {
    HostId n1 = new HostId("n1");
    HostId n2 = new HostId("n2");
    Overlaps overlaps = new Overlaps(world.network(), operator, time::in);
    overlaps.detour(n1, n2, 5, 10 * SECONDS);
    time.runFor(SECONDS);
    overlaps.detour(n1, n2, 7, SECONDS);
    assertThat(world.network().detour(n1, n2)).isEqualTo(7);
    time.runFor(2 * SECONDS);
    assertThat(world.network().detour(n1, n2)).isEqualTo(5);
    time.runFor(10 * SECONDS);
    assertThat(world.network().detour(n1, n2)).isZero();
  }
}
