package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.voter;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.balsaraft.core.membership.LeaseBounds;
import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Payloads;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Limits, at the limit itself and beyond. */
class SettingsOfTheCoreTest {

  private static final long MILLI = 1_000_000;

  @Test
  @DisplayName(
      "entries retained behind a snapshot: not fewer than none, at most as many as the most, and bytes not below none")
  void compactionRules() {
    assertThat(new CompactionRules(5, 5, 1, 1).maxRetainedEntries()).isEqualTo(5);
    assertThat(new CompactionRules(0, 0, 1, 1).retainedEntries()).isZero();
    assertThatIllegalArgumentException().isThrownBy(() -> new CompactionRules(-1, 5, 1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new CompactionRules(6, 5, 1, 1));
    assertThat(new CompactionRules(5, 5, 0, 1).maxRetainedBytes()).isZero();
    assertThat(new CompactionRules(5, 5, 0, 0).maxTakeoverBytes()).isZero();
    assertThatIllegalArgumentException().isThrownBy(() -> new CompactionRules(5, 5, -1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new CompactionRules(5, 5, 1, -1));
  }

  @Test
  @DisplayName("the time in which a new member must catch up is above zero")
  void timeLimitOfAnAddition() {
    assertThat(MembershipChange.add(voter("n4"), 1)).isNotNull();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MembershipChange.add(voter("n4"), 0))
        .withMessageContaining("0 ns");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MembershipChange.replace(id("n1"), voter("n4"), -1));
  }

  @Test
  @DisplayName(
      "a lease of two heartbeat intervals is long enough, and a shorter one is refused with both lengths")
  void shortestLease() {
    // A window of 1000 ms less 10 percent.
    LeaseRules rules = LeaseRules.permitted(1000, 100_000);
    assertThat(new LeaseBounds(450 * MILLI, 2000 * MILLI).problem(rules)).isNull();
    assertThat(new LeaseBounds(451 * MILLI, 2000 * MILLI).problem(rules))
        .contains("a lease of 900 ms", "902 ms");
  }

  @Test
  @DisplayName(
      "uncommitted bytes may reach their limit, and not pass it; one entry always fits into nothing")
  void uncommittedBytes() {
    UncommittedEntries uncommitted = new UncommittedEntries();
    assertThat(uncommitted.hasRoomFor(11, 10)).isTrue();
    byte[] command = {1, 2, 3};
    uncommitted.appended(Payloads.single(EntryType.COMMAND, command).place(new EntryId(1, 1), 0));
    long first = uncommitted.bytes();
    assertThat(uncommitted.hasRoomFor(4, first + 4)).isTrue();
    assertThat(uncommitted.hasRoomFor(5, first + 4)).isFalse();
  }
}
