package io.github.balsaraft.core.membership;

import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import java.util.List;

/**
 * How far the addition of a member is, as its leader sees it.
 *
 * @param changeId the number that its caller gave it
 * @param wanted the member as it should be in the end
 * @param replaces whose place it takes; empty if it comes in addition
 * @param phase what it waits for
 * @param round the round of catching up, from 1; 0 before
 * @param match the highest index known to be durable at the new member
 * @param missingEntries how many entries of the leader's log it has not got
 * @param detail for an operator
 */
public record AdditionStatus(
    long changeId,
    Member wanted,
    List<ReplicaId> replaces,
    Phase phase,
    int round,
    long match,
    long missingEntries,
    String detail) {

  /** What an addition waits for. */
  public enum Phase {
    /** For another change to be committed, then for the one that makes it a learner; or the detail says what holds it up. */
    WAITING,
    /** For the learner to catch up; once it has, the detail says what holds its role up, if anything does. */
    CATCHING_UP,
    /** For the commitment of the change that gives it its role. */
    TAKING_ROLE,
    /** To be removed again. */
    ABORTING
  }
}
