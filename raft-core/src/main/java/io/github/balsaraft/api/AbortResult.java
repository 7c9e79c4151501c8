package io.github.balsaraft.api;

/** What calling off came to; see {@link Membership#abort}. */
public enum AbortResult {
  /** The change that was under way ends as aborted, once the host is out again. */
  CALLED_OFF,
  /** The configuration that gives it its role is in the log, and the change will be done unless leadership is lost. */
  TOO_LATE,
  /** Nothing is under way that makes this host a member or gives it another role. */
  NOTHING
}
