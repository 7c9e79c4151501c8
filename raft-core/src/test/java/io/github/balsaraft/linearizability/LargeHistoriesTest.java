package io.github.balsaraft.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvModel;
import io.github.balsaraft.testing.KvOutput;
import io.github.balsaraft.testing.LinearizabilityChecker;
import io.github.balsaraft.testing.LinearizabilityChecker.Limits;
import io.github.balsaraft.testing.LinearizabilityResult;
import io.github.balsaraft.testing.LinearizabilityResult.GaveUp;
import io.github.balsaraft.testing.LinearizabilityResult.NotLinearizable;
import io.github.balsaraft.testing.Operation;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Histories of the size that the tests with real processes make. The work is counted in steps, which are the same on every
 * machine; a million of them takes some seconds at most.
 */
class LargeHistoriesTest {

  private static final long MILLION = 1_000_000;

  private static List<Operation<KvInput, KvOutput>> history(
      long seed, SimulatedClients.Workload workload) {
    return new SimulatedClients(seed, 16, 5, 12_000, 40, workload).run();
  }

  private static LinearizabilityResult<KvInput, KvOutput> check(
      List<Operation<KvInput, KvOutput>> history) {
    return new LinearizabilityChecker<>(new KvModel()).check(history);
  }

  @ParameterizedTest
  @EnumSource
  void sixteenClientsOnFiveKeys(SimulatedClients.Workload workload) {
    for (long seed = 0; seed < 2; seed++) {
      List<Operation<KvInput, KvOutput>> history = history(seed, workload);
      assertThat(history).hasSizeGreaterThanOrEqualTo(10_000);
      assertThat(history).filteredOn(Operation::isUnknown).hasSizeGreaterThanOrEqualTo(300);
      LinearizabilityResult<KvInput, KvOutput> result = check(history);
      result.assertLinearizable();
      assertThat(result.steps()).as(result.describe()).isLessThan(MILLION);
    }
  }

  /** Sixteen operations that overlap are many; of a counter or a mixture of everything they can be too many. */
  @ParameterizedTest
  @EnumSource(names = {"REGISTER", "LIST", "WRITES_ONLY"})
  void sixteenClientsOnOneKey(SimulatedClients.Workload workload) {
    for (long seed = 0; seed < 3; seed++) {
      LinearizabilityResult<KvInput, KvOutput> result =
          check(new SimulatedClients(seed, 16, 1, 2_000, 40, workload).run());
      result.assertLinearizable();
      assertThat(result.steps()).as(result.describe()).isLessThan(5 * MILLION);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"REGISTER", "LIST"})
  void oneWrongAnswerAmongThousands(SimulatedClients.Workload workload) {
    int found = 0;
    for (long seed = 0; seed < 4; seed++) {
      LinearizabilityResult<KvInput, KvOutput> result =
          check(TinyHistories.exchangeAnswer(history(seed, workload), new Random(seed)));
      assertThat(result).as(result.describe()).isNotInstanceOf(GaveUp.class);
      assertThat(result.steps()).as(result.describe()).isLessThan(MILLION);
      found += result instanceof NotLinearizable ? 1 : 0;
    }
    assertThat(found).isPositive();
  }

  /** One read of a value that was overwritten thousands of operations ago. */
  @Test
  void namesTheFewOperationsThatMatter() {
    List<Operation<KvInput, KvOutput>> history =
        TinyHistories.exchangeAnswer(history(0, SimulatedClients.Workload.REGISTER), new Random(0));
    LinearizabilityResult<KvInput, KvOutput> result = check(history);
    NotLinearizable<KvInput, KvOutput> no = (NotLinearizable<KvInput, KvOutput>) result;
    assertThat(no.prefix()).as(result.describe()).isGreaterThan(1_000);
    assertThat(no.contradiction())
        .as(result.describe())
        .hasSizeLessThan(6)
        .contains(no.unexplained());
    assertThat(result.describe())
        .contains("contradict each other")
        .hasLineCount(4 + no.contradiction().size());
  }

  @Test
  void givesUpAtItsLimitsAndSaysSo() {
    List<Operation<KvInput, KvOutput>> history = history(0, SimulatedClients.Workload.REGISTER);
    LinearizabilityResult<KvInput, KvOutput> result =
        new LinearizabilityChecker<>(new KvModel(), new Limits(1_000, 1 << 30)).check(history);
    assertThat(result).isInstanceOf(GaveUp.class);
    assertThat(result.isLinearizable()).isFalse();
    assertThat(result.describe())
        .startsWith("undecided, which proves nothing: ")
        .contains("no more than 1,000 steps are allowed");
  }

  @Test
  void givesUpWhenItWouldTakeTooMuchMemoryAndSaysSo() {
    LinearizabilityResult<Long, Long> result =
        CrowdedCounter.check(8, new Limits(Long.MAX_VALUE, 16 << 20));
    assertThat(result).isInstanceOf(GaveUp.class);
    assertThat(result.describe())
        .startsWith("undecided, which proves nothing: ")
        .contains("no more than 16 MiB are allowed");
  }
}
