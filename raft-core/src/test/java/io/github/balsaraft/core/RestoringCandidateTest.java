package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voter;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Role;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A member whose state machine could not serve yet stands for election after the others, and stands all the same. */
class RestoringCandidateTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");
  private long term;

  /** n2 restores its state, and is the more impatient of the two that are left. */
  @BeforeEach
  void loseTheLeader() {
    term = cluster.elect("n1").view().hardState().term();
    applied(n2, 0);
    cluster.run(500 * MILLIS);
  }

  private void applied(HarnessReplica replica, long index) {
    cluster.stepDo(replica, core -> core.applied(index));
  }

  private static long waitMillis(HarnessReplica replica) {
    return (replica.core().nextDeadlineNanos() - replica.clockNanos) / MILLIS;
  }

  @Test
  @DisplayName("another leads, though the one that restores would have stood before it")
  void another() {
    cluster.crash(n1, 0);
    assertThat(waitMillis(n2)).isLessThan(waitMillis(n3));
    cluster.run(2 * OPTIONS.electionTimeoutMaxNanos());
    assertThat(n3.leads()).isTrue();
    assertThat(n3.view().hardState().term()).as("at the first attempt").isEqualTo(term + 1);
  }

  @Test
  @DisplayName("if nobody else leads within an election timeout more it leads, though it restores")
  void nobodyElse() {
    cluster.propose(n1, "what n3 lacks");
    cluster.network().take(message -> message.to().equals(n3.id));
    cluster.settle();
    assertThat(n3.view().lastEntry()).isLessThan(n2.view().lastEntry());
    cluster.crash(n1, 0);
    cluster.timeout(n2);
    assertThat(n2.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(n2.view().leader()).as("nobody is sent to one who is silent").isNull();
    assertThat(waitMillis(n2))
        .isBetween(
            OPTIONS.electionTimeoutMinNanos() / MILLIS, OPTIONS.electionTimeoutMaxNanos() / MILLIS);
    cluster.run(OPTIONS.electionTimeoutMaxNanos() + 50 * MILLIS);
    assertThat(n2.leads()).isTrue();
  }

  @Test
  @DisplayName("if all restore one of them leads, an election timeout later")
  void all() {
    applied(n3, 0);
    cluster.run(2 * OPTIONS.heartbeatNanos());
    cluster.crash(n1, 0);
    cluster.run(2 * OPTIONS.electionTimeoutMaxNanos() + 50 * MILLIS);
    assertThat(n2.leads()).isTrue();
    assertThat(n2.view().hardState().term()).as("at the first attempt").isEqualTo(term + 1);
  }

  @Test
  @DisplayName(
      "it waits once, however often it has to stand until there is a leader; and once more after that")
  void once() {
    cluster.crash(n1, 0);
    cluster.crash(n3, 0);
    cluster.timeout(n2);
    assertThat(n2.view().currentRole()).isEqualTo(Role.FOLLOWER);
    for (int attempt = 0; attempt < 3; attempt++) {
      cluster.timeout(n2);
      assertThat(n2.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
    }
    cluster.network().take(message -> true);
    cluster.start(n3);
    cluster.elect("n3");
    assertThat(n2.view().leader()).isEqualTo(n3.id);
    cluster.crash(n3, 0);
    cluster.timeout(n2);
    assertThat(n2.view().currentRole()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  @DisplayName("after a failure hint as well, and then only as long as a candidate gets to win")
  void afterAHint() {
    cluster.crash(n1, 0);
    cluster.peerGone(n2, n1.id);
    assertThat(n2.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(waitMillis(n2))
        .isBetween(
            CoreOptions.HINT_PATIENCE_NANOS / MILLIS, 2 * CoreOptions.HINT_PATIENCE_NANOS / MILLIS);
    cluster.peerGone(n3, n1.id);
    cluster.timeout(n3);
    cluster.settle();
    assertThat(n3.leads()).isTrue();
  }

  @Test
  @DisplayName("once it has restored it stands as any other")
  void hasRestored() {
    applied(n2, n2.view().commitIndex());
    cluster.crash(n1, 0);
    cluster.timeout(n2);
    assertThat(n2.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
  }

  @Test
  @DisplayName("where nobody else may lead it waits for nobody")
  void nobodyElseMayLead() {
    cluster.change(n1, voters("n1", "n2", "n3").with(voter("n3").withPriority(0)));
    cluster.run(500 * MILLIS);
    cluster.crash(n1, 0);
    cluster.timeout(n2);
    assertThat(n2.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
  }
}
