package io.github.balsaraft.api;

/** How fresh a read must be. */
public enum ReadConsistency {
  /**
   * Sees every write that ended before the read began, whichever member answers it (ReadIndex, Raft thesis 6.4). Costs
   * a round trip from the leader to a quorum, shared by all reads that wait for it.
   */
  LINEARIZABLE,
  /**
   * As {@link #LINEARIZABLE}, but the leader answers from its own state without asking anybody while it holds a lease (Raft
   * thesis 6.4.1). That is right only as long as the clocks of the members run no further apart than the bound in the
   * configuration says, and none of them stands still while its process runs on, as the clock of a suspended machine may.
   *
   * <p>Off by default: the group's configuration must permit leases, from its founding on ({@code
   * GroupBuilder.leases}) or later ({@link Membership#setLeases}). Where they are not permitted, at other members, and
   * whenever the leader holds no lease, it is the same as {@link #LINEARIZABLE}. The reading function may run twice.
   */
  LEASE,
  /**
   * Answered from the local state at once, with or without a leader. {@link NodeStatus#staleness} says how old it may
   * be. Refused while nobody can say: after a start the state is empty until a leader has told what is committed.
   */
  STALE
}
