package io.github.balsaraft.testing.simulation.world;

import io.github.balsaraft.node.HostEnvironment;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of one process. No task runs on its caller's stack; those of the writer run one after the other, each after the
 * time that the disk takes. A process that is paused does nothing, and all of it later; one that is dead, never.
 */
public final class SimulatedEnvironment implements HostEnvironment {

  /** A disk that doesn't get on with a write may still read what it has. */
  private static final double STALL_HOLDS_UP_LOADS = 0.5;

  private final VirtualTime time;
  private final DriftingClock clock;
  private final HostPace pace;
  private final Chance chance;
  private final Chance stalls;
  private final Logger logger;
  private final ArrayDeque<Runnable> writes = new ArrayDeque<>();
  private final ArrayDeque<Runnable> snapshotTasks = new ArrayDeque<>();
  private final ArrayDeque<Runnable> applyTasks = new ArrayDeque<>();

  /** What came while the process was paused, in its order. */
  private final ArrayDeque<Runnable> deferred = new ArrayDeque<>();

  private long steps;
  private boolean dead;
  private boolean paused;
  private long pausedUntilNanos;
  private long diskBusyUntilNanos;
  private long loadingUntilNanos;
  private long maxWriteBytes = HostEnvironment.super.maxWriteBytes();
  private Consumer<Mishap> listener = mishap -> {};

  /** That of the group whose threads are asked for; null if they are those of all groups. */
  private @Nullable GroupPace groupPace;

  /**
   * The threads of one process.
   *
   * @param stalls decides nothing but what a disk that stalls holds up
   */
  SimulatedEnvironment(
      VirtualTime time,
      DriftingClock clock,
      HostPace pace,
      Chance chance,
      Chance stalls,
      Logger logger) {
    this.time = time;
    this.logger = logger;
    this.clock = clock;
    this.pace = pace;
    this.chance = chance;
    this.stalls = stalls;
  }

  /** The threads of a process on a machine of its own, with a clock that is right, for tests of a part of the runtime. */
  public static SimulatedEnvironment alone(VirtualTime time) {
    return new SimulatedEnvironment(
        time,
        new DriftingClock(time),
        new HostPace(),
        Chance.of(1, "process"),
        Chance.of(1, "stalls of process"),
        LoggerFactory.getLogger("io.github.balsaraft"));
  }

  /** How fast its threads are. */
  public HostPace pace() {
    return pace;
  }

  /** Somebody wants to hear what takes long. */
  void tell(Consumer<Mishap> newListener) {
    listener = newListener;
  }

  private void tell(boolean isSo, Mishap mishap) {
    if (isSo) {
      listener.accept(mishap);
    }
  }

  /** What waits for the disk is divided into writes of about so many bytes, however small. To be said before the process starts. */
  public void maxWriteBytes(long bytes) {
    maxWriteBytes = bytes;
  }

  @Override
  public long maxWriteBytes() {
    return maxWriteBytes;
  }

  /** Nothing that this process has begun goes on. */
  void kill() {
    dead = true;
  }

  boolean isDead() {
    return dead;
  }

  /** How many tasks it has run. */
  long steps() {
    return steps;
  }

  /** What the writer was doing, or about to do, when it was killed; null if nothing. Comes to nothing by itself. */
  Runnable interruptedWrite() {
    return writes.peek();
  }

  /** What was being done with snapshots, or about to be, when it was killed; null if nothing. Comes to nothing by itself. */
  Runnable interruptedSnapshotTask() {
    return snapshotTasks.peek();
  }

  /** What was being applied, or about to be, when it was killed; null if nothing. Comes to nothing by itself. */
  Runnable interruptedApplyTask() {
    return applyTasks.peek();
  }

  /**
   * As SIGSTOP and SIGCONT do it: nothing runs for so long, and what comes meanwhile waits, all of it and in its order. The clocks go
   * on. A pause within a longer one doesn't end that; one of no length ends all.
   */
  void pauseFor(long nanos) {
    if (nanos == 0) {
      pausedUntilNanos = time.nowNanos();
      thaw();
    } else {
      paused = true;
      pausedUntilNanos = Math.max(pausedUntilNanos, time.nowNanos() + nanos);
      time.at(pausedUntilNanos, this::thaw);
    }
  }

  /** Until when it was paused the last time, or is; by true time. */
  long pausedUntilNanos() {
    return pausedUntilNanos;
  }

  private void thaw() {
    if (paused && time.nowNanos() >= pausedUntilNanos) {
      paused = false;
      catchUp();
    }
  }

  /** What is done of it is an event each, so that the checks see all that happens in between. */
  private void catchUp() {
    time.in(0, () -> {
      Runnable task = dead || paused ? null : deferred.poll();
      if (task != null) {
        steps++;
        task.run();
        catchUp();
      }
    });
  }

  @Override
  public long nowNanos() {
    return clock.nowNanos();
  }

  @Override
  public long wallMillis() {
    return clock.wallMillis();
  }

  @Override
  public long nextRandom() {
    return chance.nextLong();
  }

  @Override
  public Executor mailboxes() {
    return task -> {
      tell(pace.mailboxNanos() > HostPace.QUICK_MAILBOX_NANOS, Mishap.MAILBOX_SLOW);
      soon(pace.mailboxNanos(), task);
    };
  }

  @Override
  public Executor writer() {
    return task -> {
      writes.add(task);
      boolean isStalled = pace.isDiskStalled();
      tell(isStalled, Mishap.WRITE_STALLED);
      tell(pace.isDiskSlow(), Mishap.WRITE_SLOW);
      diskBusyUntilNanos = Math.max(diskBusyUntilNanos, time.nowNanos()) + pace.diskNanos(chance);
      if (isStalled && stalls.happens(STALL_HOLDS_UP_LOADS)) {
        loadingUntilNanos = Math.max(loadingUntilNanos, diskBusyUntilNanos);
      }
      at(diskBusyUntilNanos, () -> {
        writes.remove();
        task.run();
      });
    };
  }

  /** One thread, as in production: what stalls an apply thread is nothing to it, and what stalls the disk may be. */
  @Override
  public Executor loads() {
    return task -> {
      tell(loadingUntilNanos > time.nowNanos() || pace.isDiskSlow(), Mishap.LOAD_SLOW);
      loadingUntilNanos =
          Math.max(loadingUntilNanos, time.nowNanos()) + chance.between(0, pace.loadNanos());
      at(loadingUntilNanos, task);
    };
  }

  /** The threads that apply which are asked for from now on serve one group alone, which may stall; null for no group in particular. */
  void appliesAt(@Nullable GroupPace ofGroup) {
    groupPace = ofGroup;
  }

  @Override
  public Executor apply() {
    GroupPace ofGroup = groupPace;
    return task -> {
      applyTasks.add(task);
      long now = time.nowNanos();
      long begins = ofGroup == null ? now : ofGroup.begins(now);
      tell(begins > now || pace.applyNanos() > HostPace.QUICK_APPLY_NANOS, Mishap.APPLY_SLOW);
      at(begins + chance.between(0, pace.applyNanos()), () -> {
        applyTasks.remove(task);
        task.run();
      });
    };
  }

  @Override
  public Executor callers() {
    return task -> at(time.nowNanos() + pace.mailboxNanos(), task);
  }

  /** Draws nothing, so that a run is the same whether anybody listens or not. */
  @Override
  public Executor listeners() {
    return callers();
  }

  @Override
  public Executor snapshots() {
    return task -> {
      snapshotTasks.add(task);
      tell(pace.snapshotNanos() > HostPace.QUICK_SNAPSHOT_NANOS, Mishap.SNAPSHOT_SLOW);
      long moment = time.nowNanos() + chance.between(0, pace.snapshotNanos());
      at(moment, () -> {
        snapshotTasks.remove(task);
        task.run();
      });
    };
  }

  @Override
  public void pause(long nanos) {
    // What is written at a limited speed is written at once, all of it.
  }

  /** Runs what a thread of the network brings. */
  void receive(Runnable task) {
    run(task);
  }

  private void soon(long mostNanos, Runnable task) {
    at(time.nowNanos() + chance.between(0, mostNanos), task);
  }

  @Override
  public Runnable schedule(long atNanos, Runnable task) {
    Scheduled scheduled = new Scheduled(atNanos, task);
    at(clock.trueTimeOf(atNanos), scheduled);
    return scheduled::cancel;
  }

  @Override
  public void runApart(String name, Runnable task) {
    at(time.nowNanos(), task);
  }

  private void at(long atNanos, Runnable task) {
    time.at(atNanos, () -> run(task));
  }

  private void run(Runnable task) {
    if (dead) {
      return;
    }
    if (paused || !deferred.isEmpty()) {
      tell(paused, Mishap.PROCESS_PAUSED);
      deferred.add(task);
    } else {
      steps++;
      task.run();
    }
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
  public Logger logger() {
    return logger;
  }

  @Override
  public CompletableFuture<Void> shutdown() {
    dead = true;
    return CompletableFuture.completedFuture(null);
  }

  /** A task for a moment of a clock that may run slower meanwhile. */
  private final class Scheduled implements Runnable {
    private final long atLocalNanos;
    private Runnable task;

    Scheduled(long atLocalNanos, Runnable task) {
      this.atLocalNanos = atLocalNanos;
      this.task = task;
    }

    void cancel() {
      task = null;
    }

    @Override
    public void run() {
      if (task == null) {
        return;
      }
      if (clock.nowNanos() < atLocalNanos) {
        at(Math.max(clock.trueTimeOf(atLocalNanos), time.nowNanos() + 1), this);
      } else {
        task.run();
      }
    }
  }
}
