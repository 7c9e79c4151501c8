package io.github.balsaraft.testing.simulation;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.testing.LinearizabilityChecker;
import io.github.balsaraft.testing.LinearizabilityResult;
import io.github.balsaraft.testing.SequentialModel;
import io.github.balsaraft.testing.simulation.cluster.Operator;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.faults.FaultMix;
import io.github.balsaraft.testing.simulation.faults.Saboteur;
import io.github.balsaraft.testing.simulation.faults.Schedule;
import io.github.balsaraft.testing.simulation.load.Clients;
import io.github.balsaraft.testing.simulation.load.Workload;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.Observers;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One run: a cluster is founded, clients ask, faults come; then all is put in order again, and what was promised is checked.
 *
 * @param <I> what clients ask for
 * @param <O> what they are answered
 */
public final class Simulation<I, O> {

  /** Within so many of the longest election timeouts after the last fault there is a leader again, and it serves. */
  private static final int LIVENESS_TIMEOUTS = 15;

  private static final long HEALTH_EVERY_NANOS = 500 * MILLIS;

  private final SimulationSettings settings;
  private final Schedule schedule;
  private final Observers observers = new Observers();
  private final Promises promises = new Promises();
  private final World world;
  private final VirtualTime time;
  private final SimulatedCluster cluster;
  private final Clients<I, O> clients;
  private final Operator operator;
  private final Saboteur saboteur;
  private final Workload<I, O> workload;

  /** The run of a seed. */
  public Simulation(long seed, SimulationSettings settings, Workload<I, O> workload) {
    this(seed, settings, workload, drawn(seed, settings));
  }

  /** The run of a seed with other faults than those that it would draw. */
  public Simulation(
      long seed, SimulationSettings settings, Workload<I, O> workload, Schedule schedule) {
    this.settings = settings;
    this.schedule = schedule;
    this.workload = workload;
    this.world = new World(seed, observers);
    this.time = world.time();
    // Created before the cluster, which needs its state machines.
    this.clients = new Clients<>(
        world,
        workload,
        Chance.of(seed, "clients"),
        settings.clients(),
        settings.thinkTime().toNanos());
    this.cluster = new SimulatedCluster(
        world,
        observers,
        settings.hosts(),
        settings.spares(),
        settings.options(),
        clients::newStateMachine);
    this.operator = new Operator(cluster, Chance.of(seed, "operator"));
    this.saboteur = new Saboteur(cluster, operator);
    observers.add(promises);
    observers.add(clients);
    observers.add(operator);
  }

  /** The faults that a seed draws. */
  public static Schedule drawn(long seed, SimulationSettings settings) {
    if (!settings.faults()) {
      return new Schedule(List.of());
    }
    Chance chance = Chance.of(seed, "faults");
    return FaultMix.drawn(chance)
        .draw(chance, settings.hosts() + settings.spares(), settings.length().toNanos());
  }

  /** Somebody else who wants to see what happens; to be named before the run. */
  public Simulation<I, O> watchedBy(Observer observer) {
    observers.add(observer);
    return this;
  }

  /** What clients asked and were told. */
  public Clients<I, O> clients() {
    return clients;
  }

  public SimulatedCluster cluster() {
    return cluster;
  }

  public Saboteur saboteur() {
    return saboteur;
  }

  public Operator operator() {
    return operator;
  }

  public VirtualTime time() {
    return time;
  }

  /** Commands that were applied. */
  public int applied() {
    return promises.applied();
  }

  /**
   * Runs it all.
   *
   * @throws SimulationFailure if something went wrong
   */
  public void run() {
    time.afterEach(this::checkAnswers);
    cluster.startFounders();
    clients.start();
    saboteur.play(schedule);
    watchHealth();
    time.runFor(settings.length().toNanos());
    saboteur.stop();
    putInOrder();
    checkLiveness();
    checkPromises();
    checkHistory();
  }

  private void checkAnswers() {
    fail("answer", clients.problem());
    fail("answer", operator.problem());
    fail("applied twice", promises.problem());
  }

  private static void fail(String kind, @Nullable String problem) {
    if (problem != null) {
      throw new SimulationFailure(kind, problem);
    }
  }

  /** A node that stops by itself, though its disk is in order, has a defect. */
  private void watchHealth() {
    time.in(HEALTH_EVERY_NANOS, () -> {
      for (SimulatedHost host : world.hosts()) {
        SimulatedHost.Life life = host.life();
        if (life != null && life.isUp()) {
          CompletableFuture<Void> unused =
              life.status().thenAccept(status -> checkHealth(host, life, status));
        }
      }
      watchHealth();
    });
  }

  private void checkHealth(SimulatedHost host, SimulatedHost.Life life, NodeStatus status) {
    if (status.health() == NodeStatus.Health.FAILED
        && life.isUp()
        && !host.disk().isDamaged()) {
      time.in(0, () -> fail("health", host.id() + " has stopped: " + status.healthDetail()));
    }
  }

  // ------------------------------------------------------------------ the end

  private void putInOrder() {
    for (SimulatedHost host : world.hosts()) {
      boolean damaged = host.disk().isDamaged();
      if (host.life() == null || !host.life().isUp() || damaged) {
        host.crash();
      }
      host.pauseFor(0);
      if (damaged) {
        host.wipe();
      }
      if (belongs(host.id())) {
        cluster.start(host.id());
      }
    }
  }

  private boolean belongs(HostId host) {
    List<Configuration> possible = cluster.view().possible().stream()
        .filter(configuration -> !configuration.isEmpty())
        .toList();
    return possible.isEmpty()
        ? cluster.founders().contains(host)
        : possible.stream().anyMatch(one -> !one.membersOn(host).isEmpty());
  }

  private void checkLiveness() {
    long limit = LIVENESS_TIMEOUTS * settings.options().electionTimeoutMax().toNanos();
    int before = promises.applied();
    require("liveness", limit, () -> promises.applied() > before, () -> "nothing is applied");
    clients.stop();
    require(
        "liveness", limit, clients::isAnswered, () -> "without an answer: " + clients.waiting());
    require(
        "liveness",
        limit,
        () -> operator.waiting().isEmpty(),
        () -> "without an answer: " + operator.waiting());
    require("convergence", limit, this::allHaveApplied, () -> "not all members catch up");
  }

  private boolean allHaveApplied() {
    Configuration committed = cluster.view().committed();
    if (committed == null || committed.isJoint()) {
      return false;
    }
    for (Member member : committed.members()) {
      SimulatedHost.Life life = world.host(member.host()).life();
      if (life == null || life.machine().appliedIndex() != promises.lastIndex()) {
        return false;
      }
    }
    return true;
  }

  private void require(String kind, long limit, BooleanSupplier holds, Supplier<String> what) {
    if (!time.runUntil(holds, limit)) {
      throw new SimulationFailure(
          kind, what.get() + " within " + limit / SECONDS + " s" + describeHosts());
    }
  }

  private String describeHosts() {
    StringBuilder text = new StringBuilder();
    for (SimulatedHost host : world.hosts()) {
      text.append("\n  ").append(host.id()).append(": ");
      SimulatedHost.Life life = host.life();
      if (life == null) {
        text.append("not running");
        continue;
      }
      CompletableFuture<NodeStatus> status = life.status();
      if (time.runUntil(status::isDone, SECONDS)) {
        text.append(status.join().explanation());
      } else {
        text.append("doesn't answer");
      }
    }
    return text.toString();
  }

  private void checkPromises() {
    fail("promise", promises.broken(clients.attempts()));
    for (SimulatedHost host : world.hosts()) {
      SimulatedHost.Life life = host.life();
      if (life != null && life.store().writesAfterFailure() > 0) {
        throw new SimulationFailure("disk", host.id() + " wrote after a failed write");
      }
    }
  }

  private void checkHistory() {
    SequentialModel<?, I, O> model = workload.model();
    if (model != null) {
      LinearizabilityResult<I, O> result =
          new LinearizabilityChecker<>(model).check(clients.history());
      if (!result.isLinearizable()) {
        throw new SimulationFailure("linearizability", result.describe());
      }
    }
  }
}
