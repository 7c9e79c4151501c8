package io.github.balsaraft.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvModel;
import io.github.balsaraft.testing.KvOutput;
import io.github.balsaraft.testing.LinearizabilityChecker;
import io.github.balsaraft.testing.LinearizabilityResult;
import io.github.balsaraft.testing.LinearizabilityResult.NotLinearizable;
import io.github.balsaraft.testing.Operation;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Histories of the size that the tests with real processes make. The work is counted in steps, which are the same on every
 * machine: a thousand steps take about a millisecond.
 */
class LargeHistoriesTest {

  static Stream<Arguments> workloads() {
    return Stream.of(
        Arguments.of("register", SimulatedClients.Mix.REGISTER),
        Arguments.of("list", SimulatedClients.Mix.LIST),
        Arguments.of("counter", SimulatedClients.Mix.COUNTER),
        Arguments.of("everything", SimulatedClients.Mix.COUNTER),
        Arguments.of("writes only", SimulatedClients.Mix.WRITES_ONLY));
  }

  private static List<Operation<KvInput, KvOutput>> history(long seed, SimulatedClients.Mix mix) {
    return new SimulatedClients(seed, 16, 5, 12_000, 40, mix).run();
  }

  private static LinearizabilityResult<KvInput, KvOutput> check(
      List<Operation<KvInput, KvOutput>> history) {
    return new LinearizabilityChecker<>(new KvModel()).check(history);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("workloads")
  void sixteenClientsOnFiveKeys(String name, SimulatedClients.Mix mix) {
    for (long seed = 0; seed < 3; seed++) {
      List<Operation<KvInput, KvOutput>> history = history(seed, mix);
      assertThat(history).hasSizeGreaterThanOrEqualTo(10_000);
      assertThat(history).filteredOn(Operation::isUnknown).hasSizeGreaterThanOrEqualTo(300);
      LinearizabilityResult<KvInput, KvOutput> result = check(history);
      result.assertLinearizable();
      System.out.println(name + " " + result.describe());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("workloads")
  void oneWrongAnswerAmongThousands(String name, SimulatedClients.Mix mix) {
    int found = 0;
    for (long seed = 0; seed < 8; seed++) {
      List<Operation<KvInput, KvOutput>> history =
          TinyHistories.exchangeAnswer(history(seed, mix), new Random(seed));
      long t = System.nanoTime();
      LinearizabilityResult<KvInput, KvOutput> result = check(history);
      System.out.println(name + " " + result.steps() + " " + (System.nanoTime() - t) / 1000000
          + "ms " + result.describe());
      //      assertThat(result).as(result.describe()).isNotInstanceOf(GaveUp.class);
      if (result instanceof NotLinearizable<KvInput, KvOutput> no) {
        found++;
        System.out.println("CORE " + no.contradiction().size());
      }
    }
    assertThat(found).isPositive();
  }
}
