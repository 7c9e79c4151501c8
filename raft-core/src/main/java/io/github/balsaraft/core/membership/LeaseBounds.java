package io.github.balsaraft.core.membership;

import io.github.balsaraft.model.LeaseRules;
import org.jspecify.annotations.Nullable;

/**
 * Which rules for leases make sense with the settings of the member that judges. Safety holds with any rules whose drift bound is
 * true; these bounds keep out what would serve no read, or would only make elections slower.
 *
 * @param heartbeatNanos how often a leader sends the heartbeats that a lease counts from
 * @param electionTimeoutMaxNanos after this time without a quorum a leader leaves its office by itself (CheckQuorum)
 */
public record LeaseBounds(long heartbeatNanos, long electionTimeoutMaxNanos) {

  private static final long MILLI = 1_000_000;

  /** What is wrong with the rules, for an operator; null if nothing is. */
  public @Nullable String problem(LeaseRules rules) {
    if (!rules.permitted()) {
      return null;
    }
    if (rules.maxClockDriftPpm() == 0) {
      return "no two clocks run exactly alike: a drift of 0 ppm can't be promised";
    }
    if (rules.lengthNanos() < 2 * heartbeatNanos) {
      return "a lease of " + rules.lengthNanos() / MILLI
          + " ms would be over before the next one is"
          + " granted: the window less the drift must be at least two heartbeat intervals, "
          + 2 * heartbeatNanos / MILLI + " ms";
    }
    if (rules.windowMillis() * MILLI > electionTimeoutMaxNanos) {
      return "a window of " + rules.windowMillis() + " ms is longer than any leader stays in office"
          + " without a quorum, and would only delay elections: it may be as long as the longest"
          + " election timeout, " + electionTimeoutMaxNanos / MILLI + " ms";
    }
    return null;
  }
}
