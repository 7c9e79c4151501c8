package io.github.balsaraft.testing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Says of a part that is not linearizable what is wrong with it: the first return that can't be explained, and few operations
 * that contradict each other, whatever the others did.
 *
 * <p>Leaving operations out would prove nothing: without its write every read is wrong. So the others stay, but as if nobody
 * knew their outcome: they may have taken effect at any time after they were invoked, or never.
 */
final class ContradictionFinder<S, I, O> {

  /** For one of many attempts: a small contradiction is worth little if it takes minutes to find. */
  private static final LinearizabilityChecker.Limits ATTEMPT =
      new LinearizabilityChecker.Limits(100_000, 16L << 20);

  private static final long MAX_STEPS = 3_000_000;

  private static final int FEW = 64;

  private final SequentialModel<S, I, O> model;
  private final List<Operation<I, O>> operations;
  private final List<Operation<I, O>> byReturn;
  private final LinearizabilityChecker.Limits limits;
  private int end;
  private Set<S> states;
  private long steps;

  /**
   * Takes over from a search that has proved the part wrong.
   *
   * @param operations all of the part
   */
  ContradictionFinder(
      SequentialModel<S, I, O> model,
      List<Operation<I, O>> operations,
      PartitionSearch<S, I, O> search,
      LinearizabilityChecker.Limits limits) {
    this.model = model;
    this.operations = operations;
    this.byReturn = search.byReturn();
    this.limits = limits;
    this.end = search.explained();
    this.states = search.statesAtEnd();
  }

  LinearizabilityResult<I, O> find(Object partition, long stepsSoFar) {
    findEnd();
    Operation<I, O> unexplained = byReturn.get(end);
    int prefix = (int) operations.stream()
        .filter(operation -> operation.invoked() <= unexplained.returned())
        .count();
    return new LinearizabilityResult.NotLinearizable<>(
        partition,
        unexplained,
        prefix,
        contradiction(),
        states.stream().map(Operation::brief).toList(),
        stepsSoFar);
  }

  /**
   * Finds the first return up to which the history alone is wrong. The search may have stopped earlier, because it knew answers
   * that came later and found that nothing leads to them.
   */
  private void findEnd() {
    // Mostly it is the very place where the search stopped.
    int low = end;
    int high = end;
    int wrong = byReturn.size() - 1;
    while (low <= wrong) {
      PartitionSearch<S, I, O> search =
          new PartitionSearch<>(model, until(high, null, false), limits);
      if (search.run() == PartitionSearch.Verdict.NOT_LINEARIZABLE) {
        end = high;
        states = search.statesAtEnd();
        wrong = high - 1;
      } else {
        low = high + 1;
      }
      high = (low + wrong) >>> 1;
    }
  }

  /**
   * The history up to a return, as far as it was known by then.
   *
   * @param firm which completed operations keep their outcome, or null for all
   * @param relax whether the others may do even more than they could
   */
  private List<Operation<I, O>> until(int last, @Nullable Collection<Integer> firm, boolean relax) {
    long time = byReturn.get(last).returned();
    List<Operation<I, O>> known = new ArrayList<>();
    for (int i = 0; i < byReturn.size(); i++) {
      Operation<I, O> operation = byReturn.get(i);
      if (i <= last && (firm == null || firm.contains(i))) {
        known.add(operation);
      } else if (operation.invoked() <= time) {
        known.add(relax ? relaxed(operation) : operation.withoutOutcome());
      }
    }
    for (Operation<I, O> operation : operations) {
      if (operation.isUnknown() && operation.invoked() <= time) {
        known.add(operation);
      }
    }
    return known;
  }

  private Operation<I, O> relaxed(Operation<I, O> operation) {
    return Operation.unknown(
        operation.process(), model.relaxed(operation.input()), operation.invoked());
  }

  // ------------------------------------------------------------------ few in contradiction

  private List<Operation<I, O>> contradiction() {
    NavigableSet<Integer> firm = latestThatContradict();
    // Reads first: to leave away a read makes the rest easier, to leave away a write makes
    // it harder.
    firm = fewer(firm, number -> isReadOnly(byReturn.get(number)), true);
    firm = fewer(firm, number -> true, true);
    if (firm.size() <= FEW) {
      // Relaxed, an operation may have done what it can't: without that, even fewer may contradict.
      firm = fewer(firm, number -> true, false);
    }
    return firm.stream()
        .map(byReturn::get)
        .sorted(Comparator.comparingLong(Operation::invoked))
        .toList();
  }

  private boolean isReadOnly(Operation<I, O> operation) {
    return model.isReadOnly(operation.input(), operation.output());
  }

  /** Most contradictions are between operations close to each other. */
  private NavigableSet<Integer> latestThatContradict() {
    for (int count = 4; count <= Math.min(end, FEW); count *= 2) {
      NavigableSet<Integer> firm = numbers(end + 1 - count);
      if (contradict(firm, true)) {
        return firm;
      }
    }
    return numbers(0);
  }

  private NavigableSet<Integer> numbers(int from) {
    return IntStream.rangeClosed(from, end).boxed().collect(Collectors.toCollection(TreeSet::new));
  }

  /** Leaves away what isn't needed for the contradiction, in large pieces first. */
  private NavigableSet<Integer> fewer(
      NavigableSet<Integer> enough, IntPredicate candidates, boolean relax) {
    NavigableSet<Integer> firm = enough;
    // Never the last one: the history before it can be explained.
    List<Integer> open =
        firm.stream().filter(number -> number != end && candidates.test(number)).toList();
    for (int chunk = open.size(); chunk >= 1; chunk /= 2) {
      for (int from = 0; from < open.size(); from += chunk) {
        NavigableSet<Integer> without = new TreeSet<>(firm);
        without.removeAll(open.subList(from, Math.min(open.size(), from + chunk)));
        if (without.size() < firm.size() && contradict(without, relax)) {
          firm = without;
        }
      }
      open = open.stream().filter(firm::contains).toList();
      chunk = Math.min(chunk, Math.max(1, open.size()));
    }
    return firm;
  }

  private boolean contradict(Collection<Integer> firm, boolean relax) {
    if (steps > MAX_STEPS) {
      return false;
    }
    PartitionSearch<S, I, O> search =
        new PartitionSearch<>(model, until(end, firm, relax), ATTEMPT);
    boolean wrong = search.run() == PartitionSearch.Verdict.NOT_LINEARIZABLE;
    steps += search.steps();
    return wrong;
  }
}
