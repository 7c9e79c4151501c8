package io.github.balsaraft.examples.kv.command;

/** Which times fit into 64 bits. */
final class Times {

  private Times() {}

  /**
   * The largest number for a deadline.
   *
   * @param seconds whether it counts seconds, else milliseconds
   * @param fromNowOn whether it counts from now on, else from 1970 on
   */
  static long most(boolean seconds, boolean fromNowOn, long clockMillis) {
    long millis = Long.MAX_VALUE - (fromNowOn ? clockMillis : 0);
    return seconds ? millis / 1000 : millis;
  }
}
