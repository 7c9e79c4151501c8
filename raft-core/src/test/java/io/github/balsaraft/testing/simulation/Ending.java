package io.github.balsaraft.testing.simulation;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.testing.LinearizabilityChecker;
import io.github.balsaraft.testing.LinearizabilityResult;
import io.github.balsaraft.testing.SequentialModel;
import io.github.balsaraft.testing.simulation.checks.AppliedCommands;
import io.github.balsaraft.testing.simulation.checks.Checks;
import io.github.balsaraft.testing.simulation.cluster.Budgets;
import io.github.balsaraft.testing.simulation.cluster.CommittedStreams;
import io.github.balsaraft.testing.simulation.cluster.Operator;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.faults.Saboteur;
import io.github.balsaraft.testing.simulation.load.Attempt;
import io.github.balsaraft.testing.simulation.load.Clients;
import io.github.balsaraft.testing.simulation.load.LooseRead;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The end of a run: all is put in order, and then the group must serve, be complete, and have told everybody the truth. */
final class Ending<I, O> {

  /** Within so many of the longest election timeouts after the last fault there is a leader again, and it serves. */
  static final int LIVENESS_TIMEOUTS = 15;

  private static final int MOST_LOOKS = 20;

  private final SimulatedCluster cluster;
  private final Clients<I, O> clients;
  private final Operator operator;
  private final AppliedCommands applied;
  private final @Nullable Checks checks;
  private final Budgets budgets;
  private final VirtualTime time;
  private final long limitNanos;

  /** Processes that have said that they take no part any more. */
  private final Set<SimulatedHost.Life> failed = new HashSet<>();

  /** Since all is in order; zero before. */
  private long deadlineNanos;

  /**
   * @param checks null if events were not checked
   */
  Ending(
      SimulatedCluster cluster,
      Clients<I, O> clients,
      Operator operator,
      AppliedCommands applied,
      @Nullable Checks checks,
      Budgets budgets) {
    this.cluster = cluster;
    this.clients = clients;
    this.operator = operator;
    this.applied = applied;
    this.checks = checks;
    this.budgets = budgets;
    this.time = cluster.world().time();
    this.limitNanos = LIVENESS_TIMEOUTS * cluster.options().electionTimeoutMax().toNanos();
  }

  /**
   * Nobody is forgiven for not answering because he is started anew: before that whoever was to stop has stopped, and a process whose disk
   * has failed has told everybody who waited.
   */
  void awaitFarewells(Saboteur saboteur) {
    cluster.world().hosts().forEach(host -> host.pauseFor(0));
    require(
        "farewell",
        () -> saboteur.farewells().isEmpty(),
        () -> "did not come to its end: " + saboteur.farewells());
    require(
        "farewell",
        () -> forgotten().isEmpty(),
        () -> "without an answer of a process whose disk has failed: " + forgotten());
  }

  private List<String> forgotten() {
    List<String> forgotten = new ArrayList<>();
    for (SimulatedHost host : cluster.world().hosts()) {
      SimulatedHost.Life life = host.life();
      if (life != null && !life.isUp()) {
        forgotten.addAll(clients.waitingAt(host.id(), life.number()));
        forgotten.addAll(operator.waitingAt(host.id(), life.number()));
      }
    }
    return forgotten;
  }

  /** Whose disk is not in order is forgiven for not going on, but not for not saying why. */
  void awaitReasons(HealthWatch health) {
    List<HealthWatch.Asked> asked = health.askDamaged();
    require(
        "health",
        () -> asked.stream().allMatch(one -> one.life().isDead() || one.answer().isDone()),
        () -> "not all say how they are whose disk is not in order");
    asked.stream().filter(HealthWatch.Asked::hasFailed).forEach(one -> failed.add(one.life()));
  }

  /**
   * Every member runs, on a log that is in order, and has been told of others that are there; one whose log was not in order gets a
   * new disk. One whose snapshots were not is started again, and may have to fetch another under its old name.
   */
  void putInOrder() {
    for (SimulatedHost host : cluster.world().hosts()) {
      boolean damaged = host.isDamaged();
      SimulatedHost.Life life = host.life();
      if (life != null
          && (!life.isUp()
              || life.isStopping()
              || damaged
              || failed.contains(life)
              || cluster.looksInVain(host.id()))) {
        host.crash();
      }
      if (host.isLogDamaged()) {
        host.wipe();
      }
      if (belongs(host.id())) {
        cluster.start(host.id());
      }
    }
    deadlineNanos = time.nowNanos() + limitNanos;
  }

  /** Every member runs, whatever was done for other groups on the same hosts meanwhile. */
  void startMembers() {
    for (SimulatedHost host : cluster.world().hosts()) {
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

  void checkLiveness() {
    int before = clients.attempts().size();
    require("liveness", () -> cluster.leader() != null || isServed(before), () -> "nobody leads");
    require("liveness", () -> isServed(before), () -> "nothing is served");
    clients.stop();
    require("liveness", clients::isAnswered, () -> "without an answer: " + clients.waiting());
    require(
        "liveness",
        () -> operator.waiting().isEmpty(),
        () -> "without an answer: " + operator.waiting());
    require("convergence", this::allHaveApplied, () -> "not all members catch up");
    require(
        "liveness",
        () -> processes().stream().noneMatch(this::awaitsLeader),
        () -> "somebody waits for a leader at a member");
  }

  private boolean awaitsLeader(SimulatedHost.Life life) {
    return clients.awaitsLeaderAt(life.host(), life.number());
  }

  /** Whether something was applied that was proposed since there were so many attempts, and its client knows. */
  private boolean isServed(int attempts) {
    List<Attempt> all = clients.attempts();
    return all.subList(attempts, all.size()).stream()
        .anyMatch(attempt -> attempt.outcome() == Attempt.Outcome.APPLIED);
  }

  private boolean allHaveApplied() {
    Configuration committed = cluster.view().committed();
    if (committed == null) {
      return cluster.founders().stream().allMatch(this::hasApplied);
    }
    if (committed.isJoint()) {
      return false;
    }
    return members(committed).stream().allMatch(this::hasApplied);
  }

  private static List<HostId> members(Configuration configuration) {
    return configuration.members().stream().map(Member::host).distinct().toList();
  }

  private boolean hasApplied(HostId host) {
    SimulatedHost.Life life = cluster.world().host(host).life();
    return life != null
        && life.machine().appliedIndex() >= applied.lastIndex()
        && life.node().gauge(RaftMetric.APPLIED_INDEX) >= highestCommit();
  }

  private long highestCommit() {
    long highest = 0;
    for (SimulatedHost host : cluster.world().hosts()) {
      SimulatedHost.Life life = host.life();
      if (life != null) {
        highest = Math.max(highest, life.node().gauge(RaftMetric.COMMIT_INDEX));
      }
    }
    return highest;
  }

  /** What is committed has its effect: a command that all leave out alike would show nowhere else. */
  void checkApplied() {
    Checks seen = checks;
    if (seen != null) {
      require(
          "apply",
          () -> seen.unapplied(hostsOf(processes())) == null,
          () -> String.valueOf(seen.unapplied(hostsOf(processes()))));
    }
  }

  private static List<HostId> hostsOf(List<SimulatedHost.Life> processes) {
    return processes.stream().map(SimulatedHost.Life::host).toList();
  }

  /** Whoever has applied the same holds the same. What has an unknown outcome may be applied late, and then all are looked at again. */
  void checkStates(EqualStates<I> states) {
    for (int looks = 0; looks < MOST_LOOKS; looks++) {
      require("convergence", this::allHaveApplied, () -> "not all members catch up");
      List<SimulatedHost.Life> processes = processes();
      requireEqual(states.findDifference(processes));
      long committed = highestCommit();
      String difference = states.findDifferentSessions(processes);
      if (highestCommit() == committed) {
        requireEqual(difference);
        return;
      }
    }
    throw new SimulationFailure("liveness", "more and more is committed, and nobody asks for it");
  }

  private List<SimulatedHost.Life> processes() {
    Configuration committed = cluster.view().committed();
    List<SimulatedHost.Life> processes = new ArrayList<>();
    for (HostId host : committed == null ? cluster.founders() : members(committed)) {
      SimulatedHost.Life life = cluster.world().host(host).life();
      if (life != null) {
        processes.add(life);
      }
    }
    return processes;
  }

  private static void requireEqual(@Nullable String difference) {
    if (difference != null) {
      throw new SimulationFailure("state", "the states of members differ: " + difference);
    }
  }

  /** All that is required once all is in order has one time limit together, so that what comes late is not forgiven step by step. */
  private void require(String kind, BooleanSupplier holds, Supplier<String> what) {
    long left = deadlineNanos == 0 ? limitNanos : Math.max(0, deadlineNanos - time.nowNanos());
    if (!time.runUntil(holds, left)) {
      throw new SimulationFailure(
          kind, what.get() + " within " + limitNanos / SECONDS + " s" + describeHosts());
    }
  }

  private String describeHosts() {
    StringBuilder text = new StringBuilder();
    for (SimulatedHost host : cluster.world().hosts()) {
      text.append("\n  ").append(host.id()).append(": ");
      SimulatedHost.Life life = host.life();
      if (life == null) {
        text.append("not running");
        continue;
      }
      CompletableFuture<NodeStatus> status = life.status();
      text.append(
          time.runUntil(status::isDone, SECONDS) ? status.join().explanation() : "doesn't answer");
    }
    return text.toString();
  }

  /** Who observes committed entries has got them all. */
  void checkStreams(CommittedStreams streams) {
    require("liveness", () -> behind(streams).isEmpty(), () -> String.join(", ", behind(streams)));
  }

  /** Of those who belong to the group: nobody else gets all entries. */
  private List<String> behind(CommittedStreams streams) {
    return streams.behind(hostsOf(processes()), highestCommit());
  }

  /** Nobody waits for anything any more, so that nothing is counted for anybody. */
  void checkBudgets() {
    require(
        "budget",
        () -> budgets.notEmpty() == null,
        () -> "though all was answered, " + budgets.notEmpty());
  }

  void checkLooseReads(LooseReadCheck check) {
    List<LooseRead> reads = clients.looseReads();
    String untrue = reads.isEmpty() ? null : check.findUntrue(reads, clients.newStateMachine());
    if (untrue != null) {
      throw new SimulationFailure("answer", untrue);
    }
  }

  void checkAnswers() {
    String untrue = AnswerCheck.findUntrue(clients.attempts(), applied);
    if (untrue != null) {
      throw new SimulationFailure("answer", untrue);
    }
    String outOfOrder = cluster.options().forwardProposals()
        ? null
        : AnswerCheck.findOutOfOrder(clients.attempts(), applied);
    if (outOfOrder != null) {
      throw new SimulationFailure("answer", outOfOrder);
    }
    String untrueChange = operator.untrueAnswer();
    if (untrueChange != null) {
      throw new SimulationFailure("answer", untrueChange);
    }
    for (SimulatedHost host : cluster.world().hosts()) {
      if (host.writesAfterFailure() > 0) {
        throw new SimulationFailure("disk", host.id() + " wrote after a failed write");
      }
    }
  }

  void checkHistory(@Nullable SequentialModel<?, I, O> model) {
    if (model != null) {
      LinearizabilityResult<I, O> result =
          new LinearizabilityChecker<>(model).check(clients.history());
      if (!result.isLinearizable()) {
        throw new SimulationFailure("linearizability", result.describe());
      }
    }
  }
}
