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
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A machine as one group has it: its clocks, its disk, its pace, and at most one process, which runs the production runtime. Processes come
 * and go, the rest stays. Several groups may share a machine: what is done to it is done to all of them.
 */
public final class SimulatedHost {

  private final VirtualTime time;
  private final Observer observer;
  private final HostId id;
  private final GroupId group;
  private final Machine machine;
  private final FragileFolder state;
  private final GroupPace groupPace = new GroupPace();
  private int lives;
  private String refusal = "";
  private @Nullable Life life;

  SimulatedHost(VirtualTime time, Machine machine, GroupId group, Observer observer, long seed) {
    this.time = time;
    this.machine = machine;
    this.group = group;
    this.observer = observer;
    this.id = machine.id;
    String suffix = group.equals(GroupId.DEFAULT) ? "" : " of " + group;
    this.state = new FragileFolder(Chance.of(seed, "state of " + id + suffix));
    state.tell(mishap -> machine.tell(mishap.ofState()));
    machine.add(this);
  }

  public HostId id() {
    return id;
  }

  public DriftingClock clock() {
    return machine.clock;
  }

  public HostPace pace() {
    return machine.pace;
  }

  public Disk disk() {
    return machine.disk;
  }

  /** The part of the disk that holds snapshots. */
  public FragileFolder snapshots() {
    return machine.snapshots;
  }

  /** The part of the disk that belongs to the group's state machine, if that keeps its state by itself. */
  public FragileFolder state() {
    return state;
  }

  /** Whether stored bytes have changed by themselves, and are there yet. */
  public boolean isDamaged() {
    return machine.isDamaged();
  }

  /** Whether that is so of the log; snapshots are fetched again. */
  public boolean isLogDamaged() {
    return machine.disk.isDamaged();
  }

  /** Whether that has happened on this disk, even if what it has happened to is gone by now: who had no other copy lacks it. */
  public boolean wasDamaged() {
    return machine.wasDamaged();
  }

  /** How often it has got a new disk. */
  public int wipes() {
    return machine.wipes();
  }

  /** The disk has no room, or has some again. */
  public void full(boolean isFull) {
    machine.full(isFull);
  }

  /** The process as the group has it, also one that has stopped by itself; null if there is none, or the group was not started in it. */
  public @Nullable Life life() {
    return life;
  }

  /** How often a process of this host tried to write in spite of a failure. */
  public int writesAfterFailure() {
    return machine.writesAfterFailure();
  }

  /** Whether a process is there that takes part, as far as is known without asking it. */
  public boolean isUp() {
    return life != null && life.isUp();
  }

  /** The log store of the process that runs fails at work that no write waits for. */
  public void failLogInBackground() {
    if (life != null) {
      machine.tell(Mishap.BACKGROUND_FAILED);
      life.store().failInBackground(new LogStoreException("input/output error in the background"));
    }
  }

  /** Whether there is a process, be it one in which the group was not started. */
  public boolean hasProcess() {
    return machine.process() != null;
  }

  /** Whether the group can be started: in a new process, or in one that runs. */
  public boolean takesGroup() {
    Machine.HostProcess process = machine.process();
    return life == null && (process == null || process.takesGroups());
  }

  /**
   * Starts the group, in a process that runs or else in a new one.
   *
   * @return whether it could be started; else a new process is gone again, and one that ran goes on without it
   */
  public boolean start(BirthPlan birth, RaftOptions options, ObservedMachine stateMachine) {
    if (life != null) {
      throw new IllegalStateException(id + " runs already");
    }
    boolean isNewProcess = !hasProcess();
    Life started = new Life(++lives, machine.processOrNew(), stateMachine);
    observer.onStart(id, lives);
    try {
      started.start(birth, options);
    } catch (LogStoreException e) {
      refusal = String.valueOf(e.getMessage());
      if (isNewProcess) {
        machine.startFailed();
      }
      observer.onEnd(id, lives, "can't start: " + refusal);
      return false;
    }
    life = started;
    return true;
  }

  /** What the last process has said that could not start. */
  public String refusal() {
    return refusal;
  }

  /** As kill -9 or a power cut does it: nothing more happens there, and of the write under way any part may be done. */
  public void crash() {
    machine.crash();
  }

  /** As kill -9 does it, and the power stays. */
  public void kill() {
    machine.crash(() -> false);
  }

  /** As a power cut does it: what wasn't synced may be lost. */
  public void cutPower() {
    machine.crash(() -> true);
  }

  /** The group's part of a process that has ended. */
  Optional<Life> endLife() {
    Life ended = life;
    life = null;
    return Optional.ofNullable(ended);
  }

  /** As SIGTERM does it; completes once everybody who asked was told. The process then has to be ended with {@link #crash}. */
  public CompletableFuture<Void> stop() {
    return machine.stop();
  }

  /** The disk is replaced by a new, empty one. */
  public void wipe() {
    machine.wipe();
  }

  /** The process does nothing for so long. */
  public void pauseFor(long nanos) {
    machine.pauseFor(nanos);
  }

  /** The state machine of the group does nothing for so long; those of other groups go on. */
  public void stallStateMachine(long nanos) {
    groupPace.stallUntil(time.nowNanos() + nanos);
  }

  /** All is as fast as it was, no disk is full, and none fails. Damage stays. */
  void recover() {
    groupPace.recover();
    pace().recover();
    disk().recover();
    snapshots().recover();
    state().recover();
    clock().drift(0);
  }

  /** One process of this machine, as the group has it. */
  public final class Life {
    private final int number;
    private final ObservedMachine stateMachine;
    private final Machine.HostProcess process;
    private final long earlierFailuresOfState = state.failures();
    private final boolean startedDamaged = isDamaged();
    private final long earlierFlips = snapshots().flips();
    private @Nullable GroupNode node;
    private boolean stopping;

    /** How often somebody has asked for the node, maybe to do something with it. */
    private long asked;

    private long checkedAt = -1;

    private Life(int number, Machine.HostProcess process, ObservedMachine stateMachine) {
      this.number = number;
      this.process = process;
      this.stateMachine = stateMachine;
      process.add(this);
    }

    private void start(BirthPlan birth, RaftOptions options) {
      stateMachine.observeWith(new Watcher());
      node = process.startGroup(
          new GroupSettings(
              group,
              birth,
              stateMachine,
              options,
              observer.wantsSteps() ? new Steps() : TraceSink.OFF,
              observer.wantsEvents()
                  ? List.of(event -> observer.onEvent(id, number, event))
                  : List.of()),
          groupPace);
    }

    /** A write is durable, and nobody knows yet. What belongs to other groups is left out. */
    void durable(LogWrite write) {
      List<GroupWrite> own =
          write.groups().stream().filter(part -> part.group().equals(group)).toList();
      if (own.size() == write.groups().size()) {
        observer.onDurable(id, number, write);
      } else if (!own.isEmpty()) {
        observer.onDurable(id, number, new LogWrite(write.host(), own));
      }
    }

    void paused(long nanos) {
      observer.onPause(id, number, nanos);
    }

    void ended(String how) {
      observer.onEnd(id, number, how);
    }

    /** The group alone stops; completes once everybody who asked was told. It can't be started again in this process. */
    public CompletableFuture<Void> stop() {
      stopping = true;
      return node().stop().thenRun(() -> {
        if (node.leaseReadsAfterStop() > 0) {
          observer.onNote(id, "a read whose lease was over came back after the stop");
        }
        observer.onStopped(id, number);
      });
    }

    /** All groups of the process hand over the leadership that they have. */
    public CompletableFuture<Void> handOver() {
      return CompletableFuture.allOf(machine.lives().stream()
          .map(other -> other.node().handOver())
          .toArray(CompletableFuture<?>[]::new));
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

    /** To be asked for anew by whoever does something with it, so that it {@link #mayHaveChanged}. */
    public GroupNode node() {
      asked++;
      return node;
    }

    /** Whether anything may have changed in it since it was {@link #checked}: its process has run, or somebody has asked for its node. */
    public boolean mayHaveChanged() {
      return process.environment.steps() + asked != checkedAt;
    }

    /** It was found to be as it should be. */
    public void checked() {
      checkedAt = process.environment.steps() + asked;
    }

    public ObservedMachine machine() {
      return stateMachine;
    }

    public DiskLogStore store() {
      return process.store;
    }

    /** Whether it goes on by itself: it was not killed, and its disk has not failed, be it under the log or under the state machine. */
    public boolean isUp() {
      return !process.environment.isDead()
          && !process.store.hasFailed()
          && state.failures() == earlierFailuresOfState;
    }

    /** Whether stored bytes had changed when it started, or have since: it may have read them, even if they are gone by now. */
    public boolean mayHaveMetDamage() {
      return startedDamaged || disk().isDamaged() || snapshots().flips() > earlierFlips;
    }

    /** Whether a write to the disk is under way, or is the next thing that it does. */
    public boolean isWriting() {
      return process.environment.interruptedWrite() != null;
    }

    /** Until when the process was paused the last time, or is; by true time. */
    public long pausedUntilNanos() {
      return process.environment.pausedUntilNanos();
    }

    /** Whether it was told to stop, so that it answers those who have asked, and then does nothing any more. */
    public boolean isStopping() {
      return stopping;
    }

    public boolean isDead() {
      return process.environment.isDead();
    }

    /** What it says of itself, once it has had its turn. */
    public CompletableFuture<NodeStatus> status() {
      return node().statusSoon();
    }
  }
}
