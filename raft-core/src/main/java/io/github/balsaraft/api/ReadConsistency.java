package io.github.balsaraft.api;

/** How fresh a read must be. */
public enum ReadConsistency {
  /**
   * Sees every write that ended before the read began, whichever member answers it (ReadIndex, Raft thesis 6.4). Costs
   * a round trip from the leader to a quorum, shared by all reads that wait for it.
   */
  LINEARIZABLE,
  /**
   * Answered from the local state at once, with or without a leader. {@link NodeStatus#staleness} says how old it may
   * be. Refused while nobody can say: after a start the state is empty until a leader has told what is committed.
   */
  STALE
}
