package io.github.balsaraft.simulation;

import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.APPLIED_TWICE;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.APPLY_DIVERGED;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.COMMIT_RULE;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.DURABILITY;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.LOG_TIME;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.STATE_MACHINE_SAFETY;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.testing.simulation.checks.AppliedCommands;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What state machines must never see, or do, is found. */
class ApplyChecksTest extends TwoCommandsStory {

  @Test
  void allApplyTheSameAndAgainAfterARestart() {
    n1.applies(3, 5);
    n2.commits(4);
    n2.applies(3, 5);
    n2.applies(4, 11);
    n1.applies(4, 11);
    n2.restarts();
    n2.commits(4);
    n2.applies(3, 5);
    n2.applies(4, 11);
    story.isRight();
    AppliedCommands applied = story.checks.applied();
    assertThat(applied.size()).isEqualTo(2);
    assertThat(applied.lastIndex()).isEqualTo(4);
    assertThat(applied.all())
        .extracting(AppliedCommands.Applied::attempt)
        .containsExactly(71L, 72L);
    assertThat(applied.of(72)).isSameAs(applied.at(4));
    assertThat(applied.at(4).result()).containsExactly(0, 0, 0, 11);
    assertThat(applied.of(73)).isNull();
    assertThat(applied.at(2)).isNull();
  }

  @Test
  @DisplayName("a state machine that isn't deterministic")
  void resultsDiffer() {
    n1.applies(3, 5);
    n2.commits(4);
    story.isRight();
    n2.applies(3, 6);
    story.isWrong(APPLY_DIVERGED);
  }

  @Test
  void oneAttemptIsAppliedTwice() {
    n1.appends(Story.command(71, 5));
    story.replicate(n1, n2);
    n1.commits(5);
    n1.applies(3, 5);
    n1.applies(4, 11);
    story.isRight();
    n1.applies(5, 16);
    story.isWrong(APPLIED_TWICE);
  }

  @Test
  @DisplayName("a replica applies what others have committed before it has heard of it")
  void moreIsAppliedThanIsKnownToBeCommitted() {
    n2.commits(3);
    n2.applies(3, 5);
    story.isRight();
    n2.applies(4, 11);
    story.isWrong(COMMIT_RULE);
  }

  @Test
  @DisplayName("what is applied here must not be lost here (trap 20)")
  void moreIsAppliedThanIsDurableHere() {
    n1.appends(Story.command(73, 7));
    n2.copies(n1);
    n2.stores();
    n3.copies(n1);
    n1.stores();
    n1.commits(5);
    n3.commits(5);
    n3.applies(3, 5);
    n3.applies(4, 11);
    story.isRight();
    n3.applies(5, 18);
    story.isWrong(DURABILITY);
  }

  @Test
  void anotherCommandIsAppliedThanIsInTheLog() {
    n1.applies(3, 5);
    n2.commits(4);
    story.isRight();
    byte[] payload = Story.placed(Story.command(72, 6), 2, 3).singlePayload();
    n2.applies(3, 2, 3000, payload, 5);
    story.isWrong(STATE_MACHINE_SAFETY);
  }

  @Test
  void theFirstToApplyAppliesWhatIsNotInTheLog() {
    byte[] payload = Story.placed(Story.command(72, 6), 2, 3).singlePayload();
    story.isRight();
    n1.applies(3, 2, 3000, payload, 5);
    story.isWrong(STATE_MACHINE_SAFETY);
  }

  @Test
  void aCommandIsAppliedWithAnotherLogTime() {
    byte[] payload = n1.log.get(2).singlePayload();
    story.isRight();
    n1.applies(3, 2, 3001, payload, 5);
    story.isWrong(STATE_MACHINE_SAFETY);
  }

  @Test
  void aCommandOfAnotherTermIsApplied() {
    byte[] payload = n1.log.get(2).singlePayload();
    story.isRight();
    n1.applies(3, 1, 3000, payload, 5);
    story.isWrong(STATE_MACHINE_SAFETY);
  }

  @Test
  void aCommandIsAppliedAgainInOneLife() {
    n1.applies(3, 5);
    n1.applies(4, 11);
    story.isRight();
    n1.applies(4, 11);
    story.isWrong(STATE_MACHINE_SAFETY);
  }

  @Test
  @DisplayName("a state on disk goes on from the entry that it is of")
  void aStateOnDiskGoesOn() {
    n1.applies(3, 5);
    n1.applies(4, 11);
    n2.restarts();
    n2.holds(new EntryId(2, 3));
    n2.commits(4);
    n2.applies(4, 11);
    n3.restarts();
    n3.holds(EntryId.NONE);
    n3.commits(4);
    n3.applies(3, 5);
    n3.applies(4, 11);
    story.isRight();
  }

  @Test
  @DisplayName("a command that a state on disk has already (trap 46)")
  void aStateOnDiskGetsACommandAgain() {
    n1.applies(3, 5);
    n1.applies(4, 11);
    n2.restarts();
    n2.holds(new EntryId(2, 4));
    n2.commits(4);
    story.isRight();
    n2.applies(4, 11);
    story.isWrong(APPLIED_TWICE);
  }

  @Test
  @DisplayName("a command that a state on disk has not, nor gets (trap 46)")
  void aStateOnDiskLacksACommand() {
    n1.applies(3, 5);
    n1.applies(4, 11);
    n2.restarts();
    n2.holds(EntryId.NONE);
    n2.commits(4);
    story.isRight();
    n2.applies(4, 11);
    story.isWrong(STATE_MACHINE_SAFETY);
  }

  @Test
  void aStateOnDiskIsOfWhatNobodyHasCommitted() {
    story.isRight();
    n2.holds(new EntryId(1, 4));
    story.isWrong(STATE_MACHINE_SAFETY);
  }

  @Test
  void aStateOnDiskIsAskedForBeforeItsReplicaHasStarted() {
    story.isRight();
    story.checks.onHeld(n2.host, 7, new EntryId(2, 3));
    story.isWrong(STATE_MACHINE_SAFETY);
  }

  @Test
  void aCommandIsLeftOut() {
    n1.applies(3, 5);
    n1.applies(4, 11);
    n2.commits(4);
    story.isRight();
    n2.applies(4, 6);
    story.isWrong(APPLY_DIVERGED);
  }

  @Test
  @DisplayName("a command is left out, and its absence makes no difference to the results")
  void aCommandIsLeftOutUnnoticed() {
    n1.applies(3, 5);
    n1.applies(4, 11);
    n2.commits(4);
    story.isRight();
    n2.applies(4, 11);
    story.isWrong(STATE_MACHINE_SAFETY);
  }

  @Test
  void theFirstToApplyLeavesACommandOut() {
    story.isRight();
    n1.applies(4, 6);
    story.isWrong(STATE_MACHINE_SAFETY);
  }

  @Test
  @DisplayName("a command that all replicas leave out alike")
  void nobodyAppliesACommand() {
    n1.appends(Story.noOp());
    story.replicate(n1, n2, n3);
    n1.commits(5);
    n1.applies(3, 5);
    n2.commits(5);
    n2.applies(3, 5);
    assertThat(story.checks.unapplied(List.of())).contains("nobody").contains("4@2");
    n1.applies(4, 11);
    story.isRight();
    assertThat(story.checks.unapplied(List.of(n1.host))).isNull();
  }

  @Test
  @DisplayName("a replica that has caught up, and leaves out the last command")
  void oneReplicaDoesNotApplyTheLastCommand() {
    n1.applies(3, 5);
    n1.applies(4, 11);
    n2.commits(4);
    n2.applies(3, 5);
    assertThat(story.checks.unapplied(List.of(n1.host, n2.host)))
        .contains(n2.host.name())
        .contains("index 3");
    n2.applies(4, 11);
    story.isRight();
    assertThat(story.checks.unapplied(List.of(n1.host, n2.host))).isNull();
  }

  @Test
  @DisplayName("what is not committed needn't be applied, nor what is no command")
  void onlyCommittedCommandsHaveToBeApplied() {
    n1.applies(3, 5);
    n1.applies(4, 11);
    n1.appends(Story.noOp());
    story.replicate(n1, n2, n3);
    n1.commits(5);
    n1.appends(Story.command(73, 7));
    n1.stores();
    story.isRight();
    assertThat(story.checks.unapplied(List.of(n1.host))).isNull();
  }

  @Test
  @DisplayName("a state that a snapshot has brought up to date has applied what is in it")
  void aSnapshotStandsForCommands() {
    n1.applies(3, 5);
    n1.applies(4, 11);
    n1.captures(4, 77);
    n2.isRestored(4, 77);
    story.isRight();
    assertThat(story.checks.unapplied(List.of(n1.host, n2.host))).isNull();
  }

  @Test
  @DisplayName("a run without traces is checked as far as it can be")
  void appliedCommandsAlone() {
    AppliedCommands alone = new AppliedCommands();
    StoryReplica one = new StoryReplica(1, alone);
    StoryReplica two = new StoryReplica(2, alone);
    byte[] payload = n1.log.get(2).singlePayload();
    one.applies(3, 2, 0, payload, 5);
    two.applies(3, 2, 0, payload, 5);
    assertThat(alone.violation()).isNull();
    assertThat(alone.size()).isEqualTo(1);
    one.applies(4, 2, 0, payload, 10);
    assertThat(alone.violation().kind()).isEqualTo(APPLIED_TWICE);
    two.applies(4, 2, 0, payload, 11);
    assertThat(alone.violation().kind()).isEqualTo(APPLIED_TWICE);
  }

  @Test
  @DisplayName("log time goes back from one command to the next")
  void logTimeGoesBack() {
    AppliedCommands alone = new AppliedCommands();
    StoryReplica one = new StoryReplica(1, alone);
    one.applies(3, 2, 3000, n1.log.get(2).singlePayload(), 5);
    one.applies(4, 2, 3000, n1.log.get(3).singlePayload(), 11);
    assertThat(alone.violation()).isNull();
    one.applies(5, 2, 2999, Story.placed(Story.command(73, 7), 2, 5).singlePayload(), 18);
    assertThat(alone.violation().kind()).isEqualTo(LOG_TIME);
  }

  @Test
  @DisplayName("the same, by the first to apply what others have left out")
  void logTimeGoesBackBehindTheOthers() {
    AppliedCommands alone = new AppliedCommands();
    StoryReplica one = new StoryReplica(1, alone);
    StoryReplica two = new StoryReplica(2, alone);
    one.applies(4, 2, 3000, n1.log.get(3).singlePayload(), 6);
    assertThat(alone.violation()).isNull();
    two.applies(3, 2, 3001, n1.log.get(2).singlePayload(), 5);
    assertThat(alone.violation().kind()).isEqualTo(LOG_TIME);
  }
}
