package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.EntryBatch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A disk has lost the end of a log that it had called durable, as without syncs after a power failure. What its replica has
 * acknowledged isn't true any more, so that no vote is safe; but it is of use again as soon as its leader sends the rest.
 */
class LostTailTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.elect("n1");
  private final HarnessReplica n2 = cluster.replica("n2");

  /** With n3 down nothing is committed without n2. */
  @BeforeEach
  void loseTheTail() {
    loseTheTail(cluster);
  }

  /** n2 holds 21 of the 41 entries that n1, which leads, knows it to hold; it and n3 are down. */
  static void loseTheTail(CoreHarness cluster) {
    HarnessReplica n1 = cluster.replica("n1");
    HarnessReplica n2 = cluster.replica("n2");
    for (int i = 0; i < 40; i++) {
      cluster.propose(n1, "x");
      cluster.settle();
    }
    cluster.run(OPTIONS.heartbeatNanos());
    assertThat(n1.view().progressOf(n2.id).match()).isEqualTo(41);
    cluster.allowForgery();
    cluster.crash(cluster.replica("n3"), 0);
    cluster.crash(n2, 0);
    List<EntryBatch> rest = new ArrayList<>();
    for (long index = 1; index <= 21; index++) {
      rest.add(n2.disk.durableEntry(index));
    }
    n2.disk.preset(n2.disk.durableHardState(), rest);
  }

  /** What the leader says of losses, from moment to moment. */
  private List<LostEntries> lossesSeenWithin(long nanos) {
    List<LostEntries> seen = new ArrayList<>();
    for (long elapsed = 0; elapsed < nanos; elapsed += OPTIONS.heartbeatNanos()) {
      while (!cluster.network().isEmpty()) {
        cluster.deliver(cluster.network().take(0));
        seen.addAll(n1.view().lostEntries());
      }
      cluster.pass(n1, OPTIONS.heartbeatNanos());
      cluster.pass(n2, OPTIONS.heartbeatNanos());
    }
    return seen;
  }

  private void assertIsOfUse() {
    cluster.run(OPTIONS.electionTimeoutMaxNanos());
    assertThat(n1.leads()).isTrue();
    assertThat(n1.view().commitIndex()).isEqualTo(n1.view().lastEntry().index());
    assertThat(n2.applied).isEqualTo(n1.applied);
  }

  @Test
  @DisplayName("a follower that lost entries which it had acknowledged is sent them again")
  void isSentThemAgain() {
    cluster.start(n2);
    cluster.propose(n1, "with n2 only");
    assertIsOfUse();
    assertThat(n2.applied).hasSize(42);
  }

  @Test
  @DisplayName("the leader knows what was lost until it is there again")
  void leaderKnows() {
    assertThat(n1.view().lostEntries()).as("nobody has said so yet").isEmpty();
    n2.autoDisk = false;
    cluster.start(n2);
    cluster.propose(n1, "with n2 only");
    cluster.run(OPTIONS.electionTimeoutMinNanos());
    assertThat(n1.view().lostEntries()).containsExactly(new LostEntries(n2.id, 22, 41));
    assertThat(n1.view().follower(n2.id).match()).isEqualTo(41);
    assertThat(n1.view().follower(n2.id).present()).isEqualTo(21);
    n2.autoDisk = true;
    while (n2.disk.pendingWrites() > 0) {
      cluster.completeWrite(n2);
    }
    assertIsOfUse();
    assertThat(n1.view().lostEntries()).isEmpty();
    assertThat(n1.view().follower(n2.id).present()).isEqualTo(42);
    assertThat(n2.view().lostEntries()).as("that is the leader's to say").isEmpty();
  }

  @Test
  @DisplayName("the leader knows what was lost, however soon it is there again")
  void leaderKnowsOfALossThatFitsIntoOneMessage() {
    cluster.start(n2);
    cluster.propose(n1, "with n2 only");
    List<LostEntries> seen = lossesSeenWithin(OPTIONS.electionTimeoutMinNanos());
    assertThat(seen).startsWith(new LostEntries(n2.id, 22, 41)).hasSizeLessThan(20);
    assertThat(n1.view().lostEntries()).isEmpty();
    assertIsOfUse();
  }

  @Test
  @DisplayName(
      "it knows so without a break, however often it asks a disk that hangs where it stands")
  void leaderKnowsWithoutABreak() {
    LostEntries loss = new LostEntries(n2.id, 22, 41);
    n2.autoDisk = false;
    cluster.start(n2);
    cluster.propose(n1, "with n2 only");
    cluster.run(OPTIONS.electionTimeoutMinNanos());
    for (int beat = 0; beat < 30; beat++) {
      cluster.pass(n1, OPTIONS.heartbeatNanos());
      assertThat(n1.view().lostEntries()).as("beat %d", beat).containsExactly(loss);
      cluster.pass(n2, OPTIONS.heartbeatNanos());
      while (!cluster.network().isEmpty()) {
        cluster.deliver(cluster.network().take(0));
        assertThat(n1.view().lostEntries()).as("beat %d", beat).containsExactly(loss);
      }
    }
  }

  @Test
  @DisplayName("it hears of a loss though nobody writes")
  void nobodyWrites() {
    cluster.start(n2);
    assertThat(lossesSeenWithin(OPTIONS.electionTimeoutMinNanos()))
        .startsWith(new LostEntries(n2.id, 22, 41));
    assertThat(n1.leads()).isTrue();
    assertThat(n2.view().lastEntry()).isEqualTo(n1.view().lastEntry());
    assertThat(n1.view().lostEntries()).isEmpty();
    assertIsOfUse();
  }

  @Test
  @DisplayName("it knows so too if they were compacted")
  void leaderKnowsWhatWasCompacted() {
    cluster.snapshot(n1);
    assertThat(n1.view().baseEntry().index()).isGreaterThan(21);
    cluster.start(n2);
    cluster.propose(n1, "with n2 only");
    assertThat(lossesSeenWithin(OPTIONS.electionTimeoutMinNanos()))
        .startsWith(new LostEntries(n2.id, 22, 41));
    assertIsOfUse();
    assertThat(n1.view().lostEntries()).isEmpty();
  }

  @Test
  @DisplayName("so it is if more was on its way to it")
  void moreWasOnItsWay() {
    for (int i = 0; i < 3; i++) {
      cluster.propose(n1, "lost on the way");
      cluster.settle();
    }
    cluster.start(n2);
    assertIsOfUse();
    assertThat(n2.applied).hasSize(44);
  }

  @Test
  @DisplayName("so it is with a slow disk, which is asked where it stands meanwhile")
  void slowDisk() {
    n2.autoDisk = false;
    cluster.start(n2);
    cluster.propose(n1, "with n2 only");
    for (int i = 0; i < 6; i++) {
      cluster.run(OPTIONS.electionTimeoutMinNanos() / 2);
      while (n2.disk.pendingWrites() > 1) {
        cluster.completeWrite(n2);
      }
    }
    n2.autoDisk = true;
    while (n2.disk.pendingWrites() > 0) {
      cluster.completeWrite(n2);
    }
    assertIsOfUse();
  }

  @Test
  @DisplayName("it fetches a snapshot if they were compacted")
  void wereCompacted() {
    cluster.snapshot(n1);
    assertThat(n1.view().baseEntry().index()).isGreaterThan(21);
    cluster.start(n2);
    cluster.propose(n1, "with n2 only");
    assertIsOfUse();
  }
}
