package io.github.balsaraft.model;

/**
 * A replica that was a member once. It is kept, so that whoever meets that replica later can tell it what happened, and so that
 * a change which is asked for again is known to be done; the replica's id is never used again.
 *
 * @param replica who
 * @param host where it was
 * @param wasVoter whether it was a voter when it was removed, else a learner
 * @param index of the configuration entry that removed it
 */
public record Removal(ReplicaId replica, HostId host, boolean wasVoter, long index) {

  /** The removal of a member. */
  static Removal of(Member member, long index) {
    return new Removal(member.replica(), member.host(), member.isVoterInAnyHalf(), index);
  }
}
