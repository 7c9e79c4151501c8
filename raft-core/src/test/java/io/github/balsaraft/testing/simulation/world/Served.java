package io.github.balsaraft.testing.simulation.world;

/** What clients, observers and operators have got from nodes, and that shows neither in steps nor in messages. */
public enum Served {
  /** A read of one member's own state, as old as it may be. */
  STALE_READ,
  /** A read of one member's own state, once it had applied so much. */
  READ_AFTER,
  /** Word that a member has applied so much. */
  AWAITED_APPLIED,
  /** Word that a member knows a leader. */
  AWAITED_LEADER,
  /** A committed entry, for an observer. */
  OBSERVED_ENTRY,
  /** A look at the members. */
  VIEW_OF_MEMBERS,
  /** A stop of a process that led, once it had handed leadership over. */
  STOP_AFTER_HANDOVER
}
