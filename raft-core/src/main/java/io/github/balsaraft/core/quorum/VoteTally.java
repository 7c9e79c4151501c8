package io.github.balsaraft.core.quorum;

import io.github.balsaraft.model.ReplicaId;
import java.util.TreeMap;

/**
 * The votes of one election. Counts by replica id and leaves it to the quorum who has a vote: anybody may answer, only
 * voters count.
 */
public final class VoteTally {

  private final Quorum quorum;
  private final TreeMap<ReplicaId, Boolean> votes = new TreeMap<>();

  /** Starts an election among the voters of a quorum. */
  public VoteTally(Quorum quorum) {
    this.quorum = quorum;
  }

  /** Notes an answer; a voter's first answer stands. */
  public void record(ReplicaId voter, boolean granted) {
    votes.putIfAbsent(voter, granted);
  }

  /** Whether a quorum has granted its vote. */
  public boolean isWon() {
    return quorum.agrees(voter -> votes.getOrDefault(voter, false));
  }
}
