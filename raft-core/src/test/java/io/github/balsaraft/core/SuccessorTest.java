package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voter;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.Ready.TransferOutcome.End;
import io.github.balsaraft.model.ReplicaId;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Whom a leader that may choose hands over to (Raft thesis 3.10). */
class SuccessorTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");
  private final TransferRecorder recorder = new TransferRecorder();
  private final List<Ready.TransferOutcome> outcomes = recorder.outcomes;

  @BeforeEach
  void elect() {
    cluster.elect("n1");
    cluster.run(500 * MILLIS);
    cluster.trace(recorder);
  }

  private End onlyEnd() {
    assertThat(outcomes).hasSize(1);
    return outcomes.get(0).end();
  }

  private ReplicaId chosenBy(HarnessReplica leader) {
    cluster.transfer(leader, null);
    return leader.view().transferTarget();
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

  @Test
  @DisplayName("the most up to date, then the highest priority, then the lowest id")
  void choice() {
    assertThat(chosenBy(n1)).isEqualTo(n2.id);
    cluster.settle();
    cluster.run(2000 * MILLIS);
    cluster.change(n2, voters("n1", "n2", "n3").with(voter("n3").withPriority(9)));
    cluster.settle();
    assertThat(chosenBy(n2)).isEqualTo(n3.id);
    cluster.settle();
    assertThat(n3.leads()).isTrue();
    n2.autoDisk = false;
    cluster.change(
        n3,
        voters("n1", "n2", "n3")
            .with(voter("n3").withPriority(9))
            .with(voter("n2").withPriority(3)));
    cluster.settle();
    assertThat(chosenBy(n3)).as("n2 lags").isEqualTo(n1.id);
  }

  @Test
  @DisplayName("nobody who is silent, and nobody with priority 0, who leads only if it is named")
  void choiceOfTheFit() {
    cluster.change(n1, voters("n1", "n2", "n3").with(voter("n2").withPriority(0)));
    cluster.settle();
    cluster.crash(n3, 0);
    cluster.run(2100 * MILLIS);
    cluster.transfer(n1, null);
    assertThat(onlyEnd()).isEqualTo(End.NOT_NOW);
    cluster.transfer(n1, n2.id);
    cluster.settle();
    assertThat(n2.leads()).isTrue();
  }

  @Test
  @DisplayName("where nobody else may lead that is final, and doesn't pass")
  void nobodyElseMayLead() {
    cluster.change(
        n1,
        voters("n1", "n2", "n3")
            .with(voter("n2").withPriority(0))
            .with(voter("n3").withPriority(0)));
    cluster.settle();
    cluster.transfer(n1, null);
    assertThat(onlyEnd()).isEqualTo(End.REFUSED);
  }

  /** Its state machine has got so far, and the leader hears of it. */
  private void applied(HarnessReplica replica, long index) {
    cluster.stepDo(replica, core -> core.applied(index));
    cluster.run(2 * OPTIONS.heartbeatNanos());
  }

  @Test
  @DisplayName(
      "one whose state machine keeps up, rather than one that was just started and restores")
  void choosesOneThatDoesNotRestore() {
    applied(n2, 0);
    cluster.transfer(n1, null);
    assertThat(n1.view().transferTarget()).isEqualTo(n3.id);
    cluster.settle();
    assertThat(n3.leads()).isTrue();
  }

  @Test
  @DisplayName(
      "of those that could serve at once the one that has the most of the log, whoever stands first")
  void choosesTheMostUpToDateOfTheReady() {
    applied(n2, n2.view().commitIndex());
    applied(n3, n3.view().commitIndex());
    n2.autoDisk = false;
    cluster.propose(n1, "what n2 has no copy of");
    cluster.settle();
    assertThat(n1.view().progressOf(n2.id).match())
        .isLessThan(n1.view().lastEntry().index());
    assertThat(n1.view().progressOf(n3.id).match())
        .isEqualTo(n1.view().lastEntry().index());
    assertThat(chosenBy(n1)).isEqualTo(n3.id);
  }

  @Test
  @DisplayName(
      "one that could serve at once, though it lacks an entry, rather than one that restores and has all")
  void readinessComesBeforeTheLog() {
    applied(n3, 0);
    applied(n2, n2.view().commitIndex());
    n2.autoDisk = false;
    cluster.propose(n1, "what n2 has no copy of");
    cluster.settle();
    assertThat(n1.view().progressOf(n3.id).match())
        .isEqualTo(n1.view().lastEntry().index());
    assertThat(chosenBy(n1)).isEqualTo(n2.id);
  }

  @Test
  @DisplayName("who lacks more of the log than is kept in memory could not serve at once either")
  void lacksMuchOfTheLog() {
    CoreHarness small =
        ofVoters(new CoreOptionsBuilder().windowBytes(500).build(), "n1", "n2", "n3");
    HarnessReplica leader = small.elect("n1");
    small.run(500 * MILLIS);
    HarnessReplica slow = small.replica("n2");
    HarnessReplica restores = small.replica("n3");
    small.stepDo(restores, core -> core.applied(0));
    slow.autoDisk = false;
    for (int i = 0; i < 5; i++) {
      small.propose(leader, "x".repeat(200));
      small.settle();
    }
    small.run(OPTIONS.heartbeatNanos());
    assertThat(leader.view().progressOf(restores.id).contact().isApplyLagging()).isTrue();
    small.transfer(leader, null);
    assertThat(leader.view().transferTarget()).isEqualTo(restores.id);
  }

  @Test
  @DisplayName("once that has applied what was committed it is as good as any")
  void choosesOneThatHasRestored() {
    applied(n2, 0);
    applied(n2, n1.view().commitIndex());
    cluster.transfer(n1, null);
    assertThat(n1.view().transferTarget()).isEqualTo(n2.id);
  }

  @Test
  @DisplayName("far behind is who has not applied what was committed an election timeout ago")
  void farBehindIsAMatterOfTime() {
    applied(n2, n1.view().commitIndex());
    cluster.propose(n1, "a");
    cluster.run(OPTIONS.electionTimeoutMinNanos() / 2);
    assertThat(n1.view().progressOf(n2.id).contact().isApplyLagging()).isFalse();
    cluster.run(OPTIONS.electionTimeoutMinNanos());
    assertThat(n1.view().progressOf(n2.id).contact().isApplyLagging()).isTrue();
    cluster.propose(n1, "b");
    cluster.settle();
    applied(n2, n1.view().commitIndex() - 1);
    assertThat(n1.view().progressOf(n2.id).contact().isApplyLagging())
        .as("it gets on")
        .isFalse();
  }

  @Test
  @DisplayName("a snapshot that took the place of the log is restored before anything else")
  void restoresWhatItHasFetched() {
    applied(n2, n1.view().commitIndex());
    cluster.crash(n3, 0);
    cluster.propose(n1, "a");
    cluster.settle();
    cluster.snapshot(n2);
    cluster.run(OPTIONS.heartbeatNanos());
    assertThat(n1.view().progressOf(n2.id).contact().isApplyLagging()).isTrue();
  }

  @Test
  @DisplayName(
      "if all others restore the best of them: a leader that stops must not leave it to chance")
  void choosesTheBestIfAllRestore() {
    applied(n2, 0);
    applied(n3, 0);
    cluster.transfer(n1, null);
    assertThat(n1.view().transferTarget()).isEqualTo(n2.id);
    cluster.settle();
    assertThat(n2.leads()).isTrue();
  }

  @Test
  @DisplayName("a leader that has to go hands over to one that restores, if there is no other")
  void leavesForOneThatRestores() {
    applied(n2, 0);
    applied(n3, 0);
    cluster.change(n1, n1.view().configuration().without(n1.id));
    cluster.run(500 * MILLIS);
    assertThat(n2.leads()).isTrue();
  }
}
