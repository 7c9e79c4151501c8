package io.github.balsaraft.api;

import io.github.balsaraft.model.EntryId;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

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

  /**
   * Whose state this is, as {@link #claim} was told the last time. Asked at the start: a node refuses the state of another host, of
   * an earlier log of its own, of another cluster or another group, although the position may fit its log by accident.
   *
   * @return null if nobody has claimed it, or if the state machine doesn't keep that
   */
  default byte @Nullable [] owner() throws IOException {
    return null;
  }

  /**
   * Says whose state this is from now on. To be made durable at once, beside the state and not as a part of it: {@link #capture} doesn't
   * take it, and {@link #restore} doesn't replace it. Called at a start if it is not what {@link #owner} says, before anything is applied
   * or restored.
   *
   * @throws IOException if it can't be made durable: that is logged, the replica goes on, and the next start calls this again
   */
  default void claim(byte[] owner) throws IOException {}
}
