package io.github.balsaraft.examples.kv.state;

/**
 * A key and all that is known of it. Never changes: a new one takes its place.
 *
 * @param deadlineMillis the log time from which on the key doesn't exist any more, or {@link #NO_DEADLINE}
 * @param version the log index of the entry that changed it last; what WATCH looks at
 */
record Stored(Bytes key, Bytes value, long deadlineMillis, long version) {

  /** It never expires. */
  static final long NO_DEADLINE = 0;

  boolean hasDeadline() {
    return deadlineMillis != NO_DEADLINE;
  }

  /** Whether it has a deadline that isn't later than that. */
  boolean isDueAt(long millis) {
    return hasDeadline() && deadlineMillis <= millis;
  }
}
