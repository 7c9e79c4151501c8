package io.github.balsaraft.model;

import java.util.Objects;

/**
 * One line of a {@link Configuration}.
 *
 * @param replica who it is: the only field that quorums look at
 * @param host the process that carries the replica
 * @param address where that process was last known to listen, {@code host:port}; data, not identity
 * @param role its role in the incoming half
 * @param outgoingVoter whether it is a voter of the outgoing half; only while the configuration is joint
 * @param priority 0 never stands for election; among others the higher stands earlier after a failure hint
 */
public record Member(
    ReplicaId replica,
    HostId host,
    String address,
    MemberRole role,
    boolean outgoingVoter,
    int priority) {

  /** The priority of a member for which nobody said anything else. */
  public static final int DEFAULT_PRIORITY = 1;

  public Member {
    Objects.requireNonNull(replica, "replica");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(role, "role");
    if (address.isEmpty() || address.length() > 255) {
      throw new IllegalArgumentException("an address has 1 to 255 characters");
    }
    if (priority < 0 || priority > 255) {
      throw new IllegalArgumentException("a priority is 0 to 255, not " + priority);
    }
    if (role == MemberRole.LEAVING && !outgoingVoter) {
      throw new IllegalArgumentException("only a voter of the outgoing half can be leaving");
    }
  }

  /** A voter of a configuration that isn't joint. */
  public static Member voter(ReplicaId replica, HostId host, String address) {
    return new Member(replica, host, address, MemberRole.VOTER, false, DEFAULT_PRIORITY);
  }

  /** A learner. */
  public static Member learner(ReplicaId replica, HostId host, String address) {
    return new Member(replica, host, address, MemberRole.LEARNER, false, DEFAULT_PRIORITY);
  }

  /** Whether it counts in the incoming half. */
  public boolean isVoter() {
    return role == MemberRole.VOTER;
  }

  /** Whether it counts in at least one half. */
  public boolean isVoterInAnyHalf() {
    return isVoter() || outgoingVoter;
  }

  /** The same member with another role. */
  public Member withRole(MemberRole newRole, boolean nowOutgoingVoter) {
    return new Member(replica, host, address, newRole, nowOutgoingVoter, priority);
  }
}
