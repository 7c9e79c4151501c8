package io.github.balsaraft.api;

/**
 * A state machine that gets several committed commands before it has to make their effects its own: one that writes to a database
 * writes them all with one write batch, or one transaction.
 *
 * <p>Between two calls of {@link #endBatch} there are one or more of {@link #apply}, each of which sees the effects of those before
 * it; only a {@link SessionKeepingStateMachine} has batches without commands too, which tell it of its position or of sessions. Nobody is told of a result before {@link #endBatch} has returned, and there are no reads and no snapshots within a batch. Where a
 * batch ends depends on what waits at the moment, so it differs from replica to replica and must not change any result.
 *
 * <p>Commands come one by one, not as a list, because whether a command of a {@linkplain RaftSession session} is applied at all may
 * depend on the result of the one before it. It is an interface of its own so that a machine without a use for it never hears of
 * batches.
 *
 * <p><b>Threads.</b> As with {@link StateMachine#apply}: one at a time for all methods.
 *
 * <p><b>Errors.</b> If {@link #endBatch} throws, this replica stops, as with {@link #apply}. The proposers of the whole batch are told
 * that the outcome is unknown.
 */
public interface BatchingStateMachine extends StateMachine {

  /** The commands since the last batch are to take effect together. */
  void endBatch();

  /** So many commands make a batch full, 1 or more. Asked once at the start. */
  default int maxBatchCommands() {
    return 1024;
  }

  /**
   * So many bytes of commands make a batch full, 1 or more. The last command may reach beyond it. Asked once at the start. A batch never
   * waits to become full.
   */
  default long maxBatchBytes() {
    return 1 << 20;
  }

  /**
   * Whether the effects of the commands so far are to be written before there are more of them: a short command may change much. Asked
   * after each command, also of a machine that was closed while it was at work, and must depend on what the machine holds in memory for
   * the batch only.
   */
  default boolean isBatchFull() {
    return false;
  }
}
