package io.github.balsaraft.api;

import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import java.time.Duration;
import java.util.Objects;

/**
 * What a new member should be.
 *
 * @param role {@link MemberRole#VOTER} or {@link MemberRole#LEARNER}
 * @param priority 0 to 255: 0 never stands for election; of the others the higher goes first where several could stand
 * @param campaignDelay how much longer than others it waits for a leader before it stands; whole milliseconds, an hour at most
 * @param timeLimit how long its host may take to ask, above zero; and then for how long it may get no further with catching up, be it
 *     the log or a snapshot, before it is removed again. However much there is to send, one that gets on is not given up
 */
public record AddOptions(
    MemberRole role, int priority, Duration campaignDelay, Duration timeLimit) {

  /** Long enough for a pause of the host; short enough that what was mistyped comes to light. */
  public static final Duration DEFAULT_TIME_LIMIT = Duration.ofMinutes(10);

  public AddOptions {
    Objects.requireNonNull(role, "role");
    if (role != MemberRole.VOTER && role != MemberRole.LEARNER) {
      throw new IllegalArgumentException("a new member is a voter or a learner, not " + role);
    }
    Member.checkPriority(priority);
    Limits.checkCampaignDelay(campaignDelay);
    Limits.checkTimeLimit(timeLimit);
  }

  /** A voter with default priority. */
  public static AddOptions voter() {
    return new AddOptions(
        MemberRole.VOTER, Member.DEFAULT_PRIORITY, Duration.ZERO, DEFAULT_TIME_LIMIT);
  }

  /** A learner: it receives everything and counts in no quorum. */
  public static AddOptions learner() {
    return new AddOptions(
        MemberRole.LEARNER, Member.DEFAULT_PRIORITY, Duration.ZERO, DEFAULT_TIME_LIMIT);
  }

  /** The same with another priority. */
  public AddOptions withPriority(int newPriority) {
    return new AddOptions(role, newPriority, campaignDelay, timeLimit);
  }

  /** The same with another campaign delay. */
  public AddOptions withCampaignDelay(Duration newCampaignDelay) {
    return new AddOptions(role, priority, newCampaignDelay, timeLimit);
  }

  /** The same with another time limit. */
  public AddOptions withTimeLimit(Duration newTimeLimit) {
    return new AddOptions(role, priority, campaignDelay, newTimeLimit);
  }
}
