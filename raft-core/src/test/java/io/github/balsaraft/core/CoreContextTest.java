package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.core.log.TermStarts;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.trace.TraceEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What all roles share never goes back, whichever of them asks: a replica that is about to break a promise stops instead. Its
 * log has the entries 1 to 6 of term 2, of which 4 are committed; its term is 3.
 */
class CoreContextTest {

  private static final long TERM = 3;

  private final List<TraceEvent> events = new ArrayList<>();
  private final CoreContext context = context();

  private CoreContext context(DamagedEntry... damaged) {
    CoreContext made = new CoreContext(
        OPTIONS,
        CoreHarness.patience(1),
        new CoreStart(
            id("n1"),
            new HardState(TERM, null),
            new TermStarts(EntryId.NONE, List.of(new EntryId(2, 1)), 6),
            null,
            voters("n1", "n2", "n3"),
            new TreeMap<>(),
            0,
            100,
            0,
            List.of(damaged)),
        events::add);
    made.commitTo(4);
    return made;
  }

  private static SnapshotHeader snapshot(long index) {
    return snapshot(index, voters("n1", "n2"), 0);
  }

  private static SnapshotHeader snapshot(
      long index, Configuration configuration, long configurationIndex) {
    return new SnapshotHeader(new EntryId(2, index), 2, configuration, configurationIndex, 0);
  }

  private static void assertStops(ThrowingCallable step) {
    assertThatThrownBy(step).isInstanceOf(InvariantViolation.class);
  }

  @Test
  @DisplayName("time stands still when a caller's clock goes back")
  void time() {
    context.advanceTo(150);
    context.advanceTo(120);
    assertThat(context.nowNanos()).isEqualTo(150);
    context.advanceTo(-1);
    assertThat(context.nowNanos()).isEqualTo(150);
  }

  @Test
  @DisplayName("figure 2: a term is left for a later one only, and the vote with it")
  void terms() {
    context.voteFor(id("n2"));
    assertStops(() -> context.adoptTerm(TERM, id("n3")));
    assertStops(() -> context.adoptTerm(TERM - 1, null));
    assertThat(context.hardState()).isEqualTo(new HardState(TERM, id("n2")));
    context.adoptTerm(TERM + 1, null);
    assertThat(context.hardState()).isEqualTo(new HardState(TERM + 1, null));
  }

  @Test
  @DisplayName("5.2: a vote is given once in a term")
  void votes() {
    context.voteFor(id("n2"));
    context.voteFor(id("n2"));
    assertStops(() -> context.voteFor(id("n3")));
    assertThat(context.votedFor()).isEqualTo(id("n2"));
    assertThat(events.stream().filter(TraceEvent.Voted.class::isInstance)).hasSize(1);
  }

  @Test
  @DisplayName("trap 14: what is committed is not truncated")
  void truncation() {
    assertStops(() -> context.truncateFrom(4));
    assertStops(() -> context.truncateFrom(1));
    assertThat(context.log.lastIndex()).isEqualTo(6);
    context.truncateFrom(5);
    assertThat(context.log.lastIndex()).isEqualTo(4);
  }

  @Test
  @DisplayName("nothing is committed that the log doesn't have, and nothing is committed no more")
  void commits() {
    assertStops(() -> context.commitTo(7));
    assertThat(context.commitIndex()).isEqualTo(4);
    context.commitTo(3);
    assertThat(context.commitIndex()).isEqualTo(4);
    context.commitTo(6);
    assertThat(context.commitIndex()).isEqualTo(6);
  }

  @Test
  @DisplayName("trap 41: no snapshot takes a replica back behind what it knows to be committed")
  void installing() {
    assertStops(() -> context.install(snapshot(4)));
    assertStops(() -> context.install(snapshot(3)));
    assertThat(context.log.lastIndex()).isEqualTo(6);
    context.install(snapshot(5));
    assertThat(context.commitIndex()).isEqualTo(5);
    assertThat(context.log.base()).isEqualTo(new EntryId(2, 5));
    assertThat(context.log.lastIndex()).isEqualTo(5);
    assertThat(context.configuration()).isEqualTo(voters("n1", "n2"));
  }

  @Test
  @DisplayName("an installed snapshot can be served to others at once")
  void installedIsServable() {
    assertThat(context.compaction.servable()).isNull();
    context.install(snapshot(5));
    assertThat(context.compaction.servable()).isEqualTo(snapshot(5));
  }

  @Test
  @DisplayName(
      "a snapshot in place of damaged entries commits what it covers, can be served, and leaves the rest")
  void inPlaceOfDamaged() {
    CoreContext recovering = context(new DamagedEntry(new EntryId(2, 3), 0));
    events.clear();
    recovering.installInPlaceOfDamaged(snapshot(5));
    assertThat(recovering.repair.isRecovering()).isFalse();
    assertThat(recovering.commitIndex()).isEqualTo(5);
    assertThat(recovering.compaction.servable()).isEqualTo(snapshot(5));
    assertThat(recovering.log.base()).isEqualTo(new EntryId(2, 5));
    assertThat(recovering.log.lastIndex()).isEqualTo(6);
    assertThat(recovering.configurations.latestIndex())
        .as("it names none of the log's")
        .isZero();
    assertThat(events)
        .last()
        .isInstanceOfSatisfying(
            TraceEvent.Compacted.class,
            event -> assertThat(event.base()).isEqualTo(new EntryId(2, 5)));
  }

  @Test
  @DisplayName(
      "a configuration that was damaged is in force with its copy, and if it is committed no earlier one is possible")
  void refilledConfiguration() {
    CoreContext recovering = context(new DamagedEntry(new EntryId(2, 3), 0));
    assertThat(recovering.configuration()).isEqualTo(voters("n1", "n2", "n3"));
    EntryBatch copy = Payloads.single(
            EntryType.CONFIGURATION, voters("n1", "n2").encode())
        .place(new EntryId(2, 3), 0);
    recovering.refill(copy);
    assertThat(recovering.hasUnwritten()).isTrue();
    assertThat(recovering.configuration()).isEqualTo(voters("n1", "n2"));
    assertThat(recovering.configurations.latestIndex()).isEqualTo(3);
    assertThat(recovering.configurations.possible()).containsExactly(voters("n1", "n2"));
    assertThat(recovering.repair.isRecovering()).as("until it is written").isTrue();
  }

  @Test
  @DisplayName(
      "there is something to write after each change of what is stored, and not after others")
  void unwritten() {
    assertThat(context.hasUnwritten()).isFalse();
    context.commitTo(5);
    context.advanceTo(1000);
    assertThat(context.hasUnwritten()).isFalse();
    context.truncateFrom(6);
    assertThat(context.hasUnwritten()).isTrue();
    context.log.takeWrite(context.writes.issue(0));
    assertThat(context.hasUnwritten()).isFalse();
    context.voteFor(id("n2"));
    assertThat(context.hasUnwritten()).isTrue();
  }
}
