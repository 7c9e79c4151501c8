package io.github.balsaraft.storage;

import static io.github.balsaraft.storage.MistakenSnapshots.Mistake.DOES_NOT_SYNC_FILES;
import static io.github.balsaraft.storage.MistakenSnapshots.Mistake.DOES_NOT_SYNC_NAMES;
import static io.github.balsaraft.storage.MistakenSnapshots.Mistake.DROPS_THE_OLDER_FIRST;
import static io.github.balsaraft.storage.MistakenSnapshots.Mistake.IGNORES_CHECKSUMS;
import static io.github.balsaraft.storage.MistakenSnapshots.Mistake.KEEPS_WHAT_WAS_DELETED;
import static io.github.balsaraft.storage.MistakenSnapshots.Mistake.REMOVES_WHAT_IS_DAMAGED;
import static io.github.balsaraft.storage.MistakenSnapshots.Mistake.STUMBLES_OVER_REMAINS;
import static io.github.balsaraft.storage.MistakenSnapshots.Mistake.SWALLOWS_FAILED_WRITES;
import static io.github.balsaraft.storage.MistakenSnapshots.Mistake.SYNCS_TOO_LATE;
import static io.github.balsaraft.storage.MistakenSnapshots.Mistake.TRIES_SYNC_AGAIN;
import static io.github.balsaraft.storage.MistakenSnapshots.Mistake.TRUSTS_NAMES;
import static io.github.balsaraft.storage.MistakenSnapshots.Mistake.TRUSTS_WHAT_WAS_RECEIVED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.storage.MistakenSnapshots.Mistake;
import io.github.balsaraft.testing.FragileSnapshotDisk;
import io.github.balsaraft.testing.SnapshotStoreFaults;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The suite of faults finds each mistake of a snapshot store by the fault that shows it; the right ones pass it elsewhere. */
class SnapshotStoreFaultsTest {

  private static final int DRAWS = 20;

  private static final Map<Mistake, List<Fault>> SHOWN_BY = Map.ofEntries(
      Map.entry(
          DOES_NOT_SYNC_FILES,
          List.of(Fault.CUT_WHILE_WRITING, Fault.CUT_WHILE_RECEIVING, Fault.CUT_WHILE_CLAIMING)),
      Map.entry(
          DOES_NOT_SYNC_NAMES,
          List.of(Fault.CUT_WHILE_WRITING, Fault.CUT_WHILE_RECEIVING, Fault.CUT_WHILE_CLAIMING)),
      Map.entry(SYNCS_TOO_LATE, List.of(Fault.CUT_WHILE_WRITING)),
      Map.entry(TRIES_SYNC_AGAIN, List.of(Fault.FAIL_WRITING, Fault.FAIL_RECEIVING)),
      Map.entry(SWALLOWS_FAILED_WRITES, List.of(Fault.FAIL_WRITING, Fault.FAIL_RECEIVING)),
      Map.entry(TRUSTS_NAMES, List.of(Fault.CUT_AFTER_RECOVERY)),
      Map.entry(TRUSTS_WHAT_WAS_RECEIVED, List.of(Fault.CUT_AFTER_RECOVERY)),
      Map.entry(DROPS_THE_OLDER_FIRST, List.of(Fault.CUT_WHILE_WRITING)),
      Map.entry(KEEPS_WHAT_WAS_DELETED, List.of(Fault.CUT_WHILE_WRITING, Fault.FAIL_WRITING)),
      Map.entry(STUMBLES_OVER_REMAINS, List.of(Fault.CUT_WHILE_WRITING)),
      Map.entry(REMOVES_WHAT_IS_DAMAGED, List.of(Fault.FLIP_BITS, Fault.CUT_FILES)),
      Map.entry(IGNORES_CHECKSUMS, List.of(Fault.FLIP_BITS)));

  private interface Run {
    void with(SnapshotStoreFaults faults) throws IOException;
  }

  /** What is done to the store. */
  @SuppressWarnings("ImmutableEnumChecker") // The functions have no state.
  private enum Fault {
    CUT_WHILE_WRITING(SnapshotStoreFaults::cutPowerWhileWriting),
    CUT_WHILE_RECEIVING(SnapshotStoreFaults::cutPowerWhileReceiving),
    CUT_WHILE_CLAIMING(SnapshotStoreFaults::cutPowerWhileClaiming),
    CUT_AFTER_RECOVERY(SnapshotStoreFaults::cutPowerAfterRecovery),
    FAIL_WRITING(SnapshotStoreFaults::failWriting),
    FAIL_RECEIVING(SnapshotStoreFaults::failReceiving),
    FLIP_BITS(SnapshotStoreFaults::flipBits),
    CUT_FILES(SnapshotStoreFaults::cutFiles);

    private final Run run;

    Fault(Run run) {
      this.run = run;
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
    SnapshotStoreFaults faults = new SnapshotStoreFaults(
        seed -> new FragileSnapshotDisk(seed, folder -> MistakenSnapshots.store(folder, mistake)),
        DRAWS);
    assertThatThrownBy(() -> fault.run.with(faults)).isInstanceOf(AssertionError.class);
  }

  @Test
  void everyMistakeIsTried() {
    assertThat(SHOWN_BY.keySet()).isEqualTo(EnumSet.allOf(Mistake.class));
  }
}
