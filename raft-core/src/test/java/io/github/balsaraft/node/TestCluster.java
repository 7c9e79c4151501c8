package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.testing.RecordingMachine;
import io.github.balsaraft.testing.simulation.checks.Checks;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.diagram.TraceHash;
import io.github.balsaraft.testing.simulation.world.Disk;
import io.github.balsaraft.testing.simulation.world.Observers;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.Weather;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A simulated cluster in the hands of a test, which starts and ends hosts one by one and asks them how they are. Whatever Raft
 * promises is checked after each event.
 */
final class TestCluster {

  private static final long LOOK_EVERY_NANOS = MILLIS / 4;

  final Observers observers = new Observers();
  final World world;
  final VirtualTime time;

  /** Every process that ever ran, the dead included. */
  final List<SimulatedHost.Life> processes = new ArrayList<>();

  private final Checks checks = new Checks();
  private final TraceHash trace = TraceHash.quick();
  private final SimulatedCluster cluster;

  TestCluster(long seed, int founders, RaftOptions options) {
    this(seed, founders, 0, options);
  }

  TestCluster(long seed, int founders, int spares, RaftOptions options) {
    this(seed, founders, spares, options, RecordingMachine::new);
  }

  /** With other state machines, a new one for each process. */
  TestCluster(long seed, int founders, RaftOptions options, Supplier<StateMachine> machines) {
    this(seed, founders, 0, options, machines);
  }

  private TestCluster(
      long seed, int founders, int spares, RaftOptions options, Supplier<StateMachine> machines) {
    this.world = new World(seed, observers);
    this.time = world.time();
    this.cluster =
        new SimulatedCluster(world, founders, spares, options, LeaseRules.FORBIDDEN, machines);
    observers.add(checks);
    observers.add(cluster.view());
    observers.add(trace.timedBy(time));
    time.afterEach(() -> {
      if (checks.violation() != null) {
        throw new AssertionError(checks.violation().toString());
      }
    });
  }

  /** A number that differs, as good as surely, if anything happened otherwise, in another order or at another time. */
  long trace() {
    return trace.value();
  }

  /** Those that the group is founded with. */
  List<HostId> founders() {
    return cluster.founders();
  }

  void startAll() {
    founders().forEach(this::start);
  }

  /** Starts a process on a machine that is in order. */
  SimulatedHost.Life start(HostId host) {
    return start(host, cluster.plan(host));
  }

  /** Starts a process as if the command said so, on a machine that is in order. */
  SimulatedHost.Life start(HostId host, BirthPlan plan) {
    world.host(host).disk().recover();
    world.host(host).pace().recover();
    if (!tryToStart(host, plan)) {
      throw new AssertionError(host + " can't be started");
    }
    return life(host);
  }

  /** Starts a process, if the n-th write of the disk from now on, which fails, lets it. */
  void startWithFailingWrite(HostId host, int n, Disk.Failure how) {
    world.host(host).pace().recover();
    world.host(host).disk().failWrite(n, how);
    tryToStart(host, cluster.plan(host));
  }

  private boolean tryToStart(HostId host, BirthPlan plan) {
    boolean started = cluster.start(host, plan);
    if (started) {
      processes.add(life(host));
    }
    return started;
  }

  /** As kill -9 does it: nothing more happens there, and nobody is told anything. */
  void crash(HostId host) {
    world.host(host).crash();
  }

  /** As if the host's folder had been deleted. */
  void wipe(HostId host) {
    world.host(host).wipe();
  }

  /** The process of a host; null if there is none. */
  SimulatedHost.Life life(HostId host) {
    return world.host(host).life();
  }

  /** The processes that were not killed, in the order of their hosts. */
  List<SimulatedHost.Life> running() {
    return world.hosts().stream()
        .map(SimulatedHost::life)
        .filter(life -> life != null)
        .toList();
  }

  /** Cuts a host off from all others. */
  void isolate(HostId host) {
    for (SimulatedHost other : world.hosts()) {
      if (!other.id().equals(host)) {
        world.network().cut(host, other.id());
        world.network().cut(other.id(), host);
      }
    }
  }

  /** What the network does from now on. */
  void weather(double loss, double duplication, long maxDelayNanos) {
    world
        .network()
        .weather(new Weather(loss, duplication, 0, 0, MILLIS / 20, maxDelayNanos, maxDelayNanos));
  }

  /** Lets time pass until the condition holds, which is looked at now and then. Returns whether it did in time. */
  boolean runUntil(BooleanSupplier condition, long limitNanos) {
    long end = time.nowNanos() + limitNanos;
    while (!condition.getAsBoolean()) {
      if (time.nowNanos() >= end) {
        return false;
      }
      time.runFor(LOOK_EVERY_NANOS);
    }
    return true;
  }

  Optional<SimulatedHost.Life> leader() {
    return Optional.ofNullable(cluster.leader());
  }

  /** Waits for a leader that has committed something in its term. */
  SimulatedHost.Life awaitLeader() {
    SimulatedHost.Life[] found = new SimulatedHost.Life[1];
    boolean there = runUntil(
        () -> {
          time.runFor(50 * MILLIS);
          found[0] = leader().orElse(null);
          return found[0] != null && status(found[0]).commitIndex() > 1;
        },
        60 * SECONDS);
    if (!there) {
      throw new AssertionError("no leader: " + describe());
    }
    return found[0];
  }

  /** What a process says of itself. Lets the time pass that it needs for the answer. */
  NodeStatus status(SimulatedHost.Life process) {
    CompletableFuture<NodeStatus> status = process.status();
    if (!time.runUntil(status::isDone, SECONDS)) {
      throw new AssertionError(process.host() + " doesn't answer");
    }
    return status.join();
  }

  boolean isRunning(SimulatedHost.Life process) {
    return !process.isDead() && status(process).health() == NodeStatus.Health.RUNNING;
  }

  String explain(SimulatedHost.Life process) {
    if (process.isDead()) {
      return "dead";
    }
    NodeStatus look = status(process);
    return look.explanation() + " " + look;
  }

  /** What everybody says of themselves, for a failure's message. */
  String describe() {
    StringBuilder text = new StringBuilder();
    running()
        .forEach(process ->
            text.append("\n  ").append(process.host()).append(": ").append(explain(process)));
    return text.toString();
  }

  static List<String> applied(SimulatedHost.Life process) {
    return ((RecordingMachine) process.machine().machine()).applied();
  }
}
