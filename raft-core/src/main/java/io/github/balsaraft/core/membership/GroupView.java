package io.github.balsaraft.core.membership;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.ReplicaId;
import java.util.SortedMap;

/**
 * What is known of a group when a change of its configuration is judged. A value, so that anybody can judge who has the same
 * numbers.
 *
 * @param self who judges; counts as live, and as holding the log
 * @param leads whether that is the leader
 * @param hasCommittedInTerm whether it has committed an entry of its own term
 * @param configuration the latest in the log, committed or not
 * @param configurationIndex where that is
 * @param isSettled whether it is committed and not joint
 * @param members what is known of the others
 * @param leaseBounds which rules for leases make sense with the settings of who judges
 */
public record GroupView(
    ReplicaId self,
    boolean leads,
    boolean hasCommittedInTerm,
    Configuration configuration,
    long configurationIndex,
    boolean isSettled,
    SortedMap<ReplicaId, Standing> members,
    LeaseBounds leaseBounds) {

  /** A learner that misses no more entries than these counts as caught up: the rest arrives while the change commits. */
  public static final long CAUGHT_UP_WITHIN_ENTRIES = 32_768;

  /**
   * How a member stands.
   *
   * @param isLive whether it was heard of within an election timeout
   * @param match the highest index known to be durable there
   * @param missing how many entries of the leader's log it has not got
   */
  public record Standing(boolean isLive, long match, long missing) {

    /** Whether it holds so much of the log that it may count for it. */
    public boolean isCaughtUp() {
      return match > 0 && missing <= CAUGHT_UP_WITHIN_ENTRIES;
    }
  }

  boolean isLive(ReplicaId replica) {
    Standing standing = members.get(replica);
    return replica.equals(self) || (standing != null && standing.isLive());
  }

  /** Whether it counts for the log. Who has a vote already does, however far behind it is. */
  boolean holdsLog(ReplicaId replica) {
    Standing standing = members.get(replica);
    return replica.equals(self)
        || configuration.isVoter(replica)
        || (standing != null && standing.isCaughtUp());
  }
}
