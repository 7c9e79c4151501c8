package io.github.balsaraft.testing;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a {@link LinearizabilityChecker} found. */
public sealed interface LinearizabilityResult<I, O> {

  /** How often the model was asked: the work it took, the same on each run. */
  long steps();

  /** For people. */
  String describe();

  /** Whether an order was found for every part. */
  default boolean isLinearizable() {
    return this instanceof Linearizable;
  }

  /**
   * Fails unless the history is linearizable; giving up is a failure too.
   *
   * @throws AssertionError with the description
   */
  default void assertLinearizable() {
    if (!isLinearizable()) {
      throw new AssertionError(describe());
    }
  }

  /**
   * Every answer can be explained.
   *
   * @param orders for each part an order of its operations that explains them; unknown ones only where they took effect
   */
  record Linearizable<I, O>(List<List<Operation<I, O>>> orders, long steps)
      implements LinearizabilityResult<I, O> {

    @Override
    public String describe() {
      int operations = orders.stream().mapToInt(List::size).sum();
      return String.format(
          Locale.ROOT,
          "linearizable: %,d operations on %,d parts, %,d steps",
          operations,
          orders.size(),
          steps);
    }
  }

  /**
   * No order explains every answer.
   *
   * @param partition the part in question
   * @param unexplained the operation whose return is the first that can't be explained, after any order of those before
   * @param prefix how many operations of the part were invoked until then: they alone are not linearizable
   * @param contradiction some of these, {@code unexplained} among them, that contradict each other whatever the others did;
   *     as few as could be found without too much work; in the order of invocation
   * @param states all states that the part could be in before {@code unexplained}, for people
   */
  record NotLinearizable<I, O>(
      Object partition,
      Operation<I, O> unexplained,
      int prefix,
      List<Operation<I, O>> contradiction,
      List<String> states,
      long steps)
      implements LinearizabilityResult<I, O> {

    private static final int MAX_STATES_SHOWN = 10;
    private static final int MAX_OPERATIONS_SHOWN = 20;

    @Override
    public String describe() {
      StringBuilder text = new StringBuilder("not linearizable: ")
          .append(partition)
          .append(", within its first ")
          .append(prefix)
          .append(" operations\n  can't be explained: ")
          .append(unexplained)
          .append("\n  possible states before it: ");
      text.append(states.stream().limit(MAX_STATES_SHOWN).collect(Collectors.joining(", ")));
      if (states.size() > MAX_STATES_SHOWN) {
        text.append(" and ").append(states.size() - MAX_STATES_SHOWN).append(" more");
      }
      int hidden = Math.max(0, contradiction.size() - MAX_OPERATIONS_SHOWN);
      if (hidden > 0) {
        text.append("\n  no small contradiction was found; the latest of ")
            .append(contradiction.size())
            .append(" operations:");
      } else if (contradiction.size() == 1) {
        text.append("\n  this can't be, whatever the others did:");
      } else {
        text.append("\n  these contradict each other, whatever the others did:");
      }
      contradiction.stream()
          .skip(hidden)
          .forEach(operation -> text.append("\n    ").append(operation));
      return text.toString();
    }
  }

  /**
   * Undecided: a limit was reached before anything was proved. Says nothing about the history.
   *
   * @param partition the part that was too hard
   * @param explained how many of its completed operations could be explained
   * @param completed how many completed operations it has
   * @param configurations how many configurations were remembered
   * @param bytes how much memory the search took, estimated
   * @param limits what it was allowed
   */
  record GaveUp<I, O>(
      Object partition,
      int explained,
      int completed,
      int configurations,
      long bytes,
      long steps,
      LinearizabilityChecker.Limits limits)
      implements LinearizabilityResult<I, O> {

    @Override
    public String describe() {
      return String.format(
          Locale.ROOT,
          "undecided, which proves nothing: %s, explained %,d of %,d operations in %,d steps with %,d configurations"
              + " in %,d MiB; %s. Fewer clients at a time on one part are decided sooner",
          partition,
          explained,
          completed,
          steps,
          configurations,
          bytes >> 20,
          isOutOfMemory()
              ? String.format(
                  Locale.ROOT, "no more than %,d MiB are allowed", limits.maxBytes() >> 20)
              : String.format(
                  Locale.ROOT, "no more than %,d steps are allowed", limits.maxSteps()));
    }

    /** Whether it was the memory that did not suffice. */
    public boolean isOutOfMemory() {
      return bytes > limits.maxBytes();
    }
  }
}
