package io.github.balsaraft.simulation;

import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.ELECTION_SAFETY;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.LEADER_COMPLETENESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.VoteResponse;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Raft paper 5.2 and 5.4: what elections must never lead to is found. */
class ElectionChecksTest {

  private final Story story = new Story(3);
  private final StoryReplica n1 = story.n(1);
  private final StoryReplica n2 = story.n(2);
  private final StoryReplica n3 = story.n(3);

  @Test
  @DisplayName("one leader after the other is as it should be")
  void takesTurns() {
    story.elect(n1, 2, n2);
    story.replicate(n1, n2, n3);
    n1.commits(2);
    story.elect(n3, 3, n2);
    story.isRight();
    assertThat(story.checks.latestLeader()).isEqualTo(n3.id);
  }

  @Test
  void twoLeadersInATerm() {
    story.elect(n1, 2, n2);
    story.isRight();
    n3.campaigns(2);
    n3.leads();
    story.isWrong(ELECTION_SAFETY);
  }

  @Test
  void aLeaderWithoutAQuorum() {
    n1.campaigns(2);
    n1.stores();
    n1.leads();
    story.isWrong(ELECTION_SAFETY);
  }

  @Test
  @DisplayName("a candidate counts its own vote before that is durable")
  void ownVoteIsNotDurable() {
    n1.campaigns(2);
    n2.sees(2);
    n2.vote = n1.id;
    n2.stores();
    n2.sends(new VoteResponse(n2.id, n1.id, 2, true));
    story.isRight();
    n1.leads();
    story.isWrong(ELECTION_SAFETY);
  }

  @Test
  @DisplayName("a vote of an earlier term doesn't count")
  void aStaleVoteIsCounted() {
    n1.campaigns(2);
    n1.stores();
    n1.asksForVote(n2);
    n2.sees(2);
    n2.votesFor(n1);
    n2.stores();
    n2.sends(new VoteResponse(n2.id, n1.id, 2, true));
    n1.campaigns(3);
    n1.stores();
    story.isRight();
    n1.leads();
    story.isWrong(ELECTION_SAFETY);
  }

  @Test
  void aVoteThatNobodyAskedFor() {
    n2.sees(2);
    story.isRight();
    n2.votesFor(n1);
    story.isWrong(ELECTION_SAFETY);
  }

  @Test
  @DisplayName("a vote for a log that ends before the voter's (Raft paper 5.4.1)")
  void aVoteForAnOldLog() {
    story.elect(n1, 2, n2);
    story.replicate(n1, n2);
    n3.campaigns(3);
    n3.stores();
    n3.asksForVote(n2);
    n2.sees(3);
    story.isRight();
    n2.votesFor(n3);
    story.isWrong(LEADER_COMPLETENESS);
  }

  @Test
  void aLeaderWithoutACommittedEntry() {
    story.elect(n1, 2, n2);
    story.replicate(n1, n2);
    n1.commits(2);
    n3.campaigns(3);
    n3.stores();
    n2.sees(3);
    n2.vote = n3.id;
    n2.stores();
    n2.sends(new VoteResponse(n2.id, n3.id, 3, true));
    story.isRight();
    n3.leads();
    story.isWrong(LEADER_COMPLETENESS);
  }

  @Test
  @DisplayName("a deposed leader commits what the leader of a later term lacks")
  void aDeposedLeaderCommitsTooLate() {
    story.elect(n1, 2, n2);
    n1.stores();
    story.elect(n3, 3, n2);
    // As if it had not seen term 3.
    n2.copies(n1);
    n2.stores();
    story.isRight();
    n1.commits(2);
    story.isWrong(LEADER_COMPLETENESS);
  }

  @Test
  @DisplayName(
      "a deposed leader may learn late that a quorum has its entries, if the next leader has them too")
  void aDeposedLeaderCommitsLate() {
    story.elect(n1, 2, n2);
    story.replicate(n1, n2);
    story.elect(n2, 3, n3);
    n1.commits(2);
    story.isRight();
    assertThat(story.checks.committedIndex()).isEqualTo(2);
  }
}
