package io.github.balsaraft.testing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an object does when one operation happens at a time: the specification that a {@link LinearizabilityChecker} holds a
 * concurrent history against.
 *
 * <p>Only {@link #initial} and {@link #step} are required. The other methods make the search for an order shorter and never
 * change what it finds, if they keep to their contracts.
 *
 * @param <S> the states: immutable, with {@code equals}, {@code hashCode} and a readable {@code toString}
 * @param <I> what can be asked for: immutable, with {@code equals}, {@code hashCode} and a readable {@code toString}
 * @param <O> what can be answered
 */
public interface SequentialModel<S, I, O> {

  /** The state before the first operation. */
  S initial();

  /**
   * The state after one operation.
   *
   * @param output what was answered, or null if any answer is possible because nobody has seen it
   * @return null if this state doesn't allow that answer
   */
  @Nullable
  S step(S state, I input, @Nullable O output);

  /**
   * Whether the operation never changes any state that allows it: a read, or a write that was refused. Such an operation is
   * taken as soon as the state allows it, which saves most of the search.
   *
   * @param output what was answered, or null if any answer is possible
   */
  default boolean isReadOnly(I input, @Nullable O output) {
    return false;
  }

  /**
   * Whether the state after the operation is the same for every state that allows it, so that it doesn't matter what came
   * before: a write of a given value, or an increment whose sum is known.
   *
   * @param output what was answered, or null if any answer is possible
   */
  default boolean isOverwrite(I input, @Nullable O output) {
    return false;
  }

  /**
   * The only state that the operation changes if any answer is possible, or null if it changes several: a compare-and-set
   * changes the expected state and no other.
   */
  default @Nullable S changesOnly(I input) {
    return null;
  }

  /**
   * An operation that can do all that this one can do if any answer is possible, perhaps more, and is simpler to reason about:
   * a write in place of a compare-and-set. What is wrong even so is wrong without.
   */
  default I relaxed(I input) {
    return input;
  }

  /**
   * About how many bytes of memory a state takes, for the {@linkplain LinearizabilityChecker.Limits bound} of a search. It may keep
   * each state several times.
   */
  default long bytes(S state) {
    return 64;
  }

  /** Whether other states are worth trying first. */
  default boolean isUnlikely(S state) {
    return false;
  }

  /**
   * The part of the object that the operation concerns, such as its key. Operations on different parts must not influence
   * each other: then the parts are checked one by one (linearizability is local, Herlihy and Wing 1990).
   */
  default Object partition(I input) {
    return "everything";
  }

  /**
   * What makes unknown operations interchangeable: of two of equal kind it never matters which one takes effect. Two
   * increments by one are interchangeable, and so are two writes of values that nobody ever saw.
   */
  default Object kind(I input) {
    return input;
  }

  /**
   * The model for exactly these operations: all of one part. It may treat as one all states that no answer among these
   * operations tells apart, and refuse steps to states through which no order of all completed ones leads.
   */
  default SequentialModel<S, I, O> focusedOn(List<Operation<I, O>> operations) {
    return this;
  }
}
