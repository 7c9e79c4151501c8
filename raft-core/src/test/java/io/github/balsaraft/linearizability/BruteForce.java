package io.github.balsaraft.linearizability;

import io.github.balsaraft.testing.Operation;
import io.github.balsaraft.testing.SequentialModel;
import java.util.ArrayList;
import java.util.List;

/** The naive twin of the checker: tries every order. For histories of a handful of operations. */
final class BruteForce {

  private BruteForce() {}

  static <S, I, O> boolean isLinearizable(
      SequentialModel<S, I, O> model, List<Operation<I, O>> history) {
    return canGoOn(model, model.initial(), history);
  }

  private static <S, I, O> boolean canGoOn(
      SequentialModel<S, I, O> model, S state, List<Operation<I, O>> rest) {
    if (rest.stream().allMatch(Operation::isUnknown)) {
      return true;
    }
    for (Operation<I, O> next : rest) {
      boolean mayBeNext = rest.stream().allMatch(other -> next.invoked() <= other.returned());
      S after = mayBeNext ? model.step(state, next.input(), next.output()) : null;
      if (after != null) {
        List<Operation<I, O>> remaining = new ArrayList<>(rest);
        remaining.remove(next);
        if (canGoOn(model, after, remaining)) {
          return true;
        }
      }
    }
    return false;
  }
}
