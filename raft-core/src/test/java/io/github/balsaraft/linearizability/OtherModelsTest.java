package io.github.balsaraft.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.LinearizabilityChecker;
import io.github.balsaraft.testing.LinearizabilityResult;
import io.github.balsaraft.testing.Operation;
import io.github.balsaraft.testing.SequentialModel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The checker knows nothing of keys and values: here a queue, whose model says only what it must. */
class OtherModelsTest {

  /** Positive numbers are put in at the end; 0 takes one out at the front, answering 0 if there is none. */
  private static final class Queue implements SequentialModel<List<Integer>, Integer, Integer> {
    @Override
    public List<Integer> initial() {
      return List.of();
    }

    @Override
    public @Nullable List<Integer> step(
        List<Integer> state, Integer input, @Nullable Integer output) {
      List<Integer> next = new ArrayList<>(state);
      int answer = input;
      if (input > 0) {
        next.add(input);
      } else {
        answer = next.isEmpty() ? 0 : next.remove(0);
      }
      return output == null || output == answer ? next : null;
    }
  }

  private static Operation<Integer, Integer> put(int value, long invoked, long returned) {
    return Operation.completed(1, value, value, invoked, returned);
  }

  private static Operation<Integer, Integer> take(int value, long invoked, long returned) {
    return Operation.completed(2, 0, value, invoked, returned);
  }

  private static LinearizabilityResult<Integer, Integer> check(
      List<Operation<Integer, Integer>> history) {
    return new LinearizabilityChecker<>(new Queue()).check(history);
  }

  @Test
  void firstInFirstOut() {
    List<Operation<Integer, Integer>> history =
        List.of(put(1, 0, 9), put(2, 1, 5), take(2, 6, 7), take(1, 8, 12), take(0, 13, 14));
    Witness.assertExplains(new Queue(), check(history), history);
  }

  /** That the second element was put in at all doesn't matter for what is wrong here. */
  @Test
  void lastInFirstOutIsWrong() {
    LinearizabilityResult<Integer, Integer> result =
        check(List.of(put(1, 0, 1), put(2, 2, 3), take(2, 4, 5), take(1, 6, 7)));
    assertThat(result.isLinearizable()).isFalse();
    assertThat(result.describe()).isEqualTo("""
            not linearizable: everything, within its first 3 operations
              can't be explained: p2 0 = 2 [4..5]
              possible states before it: [1, 2]
              these contradict each other, whatever the others did:
                p1 1 = 1 [0..1]
                p2 0 = 2 [4..5]""");
  }

  @Test
  void anUnknownTakeExplainsAMissingElement() {
    List<Operation<Integer, Integer>> history = List.of(
        put(1, 0, 1), put(2, 2, 3), Operation.unknown(3, 0, 0), take(2, 4, 5), take(0, 6, 7));
    Witness.assertExplains(new Queue(), check(history), history);
  }

  @Test
  void anEmptyHistoryIsLinearizable() {
    check(List.of()).assertLinearizable();
  }
}
