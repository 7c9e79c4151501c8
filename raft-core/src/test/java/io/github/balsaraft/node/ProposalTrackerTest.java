package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProposalTrackerTest {

  private final ProposalTracker tracker = new ProposalTracker();

  private static String text(List<ProposalTracker.Run> runs) {
    return String.join(
        "; ",
        runs.stream()
            .map(run -> run.firstIndex() + ":" + RecordedProposal.commands(run.proposals()))
            .toList());
  }

  @Test
  void whatCommitsIsTakenOnceAndInOrder() {
    tracker.appended(5, RecordedProposal.of("a", "b"), 5);
    tracker.appended(9, RecordedProposal.of("c"), 9);
    assertThat(text(tracker.takeUpTo(4))).isEmpty();
    assertThat(text(tracker.takeUpTo(8))).isEqualTo("5:a b");
    assertThat(text(tracker.takeUpTo(9))).isEqualTo("9:c");
    assertThat(text(tracker.takeUpTo(100))).isEmpty();
  }

  @Test
  void aRunMayCommitInParts() {
    tracker.appended(5, RecordedProposal.of("a", "b", "c", "d"), 5);
    assertThat(text(tracker.takeUpTo(5))).isEqualTo("5:a");
    assertThat(text(tracker.takeUpTo(7))).isEqualTo("6:b c");
    assertThat(text(tracker.takeUpTo(8))).isEqualTo("8:d");
  }

  @Test
  void whatIsLostLeavesWhatIsCommittedAndNotYetDurable() {
    tracker.appended(5, RecordedProposal.of("a", "b", "c"), 5);
    tracker.appended(8, RecordedProposal.of("d"), 8);
    assertThat(RecordedProposal.commands(tracker.takeFrom(7))).isEqualTo("c d");
    // Led again: other proposals at the same indexes.
    tracker.appended(7, RecordedProposal.of("e"), 7);
    assertThat(text(tracker.takeUpTo(9))).isEqualTo("5:a b; 7:e");
  }

  @Test
  void whatHasWaitedTooLongIsTakenAndNothingElse() {
    tracker.appended(5, RecordedProposal.of("a", "b"), 100);
    tracker.appended(7, RecordedProposal.of("c"), 200);
    assertThat(tracker.oldestNanos()).isEqualTo(100);
    assertThat(tracker.takeOlderThan(99)).isEmpty();
    assertThat(text(tracker.takeUpTo(5))).isEqualTo("5:a");
    assertThat(RecordedProposal.commands(tracker.takeOlderThan(100))).isEqualTo("b");
    assertThat(tracker.oldestNanos()).isEqualTo(200);
    assertThat(text(tracker.takeUpTo(7))).isEqualTo("7:c");
    assertThat(tracker.oldestNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void everythingIsLostAtTheEnd() {
    tracker.appended(5, RecordedProposal.of("a"), 5);
    assertThat(RecordedProposal.commands(tracker.takeFrom(1))).isEqualTo("a");
    assertThat(tracker.takeFrom(1)).isEmpty();
  }
}
