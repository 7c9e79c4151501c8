package io.github.balsaraft.testing.simulation.world;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceSink;
import io.github.balsaraft.node.BirthPlan;
import io.github.balsaraft.node.GroupNode;
import io.github.balsaraft.node.GroupSettings;
import io.github.balsaraft.node.HostRuntime;
import io.github.balsaraft.storage.FolderSnapshotStore;
import io.github.balsaraft.storage.LogStoreException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A machine: its clocks, its disk, its pace, and at most one process, which runs the production runtime. Processes come and
 * go, the rest stays.
 */
public final class SimulatedHost {

  /** So small that a snapshot of a few values has more than are asked for at a time. */
  private static final int SNAPSHOT_CHUNK_BYTES = 4;

  private static final int MOST_OPERATIONS_OF_A_TASK = 30;
  private static final int MOST_WRITES_OF_A_BATCH = 8;

  private static final int MOST_WRITES_DONE = 2;

  /** In so many runs what waits for a disk is not one write, but several small ones. */
  private static final double SMALL_WRITES = 0.5;

  private static final long LARGEST_SMALL_WRITE_BYTES = 1000;

  private final VirtualTime time;
  private final Network network;
  private final Observer observer;
  private final HostId id;
  private final long seed;
  private final DriftingClock clock;
  private final HostPace pace = new HostPace();
  private final Disk disk;
  private final FragileFolder snapshots;
  private final FragileFolder state;
  private final Chance crashes;
  private final Chance crashesOfState;
  private int lives;
  private int earlierWritesAfterFailure;
  private long flipsOfEarlierDisks;
  private @Nullable Life life;

  SimulatedHost(VirtualTime time, Network network, Observer observer, HostId id, long seed) {
    this.time = time;
    this.network = network;
    this.observer = observer;
    this.id = id;
    this.seed = seed;
    this.clock = new DriftingClock(time);
    this.disk = new Disk(Chance.of(seed, "disk of " + id));
    this.snapshots = new FragileFolder(Chance.of(seed, "snapshots of " + id));
    this.state = new FragileFolder(Chance.of(seed, "state of " + id));
    disk.tell(this::tell);
    snapshots.tell(this::tell);
    state.tell(this::tell);
    this.crashes = Chance.of(seed, "crashes of " + id);
    this.crashesOfState = Chance.of(seed, "crashes within the state machine of " + id);
  }

  private void tell(Mishap mishap) {
    observer.onMishap(mishap, id, null);
  }

  public HostId id() {
    return id;
  }

  public DriftingClock clock() {
    return clock;
  }

  public HostPace pace() {
    return pace;
  }

  public Disk disk() {
    return disk;
  }

  /** The part of the disk that holds snapshots. */
  public FragileFolder snapshots() {
    return snapshots;
  }

  /** The part of the disk that belongs to a state machine which keeps its state by itself. */
  public FragileFolder state() {
    return state;
  }

  /** Whether stored bytes have changed by themselves, and are there yet. */
  public boolean isDamaged() {
    return disk.isDamaged() || snapshots.isDamaged();
  }

  /** Whether that has happened on this disk, even if what it has happened to is gone by now: who had no other copy lacks it. */
  public boolean wasDamaged() {
    return disk.isDamaged() || snapshots.flips() > flipsOfEarlierDisks;
  }

  /** The process, also one that has stopped by itself; null if there is none. */
  public @Nullable Life life() {
    return life;
  }

  /** How often a process of this host tried to write in spite of a failure. */
  public int writesAfterFailure() {
    return earlierWritesAfterFailure + (life == null ? 0 : life.store.writesAfterFailure());
  }

  /** Whether a process is there that takes part, as far as is known without asking it. */
  public boolean isUp() {
    return life != null && life.isUp();
  }

  /**
   * Starts a process.
   *
   * @return whether it could be started; else there is none
   */
  public boolean start(BirthPlan birth, RaftOptions options, ObservedMachine machine) {
    if (life != null) {
      throw new IllegalStateException(id + " runs already");
    }
    Life started = new Life(++lives, machine);
    observer.onStart(id, lives);
    try {
      started.start(birth, options);
    } catch (LogStoreException e) {
      started.environment.kill();
      network.processGone(id);
      observer.onEnd(id, lives, "can't start: " + e.getMessage());
      return false;
    }
    life = started;
    return true;
  }

  /** As kill -9 or a power cut does it: nothing more happens there, and of the write under way any part may be done. */
  public void crash() {
    crash(() -> crashes.happens(0.5));
  }

  /** As kill -9 does it, and the power stays. */
  public void kill() {
    crash(() -> false);
  }

  /** As a power cut does it: what wasn't synced may be lost. */
  public void cutPower() {
    crash(() -> true);
  }

  private void crash(BooleanSupplier powerGoes) {
    Life ended = life;
    if (ended == null) {
      return;
    }
    life = null;
    earlierWritesAfterFailure += ended.store.writesAfterFailure();
    ended.environment.kill();
    network.processGone(id);
    Runnable write = ended.environment.interruptedWrite();
    if (write != null && !ended.store.hasFailed() && crashes.happens(0.5)) {
      // What waits may be several writes: some of them may be done, and the next in part.
      int done = crashes.below(MOST_WRITES_DONE + 1);
      disk.powerOffAfter(done);
      write.run();
      disk.powerOn();
      if (done > 0 && ended.store.hasFailed()) {
        observer.onNote(id, "killed between two writes");
      }
    }
    Runnable snapshotTask = ended.environment.interruptedSnapshotTask();
    if (snapshotTask != null) {
      // It got as far as that.
      snapshots.powerOffAfter(crashes.below(MOST_OPERATIONS_OF_A_TASK));
      snapshotTask.run();
    }
    interruptStateMachine(ended);
    if (powerGoes.getAsBoolean()) {
      snapshots.powerCut();
      state.powerCut();
    } else {
      snapshots.processKilled();
      state.processKilled();
    }
    observer.onEnd(id, ended.number, "crash");
  }

  /** A state machine that writes may be in the middle of it. One that doesn't might as well have been a moment earlier. */
  private void interruptStateMachine(Life ended) {
    Runnable applyTask = ended.environment.interruptedApplyTask();
    if (applyTask != null && !state.isUnused() && crashesOfState.happens(0.5)) {
      state.powerOffAfter(crashesOfState.below(MOST_WRITES_OF_A_BATCH));
      applyTask.run();
    }
  }

  /** As SIGTERM does it; completes once everybody who asked was told. The process then has to be ended with {@link #crash}. */
  public CompletableFuture<Void> stop() {
    if (life == null) {
      return CompletableFuture.completedFuture(null);
    }
    Life stopping = life;
    stopping.stopping = true;
    return stopping.node.stop().thenRun(() -> {
      if (stopping.node.leaseReadsAfterStop() > 0) {
        observer.onNote(id, "a read whose lease was over came back after the stop");
      }
      observer.onStopped(id, stopping.number);
    });
  }

  /** The disk is replaced by a new, empty one. */
  public void wipe() {
    crash();
    disk.wipe();
    snapshots.wipe();
    state.wipe();
    flipsOfEarlierDisks = snapshots.flips();
    observer.onNote(id, "wiped");
  }

  /** The process does nothing for so long. */
  public void pauseFor(long nanos) {
    if (life != null) {
      observer.onPause(id, life.number, nanos);
      life.environment.pauseFor(nanos);
    }
  }

  /** One process of this machine. */
  public final class Life {
    private final int number;
    private final ObservedMachine machine;
    private final SimulatedEnvironment environment;
    private final DiskLogStore store;
    private final long earlierFailuresOfState = state.failures();
    private final boolean startedDamaged = isDamaged();
    private final long earlierFlips = snapshots.flips();
    private @Nullable HostRuntime runtime;
    private @Nullable GroupNode node;
    private boolean stopping;

    private Life(int number, ObservedMachine machine) {
      this.number = number;
      this.machine = machine;
      this.environment = new SimulatedEnvironment(
          time,
          clock,
          pace,
          Chance.of(seed, "process " + number + " of " + id),
          new HostLog(observer, id));
      environment.tell(SimulatedHost.this::tell);
      Chance ofWrites = Chance.of(seed, "size of writes");
      if (ofWrites.happens(SMALL_WRITES)) {
        environment.maxWriteBytes(ofWrites.spread(1, LARGEST_SMALL_WRITE_BYTES) - 1);
      }
      this.store = new DiskLogStore(disk, write -> observer.onDurable(id, number, write));
    }

    private void start(BirthPlan birth, RaftOptions options) {
      runtime = new HostRuntime(
          id,
          store,
          new FolderSnapshotStore(snapshots, SNAPSHOT_CHUNK_BYTES),
          network.transport(id, environment),
          environment,
          Duration.ZERO);
      machine.observeWith(new Watcher());
      node = runtime.startGroup(new GroupSettings(
          GroupId.DEFAULT,
          birth,
          machine,
          options,
          observer.wantsSteps() ? new Steps() : TraceSink.OFF,
          observer.wantsEvents()
              ? List.of(event -> observer.onEvent(id, number, event))
              : List.of()));
    }

    /** Tells what the state machine does. */
    private final class Watcher implements ObservedMachine.Watcher {
      @Override
      public void applied(Command command, byte[] result) {
        observer.onApplied(id, number, command, result);
      }

      @Override
      public void captured(long index, long contentChecksum) {
        observer.onCaptured(id, number, index, contentChecksum);
      }

      @Override
      public void restored(long index, long contentChecksum) {
        observer.onRestored(id, number, index, contentChecksum);
      }

      @Override
      public void held(EntryId entry) {
        observer.onHeld(id, number, entry);
      }
    }

    /** Messages are seen on the network. */
    private final class Steps implements TraceSink {
      @Override
      public void record(TraceEvent step) {
        try {
          observer.onStep(id, number, step);
        } catch (RuntimeException | Error e) {
          // The node would end its trace and go on; but whoever watches a run has to be heard.
          time.in(0, () -> {
            throw e;
          });
        }
      }

      @Override
      public boolean wantsMessages() {
        return false;
      }
    }

    public HostId host() {
      return id;
    }

    /** Counts the processes of the host from 1. */
    public int number() {
      return number;
    }

    public GroupNode node() {
      return node;
    }

    public ObservedMachine machine() {
      return machine;
    }

    public DiskLogStore store() {
      return store;
    }

    /** Whether it goes on by itself: it was not killed, and its disk has not failed, be it under the log or under the state machine. */
    public boolean isUp() {
      return !environment.isDead()
          && !store.hasFailed()
          && state.failures() == earlierFailuresOfState;
    }

    /** Whether stored bytes had changed when it started, or have since: it may have read them, even if they are gone by now. */
    public boolean mayHaveMetDamage() {
      return startedDamaged || disk.isDamaged() || snapshots.flips() > earlierFlips;
    }

    /** Whether a write to the disk is under way, or is the next thing that it does. */
    public boolean isWriting() {
      return environment.interruptedWrite() != null;
    }

    /** Whether it was told to stop, so that it answers those who have asked, and then does nothing any more. */
    public boolean isStopping() {
      return stopping;
    }

    public boolean isDead() {
      return environment.isDead();
    }

    /** What it says of itself, once it has had its turn. */
    public CompletableFuture<NodeStatus> status() {
      return node.statusSoon();
    }
  }
}
