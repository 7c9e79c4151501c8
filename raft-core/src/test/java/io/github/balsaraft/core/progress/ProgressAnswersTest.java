package io.github.balsaraft.core.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.progress.Progress.Mode;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ReplicaId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers come late, twice and in any order: what each may change, and what it may not. */
class ProgressAnswersTest {

  private static final long LONG_AGO = 1;
  private static final long NOW = 1000;

  private final Progress progress = new Progress(new ReplicaId(1), 1, 4, LONG_AGO, 4, 1000);

  /** Up to 3 is durable there, and 4 to 7 are under way. */
  @BeforeEach
  void replicate() {
    progress.sent(3, 0, LONG_AGO);
    progress.accepted(3, 3, LONG_AGO);
    progress.sent(5, 100, LONG_AGO);
    progress.sent(7, 100, LONG_AGO);
    assertThat(progress.mode()).isEqualTo(Mode.REPLICATE);
    assertThat(progress.match()).isEqualTo(3);
    assertThat(progress.next()).isEqualTo(8);
  }

  private static EntryId at(long index) {
    return new EntryId(1, index);
  }

  @Test
  void aRejectionOfWhatIsKnownToMatchIsOld() {
    progress.rejected(at(3), 1);
    assertThat(progress.mode()).isEqualTo(Mode.REPLICATE);
    assertThat(progress.next()).isEqualTo(8);
  }

  @Test
  void aRejectionOfWhatWasNotSentYetIsOld() {
    progress.rejected(at(8), 1);
    assertThat(progress.mode()).isEqualTo(Mode.REPLICATE);
    assertThat(progress.next()).isEqualTo(8);
  }

  @Test
  void aRejectionGoesBackToWhereTheLogsMayAgree() {
    progress.rejected(at(7), 5);
    assertThat(progress.mode()).isEqualTo(Mode.PROBE);
    assertThat(progress.next()).isEqualTo(6);
    assertThat(progress.inflightBytes()).as("4 and 5 have arrived").isEqualTo(100);
    assertThat(progress.isNextProbeEmpty())
        .as("it answered, and not because it is slow")
        .isFalse();
    assertThat(progress.isProven()).isFalse();
  }

  @Test
  void aRejectionGoesBackBehindWhatItRejects() {
    progress.rejected(at(4), 7);
    assertThat(progress.next()).isEqualTo(4);
  }

  @Test
  void aRejectionNeverGoesBackBehindWhatMatches() {
    progress.rejected(at(7), 1);
    assertThat(progress.next()).isEqualTo(4);
  }

  @Test
  void inAProbeOnlyItsOwnRejectionCounts() {
    progress.rejected(at(7), 5);
    progress.sent(6, 10, NOW);
    progress.rejected(at(4), 3);
    assertThat(progress.next()).as("that was an earlier message").isEqualTo(6);
    assertThat(progress.canSend()).as("the probe is under way").isFalse();
    progress.rejected(at(5), 4);
    assertThat(progress.next()).isEqualTo(5);
    assertThat(progress.canSend()).isTrue();
  }

  /** Whoever answers an empty question like that has lost what it had acknowledged. */
  @Test
  void whatMatchedAndIsGoneIsSentAgain() {
    progress.resend();
    progress.sent(3, 0, NOW);
    progress.rejected(at(3), 1);
    assertThat(progress.next()).isEqualTo(2);
    assertThat(progress.match()).as("it was durable there").isEqualTo(3);
    assertThat(progress.hasLostEntries()).as("it may be an old rejection").isFalse();
    assertThat(progress.canSend()).isTrue();
    assertThat(progress.isNextProbeEmpty())
        .as("how much is gone is asked first")
        .isTrue();
    progress.sent(1, 0, NOW);
    assertThat(progress.accepted(1, 1, NOW)).isFalse();
    assertThat(progress.hasLostEntries()).isTrue();
    assertThat(progress.present()).isEqualTo(1);
    assertThat(progress.isHeldBack()).isFalse();
    progress.sent(2, 10, NOW);
    assertThat(progress.accepted(2, 2, NOW)).as("it counts already").isFalse();
    assertThat(progress.next()).isEqualTo(3);
    progress.sent(5, 10, NOW);
    assertThat(progress.accepted(5, 4, NOW)).isTrue();
    assertThat(progress.match()).isEqualTo(4);
    assertThat(progress.next()).isEqualTo(6);
    assertThat(progress.isIdle()).isFalse();
    progress.resend();
    assertThat(progress.next()).isEqualTo(5);
  }

  @Test
  void anOldRejectionOfWhatMatchesCostsAQuestion() {
    progress.resend();
    progress.sent(3, 0, NOW);
    progress.rejected(at(3), 1);
    progress.sent(1, 0, NOW);
    progress.accepted(7, 5, NOW);
    assertThat(progress.hasLostEntries()).isFalse();
    assertThat(progress.present()).isEqualTo(5);
    assertThat(progress.next()).as("nothing is sent again").isEqualTo(8);
  }

  @Test
  void afterARejectionTheWindowIsOpen() {
    progress.sent(8, 100, NOW);
    progress.sent(9, 100, NOW);
    assertThat(progress.canSend()).as("four are under way").isFalse();
    progress.rejected(at(7), 5);
    progress.accepted(5, 5, NOW);
    for (int index = 6; index < 9; index++) {
      progress.sent(index, 100, NOW);
      assertThat(progress.canSend()).isTrue();
    }
  }

  @Test
  void onlyNewsAboutTheDiskMoveTheMatch() {
    assertThat(progress.accepted(7, 3, NOW)).isFalse();
    assertThat(progress.accepted(7, 2, NOW)).isFalse();
    assertThat(progress.match()).isEqualTo(3);
    assertThat(progress.accepted(7, 4, NOW)).isTrue();
    assertThat(progress.match()).isEqualTo(4);
    assertThat(progress.next()).isEqualTo(8);
    assertThat(progress.accepted(9, 9, NOW)).as("it has more than we know of").isTrue();
    assertThat(progress.next()).isEqualTo(10);
  }

  @Test
  void isIdleOnceEverythingThatWasSentIsDurableThere() {
    assertThat(progress.isIdle()).isFalse();
    progress.accepted(7, 6, NOW);
    assertThat(progress.isIdle()).isFalse();
    progress.accepted(7, 7, NOW);
    assertThat(progress.isIdle()).isTrue();
    progress.resend();
    assertThat(progress.isIdle()).as("in a probe nothing is known").isFalse();
  }

  @Test
  void isStalledFromTheFirstOfTheUnansweredMessages() {
    progress.accepted(7, 5, NOW);
    assertThat(progress.isStalled(NOW + 9, 10)).isFalse();
    assertThat(progress.isStalled(NOW + 10, 10)).isTrue();
    progress.accepted(7, 7, NOW + 10);
    assertThat(progress.isStalled(NOW + 1000, 10)).as("nothing is under way").isFalse();
    progress.sent(8, 10, NOW + 1000);
    assertThat(progress.isStalled(NOW + 1009, 10)).isFalse();
    progress.sent(9, 10, NOW + 1005);
    assertThat(progress.isStalled(NOW + 1010, 10)).as("the first one counts").isTrue();
  }

  @Test
  void whileEntriesAreLoadedNothingIsSent() {
    assertThat(progress.beginLoad(5)).isEqualTo(5);
    assertThat(progress.canSend()).isFalse();
    assertThat(progress.endLoad(4)).as("an earlier one").isFalse();
    assertThat(progress.canSend()).isFalse();
    assertThat(progress.isLoading()).isTrue();
    assertThat(progress.endLoad(5)).isTrue();
    assertThat(progress.isLoading()).isFalse();
    assertThat(progress.canSend()).isTrue();
    assertThat(progress.endLoad(5)).as("twice").isFalse();
  }

  @Test
  void aLoadIsOfNoUseOnceTheLogsDoNotAgreeOrASnapshotIsDue() {
    progress.beginLoad(5);
    progress.rejected(at(7), 5);
    assertThat(progress.endLoad(5)).isFalse();
    progress.accepted(5, 5, NOW);
    progress.beginLoad(6);
    progress.beginInstall();
    assertThat(progress.endLoad(6)).isFalse();
  }

  @Test
  void nothingIsSentWhereTheWayTakesNothing() {
    progress.writable(false);
    assertThat(progress.canSend()).isFalse();
    progress.writable(true);
    assertThat(progress.canSend()).isTrue();
  }

  @Test
  void aQuestionIsSentThereAllTheSame() {
    progress.writable(false);
    progress.resend();
    assertThat(progress.canSend()).isTrue();
    progress.sent(3, 0, NOW);
    assertThat(progress.canSend()).as("it is under way").isFalse();
    progress.accepted(3, 3, NOW);
    assertThat(progress.canSend()).isFalse();
  }

  @Test
  void aProbeWithEntriesIsNot() {
    progress.writable(false);
    progress.rejected(at(7), 5);
    assertThat(progress.isNextProbeEmpty()).isFalse();
    assertThat(progress.canSend()).isFalse();
    progress.writable(true);
    assertThat(progress.canSend()).isTrue();
  }

  @Test
  void aSnapshotThatReachesNoFurtherThanTheLogMovesNothing() {
    progress.beginInstall().from(new ReplicaId(2), at(3));
    assertThat(progress.installed(3, 9, NOW)).isFalse();
    assertThat(progress.match()).isEqualTo(3);
    assertThat(progress.next()).isEqualTo(4);
    progress.beginInstall().from(new ReplicaId(2), at(6));
    assertThat(progress.installed(6, 9, NOW)).isTrue();
    assertThat(progress.match()).isEqualTo(6);
    assertThat(progress.next()).isEqualTo(7);
  }
}
