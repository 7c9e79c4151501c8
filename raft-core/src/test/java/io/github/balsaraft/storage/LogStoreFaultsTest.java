package io.github.balsaraft.storage;

import static io.github.balsaraft.storage.SampleLogStore.Mistake.DOES_NOT_SYNC;
import static io.github.balsaraft.storage.SampleLogStore.Mistake.ENDS_AT_DAMAGE;
import static io.github.balsaraft.storage.SampleLogStore.Mistake.GOES_ON_AFTER_FAILURE;
import static io.github.balsaraft.storage.SampleLogStore.Mistake.IGNORES_CHECKSUMS;
import static io.github.balsaraft.storage.SampleLogStore.Mistake.LEAVES_TORN_END;
import static io.github.balsaraft.storage.SampleLogStore.Mistake.SPLITS_WRITES;
import static io.github.balsaraft.storage.SampleLogStore.Mistake.SWALLOWS_FAILURE_OF_RECOVERY;
import static io.github.balsaraft.storage.SampleLogStore.Mistake.SYNCS_TOO_EARLY;
import static io.github.balsaraft.storage.SampleLogStore.Mistake.TELLS_FAILURE_AGAIN;
import static io.github.balsaraft.storage.SampleLogStore.Mistake.TELLS_NO_EARLIER_FAILURE;
import static io.github.balsaraft.storage.SampleLogStore.Mistake.TELLS_NO_FAILURE;
import static io.github.balsaraft.storage.SampleLogStore.Mistake.TRIES_SYNC_AGAIN;
import static io.github.balsaraft.storage.SampleLogStore.Mistake.TRUSTS_WHAT_IT_READS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.storage.SampleLogStore.Mistake;
import io.github.balsaraft.testing.FaultyDisk;
import io.github.balsaraft.testing.LogStoreFaults;
import io.github.balsaraft.testing.LogStoreFaultsContract;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The suite of faults passes a store that is right, and finds each mistake by the fault that shows it. */
class LogStoreFaultsTest {

  private static final Map<Mistake, List<Fault>> SHOWN_BY = Map.ofEntries(
      Map.entry(DOES_NOT_SYNC, List.of(Fault.CUT)),
      Map.entry(SYNCS_TOO_EARLY, List.of(Fault.CUT)),
      Map.entry(SPLITS_WRITES, List.of(Fault.CUT, Fault.FAIL_OPERATIONS)),
      Map.entry(TRIES_SYNC_AGAIN, List.of(Fault.FAIL_OPERATIONS)),
      Map.entry(GOES_ON_AFTER_FAILURE, List.of(Fault.FAIL_OPERATIONS)),
      Map.entry(TRUSTS_WHAT_IT_READS, List.of(Fault.CUT_AFTER_RECOVERY)),
      Map.entry(LEAVES_TORN_END, List.of(Fault.CUT)),
      Map.entry(IGNORES_CHECKSUMS, List.of(Fault.FLIP_BITS)),
      Map.entry(ENDS_AT_DAMAGE, List.of(Fault.FLIP_BITS)),
      Map.entry(SWALLOWS_FAILURE_OF_RECOVERY, List.of(Fault.FAIL_RECOVERY)),
      Map.entry(TELLS_NO_FAILURE, List.of(Fault.FAIL_IN_BACKGROUND)),
      Map.entry(TELLS_NO_EARLIER_FAILURE, List.of(Fault.FAIL_IN_BACKGROUND)),
      Map.entry(TELLS_FAILURE_AGAIN, List.of(Fault.FAIL_IN_BACKGROUND)));

  /** What is done to the store. */
  @SuppressWarnings("ImmutableEnumChecker") // The functions have no state.
  private enum Fault {
    CUT(LogStoreFaults::cutPower),
    CUT_AFTER_RECOVERY(LogStoreFaults::cutPowerAfterRecovery),
    FAIL_OPERATIONS(LogStoreFaults::failOperations),
    FAIL_RECOVERY(LogStoreFaults::failRecovery),
    FAIL_IN_BACKGROUND(LogStoreFaults::failInBackground),
    FLIP_BITS(LogStoreFaults::flipBits);

    private final Consumer<LogStoreFaults> run;

    Fault(Consumer<LogStoreFaults> run) {
      this.run = run;
    }
  }

  @Nested
  class RightStore extends LogStoreFaultsContract {
    @Override
    protected FaultyDisk newDisk() {
      return disk(EnumSet.noneOf(Mistake.class));
    }
  }

  static Stream<Arguments> mistakes() {
    return Arrays.stream(Mistake.values())
        .flatMap(
            mistake -> SHOWN_BY.get(mistake).stream().map(fault -> Arguments.of(mistake, fault)));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void mistakeIsFound(Mistake mistake, Fault fault) {
    LogStoreFaults faults = new LogStoreFaults(() -> disk(EnumSet.of(mistake)), 1);
    assertThatThrownBy(() -> fault.run.accept(faults)).isInstanceOf(AssertionError.class);
    assertThat(Thread.interrupted())
        .as("a wait for what never comes was cut short, and nobody else is to end by it")
        .isEqualTo(mistake == TELLS_NO_FAILURE);
  }

  @Test
  void everyMistakeIsTried() {
    assertThat(SHOWN_BY.keySet()).isEqualTo(EnumSet.allOf(Mistake.class));
  }

  private static ByteDisk disk(Set<Mistake> mistakes) {
    return new ByteDisk(disk -> new SampleLogStore(disk, mistakes));
  }
}
