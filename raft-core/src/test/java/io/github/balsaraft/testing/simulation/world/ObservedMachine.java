package io.github.balsaraft.testing.simulation.world;

import io.github.balsaraft.api.BatchingStateMachine;
import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.api.SessionKeepingStateMachine;
import io.github.balsaraft.api.SnapshottingStateMachine;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.EntryId;
import java.nio.charset.StandardCharsets;

/** The application's state machine, with somebody looking over its shoulder. */
public class ObservedMachine implements BatchingStateMachine {

  /** Who looks. */
  interface Watcher {
    /** A command was applied. */
    default void applied(Command command, byte[] result) {}

    /** The state after this command was written down. */
    default void captured(long index, long contentChecksum) {}

    /** The state up to this entry was taken from a snapshot. */
    default void restored(long index, long contentChecksum) {}

    /** It was asked at the start of the process which entry the state on disk is of. */
    default void held(EntryId entry) {}
  }

  private final StateMachine machine;
  private Watcher watcher = new Watcher() {};
  private long appliedIndex;

  ObservedMachine(StateMachine machine) {
    this.machine = machine;
  }

  /** With snapshots if the machine can take any, and on disk if its state is there. */
  public static ObservedMachine of(StateMachine machine) {
    if (machine instanceof SessionKeepingStateMachine keeping) {
      return new ObservedSessions(keeping);
    }
    if (machine instanceof OnDiskStateMachine onDisk) {
      return new ObservedOnDisk(onDisk);
    }
    return machine instanceof SnapshottingStateMachine snapshots
        ? new ObservedSnapshots(snapshots)
        : new ObservedMachine(machine);
  }

  void observeWith(Watcher newWatcher) {
    watcher = newWatcher;
  }

  Watcher watcher() {
    return watcher;
  }

  /** What the application has given. */
  public StateMachine machine() {
    return machine;
  }

  /** The index of the last command that it has applied, or of the last entry that a snapshot had that it was restored from. */
  public long appliedIndex() {
    return appliedIndex;
  }

  void isAt(long index) {
    appliedIndex = index;
  }

  @Override
  public byte[] apply(Command command) {
    try {
      byte[] result = machine.apply(command);
      told(command, result);
      return result;
    } catch (CommandRejectedException e) {
      told(command, rejection(e.reason()));
      throw e;
    }
  }

  /** A rejection is as good as a result: all replicas have to come to it. */
  public static byte[] rejection(String reason) {
    return ("rejected: " + reason).getBytes(StandardCharsets.UTF_8);
  }

  private void told(Command command, byte[] result) {
    appliedIndex = command.index();
    watcher.applied(command, result);
  }

  @Override
  public void endBatch() {
    if (machine instanceof BatchingStateMachine batching) {
      batching.endBatch();
    }
  }

  /** Each command is a batch of its own for a machine that knows of none. */
  @Override
  public int maxBatchCommands() {
    return machine instanceof BatchingStateMachine batching ? batching.maxBatchCommands() : 1;
  }

  @Override
  public long maxBatchBytes() {
    return machine instanceof BatchingStateMachine batching ? batching.maxBatchBytes() : 1;
  }

  @Override
  public boolean isBatchFull() {
    return machine instanceof BatchingStateMachine batching && batching.isBatchFull();
  }

  @Override
  public byte[] query(byte[] query) {
    return machine.query(query);
  }
}
