package io.github.balsaraft.examples.kv.state;

/**
 * A key that is in a {@link KeyStore}, and what is known of it. Who needs no value asks for none: on a disk it may be long, and is read
 * when it is asked for.
 */
interface Found {

  Bytes key();

  /** How long the value is. */
  int valueBytes();

  /** The value, which may be read only now: to be asked for before anything else becomes of the key. */
  Bytes value();

  /** The log time from which on the key doesn't exist any more, or {@link Stored#NO_DEADLINE}. */
  long deadlineMillis();

  /** The log index of the entry that changed it last; what WATCH looks at. */
  long version();

  default boolean hasDeadline() {
    return deadlineMillis() != Stored.NO_DEADLINE;
  }

  /** Whether it has a deadline that isn't later than that. */
  default boolean isDueAt(long millis) {
    return hasDeadline() && deadlineMillis() <= millis;
  }
}
