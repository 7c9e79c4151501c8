package io.github.balsaraft.examples.kv.state;

/** A key and all that is known of it, in memory. Never changes: a new one takes its place. */
record Stored(Bytes key, Bytes value, long deadlineMillis, long version) implements Found {

  /** It never expires. */
  static final long NO_DEADLINE = 0;

  @Override
  public int valueBytes() {
    return value.length();
  }
}
