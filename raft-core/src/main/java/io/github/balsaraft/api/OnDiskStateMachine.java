package io.github.balsaraft.api;

import io.github.balsaraft.model.EntryId;

/**
 * A state machine that keeps its state on disk by itself, such as in an embedded database. It is not restored at each start: it goes
 * on from the state that it has.
 *
 * <p>Each command says its {@link Command#index} and {@link Command#term}. They have to be written together with what the command
 * changes, in the same transaction or write batch, so that after a crash the state and the position are of the same moment. The
 * state need not be synced after each command: the log is, and what a crash takes back is applied again. A state that a crash left
 * behind its position, or before it, would apply commands twice or never.
 *
 * <p>A snapshot is a copy of the files at a moment: {@link #capture} makes a checkpoint of the database, and the view writes its
 * files out.
 */
public interface OnDiskStateMachine extends SnapshottingStateMachine {

  /**
   * The last command that the state holds, or any entry after it that was told to {@link #restore}d state. Asked once at the start.
   *
   * @return {@link EntryId#NONE} if there is no state; it is restored then if there is a snapshot. So is a state that ends before the
   *     newest snapshot does; if that ends with other entries than commands, and so is ahead of the state that it was taken of, once
   *     more. A {@link SessionKeepingStateMachine} is told of those
   */
  EntryId appliedEntry();
}
