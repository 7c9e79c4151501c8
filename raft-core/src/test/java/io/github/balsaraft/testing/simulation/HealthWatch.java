package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the nodes now and then how they are: one that stops by itself, though its disk is in order, has a defect; and one whose disk is not
 * says so.
 */
final class HealthWatch {

  private static final long EVERY_NANOS = 500 * VirtualTime.MILLIS;

  /** Of what a replica says that has read what is not what it was, one at least: where that was. */
  private static final List<String> DAMAGED_PLACES =
      List.of("log store", "snapshot", "where the log begins");

  private static final int SHOWN_CHARS = 15;

  private final World world;
  private @Nullable String problem;

  HealthWatch(World world) {
    this.world = world;
  }

  /** What was found; null if nothing was. */
  @Nullable
  String problem() {
    return problem;
  }

  void start() {
    world.time().in(EVERY_NANOS, () -> {
      for (SimulatedHost host : world.hosts()) {
        SimulatedHost.Life life = host.life();
        if (life != null && life.isUp()) {
          CompletableFuture<NodeStatus> unused =
              ask(life, status -> world.observer().onStatus(host.id(), life.number(), status));
        }
      }
      start();
    });
  }

  private CompletableFuture<NodeStatus> ask(SimulatedHost.Life life, Consumer<NodeStatus> andThen) {
    boolean hadFailed = life.store().hasFailed();
    CompletableFuture<NodeStatus> looked = life.status().thenApply(status -> {
      andThen.accept(status);
      noteProblem(
          findProblem(status, hadFailed, !life.isUp(), life.mayHaveMetDamage(), life.isStopping()));
      return status;
    });
    return looked.whenComplete((status, failure) -> {
      boolean isTold = failure == null
          || (failure instanceof CompletionException
              && failure.getCause() instanceof RaftException);
      if (!isTold) {
        noteProblem("a look at " + life.host() + ": " + failure);
      }
    });
  }

  private void noteProblem(@Nullable String found) {
    if (problem == null) {
      problem = found;
    }
  }

  /**
   * Asks those whose disk is not in order. Each has to answer, and if it takes no part any more, why.
   *
   * @return whom, and what they say
   */
  List<Asked> askDamaged() {
    List<Asked> asked = new ArrayList<>();
    for (SimulatedHost host : world.hosts()) {
      SimulatedHost.Life life = host.life();
      if (life != null && (!life.isUp() || life.mayHaveMetDamage())) {
        asked.add(new Asked(life, ask(life, status -> {})));
      }
    }
    return asked;
  }

  /** One that was asked. */
  record Asked(SimulatedHost.Life life, CompletableFuture<NodeStatus> answer) {

    /** Whether it has said that it takes no part any more. */
    boolean hasFailed() {
      return answer.isDone()
          && !answer.isCompletedExceptionally()
          && answer.getNow(null).health() == Health.FAILED;
    }
  }

  /**
   * What is wrong with what a node says of itself.
   *
   * @param logFailed whether a write to its log had failed when it was asked
   * @param diskFailed whether any write of it has failed
   * @param maybeDamaged whether it may have read what is not what it was
   * @param isStopping whether it was told to stop
   * @return for people; null if nothing is
   */
  static @Nullable String findProblem(
      NodeStatus status,
      boolean logFailed,
      boolean diskFailed,
      boolean maybeDamaged,
      boolean isStopping) {
    if (status.health() != Health.FAILED) {
      return logFailed && !isStopping
          ? status.host() + " goes on after a write has failed: " + status.explanation()
          : null;
    }
    String detail = status.healthDetail();
    boolean saysWhere = DAMAGED_PLACES.stream().anyMatch(detail::contains);
    if (!diskFailed && !(maybeDamaged && saysWhere)) {
      return status.host() + " has stopped: " + detail;
    }
    // An explanation makes one line of it, and not a long one.
    String begin = detail.substring(0, Math.min(SHOWN_CHARS, detail.length()));
    return detail.isBlank() || !status.explanation().contains(begin)
        ? status.host() + " has stopped, and doesn't explain why: " + status.explanation()
        : null;
  }
}
