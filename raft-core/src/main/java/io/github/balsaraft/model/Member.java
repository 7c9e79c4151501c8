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
 * @param priority 0 never stands for election; of the others the higher goes first where several could stand
 * @param campaignDelayMillis how much longer than others it waits for a leader before it stands: for members far from the rest,
 *     so that leadership stays near. The time in which it refuses votes to others is not changed by it
 */
public record Member(
    ReplicaId replica,
    HostId host,
    String address,
    MemberRole role,
    boolean outgoingVoter,
    int priority,
    int campaignDelayMillis) {

  /** The longest campaign delay. */
  public static final int MAX_CAMPAIGN_DELAY_MILLIS = 3_600_000;

  /** The priority of a member for which nobody said anything else. */
  public static final int DEFAULT_PRIORITY = 1;

  public Member {
    Objects.requireNonNull(replica, "replica");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(role, "role");
    checkAddress(address);
    checkPriority(priority);
    if (campaignDelayMillis < 0 || campaignDelayMillis > MAX_CAMPAIGN_DELAY_MILLIS) {
      throw new IllegalArgumentException("a campaign delay is 0 to " + MAX_CAMPAIGN_DELAY_MILLIS
          + " ms, not " + campaignDelayMillis);
    }
    if (role == MemberRole.LEAVING && !outgoingVoter) {
      throw new IllegalArgumentException("only a voter of the outgoing half can be leaving");
    }
  }

  /**
   * The rule for addresses.
   *
   * @throws IllegalArgumentException if it can't be one
   */
  public static void checkAddress(String address) {
    if (address.isBlank() || address.length() > 255) {
      throw new IllegalArgumentException("an address has 1 to 255 characters, not only blanks");
    }
  }

  /**
   * The rule for priorities.
   *
   * @throws IllegalArgumentException if it can't be one
   */
  public static void checkPriority(int priority) {
    if (priority < 0 || priority > 255) {
      throw new IllegalArgumentException("a priority is 0 to 255, not " + priority);
    }
  }

  /** A voter of a configuration that isn't joint. */
  public static Member voter(ReplicaId replica, HostId host, String address) {
    return new Member(replica, host, address, MemberRole.VOTER, false, DEFAULT_PRIORITY, 0);
  }

  /** A learner. */
  public static Member learner(ReplicaId replica, HostId host, String address) {
    return new Member(replica, host, address, MemberRole.LEARNER, false, DEFAULT_PRIORITY, 0);
  }

  /** Whether it counts in the incoming half. */
  public boolean isVoter() {
    return role == MemberRole.VOTER;
  }

  /** Whether it counts in at least one half. */
  public boolean isVoterInAnyHalf() {
    return isVoter() || outgoingVoter;
  }

  /** A replica that takes this one's place on the way to be what this one is: its role, its priority, its campaign delay. */
  public Member replacedBy(ReplicaId newReplica, HostId newHost, String newAddress) {
    return new Member(newReplica, newHost, newAddress, role, false, priority, campaignDelayMillis);
  }

  /** The same member with another role. */
  public Member withRole(MemberRole newRole, boolean nowOutgoingVoter) {
    return new Member(
        replica, host, address, newRole, nowOutgoingVoter, priority, campaignDelayMillis);
  }

  /** The same member with another priority. */
  public Member withPriority(int newPriority) {
    return new Member(
        replica, host, address, role, outgoingVoter, newPriority, campaignDelayMillis);
  }

  /** The same member with another campaign delay. */
  public Member withCampaignDelayMillis(int newCampaignDelayMillis) {
    return new Member(
        replica, host, address, role, outgoingVoter, priority, newCampaignDelayMillis);
  }

  /** The same member, listening elsewhere. */
  public Member withAddress(String newAddress) {
    return new Member(
        replica, host, newAddress, role, outgoingVoter, priority, campaignDelayMillis);
  }
}
