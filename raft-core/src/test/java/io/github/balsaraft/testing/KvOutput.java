package io.github.balsaraft.testing;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link KvModel} answers.
 *
 * @param text a value, a number or {@code OK}; null for {@link #nil} and {@link #error}
 * @param isError whether the operation does not suit the value
 */
public record KvOutput(@Nullable String text, boolean isError) {

  private static final KvOutput NIL = new KvOutput(null, false);
  private static final KvOutput OK = new KvOutput("OK", false);
  private static final KvOutput ERROR = new KvOutput(null, true);

  /** No value, or nothing was done. */
  public static KvOutput nil() {
    return NIL;
  }

  /** Done. */
  public static KvOutput ok() {
    return OK;
  }

  /** The operation doesn't suit the value, and nothing was done. */
  public static KvOutput error() {
    return ERROR;
  }

  /** A value. */
  public static KvOutput value(String text) {
    return new KvOutput(text, false);
  }

  /** A length, a sum or a count. */
  public static KvOutput number(long number) {
    return new KvOutput(Long.toString(number), false);
  }

  @Override
  public String toString() {
    return isError ? "error" : text == null ? "nil" : text;
  }
}
