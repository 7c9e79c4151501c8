package io.github.balsaraft.api;

import java.io.IOException;

/**
 * A state machine whose state can be written down, so that the log needn't be kept for ever and a member that was away for long, or
 * is new, is sent the state in place of all commands (Raft paper 7). A state machine without it works, but its log grows as long as
 * the group exists; that is said at the start, and in the status.
 *
 * <p>After a start the state is restored from the latest snapshot, if there is one, and the commands after it are applied anew.
 *
 * <p><b>Threads.</b> As with {@link StateMachine#apply}, one thread at a time calls {@link #capture} and {@link #restore}, never
 * while a command is being applied. What {@link #capture} has returned is written out on another thread, while commands go on being
 * applied.
 *
 * <pre>{@code
 * public SnapshotView capture() {
 *   long captured = total;
 *   return SnapshotView.of(out -> out.write(Long.toString(captured).getBytes(UTF_8)));
 * }
 *
 * public void restore(SnapshotReader snapshot) throws IOException {
 *   total = Long.parseLong(new String(snapshot.state().readAllBytes(), UTF_8));
 * }
 * }</pre>
 */
public interface SnapshottingStateMachine extends StateMachine {

  /**
   * Takes hold of the present state. It should be quick, because nothing is applied meanwhile: an immutable structure, a copy that is
   * made only of what changes later, or a checkpoint of a database; not a copy of everything.
   *
   * <p>If it throws, that is reported, no snapshot is taken, and it is tried again later; the log is kept until then.
   *
   * @return the state after the last command that was applied, and unchanged by those that follow
   */
  SnapshotView capture();

  /**
   * Takes the state of a snapshot in place of the present one, whatever that is. Each byte that is read was verified.
   *
   * <p>If it throws, this replica stops: nobody knows what its state is.
   *
   * @param snapshot valid during the call
   * @throws IOException if reading fails; it need not be caught
   */
  void restore(SnapshotReader snapshot) throws IOException;
}
