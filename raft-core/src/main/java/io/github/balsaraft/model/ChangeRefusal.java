package io.github.balsaraft.model;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Why a change of the configuration is not made.
 *
 * @param reason for a program
 * @param detail for an operator
 */
public record ChangeRefusal(Reason reason, String detail) {

  /** All of them in one line, for an operator. */
  public static String details(List<ChangeRefusal> refusals) {
    return refusals.stream().map(ChangeRefusal::detail).collect(Collectors.joining("; "));
  }

  /** Whether all of them pass by themselves, so that it may help to ask for the same change again. */
  public static boolean allPass(List<ChangeRefusal> refusals) {
    return refusals.stream().allMatch(refusal -> refusal.reason().isPassing());
  }

  /** Why. An open set: later versions may know more. */
  public enum Reason {
    /** This member doesn't lead, or not for much longer. */
    NOT_LEADER(true),
    /** The leader has not committed an entry of its own term yet; it will in a moment (trap 29). */
    NOT_READY(true),
    /** The leader hands its office over. */
    TRANSFERRING(true),
    /** Another change is being committed. */
    CHANGE_UNDER_WAY(true),
    /** The configuration has changed since the target was made. */
    OUTDATED(true),
    /** It can't be a configuration. */
    IMPOSSIBLE(false),
    /** A replica that was removed once never comes back: its votes and acknowledgements are the old one's (trap 36). */
    REMOVED_BEFORE(false),
    /** Who should change, leave or be replaced isn't a member. */
    UNKNOWN_MEMBER(false),
    /** A host would carry two members of the group. */
    HOST_TWICE(false),
    /** A replica would be on another host than before. */
    REPLICA_MOVED(false),
    /** No voter would ever stand for election; or the leader goes, and none that is heard of would. */
    NO_CANDIDATE(false),
    /** The rules for leases would serve no read, only delay elections, or promise what no clock keeps. */
    LEASE_RULES(false),
    /** No majority of the voters would hold the log (trap 35). */
    EMPTY_MAJORITY(true),
    /** No majority of the voters is heard of: nothing could be committed any more. */
    NO_LIVE_MAJORITY(true);

    private final boolean passing;

    Reason(boolean passing) {
      this.passing = passing;
    }

    /** Whether the same change may be possible later without anybody doing anything. */
    public boolean isPassing() {
      return passing;
    }
  }
}
