package io.github.balsaraft.model;

/** What a replica does at the moment (Raft paper 5.1; pre-candidate: thesis 9.6). */
public enum Role {
  /** Follows a leader, or waits for one. */
  FOLLOWER,
  /** Asks whether it could win an election. */
  PRE_CANDIDATE,
  /** Campaigns in a new term. */
  CANDIDATE,
  /** Orders proposals and replicates them. */
  LEADER
}
