package io.github.balsaraft.testing.simulation.world;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.node.GroupNode;
import io.github.balsaraft.node.GroupSettings;
import io.github.balsaraft.node.HostRuntime;
import io.github.balsaraft.storage.FolderSnapshotStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the groups of a host share: the clocks, the disk, the pace, and at most one process with the production runtime. Each group has a
 * {@link SimulatedHost} of its own there.
 */
final class Machine {

  /** So small that a snapshot of a few values has more than are asked for at a time. */
  private static final int SNAPSHOT_CHUNK_BYTES = 4;

  private static final int MOST_OPERATIONS_OF_A_TASK = 30;

  /** With chunks of this size a snapshot of a full state takes many more than are done soon. */
  private static final long MOST_OPERATIONS_OF_A_SNAPSHOT = 1000;

  private static final int MOST_WRITES_OF_A_BATCH = 8;

  private static final int MOST_WRITES_DONE = 2;

  /** In so many runs what waits for a disk is not one write, but several small ones. */
  private static final double SMALL_WRITES = 0.5;

  private static final long LARGEST_SMALL_WRITE_BYTES = 1000;

  final HostId id;
  final DriftingClock clock;
  final HostPace pace = new HostPace();
  final Disk disk;
  final FragileFolder snapshots;
  private final VirtualTime time;
  private final Network network;
  private final Observer observer;
  private final long seed;
  private final Chance crashes;
  private final Chance crashesOfSnapshots;
  private final Chance crashesOfState;
  private final List<SimulatedHost> groups = new ArrayList<>();
  private int processes;
  private int earlierWritesAfterFailure;
  private long flipsOfEarlierDisks;
  private int wipes;
  private @Nullable HostProcess process;

  Machine(VirtualTime time, Network network, Observer observer, HostId id, long seed) {
    this.time = time;
    this.network = network;
    this.observer = observer;
    this.id = id;
    this.seed = seed;
    this.clock = new DriftingClock(time);
    this.disk = new Disk(Chance.of(seed, "disk of " + id));
    this.snapshots = new FragileFolder(Chance.of(seed, "snapshots of " + id));
    disk.tell(this::tell);
    snapshots.tell(this::tell);
    this.crashes = Chance.of(seed, "crashes of " + id);
    this.crashesOfSnapshots = Chance.of(seed, "crashes within a snapshot of " + id);
    this.crashesOfState = Chance.of(seed, "crashes within the state machine of " + id);
  }

  void tell(Mishap mishap) {
    observer.onMishap(mishap, id, null);
  }

  /** One more group may have a replica here. */
  void add(SimulatedHost group) {
    groups.add(group);
  }

  @Nullable
  HostProcess process() {
    return process;
  }

  /** How often it has got a new disk. */
  int wipes() {
    return wipes;
  }

  boolean isDamaged() {
    return disk.isDamaged() || snapshots.isDamaged();
  }

  boolean wasDamaged() {
    return disk.isDamaged() || snapshots.flips() > flipsOfEarlierDisks;
  }

  int writesAfterFailure() {
    return earlierWritesAfterFailure + (process == null ? 0 : process.store.writesAfterFailure());
  }

  /** The process that is there, or else a new one. */
  HostProcess processOrNew() {
    if (process == null) {
      process = new HostProcess(++processes);
    }
    return process;
  }

  /** The process could not be started, and is gone. */
  void startFailed() {
    HostProcess failed = process;
    process = null;
    if (failed != null) {
      failed.environment.kill();
      network.processGone(id);
    }
  }

  void crash() {
    crash(() -> crashes.happens(0.5));
  }

  void crash(BooleanSupplier powerGoes) {
    HostProcess ended = process;
    if (ended == null) {
      return;
    }
    process = null;
    List<SimulatedHost.Life> lives =
        groups.stream().flatMap(group -> group.endLife().stream()).toList();
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
      interruptSnapshot(snapshotTask);
    }
    interruptStateMachine(ended);
    if (powerGoes.getAsBoolean()) {
      snapshots.powerCut();
      groups.forEach(group -> group.state().powerCut());
    } else {
      snapshots.processKilled();
      groups.forEach(group -> group.state().processKilled());
    }
    lives.forEach(life -> life.ended("crash"));
  }

  /** It gets as far as is drawn. */
  private void interruptSnapshot(Runnable task) {
    int soon = crashes.below(MOST_OPERATIONS_OF_A_TASK);
    if (crashesOfSnapshots.happens(0.5)) {
      snapshots.powerOffAfter(soon);
    } else if (crashesOfSnapshots.happens(0.5)) {
      snapshots.powerOffAfter(crashesOfSnapshots.spread(1, MOST_OPERATIONS_OF_A_SNAPSHOT));
    } else {
      snapshots.powerOffBehindManifest();
    }
    task.run();
    if (snapshots.hasUnsyncedManifest()) {
      tell(Mishap.SNAPSHOT_NAME_UNSYNCED);
    }
  }

  /** A state machine that writes may be in the middle of it. One that doesn't might as well have been a moment earlier. */
  private void interruptStateMachine(HostProcess ended) {
    Runnable applyTask = ended.environment.interruptedApplyTask();
    List<FragileFolder> states = groups.stream()
        .map(SimulatedHost::state)
        .filter(state -> !state.isUnused())
        .toList();
    if (applyTask != null && !states.isEmpty() && crashesOfState.happens(0.5)) {
      int writes = crashesOfState.below(MOST_WRITES_OF_A_BATCH);
      states.forEach(state -> state.powerOffAfter(writes));
      applyTask.run();
    }
  }

  CompletableFuture<Void> stop() {
    HostProcess stopping = process;
    if (stopping == null) {
      return CompletableFuture.completedFuture(null);
    }
    stopping.stopping = true;
    return CompletableFuture.allOf(
        lives().stream().map(SimulatedHost.Life::stop).toArray(CompletableFuture<?>[]::new));
  }

  /** Those of the groups that have been started in the present process. */
  List<SimulatedHost.Life> lives() {
    List<SimulatedHost.Life> lives = new ArrayList<>();
    for (SimulatedHost group : groups) {
      SimulatedHost.Life life = group.life();
      if (life != null) {
        lives.add(life);
      }
    }
    return lives;
  }

  void wipe() {
    crash();
    disk.wipe();
    snapshots.wipe();
    groups.forEach(group -> group.state().wipe());
    flipsOfEarlierDisks = snapshots.flips();
    wipes++;
    observer.onNote(id, "wiped");
  }

  void full(boolean isFull) {
    disk.full(isFull);
    snapshots.full(isFull);
    groups.forEach(group -> group.state().full(isFull));
  }

  void pauseFor(long nanos) {
    if (process != null) {
      lives().forEach(life -> life.paused(nanos));
      process.environment.pauseFor(nanos);
    }
  }

  /** One process, for all groups. */
  final class HostProcess {
    final SimulatedEnvironment environment;
    final DiskLogStore store;
    private final List<SimulatedHost.Life> started = new ArrayList<>();
    private @Nullable HostRuntime runtime;
    private boolean stopping;

    private HostProcess(int number) {
      this.environment = new SimulatedEnvironment(
          time,
          clock,
          pace,
          Chance.of(seed, "process " + number + " of " + id),
          Chance.of(seed, "stalls of process " + number + " of " + id),
          new HostLog(observer, id));
      environment.tell(Machine.this::tell);
      Chance ofWrites = Chance.of(seed, "size of writes");
      if (ofWrites.happens(SMALL_WRITES)) {
        environment.maxWriteBytes(ofWrites.spread(1, LARGEST_SMALL_WRITE_BYTES) - 1);
      }
      this.store =
          DiskLogStore.trusting(disk, write -> started.forEach(life -> life.durable(write)));
    }

    /** It wants to know of writes. */
    void add(SimulatedHost.Life starting) {
      started.add(starting);
    }

    /** Whether a group may be started in it. */
    boolean takesGroups() {
      return !stopping && !store.hasFailed();
    }

    GroupNode startGroup(GroupSettings settings, GroupPace groupPace) {
      if (runtime == null) {
        runtime = new HostRuntime(
            id,
            store,
            new FolderSnapshotStore(snapshots, SNAPSHOT_CHUNK_BYTES),
            network.transport(id, environment),
            environment,
            Duration.ZERO);
      }
      environment.appliesAt(groupPace);
      try {
        return runtime.startGroup(settings);
      } finally {
        environment.appliesAt(null);
      }
    }
  }
}
