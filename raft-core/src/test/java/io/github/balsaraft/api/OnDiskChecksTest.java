package io.github.balsaraft.api;

import static io.github.balsaraft.api.SampleOnDiskMachine.Mistake.BELIEVES_TORN_RECORDS;
import static io.github.balsaraft.api.SampleOnDiskMachine.Mistake.CAPTURES_NO_SESSIONS;
import static io.github.balsaraft.api.SampleOnDiskMachine.Mistake.ENTRY_APART;
import static io.github.balsaraft.api.SampleOnDiskMachine.Mistake.ENTRY_TOO_EARLY;
import static io.github.balsaraft.api.SampleOnDiskMachine.Mistake.ENTRY_TOO_LATE;
import static io.github.balsaraft.api.SampleOnDiskMachine.Mistake.FORGETS_OWNER;
import static io.github.balsaraft.api.SampleOnDiskMachine.Mistake.FORGETS_TERM;
import static io.github.balsaraft.api.SampleOnDiskMachine.Mistake.FORGETS_WHAT_IT_WAS_TOLD;
import static io.github.balsaraft.api.SampleOnDiskMachine.Mistake.KEEPS_FIRST_OWNER;
import static io.github.balsaraft.api.SampleOnDiskMachine.Mistake.LEAVES_EMPTY_BATCHES_OUT;
import static io.github.balsaraft.api.SampleOnDiskMachine.Mistake.RESTORES_OWNER;
import static io.github.balsaraft.api.SampleOnDiskMachine.Mistake.SESSIONS_APART;
import static io.github.balsaraft.api.SampleOnDiskMachine.Mistake.TAKES_CHANGED_SESSIONS_FOR_ALL;
import static io.github.balsaraft.api.SampleOnDiskMachine.Mistake.WRITES_NOTHING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.SampleOnDiskMachine.Mistake;
import io.github.balsaraft.testing.MachineDisk;
import io.github.balsaraft.testing.OnDiskChecks;
import io.github.balsaraft.testing.OnDiskStateMachineContract;
import io.github.balsaraft.testing.StateMachineChecks;
import java.util.EnumSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The suite passes a state machine on disk that is right, and finds each mistake by the crash that shows it. */
class OnDiskChecksTest {

  private static final Map<Mistake, Consumer<OnDiskChecks>> SHOWN_BY = Map.ofEntries(
      Map.entry(ENTRY_APART, OnDiskChecks::cutPower),
      Map.entry(ENTRY_TOO_EARLY, OnDiskChecks::kill),
      Map.entry(ENTRY_TOO_LATE, OnDiskChecks::kill),
      Map.entry(FORGETS_TERM, OnDiskChecks::kill),
      Map.entry(SESSIONS_APART, OnDiskChecks::cutPower),
      Map.entry(BELIEVES_TORN_RECORDS, OnDiskChecks::cutPower),
      Map.entry(WRITES_NOTHING, OnDiskChecks::kill),
      Map.entry(FORGETS_WHAT_IT_WAS_TOLD, OnDiskChecks::captureWhatIsLeft),
      Map.entry(CAPTURES_NO_SESSIONS, OnDiskChecks::captureWhatIsLeft),
      Map.entry(LEAVES_EMPTY_BATCHES_OUT, OnDiskChecks::kill),
      Map.entry(TAKES_CHANGED_SESSIONS_FOR_ALL, OnDiskChecks::kill),
      Map.entry(FORGETS_OWNER, OnDiskChecks::claim),
      Map.entry(KEEPS_FIRST_OWNER, OnDiskChecks::claim),
      Map.entry(RESTORES_OWNER, OnDiskChecks::claim));

  @Nested
  class RightMachine extends OnDiskStateMachineContract {
    @Override
    protected MachineDisk newDisk() {
      return new SampleOnDiskMachine.Disk(Set.of());
    }

    @Override
    protected byte[] command(Random random) {
      return Words.any(random);
    }

    @Override
    protected byte[] query(Random random) {
      return Words.any(random);
    }
  }

  @ParameterizedTest
  @EnumSource
  void mistakeIsFound(Mistake mistake) {
    Supplier<MachineDisk> disks = () -> new SampleOnDiskMachine.Disk(EnumSet.of(mistake));
    StateMachineChecks commands =
        new StateMachineChecks(() -> disks.get().open(), Words::any, Words::any, 1);
    OnDiskChecks checks = new OnDiskChecks(disks, commands, 1, 1);
    assertThatThrownBy(() -> SHOWN_BY.get(mistake).accept(checks))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void everyMistakeIsTried() {
    assertThat(SHOWN_BY.keySet()).isEqualTo(EnumSet.allOf(Mistake.class));
  }
}
