package io.github.balsaraft.core.progress;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FollowerContactTest {

  private final FollowerContact contact = new FollowerContact(100);

  @Test
  void whoWasNeverHeardOfIsNotLiveHoweverYoungTheSessionIs() {
    assertThat(contact.everContacted()).isFalse();
    assertThat(contact.isLive(100, 10)).isFalse();
    assertThat(contact.lastContactNanos()).as("when the session began").isEqualTo(100);
  }

  @Test
  void isLiveForAWhileAfterEachWord() {
    contact.heard(200);
    assertThat(contact.everContacted()).isTrue();
    assertThat(contact.isLive(209, 10)).isTrue();
    assertThat(contact.isLive(210, 10)).isFalse();
  }

  /** A stamp may be echoed once a quorum has answered a round that was sent after it had come. */
  @Test
  void theEchoIsFromBeforeTheRound() {
    contact.confirmed(1, 7, false);
    contact.roundOpened();
    contact.confirmed(2, 8, false);
    assertThat(contact.echo()).isZero();
    contact.roundConfirmed();
    assertThat(contact.echo()).isEqualTo(7);
    assertThat(contact.contactSequence()).isEqualTo(2);
    contact.confirmed(1, 9, false);
    assertThat(contact.contactSequence()).as("a late answer").isEqualTo(2);
  }

  @Test
  void theCommitThatWasToldNeverGoesBack() {
    contact.commitSent(5);
    contact.commitSent(4);
    assertThat(contact.sentCommit()).isEqualTo(5);
  }
}
