package io.github.balsaraft.node;

import static io.github.balsaraft.node.Simulation.MILLIS;
import static io.github.balsaraft.node.Simulation.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.HostId;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/** A simulated cluster under load: clients that propose and read everywhere, and at the end the check of all that they were told. */
final class ClusterRun {

  final long seed;
  final SimulatedCluster cluster;
  final Simulation simulation;
  final History history = new History();
  private boolean loading;

  ClusterRun(long seed, int hosts, RaftOptions options) {
    this.seed = seed;
    this.cluster = new SimulatedCluster(seed, hosts, options);
    this.simulation = cluster.simulation;
  }

  /** The seed that the command line names, or as many as it or the test wants. */
  static long[] seeds(int count) {
    Long given = Long.getLong("raft.seed");
    return given != null
        ? new long[] {given}
        : LongStream.rangeClosed(1, Integer.getInteger("raft.seeds", count)).toArray();
  }

  /** Runs a scenario. A failure names the seed that replays it, and only then is shown what the hosts logged. */
  static ClusterRun of(long seed, int hosts, RaftOptions options, Consumer<ClusterRun> scenario) {
    ClusterRun run = new ClusterRun(seed, hosts, options);
    PrintStream err = System.err;
    ByteArrayOutputStream logged = new ByteArrayOutputStream();
    System.setErr(new PrintStream(logged, true, UTF_8));
    try {
      scenario.accept(run);
      return run;
    } catch (RuntimeException | Error e) {
      err.println(logged.toString(UTF_8));
      throw new AssertionError(
          "seed " + seed + " at " + run.simulation.nowNanos() / MILLIS + " ms: " + e.getMessage()
              + "\nreplay: mvn -pl raft-core test -Dtest=*SimulationTest -Draft.seed=" + seed,
          e);
    } finally {
      System.setErr(err);
    }
  }

  /** From now on clients propose and read at hosts picked at random, about once in so many nanoseconds. */
  void load(long everyNanos) {
    loading = true;
    next(everyNanos);
  }

  private void next(long everyNanos) {
    simulation.in(simulation.between(1, 2 * everyNanos), () -> {
      if (loading) {
        request();
        next(everyNanos);
      }
    });
  }

  private void request() {
    List<SimulatedCluster.Life> alive = cluster.running.values().stream()
        .filter(process -> process.node != null)
        .toList();
    if (alive.isEmpty()) {
      return;
    }
    SimulatedCluster.Life at = alive.get(simulation.random().nextInt(alive.size()));
    if (simulation.chance(0.2)) {
      history.read(at);
    } else {
      history.propose(at);
    }
  }

  void stopLoad() {
    loading = false;
  }

  /** Heals everything, restarts whoever stopped, and checks what was promised. */
  void healAndCheck() {
    stopLoad();
    cluster.network.heal();
    for (HostId host : cluster.hosts()) {
      SimulatedCluster.Life process = cluster.running.get(host);
      if (process == null || process.environment.isDead() || !process.isRunning()) {
        checkBudgets(process);
        cluster.crash(host);
        cluster.start(host);
      } else {
        process.store.heal();
        process.environment.diskTakes(MILLIS / 10);
        process.environment.applyTakes(MILLIS / 50);
      }
    }
    assertThat(simulation.runUntil(history::allEnded, 60 * SECONDS))
        .as("every future ends; open: %s%s", history.open(), cluster.describe())
        .isTrue();
    List<String> applied = converge();
    history.check(applied);
    cluster.running.values().forEach(this::checkBudgets);
    for (SimulatedCluster.Life process : cluster.processes) {
      List<String> before = process.machine.applied;
      assertThat(before.size()).isLessThanOrEqualTo(applied.size());
      assertThat(before)
          .as("state of %s", process.host)
          .isEqualTo(applied.subList(0, before.size()));
      assertThat(process.traceMismatch).as("trace of %s", process.host).isNull();
      assertThat(process.store.writesAfterFailure())
          .as("writes after a failed one")
          .isZero();
    }
  }

  /** Proposes until something is applied, then waits until all have applied it. */
  private List<String> converge() {
    List<History.Write> tries = new ArrayList<>();
    boolean accepted = simulation.runUntil(
        () -> {
          boolean last = tries.isEmpty() || tries.get(tries.size() - 1).future.isDone();
          if (history.count(History.Outcome.APPLIED) > 0
              && tries.stream().anyMatch(write -> write.outcome == History.Outcome.APPLIED)) {
            return true;
          }
          if (last) {
            simulation.runFor(100 * MILLIS);
            cluster.leader().ifPresent(leader -> tries.add(history.propose(leader)));
          }
          return false;
        },
        120 * SECONDS);
    assertThat(accepted)
        .as("writes go on once all is healed%s", cluster.describe())
        .isTrue();
    List<String> done = tries.stream()
        .filter(write -> write.outcome == History.Outcome.APPLIED)
        .map(write -> write.command)
        .toList();
    boolean equal = simulation.runUntil(
        () -> cluster.running.values().stream()
            .allMatch(process -> process.machine.applied.containsAll(done)),
        60 * SECONDS);
    assertThat(equal).as("all catch up%s", cluster.describe()).isTrue();
    simulation.runFor(SECONDS);
    List<String> applied = cluster.running.values().iterator().next().machine.applied;
    for (SimulatedCluster.Life process : cluster.running.values()) {
      assertThat(process.machine.applied).as("state of %s", process.host).isEqualTo(applied);
    }
    return applied;
  }

  private void checkBudgets(SimulatedCluster.Life process) {
    if (process != null && process.node != null && !process.environment.isDead()) {
      boolean free = simulation.runUntil(
          () -> process.node.pendingProposalBytes() == 0 && process.node.pendingReadBytes() == 0,
          10 * SECONDS);
      assertThat(free)
          .as(
              "budgets of %s: %d bytes, %d reads",
              process.host, process.node.pendingProposalBytes(), process.node.pendingReadBytes())
          .isTrue();
    }
  }
}
