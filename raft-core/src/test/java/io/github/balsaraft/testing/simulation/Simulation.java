package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.testing.simulation.checks.AppliedCommands;
import io.github.balsaraft.testing.simulation.checks.Checks;
import io.github.balsaraft.testing.simulation.checks.Coverage;
import io.github.balsaraft.testing.simulation.checks.Violation;
import io.github.balsaraft.testing.simulation.cluster.Budgets;
import io.github.balsaraft.testing.simulation.cluster.CommittedStreams;
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
import org.jspecify.annotations.Nullable;

/**
 * One run: a cluster is founded, clients ask, faults come; then all is put in order again, and what was promised is checked.
 *
 * @param <I> what clients ask for
 * @param <O> what they are answered
 */
public final class Simulation<I, O> {

  private final SimulationSettings settings;
  private final Schedule schedule;
  private final Workload<I, O> workload;
  private final Observers observers = new Observers();
  private final @Nullable Checks checks;
  private final AppliedCommands applied;
  private final Coverage coverage = new Coverage();
  private final World world;
  private final SimulatedCluster cluster;
  private final Clients<I, O> clients;
  private final Operator operator;
  private final Saboteur saboteur;
  private final CommittedStreams streams;
  private final HealthWatch health;
  private final Budgets budgets;
  private final long maxDriftPpm;

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
    world.network().narrowLinks(settings.linkBytesOf(seed));
    workload.begin(Chance.of(seed, "workload"));
    this.maxDriftPpm = settings.maxDriftPpm(seed);
    this.checks = settings.checksEveryEvent() ? new Checks() : null;
    this.applied = checks == null ? new AppliedCommands() : checks.applied();
    this.clients = new Clients<>(
        world,
        workload,
        seed,
        settings.clients(),
        settings.thinkTime().toNanos(),
        !settings.faults(),
        applied::lastIndex);
    this.cluster = new SimulatedCluster(
        world,
        settings.hosts(),
        settings.spares(),
        settings.optionsOf(seed),
        settings.leasesOf(seed),
        clients::openStateMachine);
    cluster.view().onNewLeader(clients::hearOf);
    this.operator =
        new Operator(cluster, Chance.of(seed, "operator"), settings.permittedLeases(seed));
    this.saboteur = new Saboteur(cluster, operator);
    this.streams = new CommittedStreams(world, seed, !settings.faults());
    this.health = new HealthWatch(world);
    this.budgets = new Budgets(world, settings.options());
    if (checks != null) {
      observers.add(checks);
      observers.add(coverage);
    } else {
      observers.add(applied);
    }
    if (settings.faults() || settings.checksEveryEvent()) {
      observers.add(cluster.view());
    }
    observers.add(clients);
    observers.add(operator);
    observers.add(saboteur);
    observers.add(streams);
  }

  /** The faults that a seed draws. */
  public static Schedule drawn(long seed, SimulationSettings settings) {
    if (!settings.faults()) {
      return new Schedule(List.of());
    }
    return FaultMix.drawn(seed)
        .draw(
            seed,
            settings.hosts() + settings.spares(),
            settings.length().toNanos(),
            settings.maxDriftPpm(seed));
  }

  /** Somebody else wants to see what happens; to be named before the run. */
  public Simulation<I, O> watchedBy(Observer observer) {
    observers.add(observer);
    return this;
  }

  public VirtualTime time() {
    return world.time();
  }

  /** What clients asked and were told. */
  public Clients<I, O> clients() {
    return clients;
  }

  public Operator operator() {
    return operator;
  }

  public Saboteur saboteur() {
    return saboteur;
  }

  /** What was applied. */
  public AppliedCommands applied() {
    return applied;
  }

  /** What has happened; nothing if only the end is checked. */
  public Coverage coverage() {
    return coverage;
  }

  /**
   * Runs it all.
   *
   * @throws SimulationFailure if something went wrong
   */
  public void run() {
    Ending<I, O> ending = new Ending<>(cluster, clients, operator, applied, checks, budgets);
    world.time().afterEach(this::check);
    cluster.startFounders();
    clients.start();
    saboteur.play(schedule);
    health.start();
    world.time().runFor(settings.length().toNanos());
    saboteur.stop();
    ending.awaitFarewells(saboteur);
    ending.awaitReasons(health);
    ending.putInOrder();
    ending.checkLiveness();
    ending.checkStreams(streams);
    ending.checkBudgets();
    ending.checkAnswers();
    ending.checkApplied();
    ending.checkStates(new EqualStates<>(workload, world.time()));
    ending.checkLooseReads(new LooseReadCheck(applied, clients.attempts(), maxDriftPpm));
    ending.checkHistory(workload.model());
  }

  private void check() {
    Violation violation = checks == null ? applied.violation() : checks.violation();
    if (violation != null) {
      throw new SimulationFailure(violation);
    }
    if (clients.broken() != null) {
      throw new SimulationFailure("exception", clients.broken());
    }
    fail("answer", clients.problem());
    fail("answer", operator.problem());
    fail("answer", endedTwice());
    fail("stream", streams.problem());
    fail("health", health.problem());
    if (checks != null) {
      fail("budget", budgets.exceeded());
    }
  }

  /** Futures hide a second end from callers, so the node is asked, whatever it was. */
  private @Nullable String endedTwice() {
    for (SimulatedHost host : world.hosts()) {
      SimulatedHost.Life life = host.life();
      if (life != null && life.node().secondEnds() > 0) {
        return host.id() + " has ended a proposal, a read or a question that had ended";
      }
    }
    return null;
  }

  private static void fail(String kind, @Nullable String problem) {
    if (problem != null) {
      throw new SimulationFailure(kind, problem);
    }
  }
}
