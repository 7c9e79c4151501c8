package io.github.balsaraft.testing;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The state of one key of a {@link KvModel}.
 *
 * @param text the value, or null if there is none or it doesn't matter which it is
 * @param length of a value of which only this matters, in bytes; else -1
 */
public record KvState(@Nullable String text, int length) {

  static final KvState ABSENT = new KvState(null, -1);

  static KvState of(String text) {
    return new KvState(text, -1);
  }

  /** A value that no answer in the history shows: it matters that there is one and how long it is. */
  static KvState unseen(int length) {
    return new KvState(null, length);
  }

  boolean isAbsent() {
    return text == null && length < 0;
  }

  int bytes() {
    return text == null ? Math.max(0, length) : bytes(text);
  }

  static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  @Override
  public String toString() {
    return isAbsent() ? "nil" : text == null ? "a value that nobody saw" : text;
  }
}
