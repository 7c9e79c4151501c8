package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.TestCommand;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/** A simulated cluster under load: clients that propose and read everywhere, and at the end the check of all that they were told. */
final class ClusterRun {

  final long seed;
  final TestCluster cluster;
  final VirtualTime time;

  /** What the scenario and the clients draw; it is another stream than those of the world. */
  final Chance chance;

  final History history = new History();
  private boolean loading;

  private ClusterRun(long seed, TestCluster cluster) {
    this.seed = seed;
    this.cluster = cluster;
    this.time = cluster.time;
    this.chance = Chance.of(seed, "scenario");
  }

  /** The seed that the command line names, or as many as it or the test wants. */
  static long[] seeds(int count) {
    return seeds(1, count);
  }

  /** The same from another one on. */
  static long[] seeds(long first, int count) {
    Long given = Long.getLong("raft.seed");
    return given != null
        ? new long[] {given}
        : LongStream.range(first, first + Integer.getInteger("raft.seeds", count))
            .toArray();
  }

  /** Whether one seed is run again, so that what only several show together isn't asked for. */
  static boolean isReplay() {
    return Long.getLong("raft.seed") != null;
  }

  /** Runs a scenario. A failure names the seed that replays it, and only then is shown what the hosts logged. */
  static ClusterRun of(
      long seed, int founders, RaftOptions options, Consumer<ClusterRun> scenario) {
    return of(seed, new TestCluster(seed, founders, options), scenario);
  }

  /** Runs a scenario on hosts of its own choice. */
  static ClusterRun of(long seed, TestCluster cluster, Consumer<ClusterRun> scenario) {
    ClusterRun run = new ClusterRun(seed, cluster);
    PrintStream err = System.err;
    ByteArrayOutputStream logged = new ByteArrayOutputStream();
    System.setErr(new PrintStream(logged, true, UTF_8));
    try {
      scenario.accept(run);
      return run;
    } catch (RuntimeException | Error e) {
      err.println(logged.toString(UTF_8));
      throw new AssertionError(
          "seed " + seed + " at " + run.time.nowNanos() / MILLIS + " ms: " + e.getMessage()
              + "\nreplay: " + TestCommand.ofCaller().orElse("the same test with")
              + " -Draft.seed=" + seed,
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
    time.in(chance.between(1, 2 * everyNanos), () -> {
      if (loading) {
        request();
        next(everyNanos);
      }
    });
  }

  private void request() {
    List<SimulatedHost.Life> alive = cluster.running();
    if (alive.isEmpty()) {
      return;
    }
    SimulatedHost.Life at = chance.oneOf(alive);
    if (chance.happens(0.2)) {
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
    cluster.world.recover();
    for (HostId host : cluster.founders()) {
      SimulatedHost.Life process = cluster.life(host);
      if (process == null || !cluster.isRunning(process)) {
        checkBudgets(process);
        cluster.crash(host);
        cluster.start(host);
      }
    }
    assertThat(cluster.runUntil(history::allEnded, 60 * SECONDS))
        .as("every future ends; open: %s%s", history.open(), cluster.describe())
        .isTrue();
    List<String> applied = converge();
    history.check(applied);
    cluster.running().forEach(this::checkBudgets);
    for (SimulatedHost.Life process : cluster.processes) {
      List<String> before = TestCluster.applied(process);
      assertThat(before.size()).isLessThanOrEqualTo(applied.size());
      assertThat(before)
          .as("state of %s", process.host())
          .isEqualTo(applied.subList(0, before.size()));
      assertThat(process.store().writesAfterFailure())
          .as("writes after a failed one")
          .isZero();
    }
  }

  /** Proposes until something is applied, then waits until all have applied it. */
  private List<String> converge() {
    List<History.Write> tries = new ArrayList<>();
    boolean accepted = cluster.runUntil(
        () -> {
          if (tries.stream().anyMatch(write -> write.outcome == History.Outcome.APPLIED)) {
            return true;
          }
          if (tries.isEmpty() || tries.get(tries.size() - 1).future.isDone()) {
            time.runFor(100 * MILLIS);
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
    boolean equal = cluster.runUntil(
        () -> cluster.running().stream()
            .allMatch(process -> TestCluster.applied(process).containsAll(done)),
        60 * SECONDS);
    assertThat(equal).as("all catch up%s", cluster.describe()).isTrue();
    time.runFor(SECONDS);
    List<String> applied = TestCluster.applied(cluster.running().get(0));
    for (SimulatedHost.Life process : cluster.running()) {
      assertThat(TestCluster.applied(process)).as("state of %s", process.host()).isEqualTo(applied);
    }
    return applied;
  }

  private void checkBudgets(SimulatedHost.Life process) {
    if (process != null && !process.isDead()) {
      GroupNode node = process.node();
      boolean free = cluster.runUntil(
          () -> node.pendingProposalBytes() == 0 && node.pendingReadBytes() == 0, 10 * SECONDS);
      assertThat(free)
          .as(
              "budgets of %s: %d bytes, %d reads",
              process.host(), node.pendingProposalBytes(), node.pendingReadBytes())
          .isTrue();
    }
  }
}
