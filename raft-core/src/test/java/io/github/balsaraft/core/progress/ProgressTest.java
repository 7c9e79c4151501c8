package io.github.balsaraft.core.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ReplicaId;
import org.junit.jupiter.api.Test;

class ProgressTest {

  private final Progress progress = new Progress(new ReplicaId(1), 1, 1, 0, 4, 1000);

  private void replicate() {
    progress.sent(0, 0, 0);
    progress.accepted(0, 0, 0);
  }

  /** Asking where a silent follower stands must not open a new window as long as its disk stands still. */
  @Test
  void aStalledDiskIsNotSentMoreThanTheWindow() {
    replicate();
    long index = 0;
    for (int round = 1; round <= 10; round++) {
      while (progress.canSend()) {
        progress.sent(++index, 100, round);
      }
      progress.resend();
      progress.sent(0, 0, round);
      progress.accepted(index, 0, round);
    }
    assertThat(index).isEqualTo(4);
    progress.accepted(4, 2, 11);
    assertThat(progress.canSend()).isTrue();
    progress.sent(5, 100, 12);
    progress.sent(6, 100, 12);
    assertThat(progress.canSend()).isFalse();
  }

  /** It may take nothing that it is sent, and the whole window would be sent in vain each time that it is asked. */
  @Test
  void aFollowerWhoseDiskStandsStillIsSentOneMessageAfterEachStall() {
    replicate();
    long index = 0;
    for (int i = 1; i <= 2; i++) {
      progress.sent(++index, 100, 1);
    }
    for (int stall = 2; stall <= 10; stall++) {
      progress.resend();
      progress.sent(0, 0, stall);
      progress.accepted(2, 0, stall);
      assertThat(progress.isHeldBack()).isTrue();
      assertThat(progress.canSend()).isTrue();
      progress.sent(3, 100, stall);
      assertThat(progress.canSend()).isFalse();
      assertThat(progress.isStalled(stall + 5, 5))
          .as("so that it is asked again")
          .isTrue();
    }
    progress.accepted(3, 0, 11);
    assertThat(progress.canSend()).as("it has taken it, and nothing is durable").isFalse();
    progress.accepted(3, 1, 12);
    assertThat(progress.isHeldBack()).isFalse();
    assertThat(progress.canSend()).isTrue();
  }

  @Test
  void aFollowerWhoseDiskGetsOnIsNotHeldBackByAStall() {
    replicate();
    progress.sent(1, 100, 1);
    progress.sent(2, 100, 1);
    progress.resend();
    progress.sent(0, 0, 2);
    progress.accepted(2, 1, 2);
    assertThat(progress.isHeldBack()).as("some was stored meanwhile").isFalse();
    progress.resend();
    progress.sent(1, 0, 3);
    progress.accepted(1, 1, 3);
    assertThat(progress.isHeldBack()).as("it has stored all that has arrived").isFalse();
    progress.sent(2, 100, 4);
    assertThat(progress.canSend()).isTrue();
  }

  @Test
  void aRejectionOrASnapshotEndsHoldingBack() {
    replicate();
    progress.sent(2, 100, 1);
    progress.resend();
    progress.sent(0, 0, 2);
    progress.accepted(2, 0, 2);
    progress.sent(3, 100, 2);
    progress.rejected(new EntryId(1, 3), 2);
    assertThat(progress.isHeldBack()).isFalse();
    progress.sent(3, 100, 3);
    progress.accepted(3, 0, 3);
    assertThat(progress.isHeldBack()).as("that was no stall").isFalse();
    progress.resend();
    progress.sent(0, 0, 4);
    progress.accepted(3, 0, 4);
    assertThat(progress.isHeldBack()).isTrue();
    progress.beginInstall().from(new ReplicaId(9), new EntryId(2, 8));
    progress.installed(8, 20, 5);
    assertThat(progress.isHeldBack()).isFalse();
  }

  private static Progress supposing(long next) {
    Progress supposing = new Progress(new ReplicaId(1), 1, next, 0, 4, 1000);
    supposing.suppose(150);
    return supposing;
  }

  @Test
  void asLongAsItIsSupposedThatTheLogsAgreeLittleIsSent() {
    Progress supposing = supposing(8);
    assertThat(supposing.isProven()).isFalse();
    supposing.sent(8, 100, 1);
    assertThat(supposing.next()).isEqualTo(9);
    assertThat(supposing.canSend()).isTrue();
    supposing.sent(9, 50, 1);
    assertThat(supposing.canSend()).isFalse();
    assertThat(supposing.accepted(8, 7, 2)).isTrue();
    assertThat(supposing.isProven()).isTrue();
    assertThat(supposing.next()).isEqualTo(10);
    assertThat(supposing.canSend()).isTrue();
  }

  @Test
  void whoseLogDoesNotAgreeIsProbed() {
    Progress supposing = supposing(8);
    supposing.sent(8, 10, 1);
    supposing.sent(9, 10, 1);
    supposing.rejected(new EntryId(2, 7), 4);
    assertThat(supposing.mode()).isEqualTo(Progress.Mode.PROBE);
    assertThat(supposing.next()).isEqualTo(5);
    supposing.rejected(new EntryId(2, 8), 4);
    assertThat(supposing.next()).as("the second says nothing new").isEqualTo(5);
    supposing.sent(5, 10, 2);
    assertThat(supposing.canSend()).as("one at a time").isFalse();
    assertThat(supposing.accepted(5, 5, 3)).isTrue();
    assertThat(supposing.isProven()).isTrue();
  }

  /** Or it would be sent the whole log because it was silent when the term began. */
  @Test
  void whoIsSilentIsAskedWhereItWasSupposedToBe() {
    Progress supposing = supposing(8);
    supposing.sent(9, 10, 1);
    assertThat(supposing.isStalled(100, 99)).isTrue();
    supposing.resend();
    assertThat(supposing.mode()).isEqualTo(Progress.Mode.PROBE);
    assertThat(supposing.next()).isEqualTo(8);
    assertThat(supposing.isNextProbeEmpty()).isTrue();
    supposing.sent(7, 0, 101);
    supposing.resend();
    assertThat(supposing.next()).isEqualTo(8);
  }

  /** Else a follower whose disk hangs would be sent as much again after each message that is lost. */
  @Test
  void whatArrivedBeforeALostMessageStillCounts() {
    replicate();
    progress.sent(1, 60, 1);
    progress.sent(2, 70, 1);
    progress.sent(3, 80, 1);
    progress.rejected(new EntryId(1, 2), 1);
    assertThat(progress.next()).isEqualTo(2);
    assertThat(progress.inflightBytes()).isEqualTo(60);
    progress.accepted(1, 1, 2);
    assertThat(progress.inflightBytes()).isZero();
  }

  /** In snapshot mode entries would be wasted, and late answers to earlier messages end it only if they reach far enough. */
  @Test
  void snapshotModeEndsWithTheInstallation() {
    replicate();
    progress.sent(3, 100, 1);
    InstallProgress install = progress.beginInstall();
    install.from(new ReplicaId(9), new EntryId(2, 8));
    assertThat(progress.canSend()).isFalse();
    assertThat(progress.isStalled(1_000_000, 1)).as("repeated by its own clock").isFalse();
    assertThat(progress.heldIndex()).isEqualTo(8);
    assertThat(progress.accepted(3, 3, 2)).isTrue();
    progress.rejected(new EntryId(2, 5), 0);
    assertThat(progress.mode()).isEqualTo(Progress.Mode.SNAPSHOT);
    assertThat(progress.next()).isEqualTo(4);
    assertThat(progress.installed(8, 20, 3)).isTrue();
    assertThat(progress.mode()).isEqualTo(Progress.Mode.REPLICATE);
    assertThat(progress.install()).isNull();
    assertThat(progress.next()).isEqualTo(9);
    assertThat(progress.canSend()).isTrue();
  }

  @Test
  void entriesAfterTheSnapshotAreHeldUntilTheFollowerHasCaughtUp() {
    progress.beginInstall().from(new ReplicaId(9), new EntryId(2, 8));
    progress.installed(8, 20, 3);
    progress.sent(19, 100, 4);
    progress.accepted(19, 19, 5);
    assertThat(progress.heldIndex()).isEqualTo(8);
    progress.sent(20, 100, 6);
    progress.accepted(20, 20, 7);
    assertThat(progress.heldIndex()).isEqualTo(-1);
  }

  @Test
  void lateAnswerThatReachesTheSnapshotEndsTheMode() {
    progress.beginInstall().from(new ReplicaId(9), new EntryId(2, 8));
    progress.accepted(8, 6, 3);
    assertThat(progress.mode()).isEqualTo(Progress.Mode.REPLICATE);
    assertThat(progress.next()).isEqualTo(9);
  }

  @Test
  void whatWasLostOnTheWayIsSentAgain() {
    replicate();
    for (int index = 1; index <= 4; index++) {
      progress.sent(index, 100, 1);
    }
    progress.resend();
    progress.sent(0, 0, 2);
    progress.accepted(1, 0, 2);
    assertThat(progress.next()).isEqualTo(2);
    assertThat(progress.canSend()).isTrue();
  }
}
