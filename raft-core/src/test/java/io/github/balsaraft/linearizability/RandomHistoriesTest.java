package io.github.balsaraft.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvModel;
import io.github.balsaraft.testing.KvOutput;
import io.github.balsaraft.testing.KvState;
import io.github.balsaraft.testing.LinearizabilityChecker;
import io.github.balsaraft.testing.LinearizabilityResult;
import io.github.balsaraft.testing.LinearizabilityResult.NotLinearizable;
import io.github.balsaraft.testing.Operation;
import io.github.balsaraft.testing.SequentialModel;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The checker against a store that is linearizable, and against its naive twin. */
class RandomHistoriesTest {

  private static LinearizabilityResult<KvInput, KvOutput> check(
      List<Operation<KvInput, KvOutput>> history) {
    return new LinearizabilityChecker<>(new KvModel()).check(history);
  }

  @ParameterizedTest
  @EnumSource
  void aLinearizableStorePasses(SimulatedClients.Workload workload) {
    for (long seed = 0; seed < 100; seed++) {
      List<Operation<KvInput, KvOutput>> history =
          new SimulatedClients(seed, 5, 2, 80, 100, workload).run();
      Witness.assertExplains(new KvModel(), check(history), history);
    }
  }

  @Test
  void agreesWithTryingEveryOrder() {
    int linearizable = 0;
    int histories = 12_000;
    for (long seed = 0; seed < histories; seed++) {
      Random random = new Random(seed);
      boolean expected = assertAgrees(
          seed,
          seed % 2 == 0 ? TinyHistories.guessed(random) : TinyHistories.mutated(random, seed));
      linearizable += expected ? 1 : 0;
    }
    assertThat(linearizable).as("of both kinds").isBetween(histories / 5, histories * 4 / 5);
  }

  private static boolean assertAgrees(long seed, List<Operation<KvInput, KvOutput>> history) {
    boolean expected = BruteForce.isLinearizable(new KvModel(), history);
    LinearizabilityResult<KvInput, KvOutput> result = check(history);
    assertThat(result.isLinearizable())
        .as("seed %s: %s\n%s", seed, history, result.describe())
        .isEqualTo(expected);
    LinearizabilityResult<KvInput, KvOutput> plain =
        new LinearizabilityChecker<>(new WithoutHelp()).check(history);
    assertThat(plain.isLinearizable())
        .as("seed %s without the model's help", seed)
        .isEqualTo(expected);
    if (expected) {
      Witness.assertExplains(new KvModel(), result, history);
    } else {
      assertContradicts((NotLinearizable<KvInput, KvOutput>) result, history);
    }
    return expected;
  }

  /** Those named contradict each other whatever the others did, and no fewer of them do. */
  private static void assertContradicts(
      NotLinearizable<KvInput, KvOutput> result, List<Operation<KvInput, KvOutput>> history) {
    List<Operation<KvInput, KvOutput>> named = result.contradiction();
    assertThat(named).contains(result.unexplained());
    assertThat(BruteForce.isLinearizable(new KvModel(), weakenedExcept(named, history)))
        .as("%s\nof %s", result.describe(), history)
        .isFalse();
    for (Operation<KvInput, KvOutput> one : named) {
      List<Operation<KvInput, KvOutput>> fewer =
          named.stream().filter(other -> !other.equals(one)).toList();
      assertThat(BruteForce.isLinearizable(new KvModel(), weakenedExcept(fewer, history)))
          .as("%s is needed in\n%s", one, result.describe())
          .isTrue();
    }
  }

  private static List<Operation<KvInput, KvOutput>> weakenedExcept(
      List<Operation<KvInput, KvOutput>> firm, List<Operation<KvInput, KvOutput>> history) {
    return history.stream()
        .map(operation -> firm.contains(operation)
            ? operation
            : Operation.<KvInput, KvOutput>unknown(
                operation.process(), operation.input(), operation.invoked()))
        .toList();
  }

  @Test
  void theSameHistoryTakesTheSameSteps() {
    List<Operation<KvInput, KvOutput>> history =
        new SimulatedClients(1, 8, 3, 500, 50, SimulatedClients.Workload.EVERYTHING).run();
    assertThat(
            LongStream.range(0, 3).map(any -> check(history).steps()).distinct().count())
        .isEqualTo(1);
  }

  /** The store as a model that only says what it must. */
  private static final class WithoutHelp implements SequentialModel<KvState, KvInput, KvOutput> {
    private final KvModel model = new KvModel();

    @Override
    public KvState initial() {
      return model.initial();
    }

    @Override
    public @Nullable KvState step(KvState state, KvInput input, @Nullable KvOutput output) {
      return model.step(state, input, output);
    }
  }
}
