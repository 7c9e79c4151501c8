package io.github.balsaraft.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.LinearizabilityResult;
import io.github.balsaraft.testing.LinearizabilityResult.Linearizable;
import io.github.balsaraft.testing.Operation;
import io.github.balsaraft.testing.SequentialModel;
import java.util.ArrayList;
import java.util.List;

/** Does not believe a checker that says "linearizable": replays the orders that it found. */
final class Witness {

  private Witness() {}

  static <S, I, O> void assertExplains(
      SequentialModel<S, I, O> model,
      LinearizabilityResult<I, O> result,
      List<Operation<I, O>> history) {
    assertThat(result).as(result::describe).isInstanceOf(Linearizable.class);
    List<Operation<I, O>> explained = new ArrayList<>();
    for (List<Operation<I, O>> order : ((Linearizable<I, O>) result).orders()) {
      assertAllowed(model, order);
      assertRespectsTime(order);
      explained.addAll(order);
    }
    assertThat(history).containsAll(explained);
    assertThat(explained).doesNotHaveDuplicates();
    assertThat(explained)
        .containsAll(
            history.stream().filter(operation -> !operation.isUnknown()).toList());
  }

  private static <S, I, O> void assertAllowed(
      SequentialModel<S, I, O> model, List<Operation<I, O>> order) {
    S state = model.initial();
    for (Operation<I, O> operation : order) {
      S next = model.step(state, operation.input(), operation.output());
      assertThat(next).as("%s in state %s", operation, state).isNotNull();
      state = next;
    }
  }

  private static <I, O> void assertRespectsTime(List<Operation<I, O>> order) {
    long latestInvocation = Long.MIN_VALUE;
    for (Operation<I, O> operation : order) {
      assertThat(operation.returned())
          .as("%s stands behind an operation that began after it had returned", operation)
          .isGreaterThanOrEqualTo(latestInvocation);
      latestInvocation = Math.max(latestInvocation, operation.invoked());
    }
  }
}
