package io.github.balsaraft.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogClockTest {

  private static final long MAX_JUMP_MILLIS = 10_000;

  private final LogClock clock = new LogClock(MAX_JUMP_MILLIS, 5_000_000_000L, 1000);

  /** Reads both clocks a while later, of which the monotonic one is right. */
  private long after(long elapsedMillis, long jumpMillis) {
    nowMillis += elapsedMillis;
    wallMillis += elapsedMillis + jumpMillis;
    return clock.observe(nowMillis * 1_000_000, wallMillis, logTimeMillis);
  }

  private long nowMillis = 5000;
  private long wallMillis = 1000;

  /** Of the end of the log. */
  private long logTimeMillis = 1000;

  @Test
  void followsTheWallClockHoweverLongNobodyLooked() {
    assertThat(after(3_600_000, 0)).isZero();
    assertThat(clock.next(0)).isEqualTo(wallMillis);
  }

  @Test
  void aJumpUpToTheLimitIsFollowed() {
    assertThat(after(500, MAX_JUMP_MILLIS)).isZero();
    assertThat(clock.next(0)).isEqualTo(wallMillis);
  }

  @Test
  void whatIsBeyondTheLimitIsLeftOutAndSaid() {
    assertThat(after(500, MAX_JUMP_MILLIS + 7)).isEqualTo(7);
    assertThat(clock.next(0)).isEqualTo(wallMillis - 7);
    assertThat(after(0, MAX_JUMP_MILLIS + 5)).isEqualTo(5);
    assertThat(clock.next(0)).as("both are left out").isEqualTo(wallMillis - 12);
  }

  @Test
  void whenTheClockIsSetRightAgainNothingIsLeftOutAnyMore() {
    after(500, MAX_JUMP_MILLIS + 100);
    assertThat(after(0, -40)).isZero();
    assertThat(clock.next(0)).as("60 of the jump are still ignored").isEqualTo(wallMillis - 60);
    after(0, -90);
    assertThat(clock.next(0)).isEqualTo(wallMillis);
  }

  @Test
  void whenTheClockWasSetBackItMayBeSetRightAgain() {
    after(500, -3_600_000);
    assertThat(after(500, 1_800_000)).isZero();
    assertThat(after(500, 1_800_000)).isZero();
    assertThat(clock.next(0)).isEqualTo(wallMillis);
    assertThat(after(500, 1_800_000)).as("once").isEqualTo(1_800_000 - MAX_JUMP_MILLIS);
  }

  @Test
  void whileLogTimeStandsStillForItTheClockMayBeSetRight() {
    long logTime = clock.next(0);
    after(500, -3_600_000);
    assertThat(clock.next(logTime)).isEqualTo(logTime);
    after(1_800_000, 0);
    assertThat(clock.next(logTime)).as("half the time is over").isEqualTo(logTime);
    assertThat(after(500, 3_600_000)).isZero();
    assertThat(clock.next(logTime)).isEqualTo(wallMillis);
  }

  /** What has got its time from the clock since would expire at once. */
  @Test
  void onceLogTimeGoesByTheClockAgainThatItWasSetBackIsForgotten() {
    long logTime = clock.next(0);
    after(500, -3_600_000);
    after(7_200_000, 0);
    long passed = clock.next(logTime);
    assertThat(passed).isEqualTo(wallMillis).isGreaterThan(logTime);
    logTimeMillis = passed;
    assertThat(after(500, 3_600_000)).isEqualTo(3_600_000 - MAX_JUMP_MILLIS);
    assertThat(clock.next(passed)).isEqualTo(passed + 500 + MAX_JUMP_MILLIS);
    assertThat(after(500, -3_600_000)).isZero();
    assertThat(clock.next(passed + 20_000)).as("it never goes back").isEqualTo(passed + 20_000);
  }

  /** As a follower, or a leader that nobody asks to write: nothing has got its time from the clock meanwhile. */
  @Test
  void whileNothingIsAppendedTheClockMayBeSetBackAndRight() {
    after(500, -3_600_000);
    after(7_200_000, 0);
    assertThat(clock.next(logTimeMillis)).as("it is past log time").isGreaterThan(logTimeMillis);
    assertThat(after(500, 3_600_000)).isZero();
    assertThat(clock.next(logTimeMillis)).isEqualTo(wallMillis);
  }

  @Test
  void whileNothingIsAppendedTheClockMayBeSetAheadAndRight() {
    after(500, 3_600_000);
    after(60_000, 0);
    assertThat(after(500, -3_600_000)).isZero();
    assertThat(clock.next(logTimeMillis)).isEqualTo(wallMillis);
  }

  /** What was appended has another's time: from then on that counts. */
  @Test
  void asFarAsLogTimeHasGoneOnWithoutItTheClockMayBeSetRight() {
    after(500, -3_600_000);
    logTimeMillis = wallMillis + 3_600_000;
    after(7_200_000, 0);
    assertThat(after(500, 3_600_000)).isZero();
    assertThat(clock.next(logTimeMillis)).isEqualTo(wallMillis);
  }

  @Test
  void aClockThatWasAheadAndIsSetRightJumpsIfItIsAheadAgain() {
    logTimeMillis = wallMillis - 3_600_000;
    after(500, -3_600_000);
    assertThat(after(500, 3_600_000)).isEqualTo(3_600_000 - MAX_JUMP_MILLIS);
  }

  @Test
  void whatWasLeftOutIsMadeUpForLittleByLittle() {
    after(500, MAX_JUMP_MILLIS + 1000);
    long before = clock.next(0);
    for (int i = 1; i <= 12_000; i++) {
      after(1, 0);
      long next = clock.next(0);
      assertThat(next - before).isBetween(1L, 2L);
      before = next;
      int madeUpFor = Math.min(1000, i / LogClock.FASTER_BY_ONE_IN);
      assertThat(next).isEqualTo(wallMillis - 1000 + madeUpFor);
    }
  }

  @Test
  void whatWasMadeUpForIsNotTakenBack() {
    after(500, MAX_JUMP_MILLIS + 1000);
    after(5000, 0);
    long ahead = clock.next(0);
    assertThat(after(0, -MAX_JUMP_MILLIS - 1000)).isZero();
    assertThat(clock.next(ahead)).as("it stands still").isEqualTo(ahead);
    assertThat(clock.next(0)).isEqualTo(wallMillis);
  }

  @Test
  void whatIsIgnoredOfAJumpDoesNotCount() {
    after(500, 7_200_000);
    after(500, -7_200_000 - 3_600_000);
    assertThat(after(500, 3_600_000)).as("log time is ahead of it").isZero();
  }

  @Test
  void whoIsSetRightBeyondWhereItWasHasJumped() {
    after(500, -3_600_000);
    assertThat(after(500, 3_600_000 + 2 * MAX_JUMP_MILLIS)).isEqualTo(2 * MAX_JUMP_MILLIS);
    assertThat(clock.next(0)).isEqualTo(wallMillis - 2 * MAX_JUMP_MILLIS);
  }

  /** As with two that set it against each other, while entries come all the time. */
  @Test
  void aClockThatGoesToAndFroWhileEntriesComeGainsNoMoreEachTime() {
    for (int i = 0; i < 20; i++) {
      after(1000, 3_600_000);
      logTimeMillis = clock.next(logTimeMillis);
      after(1000, -3_600_000);
      logTimeMillis = clock.next(logTimeMillis);
      assertThat(logTimeMillis).isLessThanOrEqualTo(wallMillis + MAX_JUMP_MILLIS + 200);
    }
  }

  /** The leader before it was an hour ahead, so that log time stands still for a while. */
  @Test
  void forHowLongLogTimeStandsStillForAnotherIsNotFollowed() {
    logTimeMillis = wallMillis + 3_600_000;
    after(500, 0);
    after(1_800_000, 0);
    assertThat(after(500, 7_200_000)).isEqualTo(7_200_000 - MAX_JUMP_MILLIS);
    assertThat(clock.next(logTimeMillis)).isEqualTo(logTimeMillis);
  }

  @Test
  void aClockThatGoesToAndFroIsFollowedNoFurtherEachTime() {
    for (int i = 0; i < 5; i++) {
      assertThat(after(500, 3_600_000)).isEqualTo(3_600_000 - MAX_JUMP_MILLIS);
      after(500, -3_600_000);
    }
    assertThat(clock.next(0)).isEqualTo(wallMillis);
  }

  @Test
  void neverGoesBackAlongTheLog() {
    after(500, -400);
    assertThat(clock.next(wallMillis + 3)).isEqualTo(wallMillis + 3);
    assertThat(clock.next(wallMillis - 3)).isEqualTo(wallMillis);
  }

  /** A leader under load looks many times in a millisecond; the two clocks never go to the next one at the same moment. */
  private void looksEvery300Micros(long forMillis) {
    long wallMinusNow = wallMillis - nowMillis;
    long startNanos = nowMillis * 1_000_000;
    for (long nanos = 0; nanos <= forMillis * 1_000_000; nanos += 300_000) {
      long now = startNanos + nanos;
      long wall = (now + 400_000) / 1_000_000 + wallMinusNow;
      assertThat(clock.observe(now, wall, logTimeMillis)).isZero();
      wallMillis = wall;
      nowMillis = now / 1_000_000;
    }
  }

  @Test
  void howOftenItLooksMakesNothingOfASetBack() {
    long logTime = clock.next(0);
    after(500, -600_000);
    looksEvery300Micros(300_000);
    assertThat(clock.next(logTime)).as("half the time is over").isEqualTo(logTime);
    assertThat(after(500, 600_000)).isZero();
    assertThat(clock.next(logTime)).isEqualTo(wallMillis);
  }

  @Test
  void howOftenItLooksMakesNothingOfWhatIsIgnored() {
    after(500, MAX_JUMP_MILLIS + 10_000);
    looksEvery300Micros(30_000);
    assertThat(wallMillis - clock.next(0)).as("a tenth of the time").isBetween(6_999L, 7_001L);
  }
}
