package io.github.balsaraft.core.progress;

import static org.assertj.core.api.Assertions.assertThat;

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
