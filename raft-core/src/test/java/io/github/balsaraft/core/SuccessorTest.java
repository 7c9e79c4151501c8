package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Whom a leader that may choose hands over to (Raft thesis 3.10). */
class SuccessorTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  @BeforeEach
  void elect() {
    cluster.elect("n1");
    cluster.run(500 * MILLIS);
  }

  @Test
  @DisplayName("one that answers, rather than one that has been silent for a moment")
  void choosesOneThatAnswers() {
    cluster.crash(n2, 0);
    cluster.run(2 * OPTIONS.heartbeatNanos() + 10 * MILLIS);
    cluster.transfer(n1, null);
    assertThat(n1.view().transferTarget()).isEqualTo(n3.id);
    cluster.settle();
    assertThat(n3.leads()).isTrue();
  }

  @Test
  @DisplayName("if all have been silent for a moment, the first of them all the same")
  void choosesOneThatWasSilentForAMoment() {
    cluster.pass(n1, OPTIONS.electionTimeoutMinNanos());
    cluster.network().take(message -> true);
    cluster.transfer(n1, null);
    assertThat(n1.view().transferTarget()).isEqualTo(n2.id);
  }
}
