package io.github.balsaraft.testing;

import org.jspecify.annotations.Nullable;

/** What a {@link KvModel} can be asked for: one operation on one key. */
public sealed interface KvInput {

  /** The key. */
  String key();

  /** Answered with the value, or {@link KvOutput#nil}. */
  record Get(String key) implements KvInput {
    @Override
    public String toString() {
      return "get " + key;
    }
  }

  /** Answered with {@link KvOutput#ok}. */
  record Set(String key, String value) implements KvInput {
    @Override
    public String toString() {
      return "set " + key + " " + value;
    }
  }

  /**
   * Sets the value if it is the expected one, as {@code SET key value IFEQ expected}; if null is expected, only if there is
   * none, as {@code SET key value NX}. Answered with {@link KvOutput#ok}, or {@link KvOutput#nil} if nothing was done.
   */
  record CompareAndSet(String key, @Nullable String expected, String value) implements KvInput {
    @Override
    public String toString() {
      return "cas " + key + " " + (expected == null ? "nil" : expected) + " " + value;
    }
  }

  /** Answered with 1, or 0 if there was no value. */
  record Delete(String key) implements KvInput {
    @Override
    public String toString() {
      return "del " + key;
    }
  }

  /** Adds to the end of the value. Answered with its new length in UTF-8 bytes. */
  record Append(String key, String text) implements KvInput {
    @Override
    public String toString() {
      return "append " + key + " " + text;
    }
  }

  /**
   * Adds to the value as a number; none counts as 0. Answered with the sum, or {@link KvOutput#error} if the value is not a
   * number or the sum is none.
   */
  record Increment(String key, long by) implements KvInput {
    @Override
    public String toString() {
      return "incr " + key + " " + by;
    }
  }
}
