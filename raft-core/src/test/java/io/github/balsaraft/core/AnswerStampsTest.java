package io.github.balsaraft.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnswerStampsTest {

  private static final long HEARTBEAT_NANOS = 400;

  private final AnswerStamps stamps = new AnswerStamps(HEARTBEAT_NANOS);

  @Test
  void remembersWhenTheLatestAnswersWereGiven() {
    stamps.startAt(400);
    long first = stamps.give(1000);
    long second = stamps.give(2000);
    assertThat(first).isPositive();
    assertThat(stamps.givenNanos(first)).isEqualTo(1000);
    assertThat(stamps.givenNanos(second)).isEqualTo(2000);
    for (int i = 0; i < 63; i++) {
      stamps.give(3000 + i * HEARTBEAT_NANOS);
    }
    assertThat(stamps.givenNanos(first)).isEqualTo(AnswerStamps.UNKNOWN);
    assertThat(stamps.givenNanos(second)).isEqualTo(2000);
  }

  /** Reads at the leader open rounds as fast as they are answered, maybe hundreds while one message is under way to a distant follower. */
  @Test
  void answersSoonAfterEachOtherCountAsTheEarlierOne() {
    stamps.startAt(400);
    long first = stamps.give(1000);
    for (int i = 1; i < 100; i++) {
      assertThat(stamps.give(1000 + i)).isEqualTo(first);
    }
    assertThat(stamps.givenNanos(first)).isEqualTo(1000);
    assertThat(stamps.give(1100)).as("a quarter of a heartbeat later").isEqualTo(first + 1);
    assertThat(stamps.givenNanos(first + 1)).isEqualTo(1100);
  }

  @Test
  void numbersThatItHasNotGivenSayNothing() {
    assertThat(stamps.givenNanos(0)).isEqualTo(AnswerStamps.UNKNOWN);
    stamps.startAt(-1);
    assertThat(stamps.givenNanos(0)).isEqualTo(AnswerStamps.UNKNOWN);
    long first = stamps.give(1000);
    stamps.startAt(7);
    assertThat(stamps.give(2000)).as("only the first start counts").isEqualTo(first + 1);
    assertThat(stamps.givenNanos(first - 1)).isEqualTo(AnswerStamps.UNKNOWN);
    assertThat(stamps.givenNanos(first + 2)).isEqualTo(AnswerStamps.UNKNOWN);
    assertThat(stamps.givenNanos(Long.MIN_VALUE)).isEqualTo(AnswerStamps.UNKNOWN);
    assertThat(stamps.givenNanos(Long.MAX_VALUE)).isEqualTo(AnswerStamps.UNKNOWN);
  }
}
