package io.github.balsaraft.api;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A key and a value of the library, which a {@link SessionKeepingStateMachine} keeps; or that there is no such key any more. Neither
 * array is copied: whoever gets one only reads.
 */
public final class SessionRecord {

  private final byte[] key;
  private final byte @Nullable [] value;

  private SessionRecord(byte[] key, byte @Nullable [] value) {
    this.key = key;
    this.value = value;
  }

  /** The key has this value from now on. */
  public static SessionRecord of(byte[] key, byte[] value) {
    return new SessionRecord(key, Objects.requireNonNull(value, "value"));
  }

  /** There is no such key from now on. */
  public static SessionRecord deleted(byte[] key) {
    return new SessionRecord(key, null);
  }

  /** 16 bytes, different for each record. */
  public byte[] key() {
    return key;
  }

  /** Whether there is no such key any more. */
  public boolean isDeleted() {
    return value == null;
  }

  /**
   * What is kept.
   *
   * @throws IllegalStateException if it {@link #isDeleted}
   */
  public byte[] value() {
    if (value == null) {
      throw new IllegalStateException("a record that is deleted has no value");
    }
    return value;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SessionRecord that
        && Arrays.equals(key, that.key)
        && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(key) + Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return (value == null ? "deleted " : value.length + " bytes at ") + Arrays.toString(key);
  }
}
