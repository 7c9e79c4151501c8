package io.github.balsaraft.testing.simulation;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.testing.LinearizabilityChecker;
import io.github.balsaraft.testing.LinearizabilityResult;
import io.github.balsaraft.testing.SequentialModel;
import io.github.balsaraft.testing.simulation.checks.AppliedCommands;
import io.github.balsaraft.testing.simulation.cluster.Budgets;
import io.github.balsaraft.testing.simulation.cluster.Operator;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.load.Clients;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The end of a run: all is put in order, and then the group must serve, be complete, and have told everybody the truth. */
final class Ending<I, O> {

  /** Within so many of the longest election timeouts after the last fault there is a leader again, and it serves. */
  static final int LIVENESS_TIMEOUTS = 15;

  private final SimulatedCluster cluster;
  private final Clients<I, O> clients;
  private final Operator operator;
  private final AppliedCommands applied;
  private final Budgets budgets;
  private final VirtualTime time;
  private final long limitNanos;

  Ending(
      SimulatedCluster cluster,
      Clients<I, O> clients,
      Operator operator,
      AppliedCommands applied,
      Budgets budgets) {
    this.cluster = cluster;
    this.clients = clients;
    this.operator = operator;
    this.applied = applied;
    this.budgets = budgets;
    this.time = cluster.world().time();
    this.limitNanos = LIVENESS_TIMEOUTS * cluster.options().electionTimeoutMax().toNanos();
  }

  /** Every member runs, on a disk that is in order; one whose disk was not gets a new one. */
  void putInOrder() {
    for (SimulatedHost host : cluster.world().hosts()) {
      boolean damaged = host.isDamaged();
      SimulatedHost.Life life = host.life();
      if (life != null && (!life.isUp() || life.isStopping() || damaged)) {
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

  void checkLiveness() {
    int before = applied.size();
    require("liveness", () -> applied.size() > before, () -> "nothing is applied");
    clients.stop();
    require("liveness", clients::isAnswered, () -> "without an answer: " + clients.waiting());
    require(
        "liveness",
        () -> operator.waiting().isEmpty(),
        () -> "without an answer: " + operator.waiting());
    require("convergence", this::allHaveApplied, () -> "not all members catch up");
  }

  private boolean allHaveApplied() {
    Configuration committed = cluster.view().committed();
    if (committed == null) {
      return cluster.founders().stream().allMatch(this::hasApplied);
    }
    if (committed.isJoint()) {
      return false;
    }
    for (Member member : committed.members()) {
      if (!hasApplied(member.host())) {
        return false;
      }
    }
    return true;
  }

  private boolean hasApplied(HostId host) {
    SimulatedHost.Life life = cluster.world().host(host).life();
    return life != null && life.machine().appliedIndex() >= applied.lastIndex();
  }

  private void require(String kind, BooleanSupplier holds, Supplier<String> what) {
    if (!time.runUntil(holds, limitNanos)) {
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

  /** Nobody waits for anything any more, so that nothing is counted for anybody. */
  void checkBudgets() {
    require(
        "budget",
        () -> budgets.notEmpty() == null,
        () -> "though all was answered, " + budgets.notEmpty());
  }

  void checkAnswers() {
    String untrue = AnswerCheck.findUntrue(clients.attempts(), applied);
    if (untrue != null) {
      throw new SimulationFailure("answer", untrue);
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
