package io.github.balsaraft.core.progress;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The window: so many messages, and so many bytes. */
class InflightsTest {

  private final Inflights window = new Inflights(3, 100);

  @Test
  void isFullOfMessages() {
    window.sent(1, 1);
    window.sent(2, 1);
    assertThat(window.isFull()).isFalse();
    window.sent(3, 1);
    assertThat(window.isFull()).isTrue();
  }

  @Test
  void isFullOfBytes() {
    window.sent(1, 60);
    window.sent(2, 39);
    assertThat(window.isFull()).isFalse();
    window.acknowledgedTo(1);
    window.sent(3, 61);
    assertThat(window.bytes()).isEqualTo(100);
    assertThat(window.isFull()).isTrue();
  }

  @Test
  void whatHasArrivedMakesRoom() {
    window.sent(5, 10);
    window.sent(8, 20);
    window.sent(9, 40);
    window.acknowledgedTo(7);
    assertThat(window.bytes()).as("up to 8 has not").isEqualTo(60);
    window.acknowledgedTo(8);
    assertThat(window.bytes()).isEqualTo(40);
    window.clear();
    assertThat(window.bytes()).isZero();
  }

  @Test
  void whatWasLostMakesRoomFromTheOtherEnd() {
    window.sent(5, 10);
    window.sent(8, 20);
    window.sent(9, 40);
    window.lostAbove(8);
    assertThat(window.bytes()).isEqualTo(30);
    window.lostAbove(4);
    assertThat(window.bytes()).isZero();
    assertThat(window.isFull()).isFalse();
  }
}
