package io.github.balsaraft.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Entries that reads append so that keys expire. */
class ReadTicksTest {

  private final List<CompletableFuture<Void>> appended = new ArrayList<>();
  private final List<CompletableFuture<Long>> catchingUp = new ArrayList<>();
  private long logMillis = 1_000;
  private long nanos;
  private @Nullable Error appendingFails;

  private final ReadTicks ticks = new ReadTicks(
      new ReadTicks.Log() {
        @Override
        public CompletableFuture<?> append() {
          Error error = appendingFails;
          if (error != null) {
            appendingFails = null;
            throw error;
          }
          CompletableFuture<Void> entry = new CompletableFuture<>();
          appended.add(entry);
          return entry;
        }

        @Override
        public long logTimeMillis() {
          return logMillis;
        }

        @Override
        public CompletableFuture<Long> caughtUpMillis() {
          CompletableFuture<Long> caughtUp = new CompletableFuture<>();
          catchingUp.add(caughtUp);
          return caughtUp;
        }
      },
      () -> nanos);

  /** The last entry is applied here, with that log time. */
  private void apply(long millis) {
    logMillis = millis;
    appended.get(appended.size() - 1).complete(null);
  }

  /** As a follower, which is told of the entry before it has applied it. */
  private void commitThenApply(long millis) {
    appended.get(appended.size() - 1).complete(null);
    logMillis = millis;
    catchingUp.get(catchingUp.size() - 1).complete(millis);
  }

  private void passMillis(long millis) {
    nanos += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Test
  @DisplayName("reads that come while one is under way wait for it, and append none")
  void isShared() {
    CompletableFuture<Void> first = ticks.reach(2_000);
    CompletableFuture<Void> second = ticks.reach(1_500);
    assertThat(appended).hasSize(1);
    assertThat(first).isNotDone();
    assertThat(second).isNotDone();
    apply(2_000);
    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
    assertThat(appended).hasSize(1);
  }

  @Test
  @DisplayName("one that was appended before a key was due is not enough for that: another follows")
  void anEarlierOneMayNotBeEnough() {
    CompletableFuture<Void> first = ticks.reach(2_000);
    CompletableFuture<Void> second = ticks.reach(2_010);
    CompletableFuture<Void> third = ticks.reach(2_010);
    apply(2_005);
    assertThat(first).isCompleted();
    assertThat(second).isNotDone();
    assertThat(third).isNotDone();
    assertThat(appended).as("one for both").hasSize(2);
    apply(2_011);
    assertThat(second).isCompleted();
    assertThat(third).isCompleted();
    assertThat(appended).hasSize(2);
  }

  @Test
  @DisplayName("while log time stands still there are a few, not one for each read")
  void patience() {
    for (int i = 0; i < 6_000; i++) {
      passMillis(10);
      CompletableFuture<Void> reached = ticks.reach(2_000);
      if (!reached.isDone()) {
        commitThenApply(1_000);
      }
      assertThat(reached).isCompleted();
    }
    assertThat(appended).as("in a minute").hasSizeBetween(10, 20);

    passMillis(5_000);
    CompletableFuture<Void> reached = ticks.reach(2_000);
    apply(2_000);
    assertThat(reached).isCompleted();
    CompletableFuture<Void> next = ticks.reach(3_000);
    assertThat(next).as("it follows again: appended at once").isNotDone();
  }

  @Test
  @DisplayName("a follower that has not applied it yet takes log time for no slower than it is")
  void lateApplying() {
    CompletableFuture<Void> first = ticks.reach(2_000);
    commitThenApply(2_000);
    assertThat(first).isCompleted();
    CompletableFuture<Void> second = ticks.reach(3_000);
    assertThat(appended).hasSize(2);
    assertThat(second).isNotDone();
  }

  @Test
  @DisplayName("one that fails ends the reads' wait, and is tried again a little later")
  void failures() {
    CompletableFuture<Void> first = ticks.reach(2_000);
    CompletableFuture<Void> second = ticks.reach(2_000);
    appended.get(0).completeExceptionally(new IllegalStateException("no"));
    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
    assertThat(ticks.reach(2_000)).isCompleted();
    passMillis(100);
    assertThat(ticks.reach(2_000)).isNotDone();
    appended.get(1).complete(null);
    catchingUp.get(0).completeExceptionally(new IllegalStateException("no"));
    passMillis(99);
    assertThat(ticks.reach(2_000)).isCompleted();
    passMillis(1);
    assertThat(ticks.reach(2_000)).isNotDone();
    assertThat(appended).hasSize(3);
  }

  @Test
  @DisplayName("failures say nothing of log time: the waits behind them don't grow")
  void waitsBehindFailures() {
    for (int i = 0; i < 3; i++) {
      CompletableFuture<Void> reached = ticks.reach(2_000);
      assertThat(appended).hasSize(i + 1);
      appended.get(i).completeExceptionally(new IllegalStateException("overloaded"));
      assertThat(reached).isCompleted();
      passMillis(100);
    }
    CompletableFuture<Void> reached = ticks.reach(2_000);
    assertThat(appended).hasSize(4);
    apply(2_000);
    assertThat(reached).isCompleted();
  }

  @Test
  @DisplayName("one that can't even be begun ends the reads' wait, and leaves none under way")
  void cannotBeBegun() {
    appendingFails = new OutOfMemoryError("as the test says");
    assertThat(ticks.reach(2_000)).isCompleted();
    assertThat(ticks.reach(2_000)).isCompleted();
    passMillis(100);
    CompletableFuture<Void> reached = ticks.reach(2_000);
    assertThat(appended).hasSize(1);
    apply(2_000);
    assertThat(reached).isCompleted();
  }
}
