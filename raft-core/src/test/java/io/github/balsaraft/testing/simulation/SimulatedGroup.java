package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.testing.simulation.checks.AppliedCommands;
import io.github.balsaraft.testing.simulation.checks.Checks;
import io.github.balsaraft.testing.simulation.checks.Coverage;
import io.github.balsaraft.testing.simulation.checks.ListenerRules;
import io.github.balsaraft.testing.simulation.checks.Violation;
import io.github.balsaraft.testing.simulation.cluster.Budgets;
import io.github.balsaraft.testing.simulation.cluster.CommittedStreams;
import io.github.balsaraft.testing.simulation.cluster.Operator;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.cluster.TransferBounds;
import io.github.balsaraft.testing.simulation.faults.FaultMix;
import io.github.balsaraft.testing.simulation.faults.Saboteur;
import io.github.balsaraft.testing.simulation.load.Clients;
import io.github.balsaraft.testing.simulation.load.Workload;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Observers;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.World;
import org.jspecify.annotations.Nullable;

/** One group of a run: its replicas on the hosts, its clients, its operator, who does it harm, and the checks of it all. */
public final class SimulatedGroup<I, O> {

  private final World world;
  private final Workload<I, O> workload;
  private final @Nullable Checks checks;
  private final AppliedCommands applied;
  private final Coverage coverage = new Coverage();
  private final ListenerRules listeners = new ListenerRules();
  private final SimulatedCluster cluster;
  private final Clients<I, O> clients;
  private final Operator operator;
  private final Saboteur saboteur;
  private final CommittedStreams streams;
  private final HealthWatch health;
  private final Budgets budgets;
  private final TransferBounds transfers;
  private final long maxDriftPpm;
  private final Ending<I, O> ending;

  /**
   * A group that is not founded yet.
   *
   * @param observers those of the world
   * @param seed decides what is the group's own
   * @param seedOfHosts decides what is done to the hosts, whose clocks the rules for leases have to bear
   * @param first of the groups that share these hosts; null if this is the first
   */
  SimulatedGroup(
      World world,
      Observers observers,
      long seed,
      long seedOfHosts,
      SimulationSettings settings,
      Workload<I, O> workload,
      @Nullable SimulatedGroup<?, ?> first) {
    this.world = world;
    this.workload = workload;
    workload.begin(Chance.of(seed, "workload"));
    this.maxDriftPpm = settings.maxDriftPpm(seedOfHosts);
    this.checks = settings.checksEveryEvent() ? new Checks() : null;
    this.applied = checks == null ? new AppliedCommands() : checks.applied();
    this.clients = new Clients<>(
        world,
        workload,
        seed,
        settings.clients(),
        settings.thinkTime().toNanos(),
        !settings.faults(),
        applied::lastUpTo);
    this.cluster = new SimulatedCluster(
        world,
        settings.hosts(),
        settings.spares(),
        settings.optionsOf(seed),
        leases(seed, seedOfHosts, settings),
        clients::openStateMachine);
    cluster.noticeDamagedStates(workload.noticesDamagedState());
    cluster.view().onNewLeader(clients::hearOf);
    this.operator = new Operator(cluster, seed, settings.permittedLeases(seedOfHosts));
    this.saboteur = new Saboteur(cluster, operator, first == null ? null : first.saboteur);
    this.streams = new CommittedStreams(world, seed, !settings.faults());
    this.health = new HealthWatch(world);
    this.budgets = new Budgets(world, settings.options());
    this.transfers = new TransferBounds(world, settings.options());
    this.ending = new Ending<>(cluster, clients, operator, applied, checks, budgets);
    if (checks != null) {
      observers.add(checks);
      observers.add(coverage);
      observers.add(listeners);
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

  private static LeaseRules leases(long seed, long seedOfHosts, SimulationSettings settings) {
    if (FaultMix.isOfLargeDrift(seedOfHosts)) {
      return settings.leasesOf(seedOfHosts);
    }
    boolean permitted = !settings.leasesOf(seed).equals(LeaseRules.FORBIDDEN);
    return permitted ? settings.permittedLeases(seedOfHosts) : LeaseRules.FORBIDDEN;
  }

  SimulatedCluster cluster() {
    return cluster;
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

  HealthWatch health() {
    return health;
  }

  Ending<I, O> ending() {
    return ending;
  }

  /** What has to hold after each event. */
  void check() {
    Violation violation = checks == null ? applied.violation() : checks.violation();
    if (violation != null) {
      throw new SimulationFailure(violation);
    }
    if (clients.broken() != null) {
      throw new SimulationFailure("exception", clients.broken());
    }
    fail("answer", clients.problem());
    fail("answer", operator.problem());
    fail("stream", streams.problem());
    fail("listener", listeners.problem());
    fail("health", health.problem());
    for (SimulatedHost host : world.hosts()) {
      SimulatedHost.Life life = host.life();
      // An event changes one or two of them, and the others are as they were found.
      if (life != null && life.mayHaveChanged()) {
        check(life);
        life.checked();
      }
    }
  }

  private void check(SimulatedHost.Life life) {
    // Futures hide a second end from callers, so the node is asked, whatever it was.
    if (life.node().secondEnds() > 0) {
      fail("answer", life.host() + " has ended a proposal, a read or a question that had ended");
    }
    if (checks != null) {
      fail("budget", budgets.exceededBy(life));
      fail("transfer", transfers.exceededBy(life));
    }
  }

  private static void fail(String kind, @Nullable String problem) {
    if (problem != null) {
      throw new SimulationFailure(kind, problem);
    }
  }

  /** Once all is in order, and the group serves. */
  void checkEnd() {
    ending.checkStreams(streams);
    ending.checkBudgets();
    ending.checkAnswers();
    ending.checkApplied();
    ending.checkStates(new EqualStates<>(workload, world.time()));
    ending.checkLooseReads(new LooseReadCheck(applied, clients.attempts(), maxDriftPpm));
    ending.checkHistory(workload.model());
  }
}
