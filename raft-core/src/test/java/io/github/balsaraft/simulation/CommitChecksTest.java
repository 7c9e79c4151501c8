package io.github.balsaraft.simulation;

import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.COMMIT_REGRESSED;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.COMMIT_RULE;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.STATE_MACHINE_SAFETY;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.Role;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Raft paper 5.3 and 5.4: what is taken for committed and isn't is found. */
class CommitChecksTest {

  private final Story story = new Story(3);
  private final StoryReplica n1 = story.n(1);
  private final StoryReplica n2 = story.n(2);
  private final StoryReplica n3 = story.n(3);

  @Test
  void aLeaderCommitsAndTheOthersHearOfIt() {
    story.elect(n1, 2, n2);
    story.replicate(n1, n2, n3);
    n1.commits(2);
    n1.sends(new AppendEntries(n1.id, n2.id, 2, 1, new EntryId(2, 2), List.of(), 2));
    n2.commits(2);
    n3.commits(2);
    story.isRight();
    assertThat(story.checks.committedIndex()).isEqualTo(2);
    assertThat(story.checks.committedConfiguration()).isEqualTo(story.founding);
    assertThat(story.checks.isStoredBy(n3.id, 2)).isTrue();
    assertThat(story.checks.replicaOn(n3.host)).isEqualTo(n3.id);
  }

  @Test
  void aLeaderCommitsWithoutAQuorum() {
    story.elect(n1, 2, n2);
    story.replicate(n1);
    story.isRight();
    n1.commits(2);
    story.isWrong(COMMIT_RULE);
  }

  @Test
  @DisplayName("an entry that a follower has and that is not on its disk doesn't count")
  void aLeaderCommitsWhatIsNotDurable() {
    story.elect(n1, 2, n2);
    n1.stores();
    n2.copies(n1);
    story.isRight();
    n1.commits(2);
    story.isWrong(COMMIT_RULE);
  }

  @Test
  @DisplayName("a leader's own entry counts once it is durable")
  void aLeaderCountsWhatItHasNotStored() {
    story.elect(n1, 2, n2);
    n2.copies(n1);
    n2.stores();
    story.isRight();
    n1.commits(2);
    story.isWrong(COMMIT_RULE);
  }

  @Test
  @DisplayName("an entry of an earlier term is committed by counting (Raft paper 5.4.2, figure 8)")
  void aLeaderCommitsAnEarlierTerm() {
    story.elect(n1, 2, n2);
    story.replicate(n1, n2);
    story.elect(n2, 3, n3);
    story.replicate(n2, n3);
    story.isRight();
    n2.commits(2);
    story.isWrong(COMMIT_RULE);
  }

  @Test
  @DisplayName("while joint, a majority of either half is needed (Raft paper 6)")
  void aLeaderCommitsWithOneHalf() {
    story.elect(n1, 2, n2);
    story.replicate(n1, n2);
    n1.commits(2);
    Configuration alone = Configuration.of(List.of(n1.asVoter(), n2.asLearner(), n3.asLearner()));
    n1.appends(Story.configuration(story.founding.jointTowards(alone, 3)));
    n1.stores();
    story.isRight();
    n1.commits(3);
    story.isWrong(COMMIT_RULE);
  }

  @Test
  void aLeaderCommitsWithBothHalves() {
    story.elect(n1, 2, n2);
    story.replicate(n1, n2);
    n1.commits(2);
    Configuration alone = Configuration.of(List.of(n1.asVoter(), n2.asLearner(), n3.asLearner()));
    n1.appends(Story.configuration(story.founding.jointTowards(alone, 3)));
    story.replicate(n1, n3);
    n1.commits(3);
    n1.appends(Story.configuration(story.founding.jointTowards(alone, 3).leaveJoint(4)));
    n1.stores();
    n1.commits(4);
    story.isRight();
  }

  @Test
  void aFollowerTakesForCommittedWhatNoLeaderHas() {
    story.elect(n1, 2, n2);
    story.replicate(n1, n2, n3);
    story.isRight();
    n2.commits(2);
    story.isWrong(COMMIT_RULE);
  }

  @Test
  void aLeaderTellsOfMoreThanIsCommitted() {
    story.elect(n1, 2, n2);
    story.replicate(n1, n2, n3);
    n1.commits(2);
    n1.appends(Story.command(7, 1));
    n1.sends(new Heartbeat(n1.id, n2.id, 2, 1, 2, 2, 0));
    story.isRight();
    n1.sends(new Heartbeat(n1.id, n2.id, 2, 2, 2, 3, 0));
    story.isWrong(COMMIT_RULE);
  }

  @Test
  @DisplayName("somebody takes its own entry for committed where another one is")
  void differentEntriesAreCommitted() {
    story.elect(n1, 2, n2);
    n1.stores();
    story.elect(n3, 3, n2);
    story.replicate(n3, n2);
    n3.commits(2);
    n1.becomes(Role.FOLLOWER, 3, n3.id);
    story.isRight();
    // It has the no-op of term 2 there.
    n1.commits(2);
    story.isWrong(STATE_MACHINE_SAFETY);
  }

  @Test
  void aCommitIndexGoesBack() {
    story.elect(n1, 2, n2);
    story.replicate(n1, n2, n3);
    n1.commits(2);
    story.isRight();
    n1.commits(1);
    story.isWrong(COMMIT_REGRESSED);
  }

  @Test
  @DisplayName(
      "after a restart nothing is known to be committed, which is no step back (Raft thesis 3.8)")
  void aCommitIndexIsForgotten() {
    story.elect(n1, 2, n2);
    story.replicate(n1, n2, n3);
    n1.commits(2);
    n1.restarts();
    story.isRight();
  }
}
