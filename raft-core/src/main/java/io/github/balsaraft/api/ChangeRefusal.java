package io.github.balsaraft.api;

import java.io.Serializable;

/**
 * Why a change of the configuration is not made.
 *
 * @param reason for a program
 * @param detail for an operator
 */
public record ChangeRefusal(Reason reason, String detail) implements Serializable {

  /** Why. An open set: later versions may know more. */
  public enum Reason {
    /** This member doesn't lead, or not for much longer. */
    NOT_LEADER(true),
    /** The leader is new and doesn't know yet what is committed; it will in a moment. */
    NOT_READY(true),
    /** The leader hands its office over. */
    TRANSFERRING(true),
    /** Another change is being committed. */
    CHANGE_UNDER_WAY(true),
    /** The configuration has changed since the target was made. */
    OUTDATED(true),
    /** It can't be a configuration. */
    IMPOSSIBLE(false),
    /** A replica that was removed once never comes back. */
    REMOVED_BEFORE(false),
    /** The host isn't a member's. */
    UNKNOWN_MEMBER(false),
    /** A host would carry two members of the group. */
    HOST_TWICE(false),
    /** A replica would be on another host than before. */
    REPLICA_MOVED(false),
    /** No voter would ever stand for election. */
    NO_CANDIDATE(false),
    /** No majority of the voters would hold the log. */
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
