package io.github.balsaraft.testing;

import java.util.List;
import java.util.Locale;

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
   * @param contradiction few of these, {@code unexplained} among them, that contradict each other whatever the others did;
   *     in the order of invocation
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

    private static final int MAX_SHOWN = 30;

    @Override
    public String describe() {
      StringBuilder text = new StringBuilder("not linearizable: ")
          .append(partition)
          .append(", within its first ")
          .append(prefix)
          .append(" operations\n  can't be explained: ")
          .append(unexplained)
          .append("\n  possible states before it: ")
          .append(String.join(", ", states.subList(0, Math.min(MAX_SHOWN, states.size()))))
          .append(states.size() > MAX_SHOWN ? " and " + (states.size() - MAX_SHOWN) + " more" : "")
          .append(
              contradiction.size() == 1
                  ? "\n  this can't be, whatever the others did:"
                  : "\n  these contradict each other, whatever the others did:");
      int hidden = Math.max(0, contradiction.size() - MAX_SHOWN);
      if (hidden > 0) {
        text.append("\n    ").append(hidden).append(" earlier ones, and");
      }
      contradiction.stream()
          .skip(hidden)
          .forEach(operation -> text.append("\n    ").append(operation));
      return text.toString();
    }
  }

  /**
   * The limits were reached before anything was proved. Says nothing about the history.
   *
   * @param partition the part that was too hard
   * @param explained how many of its completed operations could be explained
   * @param completed how many completed operations it has
   * @param configurations how many configurations were remembered
   */
  record GaveUp<I, O>(
      Object partition, int explained, int completed, int configurations, long steps)
      implements LinearizabilityResult<I, O> {

    @Override
    public String describe() {
      return String.format(
          Locale.ROOT,
          "gave up, which proves nothing: %s, explained %,d of %,d operations in %,d steps with %,d configurations",
          partition,
          explained,
          completed,
          steps,
          configurations);
    }
  }
}
