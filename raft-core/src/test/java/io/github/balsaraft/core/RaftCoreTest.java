package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.core.log.TermStarts;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.Payloads;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the way into the core passes on, and what it keeps out. */
class RaftCoreTest {

  private static final long WALL = 1_700_000_000_000L;

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  private static RaftCore core(TermStarts terms, List<DamagedEntry> damaged) {
    return new RaftCore(
        OPTIONS,
        CoreHarness.patience(1),
        new CoreStart(
            id("n1"),
            new HardState(1, null),
            terms,
            null,
            voters("n1", "n2"),
            new TreeMap<>(),
            0,
            5,
            WALL,
            damaged));
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"COMMAND", "SESSION"})
  @DisplayName(
      "only commands are proposed, in sessions or not: entries of other types have rules that a proposal would bypass")
  void onlyCommands(EntryType type) {
    cluster.elect("n1");
    EntryId last = n1.view().lastEntry();
    assertThatThrownBy(() -> n1.core().propose(Payloads.single(type, new byte[0])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(type.name());
    assertThat(n1.view().lastEntry()).isEqualTo(last);
  }

  @Test
  @DisplayName(
      "how much of jumps of the wall clock log time ignores is told with the next output, once")
  void jumpsOfTheWallClock() {
    RaftCore core = core(new TermStarts(), List.of());
    core.advanceTo(5 + 10 * MILLIS, WALL + 10 + 25_000);
    core.advanceTo(5 + 20 * MILLIS, WALL + 20 + 25_000 + 17_000);
    assertThat(core.ready().logTimeCutMillis()).isEqualTo(15_000 + 7_000);
    core.advanceTo(5 + 30 * MILLIS, WALL + 30 + 42_000);
    assertThat(core.ready().logTimeCutMillis()).isZero();
  }

  @Test
  @DisplayName(
      "a replica that starts with damaged entries is to be called at once, to ask for them")
  void damagedAtStart() {
    TermStarts terms = new TermStarts(EntryId.NONE, List.of(new EntryId(1, 1)), 3);
    RaftCore core = core(terms, List.of(new DamagedEntry(new EntryId(1, 2), 0)));
    assertThat(core.nextDeadlineNanos()).isEqualTo(5);
    assertThat(core.ready().messages()).hasSize(1);
    assertThat(core.nextDeadlineNanos()).isEqualTo(5 + 2 * OPTIONS.heartbeatNanos());
  }

  @Test
  @DisplayName("nothing more is sent on a way that takes no more, and the rest once it does")
  void writable() {
    cluster.elect("n1");
    cluster.run(300 * MILLIS);
    cluster.stepDo(n1, core -> core.writable(n2.id, false));
    cluster.propose(n1, "x");
    assertThat(cluster.network().inFlight().stream().filter(AppendEntries.class::isInstance))
        .allSatisfy(message -> assertThat(message.to()).isEqualTo(n3.id))
        .isNotEmpty();
    cluster.stepDo(n1, core -> core.writable(n2.id, true));
    assertThat(cluster.network().inFlight().stream().filter(AppendEntries.class::isInstance))
        .anySatisfy(message -> assertThat(message.to()).isEqualTo(n2.id));
    cluster.settle();
    assertThat(n2.applied).isEqualTo(n1.applied);
    cluster.stepDo(n2, core -> core.writable(n1.id, false));
    assertThat(n2.view().leader()).as("a follower sends no entries").isEqualTo(n1.id);
  }

  @Test
  @DisplayName("a leader whose snapshot can't be read any more names another source at once")
  void snapshotUnavailable() {
    cluster.elect("n1");
    cluster.run(300 * MILLIS);
    cluster.network().cut(n1.id, n3.id);
    cluster.network().cut(n3.id, n1.id);
    cluster.propose(n1, "a", "b", "c", "d", "e");
    cluster.run(2500 * MILLIS);
    cluster.snapshot(n1);
    n3.autoFetch = false;
    cluster.network().healAll();
    cluster.run(1500 * MILLIS);
    assertThat(n1.view().progressOf(n3.id).install().source()).isEqualTo(n1.id);
    long covered = n1.disk.snapshot().lastIndex();
    cluster.stepDo(n1, core -> core.snapshotUnavailable(covered - 1));
    assertThat(n1.view().progressOf(n3.id).install().source())
        .as("an older one is gone")
        .isEqualTo(n1.id);
    cluster.stepDo(n1, core -> core.snapshotUnavailable(covered));
    assertThat(n1.view().progressOf(n3.id).install().source()).isEqualTo(n2.id);
    cluster.stepDo(n2, core -> core.snapshotUnavailable(covered));
    assertThat(n2.view().leader()).as("a follower has nobody to tell").isEqualTo(n1.id);
  }
}
