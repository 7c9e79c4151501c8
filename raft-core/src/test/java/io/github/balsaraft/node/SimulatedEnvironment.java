package io.github.balsaraft.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * What one life of a process runs on, in virtual time. Tasks of one kind may be delayed and never run on the caller's stack;
 * the writer's run one after the other, each after the time that the disk takes.
 */
final class SimulatedEnvironment implements HostEnvironment {

  private static final long WALL_AT_START_MILLIS = 1_700_000_000_000L;

  private final Simulation simulation;
  private boolean dead;
  private long diskNanos = 100_000;
  private long diskBusyUntilNanos;
  private long applyDelayNanos = 20_000;
  private long pausedUntilNanos;

  SimulatedEnvironment(Simulation simulation) {
    this.simulation = simulation;
  }

  /** Nothing that this process has begun goes on. */
  void kill() {
    dead = true;
  }

  /** As SIGSTOP and SIGCONT do it: nothing runs for so long, and what comes meanwhile waits. The clock goes on. */
  void pauseFor(long nanos) {
    pausedUntilNanos = simulation.nowNanos() + nanos;
  }

  boolean isPaused() {
    return simulation.nowNanos() < pausedUntilNanos;
  }

  boolean isDead() {
    return dead;
  }

  /** How long a write takes from now on, at most. */
  void diskTakes(long nanos) {
    diskNanos = nanos;
  }

  /** How long a task of the apply threads waits, at most. */
  void applyTakes(long nanos) {
    applyDelayNanos = nanos;
  }

  @Override
  public long nowNanos() {
    return simulation.nowNanos();
  }

  @Override
  public long wallMillis() {
    return WALL_AT_START_MILLIS + simulation.nowNanos() / Simulation.MILLIS;
  }

  @Override
  public long nextRandom() {
    return simulation.random().nextLong();
  }

  @Override
  public Executor mailboxes() {
    return task -> later(simulation.nowNanos() + simulation.between(0, 20_000), task);
  }

  @Override
  public Executor writer() {
    return task -> {
      diskBusyUntilNanos = Math.max(diskBusyUntilNanos, simulation.nowNanos())
          + simulation.between(diskNanos / 10, diskNanos);
      later(diskBusyUntilNanos, task);
    };
  }

  @Override
  public Executor apply() {
    return task -> later(simulation.nowNanos() + simulation.between(0, applyDelayNanos), task);
  }

  @Override
  public Runnable schedule(long atNanos, Runnable task) {
    boolean[] cancelled = new boolean[1];
    later(atNanos, () -> {
      if (!cancelled[0]) {
        task.run();
      }
    });
    return () -> cancelled[0] = true;
  }

  @Override
  public void runApart(String name, Runnable task) {
    later(simulation.nowNanos(), task);
  }

  private void later(long atNanos, Runnable task) {
    simulation.at(atNanos, () -> {
      if (dead) {
        return;
      }
      if (isPaused()) {
        later(pausedUntilNanos, task);
      } else {
        task.run();
      }
    });
  }

  @Override
  public boolean isOwnThread() {
    return false;
  }

  @Override
  public boolean isMailboxThread() {
    return false;
  }

  @Override
  public CompletableFuture<Void> shutdown() {
    dead = true;
    return CompletableFuture.completedFuture(null);
  }
}
