package io.github.balsaraft.api;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A client's session with a group: each command that is proposed through it is applied at most once, however often it has to be
 * sent (Raft thesis 6.3). So the session tries again by itself, with pauses that grow and differ at random, until the command is
 * applied or its time is over. The group remembers what was applied: on every replica, in snapshots, and whoever leads.
 *
 * <p>Proposals may be made without waiting for earlier ones. Those that are under way at the same time may be applied in another
 * order; who needs an order waits for the answer. What is applied has its effect within the life of the call or not at all, unless
 * it ended as unknown.
 *
 * <p>The group keeps a session only for a while after its last use; the session opens itself anew when it is used again, so
 * nobody needs to keep it alive. See {@link SessionOptions#expiry}.
 *
 * <p>A command ends at its deadline at the latest, also while the state machine hangs.
 *
 * <p>All methods may be called from any thread and none blocks. Futures complete on a thread that others need too: what is
 * chained to them must not block.
 */
public interface RaftSession extends AutoCloseable {

  /**
   * Proposes a command, with {@link SessionOptions#deadline} to be applied in.
   *
   * @param command in the application's own encoding; must not be changed until the future is complete
   * @return the state machine's result; or a {@link NotAppendedException}: it had no effect and never will have one; or an
   *     {@link OutcomeUnknownException}: it was sent, and whether it was applied could not be learnt in time, or, as a {@link
   *     SessionExpiredException}, can't be learnt any more; or a {@link CommandRejectedException}: the state machine refused it; or,
   *     in another process than the group's, or at a member that doesn't lead, an {@link AnswerTooLargeException}: it was applied, and its result can't be sent
   */
  CompletableFuture<byte[]> propose(byte[] command);

  /** As {@link #propose(byte[])}, with another time to be applied in, from now on. */
  CompletableFuture<byte[]> propose(byte[] command, Duration deadline);

  /**
   * The highest log index at which a command of this session was applied, as far as its answer has come; 0 before the first. A
   * member that has applied this index shows the effects of all of them: wait for that before a stale read, to read one's own
   * writes anywhere.
   */
  long lastAppliedIndex();

  /**
   * Ends the session here, and has the group forget it soon. Proposals that have no answer yet end as unknown, or as not appended
   * if that is certain. Closing twice does nothing.
   */
  @Override
  void close();
}
