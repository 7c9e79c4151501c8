package io.github.balsaraft.testing;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One operation of a history: what a client asked for, what it was told, and when.
 *
 * <p>An operation that certainly failed had no effect and belongs in no history.
 *
 * @param process who asked; a process asks for one thing at a time, but may go on after an unknown outcome
 * @param input what was asked for
 * @param output what was answered, or null if the outcome is unknown
 * @param invoked when it was asked for, on the clock of the history
 * @param returned when it was answered, or {@link #NEVER}
 */
public record Operation<I, O>(
    int process, I input, @Nullable O output, long invoked, long returned) {

  /** When an operation of unknown outcome returned: it may take effect at any time after it was invoked, or never. */
  public static final long NEVER = Long.MAX_VALUE;

  private static final int MAX_CHARS = 80;

  /** Checks that times and outcome fit together. */
  public Operation {
    if ((returned == NEVER) != (output == null)) {
      throw new IllegalArgumentException(
          "an operation has an output if, and only if, it has returned");
    }
    if (returned < invoked) {
      throw new IllegalArgumentException("an operation can't return before it is invoked");
    }
  }

  /** An operation that was answered. */
  public static <I, O> Operation<I, O> completed(
      int process, I input, O output, long invoked, long returned) {
    return new Operation<>(process, input, output, invoked, returned);
  }

  /** An operation of which nobody knows whether it took effect, or will. */
  public static <I, O> Operation<I, O> unknown(int process, I input, long invoked) {
    return new Operation<>(process, input, null, invoked, NEVER);
  }

  /** Whether nobody knows whether it took effect. */
  public boolean isUnknown() {
    return returned == NEVER;
  }

  /** The same operation with less known of it: no answer, and no end. */
  Operation<I, O> withoutOutcome() {
    return unknown(process, input, invoked);
  }

  /** Writes {@code p3 get x = 1 [100..140]}, shortening what is long. */
  @Override
  public String toString() {
    String asked = "p" + process + " " + brief(input) + " = ";
    return output == null
        ? asked + String.format(Locale.ROOT, "? [%,d..]", invoked)
        : asked + brief(output) + String.format(Locale.ROOT, " [%,d..%,d]", invoked, returned);
  }

  /** The text of a value, its middle left out if it is long. */
  static String brief(Object value) {
    String text = value.toString();
    return text.length() <= MAX_CHARS
        ? text
        : text.substring(0, MAX_CHARS / 2) + "..." + text.substring(text.length() - MAX_CHARS / 2)
            + " (" + text.length() + " characters)";
  }
}
