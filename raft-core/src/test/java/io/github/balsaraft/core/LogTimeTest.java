package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.AppendEntries;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Log time comes from entries that stay; docs/protocol.md. */
class LogTimeTest {

  private static final long HOUR_MILLIS = 3_600_000;

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");

  private static long lastLogTimeMillis(HarnessReplica replica) {
    return replica.disk.durableEntry(replica.disk.durableLastIndex()).logTimeMillis();
  }

  private void isolate(HarnessReplica replica) {
    for (HarnessReplica other : cluster.replicas()) {
      cluster.network().cut(replica.id, other.id);
      cluster.network().cut(other.id, replica.id);
    }
  }

  /** n1 starts with a clock that is an hour ahead, is elected, and appends what reaches nobody. */
  private void leadByWrongClock() {
    cluster.elect("n2");
    cluster.run(200 * MILLIS);
    cluster.crash(n1, 0);
    n1.wallAheadMillis = HOUR_MILLIS;
    cluster.start(n1);
    cluster.run(200 * MILLIS);
    for (HarnessReplica replica : cluster.replicas()) {
      cluster.pass(replica, OPTIONS.electionTimeoutMaxNanos());
    }
    while (!n1.leads()) {
      cluster.timeout(n1);
      cluster.settleWithout(AppendEntries.class);
    }
    isolate(n1);
    cluster.network().take(message -> true);
    cluster.propose(n1, "by the wrong clock");
    cluster.network().take(message -> true);
    assertThat(lastLogTimeMillis(n1) - n1.wallMillis()).isBetween(-10_000L, 0L);
  }

  @Test
  @DisplayName(
      "a jump of the leader's wall clock is cut to ten seconds, and log time never goes back")
  void jumpIsCutShort() {
    cluster.elect("n1");
    cluster.run(500 * MILLIS);
    n1.wallAheadMillis = HOUR_MILLIS;
    cluster.propose(n1, "ahead");
    long rightMillis = n1.wallMillis() - HOUR_MILLIS;
    assertThat(lastLogTimeMillis(n1)).isEqualTo(rightMillis + 10_000);
    n1.wallAheadMillis = -HOUR_MILLIS;
    cluster.propose(n1, "behind");
    assertThat(lastLogTimeMillis(n1)).isEqualTo(rightMillis + 10_000);
  }

  @Test
  @DisplayName("a wall clock that was set back and is set right again is followed at once")
  void setBackAndSetRight() {
    cluster.elect("n1");
    cluster.run(500 * MILLIS);
    cluster.propose(n1, "right");
    n1.wallAheadMillis = -HOUR_MILLIS;
    cluster.propose(n1, "behind");
    cluster.run(500 * MILLIS);
    n1.wallAheadMillis = 0;
    cluster.propose(n1, "right again");
    assertThat(lastLogTimeMillis(n1)).isEqualTo(n1.wallMillis());
    cluster.run(20_000 * MILLIS);
    cluster.propose(n1, "later");
    assertThat(lastLogTimeMillis(n1)).isEqualTo(n1.wallMillis());
  }

  /** By more than is followed of a jump, and little enough to wait for. */
  private static final long STEP_MILLIS = 15_000;

  @Test
  @DisplayName(
      "a follower whose clock was ahead, and was set right, forgets that: a later jump is cut")
  void followerSetRight() {
    cluster.elect("n2");
    cluster.crash(n1, 0);
    n1.wallAheadMillis = HOUR_MILLIS;
    cluster.start(n1);
    cluster.run(200 * MILLIS);
    n1.wallAheadMillis = 0;
    cluster.run(STEP_MILLIS * MILLIS);
    assertThat(lastLogTimeMillis(n1)).isLessThan(n1.wallMillis());
    n1.wallAheadMillis = HOUR_MILLIS;
    cluster.run(200 * MILLIS);
    cluster.elect("n1");
    cluster.propose(n1, "an hour ahead");
    assertThat(lastLogTimeMillis(n1) - (n1.wallMillis() - HOUR_MILLIS))
        .as("and by how much the clock of n2 is ahead, and what was made up for by now")
        .isBetween(10_000L, 12_000L);
  }

  @Test
  @DisplayName(
      "while nobody writes a leader's clock may be set back and right again, however long that takes")
  void idleLeaderSetBack() {
    cluster.elect("n1");
    cluster.run(500 * MILLIS);
    cluster.propose(n1, "right");
    n1.wallAheadMillis = -STEP_MILLIS;
    cluster.run((STEP_MILLIS + 1000) * MILLIS);
    assertThat(lastLogTimeMillis(n1)).as("it is past log time").isLessThan(n1.wallMillis());
    n1.wallAheadMillis = 0;
    cluster.propose(n1, "right again");
    assertThat(lastLogTimeMillis(n1)).isEqualTo(n1.wallMillis());
  }

  @Test
  @DisplayName(
      "a leader whose clock was set back, and who has written by it since, forgets that: a later jump is cut")
  void writingLeaderSetBack() {
    cluster.elect("n1");
    cluster.run(500 * MILLIS);
    cluster.propose(n1, "right");
    n1.wallAheadMillis = -STEP_MILLIS;
    cluster.run((STEP_MILLIS + 1000) * MILLIS);
    cluster.propose(n1, "by the clock that is behind");
    assertThat(lastLogTimeMillis(n1)).isEqualTo(n1.wallMillis());
    n1.wallAheadMillis = 0;
    cluster.propose(n1, "ahead");
    assertThat(lastLogTimeMillis(n1)).isEqualTo(n1.wallMillis() - STEP_MILLIS + 10_000);
  }

  /** As after a pause of the machine in which its monotonic clock stood still. */
  @Test
  @DisplayName(
      "what is cut of a jump is made up for, a tenth faster, so that no later leader leaps")
  void madeUpFor() {
    cluster.elect("n1");
    cluster.run(500 * MILLIS);
    n1.wallAheadMillis = 12_000;
    cluster.propose(n1, "ahead");
    assertThat(lastLogTimeMillis(n1)).isEqualTo(n1.wallMillis() - 2000);
    cluster.run(10_000 * MILLIS);
    cluster.propose(n1, "half of it");
    assertThat(lastLogTimeMillis(n1) - n1.wallMillis()).isBetween(-1010L, -990L);
    cluster.run(11_000 * MILLIS);
    cluster.propose(n1, "all of it");
    assertThat(lastLogTimeMillis(n1)).isEqualTo(n1.wallMillis());
  }

  @Test
  @DisplayName("what is truncated takes its log time along")
  void truncated() {
    leadByWrongClock();
    cluster.elect("n2");
    cluster.network().healAll();
    cluster.run(500 * MILLIS);
    n1.wallAheadMillis = 0;
    cluster.run(500 * MILLIS);
    assertThat(n1.view().lastEntry()).isEqualTo(cluster.view("n2").lastEntry());
    cluster.elect("n1");
    cluster.propose(n1, "by the right clock");
    cluster.run(500 * MILLIS);
    assertThat(lastLogTimeMillis(n1) - n1.wallMillis()).isBetween(-10_000L, 0L);
  }

  @Test
  @DisplayName("what a snapshot has replaced takes its log time along")
  void replacedByASnapshot() {
    leadByWrongClock();
    HarnessReplica n2 = cluster.elect("n2");
    for (int i = 0; i < 5; i++) {
      cluster.propose(n2, "a");
      cluster.settle();
    }
    cluster.run(2500 * MILLIS);
    cluster.snapshot(n2);
    cluster.network().healAll();
    n1.wallAheadMillis = 0;
    cluster.run(3000 * MILLIS);
    assertThat(n1.view().baseEntry()).as("it was installed").isEqualTo(n2.view().baseEntry());
    assertThat(n1.view().lastEntry()).isEqualTo(n2.view().lastEntry());
    cluster.elect("n1");
    cluster.propose(n1, "by the right clock");
    cluster.run(500 * MILLIS);
    assertThat(lastLogTimeMillis(n1) - n1.wallMillis()).isBetween(-10_000L, 0L);
  }
}
