package io.github.balsaraft.api;

/**
 * What an application implements: a deterministic function from its state and a command to a new state and a result. Every
 * replica applies the same commands in the same order and so holds the same state (Raft paper 2).
 *
 * <p><b>Deterministic</b> means: no clock but {@link Command#logTimeMillis}, no randomness, no order of a hash set, no
 * file or network that another replica sees differently. A failure that depends on the command and the state alone
 * is a result, or a {@link CommandRejectedException}.
 *
 * <p><b>Threads.</b> One thread at a time calls {@link #apply} and {@link #query}, and each call sees the effects of those
 * before it: an implementation needs no locks. The thread may change between calls. A slow call slows proposals and
 * reads of this group, and of the other groups of this host if all threads for state machines are busy by then (one by default, see {@code
 * RaftHost.Builder.threads}); never elections, nor the way of entries to other members.
 *
 * <p><b>Errors.</b> If {@link #apply} throws a {@link CommandRejectedException}, which says that all replicas do, the proposer gets it and
 * the next command is applied. If it throws anything else, this replica stops: skipping the command would let replicas diverge. Its
 * status and its log say which entry it was. If {@link #query} throws, the reader gets that exception and nothing
 * else happens.
 */
public interface StateMachine {

  /**
   * Applies one committed command. Called in log order, for each index at most once in the life of this object.
   *
   * @return the result for the proposer; may be empty
   */
  byte[] apply(Command command);

  /**
   * Answers a read from the current state without changing it.
   *
   * @param query in the application's own encoding, as the reader passed it
   */
  byte[] query(byte[] query);
}
