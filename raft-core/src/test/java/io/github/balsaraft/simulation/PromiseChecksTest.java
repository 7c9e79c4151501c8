package io.github.balsaraft.simulation;

import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.DURABILITY;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.TERM_OR_VOTE_REGRESSED;

import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.InstallStatus;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.VoteResponse;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Raft paper, figure 2: what was told and can be lost, or is taken back, is found. */
class PromiseChecksTest {

  private final Story story = new Story(3);
  private final StoryReplica n1 = story.n(1);
  private final StoryReplica n2 = story.n(2);
  private final StoryReplica n3 = story.n(3);

  /** n1 asks for votes in term 2, and n2 has given it its vote, but maybe not stored that. */
  private void n2VotesForN1() {
    n1.campaigns(2);
    n1.stores();
    n1.asksForVote(n2);
    n2.sees(2);
    n2.votesFor(n1);
  }

  private VoteResponse vote(StoryReplica voter, StoryReplica candidate, long term) {
    return new VoteResponse(voter.id, candidate.id, term, true);
  }

  @Test
  void aVoteIsToldTwice() {
    n2VotesForN1();
    n2.stores();
    n2.sends(vote(n2, n1, 2));
    n2.sends(vote(n2, n1, 2));
    n2.restarts();
    n2.sends(vote(n2, n1, 2));
    story.isRight();
  }

  @Test
  @DisplayName(
      "a vote of one term is told to two candidates, though the disk knows of the second only")
  void twoVotesInATerm() {
    n2VotesForN1();
    n2.stores();
    n2.sends(vote(n2, n1, 2));
    n2.sees(3);
    n2.stores();
    story.isRight();
    n2.sends(vote(n2, n3, 2));
    story.isWrong(TERM_OR_VOTE_REGRESSED);
  }

  @Test
  void aCandidateVotesForAnother() {
    n1.campaigns(2);
    n1.stores();
    n1.asksForVote(n2);
    story.isRight();
    n1.sends(vote(n1, n3, 2));
    story.isWrong(TERM_OR_VOTE_REGRESSED);
  }

  @Test
  void aVoteIsToldBeforeItIsDurable() {
    n2VotesForN1();
    story.isRight();
    n2.sends(vote(n2, n1, 2));
    story.isWrong(DURABILITY);
  }

  @Test
  void aVoteIsToldWhenOnlyTheTermIsDurable() {
    n1.campaigns(2);
    n1.stores();
    n1.asksForVote(n2);
    n2.sees(2);
    n2.stores();
    n2.votesFor(n1);
    story.isRight();
    n2.sends(vote(n2, n1, 2));
    story.isWrong(DURABILITY);
  }

  @Test
  @DisplayName("any message tells its term, but for that of a pre-vote")
  void aTermIsToldBeforeItIsDurable() {
    n2.sends(new RequestPreVote(n2.id, n1.id, 2, new EntryId(1, 1)));
    n2.sees(2);
    story.isRight();
    n2.sends(new PreVoteResponse(n2.id, n1.id, 2, 3, false));
    story.isWrong(DURABILITY);
  }

  @Test
  @DisplayName("votes are asked for a log that is not durable (trap 1)")
  void aLogIsClaimedThatIsNotDurable() {
    story.elect(n1, 2, n2);
    n1.stores();
    n2.copies(n1);
    n2.campaigns(3);
    n2.storesTerm();
    story.isRight();
    n2.asksForVote(n3);
    story.isWrong(DURABILITY);
  }

  @Test
  void votesAreAskedForBeforeTheOwnVoteIsDurable() {
    n1.campaigns(2);
    story.isRight();
    n1.asksForVote(n2);
    story.isWrong(DURABILITY);
  }

  private static ProtocolMessage acknowledges(
      StoryReplica follower, StoryReplica leader, long index) {
    return new AppendEntriesResponse(
        follower.id, leader.id, 2, 1, index, index, EntryId.NONE, EntryId.NONE);
  }

  @Test
  void anEntryIsAcknowledgedBeforeItIsDurable() {
    story.elect(n1, 2, n2);
    n1.stores();
    n2.copies(n1);
    n2.sends(acknowledges(n2, n1, 1));
    story.isRight();
    n2.sends(acknowledges(n2, n1, 2));
    story.isWrong(DURABILITY);
  }

  @Test
  @DisplayName("an entry is acknowledged that is not the leader's (trap 15)")
  void anotherEntryIsAcknowledged() {
    story.elect(n3, 2, n2);
    n3.stores();
    story.elect(n1, 3, n2);
    n1.stores();
    n3.sees(3);
    n3.storesTerm();
    story.isRight();
    n3.sends(new AppendEntriesResponse(n3.id, n1.id, 3, 1, 2, 2, EntryId.NONE, EntryId.NONE));
    story.isWrong(DURABILITY);
  }

  @Test
  @DisplayName(
      "who has moved on to a later term for good takes no part in the earlier one, whatever it says of that")
  void aLateAcknowledgementBindsNobody() {
    story.elect(n3, 2, n1);
    n3.stores();
    n2.sees(2);
    n2.copies(n3);
    n2.sees(3);
    n2.storesTerm();
    n2.sends(acknowledges(n2, n3, 2));
    story.isRight();
  }

  @Test
  @DisplayName("a snapshot is acknowledged that is not where the stored log starts (trap 40)")
  void aSnapshotIsAcknowledgedBeforeItIsDurable() {
    story.elect(n1, 2, n2);
    n1.stores();
    n2.stores();
    story.isRight();
    n2.sends(new InstallSnapshotResponse(
        n2.id, n1.id, 2, 1, new EntryId(2, 2), InstallStatus.INSTALLED));
    story.isWrong(DURABILITY);
  }

  @Test
  @DisplayName("a completion is counted for entries that it doesn't stand for")
  void aReplicaTakesForDurableWhatIsNot() {
    story.elect(n1, 2, n2);
    n1.countsDurable(1);
    story.isRight();
    n1.countsDurable(2);
    story.isWrong(DURABILITY);
  }

  @Test
  void aProcessStartsInAnEarlierTermThanItHasTold() {
    n2.sees(4);
    n2.stores();
    n2.sends(new HeartbeatResponse(n2.id, n1.id, 4, 1, 1));
    story.isRight();
    n2.term = 3;
    n2.starts();
    story.isWrong(TERM_OR_VOTE_REGRESSED);
  }

  @Test
  @DisplayName("a vote that was stored and told is gone, so that it could be given again")
  void aProcessStartsWithoutItsVote() {
    n2VotesForN1();
    n2.stores();
    n2.sends(vote(n2, n1, 2));
    story.isRight();
    n2.vote = null;
    n2.starts();
    story.isWrong(TERM_OR_VOTE_REGRESSED);
  }

  @Test
  void aProcessStartsInAnEarlierTermThanItHasStored() {
    n2.sees(4);
    n2.stores();
    story.isRight();
    n2.term = 3;
    n2.starts();
    story.isWrong(TERM_OR_VOTE_REGRESSED);
  }

  @Test
  void aTermGoesBackWithinAProcess() {
    n2.sees(4);
    story.isRight();
    n2.term = 3;
    n2.appends(Story.noOp());
    story.isWrong(TERM_OR_VOTE_REGRESSED);
  }

  @Test
  void aVoteChangesWithinATerm() {
    n2VotesForN1();
    n3.campaigns(2);
    n3.stores();
    n3.asksForVote(n2);
    story.isRight();
    n2.votesFor(n3);
    story.isWrong(TERM_OR_VOTE_REGRESSED);
  }

  @Test
  void aStoredVoteChanges() {
    n2VotesForN1();
    n2.stores();
    story.isRight();
    n2.vote = n3.id;
    n2.storesTerm();
    story.isWrong(TERM_OR_VOTE_REGRESSED);
  }
}
