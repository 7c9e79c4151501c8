package io.github.balsaraft.api;

import io.github.balsaraft.model.Member;
import java.time.Duration;

/** What the durations in options may be, in one place. */
final class Limits {

  private Limits() {}

  /** How long a change may take. */
  static void checkTimeLimit(Duration timeLimit) {
    if (timeLimit.isNegative() || timeLimit.isZero() || timeLimit.toDays() > 365) {
      throw new IllegalArgumentException(
          "a time limit is above zero and a year at most, not " + timeLimit);
    }
  }

  /** Configurations hold whole milliseconds: what would be cut off is refused. */
  static void checkCampaignDelay(Duration delay) {
    if (delay.isNegative()
        || delay.compareTo(Duration.ofMillis(Member.MAX_CAMPAIGN_DELAY_MILLIS)) > 0
        || !delay.equals(Duration.ofMillis(delay.toMillis()))) {
      throw new IllegalArgumentException(
          "a campaign delay is 0 to 1 hour, in whole milliseconds, not " + delay);
    }
  }
}
