package io.github.balsaraft.core.membership;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Why a change of the configuration is not made.
 *
 * @param reason for a program
 * @param detail for an operator
 */
public record ChangeRefusal(Reason reason, String detail) {

  /** What several say, as one text for an operator. */
  public static String details(List<ChangeRefusal> refusals) {
    return refusals.stream().map(ChangeRefusal::detail).collect(Collectors.joining("; "));
  }

  /** Why. An open set. */
  public enum Reason {
    /** This replica isn't the leader. */
    NOT_LEADER,
    /** The leader has not committed an entry of its own term yet; it will in a moment (trap 29). */
    NOT_READY,
    /** The leader hands its office over. */
    TRANSFERRING,
    /** A change is being committed. */
    CHANGE_UNDER_WAY,
    /** The target was made from a configuration that is not in force any more. */
    OUTDATED,
    /** It can't be a configuration. */
    IMPOSSIBLE,
    /** A replica that was removed once never comes back: its votes and acknowledgements are the old one's (trap 36). */
    REMOVED_BEFORE,
    /** Who should leave or be replaced isn't a member. */
    UNKNOWN_MEMBER,
    /** A host would carry two members of the group. */
    HOST_TWICE,
    /** A replica would be on another host than before; where its data is doesn't change. */
    REPLICA_MOVED,
    /** No voter would ever stand for election. */
    NO_CANDIDATE,
    /** No majority of the voters would hold the log (trap 35). */
    EMPTY_MAJORITY,
    /** No majority of the voters is heard of: nothing could be committed any more. */
    NO_LIVE_MAJORITY;

    /** Whether the same change may be possible later without anybody doing anything. */
    public boolean isPassing() {
      return this == NOT_READY
          || this == TRANSFERRING
          || this == CHANGE_UNDER_WAY
          || this == EMPTY_MAJORITY
          || this == NO_LIVE_MAJORITY;
    }
  }
}
