package io.github.balsaraft.node;

import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.api.SnapshottingStateMachine;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.storage.RecoveredGroup;
import io.github.balsaraft.storage.SnapshotStore;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings a state machine to a state that it has not applied entry by entry: that of a snapshot, or the one that it has kept by
 * itself; and with it the {@link EntryApplier}, its sessions and its position in the log, so that the next entry is the one right
 * behind that state. Used by the apply threads, one at a time, unless a method says otherwise.
 *
 * <p>If a method throws, the state is of no known moment: nothing may be applied after it.
 */
final class StateRestorer {

  /** Looks at what is read of a snapshot. On an apply thread. */
  @FunctionalInterface
  interface Counting {
    /** The same snapshot. Called right before something is read. */
    SnapshotStore.Stored apply(SnapshotStore.Stored stored);
  }

  private final StateMachine stateMachine;
  private final EntryApplier applier;

  /** Known before anything of the snapshot can be seen. */
  private volatile long replacedIndex;

  StateRestorer(StateMachine stateMachine, EntryApplier applier) {
    this.stateMachine = stateMachine;
    this.applier = applier;
  }

  /** Up to here entries were replaced by a snapshot, and what the log store has there may be others, or nothing. On any thread. */
  long replacedIndex() {
    return replacedIndex;
  }

  /**
   * Brings the state machine to where the log begins, or leaves it where it is beyond that.
   *
   * @param archive where the snapshot is
   * @param newest the newest snapshot; null if there is none
   * @param recovered the log; null for that of a new replica
   * @param claim whose the state must be, and is from now on
   * @param unclaimed hears why the state could not be told so
   * @param counting is given the snapshot if the state machine is about to be restored from it
   * @throws IllegalStateException if the state or the snapshot is not of this replica, or not for this state machine
   */
  void start(
      @Nullable SnapshotArchive archive,
      @Nullable SnapshotManifest newest,
      @Nullable RecoveredGroup recovered,
      StateClaim claim,
      Consumer<IOException> unclaimed,
      Counting counting)
      throws IOException {
    EntryId held = EntryId.NONE;
    if (stateMachine instanceof OnDiskStateMachine machine) {
      claim.check(machine);
      held = machine.appliedEntry();
      StartingState.check(held, newest, recovered);
      // Not before: a state that nobody has claimed may be refused still.
      claim.make(machine, unclaimed);
    }
    if (newest != null && !StartingState.hasEntry(recovered, newest.header().last())) {
      replacedIndex = newest.header().last().index();
    }
    if (held.index() > 0
        && (newest == null || held.index() >= newest.header().last().index())) {
      applier.goesOnAfter(held);
      StartingState.position(
          held, newest, recovered, applier.position(), applier::approximateBytes);
    } else if (archive != null && newest != null) {
      restore(archive, newest, counting);
    }
  }

  /**
   * Puts a fetched snapshot in place of the state.
   *
   * @param progress follows that
   */
  void install(SnapshotArchive archive, SnapshotManifest manifest, ReadProgress progress)
      throws IOException {
    replacedIndex = manifest.header().last().index();
    restore(archive, manifest, progress::counting);
  }

  private void restore(SnapshotArchive archive, SnapshotManifest manifest, Counting counting)
      throws IOException {
    if (!(stateMachine instanceof SnapshottingStateMachine machine)) {
      throw new IllegalStateException("there is a snapshot, " + manifest.id()
          + ", and the state machine is no SnapshottingStateMachine any more");
    }
    try (SnapshotStore.Stored stored = counting.apply(archive.open(manifest.id()))) {
      byte[] sessions = SnapshotFiles.sessions(stored);
      machine.restore(SnapshotFiles.reader(stored));
      applier.restored(
          manifest.header().last(),
          sessions == null ? new SessionTable() : SessionTable.decode(sessions));
    }
    applier.position().startAt(manifest.header());
  }
}
