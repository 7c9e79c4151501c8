package io.github.balsaraft.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides whether a history is linearizable: whether each operation can be thought to happen at one moment between its
 * invocation and its return, so that a {@link SequentialModel} gives the answers that were given (Herlihy and Wing 1990).
 *
 * <p>An operation of unknown outcome may happen at any moment after its invocation, or never. Operations that certainly failed
 * are not to be in the history.
 *
 * <pre>{@code
 * HistoryRecorder<KvInput, KvOutput> recorder = new HistoryRecorder<>();
 * ... clients run ...
 * new LinearizabilityChecker<>(new KvModel()).check(recorder.history()).assertLinearizable();
 * }</pre>
 *
 * <p>The problem is NP-complete. What makes it hard is how many operations overlap on one part, above all unknown ones; the
 * number of operations hardly matters. Ten thousand from 16 clients on 5 keys, some hundreds of them unknown, are a matter of
 * a second; all 16 on a single counter may be too much. Work and memory are bounded by {@link Limits}, and reaching them is
 * a result of its own: undecided.
 * The same history gives the same result after the same number of steps on each run.
 */
public final class LinearizabilityChecker<S, I, O> {

  private final SequentialModel<S, I, O> model;
  private final Limits limits;

  /** Checks against a model, within limits that suit a test. */
  public LinearizabilityChecker(SequentialModel<S, I, O> model) {
    this(model, Limits.DEFAULT);
  }

  /** Checks against a model. */
  public LinearizabilityChecker(SequentialModel<S, I, O> model, Limits limits) {
    this.model = model;
    this.limits = limits;
  }

  /** Checks a history, given in any order. */
  public LinearizabilityResult<I, O> check(List<Operation<I, O>> history) {
    Map<Object, List<Operation<I, O>>> parts = new LinkedHashMap<>();
    for (Operation<I, O> operation : history) {
      parts
          .computeIfAbsent(model.partition(operation.input()), any -> new ArrayList<>())
          .add(operation);
    }
    List<List<Operation<I, O>>> orders = new ArrayList<>();
    LinearizabilityResult<I, O> tooHard = null;
    long steps = 0;
    for (Map.Entry<Object, List<Operation<I, O>>> part : parts.entrySet()) {
      PartitionSearch<S, I, O> search = new PartitionSearch<>(model, part.getValue(), limits);
      PartitionSearch.Verdict verdict = search.run();
      steps += search.steps();
      if (verdict == PartitionSearch.Verdict.NOT_LINEARIZABLE) {
        return new ContradictionFinder<>(model, part.getValue(), search, limits)
            .find(part.getKey(), steps);
      }
      if (verdict == PartitionSearch.Verdict.GAVE_UP) {
        // A later part may still be proved wrong, which says more.
        tooHard = new LinearizabilityResult.GaveUp<>(
            part.getKey(),
            search.explained(),
            search.byReturn().size(),
            search.configurations(),
            search.bytes(),
            steps,
            limits);
      }
      orders.add(search.witness());
    }
    return tooHard != null ? tooHard : new LinearizabilityResult.Linearizable<>(orders, steps);
  }

  /**
   * Bounds for each part of a history.
   *
   * @param maxSteps how often the model may be asked
   * @param maxBytes how much memory may be taken, estimated: where the search has been, and what it has still to try. One part
   *     is checked at a time. The estimate relies on {@link SequentialModel#bytes}
   */
  public record Limits(long maxSteps, long maxBytes) {

    /** Some seconds and 256 MiB at most. */
    public static final Limits DEFAULT = new Limits(50_000_000, 256L << 20);
  }
}
