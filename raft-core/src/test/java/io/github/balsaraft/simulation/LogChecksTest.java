package io.github.balsaraft.simulation;

import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.COMMITTED_TRUNCATED;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.DURABILITY;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.LEADER_APPEND_ONLY;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.LOG_MATCHING;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.LOG_TIME;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.storage.GroupWrite;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Raft paper 5.3: logs that part ways, or lose what they must keep, are found. */
class LogChecksTest {

  private final Story story = new Story(3);
  private final StoryReplica n1 = story.n(1);
  private final StoryReplica n2 = story.n(2);
  private final StoryReplica n3 = story.n(3);

  /** n1 leads term 2, with one command after its no-op. */
  @BeforeEach
  void n1Leads() {
    story.elect(n1, 2, n2);
    n1.appends(Story.command(7, 1));
  }

  @Test
  void logsFollowTheLeaderEvenAfterAConflict() {
    story.replicate(n1, n2);
    n1.commits(3);
    // Only n1 has it, so that it is lost.
    n1.appends(Story.command(8, 1));
    n1.stores();
    story.elect(n2, 3, n3);
    story.replicate(n2, n3, n1);
    n2.commits(4);
    story.isRight();
    n1.restarts();
    n3.restarts();
    story.isRight();
  }

  @Test
  void aFollowerMakesAnEntry() {
    n2.appends(Story.placed(Story.command(8, 1), 2, 2));
    story.isRight();
    n2.appends(Story.placed(Story.command(9, 1), 2, 3));
    story.isRight();
    n2.appends(Story.placed(Story.command(9, 1), 2, 4));
    story.isWrong(LOG_MATCHING);
  }

  @Test
  @DisplayName("a term that starts after another entry than elsewhere")
  void aHoleIsFilledWithSomethingElse() {
    story.replicate(n1, n2);
    story.elect(n2, 3, n3);
    story.isRight();
    // It lacks the entries of term 2 before that.
    n3.appends(Story.placed(Story.noOp(), 3, 2));
    story.isWrong(LOG_MATCHING);
  }

  @Test
  void anotherContentIsStored() {
    n1.stores();
    EntryBatch noOp = n1.log.get(1);
    EntryBatch other = Story.placed(Story.command(7, 2), 2, 3);
    n2.appends(noOp);
    n2.appends(other);
    story.isRight();
    n2.stores();
    story.isWrong(LOG_MATCHING);
  }

  @Test
  void anotherLogTimeIsStored() {
    n1.stores();
    n2.appends(n1.log.get(1));
    n2.appends(Story.command(7, 1).place(new EntryId(2, 3), 1));
    story.isRight();
    n2.stores();
    story.isWrong(LOG_MATCHING);
  }

  @Test
  @DisplayName("log time may stand still")
  void logTimeStandsStill() {
    n1.appends(Story.command(8, 1).place(new EntryId(2, 4), 3000));
    story.replicate(n1, n2);
    story.elect(n2, 3, n3);
    n2.appends(Story.command(9, 1).place(new EntryId(3, 6), 5000));
    story.replicate(n2, n3);
    story.isRight();
  }

  @Test
  void logTimeGoesBack() {
    n1.stores();
    n1.appends(Story.command(8, 1).place(new EntryId(2, 4), 2999));
    story.isRight();
    n1.stores();
    story.isWrong(LOG_TIME);
  }

  @Test
  void entriesThatNobodyMadeAreStored() {
    n1.stores();
    story.isRight();
    n1.stores(write(0, List.of(Story.placed(Story.command(8, 1), 2, 4))));
    story.isWrong(LOG_MATCHING);
  }

  @Test
  void aLeaderRemovesWhatItHasMade() {
    story.isRight();
    n1.truncates(3);
    story.isWrong(LEADER_APPEND_ONLY);
  }

  @Test
  @DisplayName("who has led a term has no leader to follow in it")
  void aFormerLeaderRemovesWhatItHasMade() {
    n1.becomes(Role.FOLLOWER, 2, null);
    story.isRight();
    n1.truncates(3);
    story.isWrong(LEADER_APPEND_ONLY);
  }

  @Test
  void whatIsKnownToBeCommittedIsRemoved() {
    story.replicate(n1, n2);
    n1.commits(3);
    n2.commits(3);
    n2.sees(3);
    story.isRight();
    n2.truncates(3);
    story.isWrong(COMMITTED_TRUNCATED);
  }

  @Test
  @DisplayName(
      "a follower removes what its leader has committed, and has not heard of that (trap 14)")
  void whatIsCommittedElsewhereIsRemoved() {
    story.replicate(n1, n2);
    n1.commits(3);
    story.isRight();
    n2.truncates(3);
    story.isWrong(COMMITTED_TRUNCATED);
  }

  @Test
  @DisplayName(
      "a copy that no quorum needs may go: the entry is committed by the leader of a later term")
  void aCopyIsRemovedByALeaderOfAnEarlierTermThanTheCommittingOne() {
    // Figure 8: n5 leads term 3 without the entry of term 2, which n1 commits in term 4.
    Story five = new Story(5);
    five.elect(five.n(1), 2, five.n(2), five.n(3));
    five.replicate(five.n(1), five.n(2));
    five.elect(five.n(5), 3, five.n(3), five.n(4));
    five.n(2).sees(3);
    five.elect(five.n(1), 4, five.n(3), five.n(4));
    five.replicate(five.n(1), five.n(3), five.n(4));
    five.n(1).commits(3);
    five.isRight();
    five.n(2).truncates(2);
    five.isRight();
  }

  @Test
  void theDiskRemovesWhatTheLogHas() {
    story.replicate(n1, n2);
    story.isRight();
    n2.stores(write(3, List.of()));
    story.isWrong(DURABILITY);
  }

  @Test
  void aProcessStartsWithoutWhatWasDurable() {
    story.replicate(n1, n2);
    n2.log.remove(2);
    story.isRight();
    n2.starts();
    story.isWrong(DURABILITY);
  }

  @Test
  @DisplayName("a write that a crash has interrupted may be there, with the cut that it makes")
  void aProcessStartsWithMoreThanWasSeen() {
    n1.stores();
    story.elect(n2, 3, n3);
    n1.sees(3);
    n1.copies(n2);
    // Not stored, as far as anybody knows.
    n1.starts();
    story.isRight();
  }

  @Test
  void aProcessStartsWithWhatNobodyMade() {
    n1.stores();
    n1.log.add(Story.placed(Story.command(8, 1), 2, 4));
    story.isRight();
    n1.starts();
    story.isWrong(LOG_MATCHING);
  }

  private static GroupWrite write(long truncateFrom, List<EntryBatch> append) {
    return new GroupWrite(GroupId.DEFAULT, null, null, truncateFrom, EntryId.NONE, append);
  }
}
