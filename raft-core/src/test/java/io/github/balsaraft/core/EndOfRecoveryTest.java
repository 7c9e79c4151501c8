package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.EntryId;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * How the recovery of a member comes to its end: by a copy of each damaged entry, by a snapshot that takes their place, by the
 * leader's entries in their place, or not at all. See {@link RecoveryTest} for the time before.
 */
class EndOfRecoveryTest {

  private static final EntryId THIRD = new EntryId(1, 3);

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  private void replicateFive() {
    cluster.elect("n1");
    cluster.propose(n1, "a", "b", "c", "d");
    cluster.run(300 * MILLIS);
    assertThat(n2.disk.durableLastIndex()).isEqualTo(5);
  }

  @Test
  @DisplayName(
      "an entry that was never committed is gone when the leader's log has another in its place")
  void overwrittenByTheLeader() {
    cluster.preset(n1, 2, 1, 2);
    cluster.preset(n3, 2, 1, 2);
    cluster.preset(n2, 2, 1, 1, 1);
    cluster.crash(n2, 0);
    cluster.damage(n2, 3);
    cluster.start(n2);
    cluster.run(6000 * MILLIS);
    assertThat(n2.view().isRecovering()).isFalse();
    assertThat(n2.disk.durableLast()).isEqualTo(n1.disk.durableLast());
  }

  @Test
  @DisplayName(
      "an entry that nobody has stays damaged, and without this replica's vote nobody leads")
  void onlyCopyOfAnEntry() {
    cluster.preset(n1, 2, 1);
    cluster.preset(n2, 2, 1, 1, 1);
    cluster.crash(n3, 0);
    cluster.crash(n2, 0);
    cluster.damage(n2, 3);
    cluster.start(n2);
    cluster.run(10_000 * MILLIS);
    assertThat(n2.view().isRecovering()).isTrue();
    assertThat(n1.leads()).isFalse();
    cluster.start(n3);
    cluster.run(6000 * MILLIS);
    assertThat(n2.view().isRecovering()).isFalse();
  }

  @Test
  @DisplayName(
      "if all others have compacted the entry, a snapshot takes its place, and what follows stays")
  void compactedEverywhere() {
    replicateFive();
    cluster.crash(n2, 0);
    cluster.snapshot(n1);
    cluster.snapshot(n3);
    cluster.run(2500 * MILLIS);
    cluster.propose(n1, "e");
    cluster.run(200 * MILLIS);
    assertThat(n1.disk.durableBase().index()).isEqualTo(5);
    assertThat(n3.disk.durableBase().index()).isEqualTo(5);
    cluster.damage(n2, 3);
    cluster.start(n2);
    cluster.run(3000 * MILLIS);
    assertThat(n2.view().isRecovering()).isFalse();
    assertThat(n2.disk.durableBase()).isEqualTo(new EntryId(1, 5));
    assertThat(n2.applied).isEqualTo(n1.applied);
  }

  @Test
  @DisplayName(
      "the same without any leader: the vote of the recovering member is the one that is missing")
  void compactedAndNoLeader() {
    replicateFive();
    cluster.crash(n2, 0);
    cluster.snapshot(n3);
    cluster.run(1500 * MILLIS);
    cluster.crash(n1, 0);
    cluster.settle();
    assertThat(n3.disk.durableBase().index()).isEqualTo(5);
    cluster.damage(n2, 3);
    cluster.start(n2);
    cluster.run(8000 * MILLIS);
    assertThat(n2.view().isRecovering()).isFalse();
    assertThat(n2.leads() || n3.leads()).isTrue();
  }

  @Test
  @DisplayName("an entry that its own snapshot covers is compacted, and nothing is missing")
  void coveredByItsOwnSnapshot() {
    replicateFive();
    cluster.run(300 * MILLIS);
    FakeSnapshot taken = cluster.takeSnapshot(n2);
    n2.disk.save(taken);
    cluster.crash(n2, 0);
    cluster.damage(n2, 3);
    cluster.start(n2);
    assertThat(n2.view().isRecovering()).isFalse();
    assertThat(n2.disk.durableBase()).isEqualTo(THIRD);
    assertThat(n2.view().lastEntry().index()).isEqualTo(5);
  }

  @Test
  @DisplayName("a damaged configuration is in force again once its copy is there")
  void configurationIsKnownAgain() {
    cluster.elect("n1");
    cluster.add("n4", CoreHarness.patience(4), voters("n1", "n2", "n3"));
    cluster.change(n1, voters("n1", "n2", "n3").with(CoreHarness.learner("n4")));
    cluster.run(500 * MILLIS);
    assertThat(n2.view().configuration().contains(CoreHarness.id("n4"))).isTrue();
    long index = n2.view().configurationIndex();
    cluster.crash(n2, 0);
    cluster.damage(n2, index);
    cluster.start(n2);
    assertThat(n2.view().configurationIndex()).isZero();
    cluster.run(500 * MILLIS);
    assertThat(n2.view().configurationIndex()).isEqualTo(index);
    assertThat(n2.view().configuration()).isEqualTo(n1.view().configuration());
  }

  @Test
  @DisplayName("who was removed asks for nothing any more")
  void removedAsksNothing() {
    replicateFive();
    cluster.crash(n2, 0);
    cluster.change(n1, voters("n1", "n3"));
    cluster.run(500 * MILLIS);
    cluster.damage(n2, 3);
    cluster.start(n2);
    cluster.run(2000 * MILLIS);
    assertThat(n2.view().removedAt()).isPositive();
    assertThat(n2.core().nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
  }
}
