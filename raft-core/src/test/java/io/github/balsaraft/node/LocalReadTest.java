package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.testing.UnprintableError;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a read takes of its budget, and until when. */
class LocalReadTest {

  private static final long BYTES = 300;

  private final Budget budget = new Budget(1000);
  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicInteger secondEnds = new AtomicInteger();

  private LocalRead<Integer> read() {
    assertThat(budget.take(BYTES)).isTrue();
    return new LocalRead<>(
        looks::incrementAndGet, false, budget, BYTES, secondEnds::incrementAndGet);
  }

  @Test
  @DisplayName("one that came too late is told so, and takes its bytes until its turn has come")
  void late() {
    LocalRead<Integer> read = read();
    read.tellLate("no time");
    assertThat(read.future).isCompletedExceptionally();
    assertThat(budget.taken()).isEqualTo(BYTES);
    read.run();
    assertThat(budget.taken()).isZero();
    assertThat(looks).as("nobody waits for the answer").hasValue(0);
    assertThat(secondEnds).as("that was its end").hasValue(0);
    read.refuse("again");
    assertThat(budget.taken()).isZero();
    assertThat(secondEnds).hasValue(1);
  }

  @Test
  @DisplayName("the same by lease")
  void lateByLease() {
    LocalRead<Integer> read = read();
    read.tellLate("no time");
    assertThat(read.runWhile(() -> true)).isTrue();
    assertThat(budget.taken()).isZero();
    assertThat(looks).hasValue(0);
    assertThat(secondEnds).hasValue(0);
  }

  @Test
  @DisplayName("its bytes are taken for as long as the state machine is asked, which may hang")
  void takesItsBytesWhileItIsAnswered() {
    AtomicLong takenMeanwhile = new AtomicLong();
    assertThat(budget.take(BYTES)).isTrue();
    LocalRead<Integer> read = new LocalRead<>(
        () -> {
          takenMeanwhile.set(budget.taken());
          return 1;
        },
        false,
        budget,
        BYTES,
        secondEnds::incrementAndGet);
    read.run();
    assertThat(takenMeanwhile).hasValue(BYTES);
    assertThat(budget.taken()).isZero();
    assertThat(read.future).isCompletedWithValue(1);
  }

  @Test
  @DisplayName("an answer after the end changes nothing for its caller, and is counted")
  void endsTwice() {
    LocalRead<Integer> read = read();
    read.run();
    assertThat(secondEnds).hasValue(0);
    read.run();
    assertThat(secondEnds).hasValue(1);
    assertThat(read.runWhile(() -> true)).isTrue();
    assertThat(read.future.join()).isEqualTo(1);
  }

  @Test
  @DisplayName("the same by lease")
  void endsTwiceByLease() {
    LocalRead<Integer> read = read();
    read.refuseForOverload("too many");
    assertThat(secondEnds).hasValue(0);
    assertThat(read.runWhile(() -> true)).isTrue();
    read.refuseForOverload("too many");
    assertThat(budget.taken()).isZero();
    assertThat(secondEnds).hasValue(2);
  }

  @Test
  @DisplayName("given up while a thread hung, which ends it once it goes on")
  void abandoned() {
    LocalRead<Integer> read = read();
    read.abandon("closed");
    read.run();
    assertThat(secondEnds).hasValue(0);
  }

  @Test
  @DisplayName("it is told once, by whoever ends it first")
  void refused() {
    LocalRead<Integer> read = read();
    read.refuse("stopped");
    assertThat(read.future)
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(ReadNotServedException.class)
        .withMessageContaining("stopped");
    read.run();
    assertThat(looks).hasValue(0);
    assertThat(budget.taken()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName(
      "an application's failure that can't be asked for a text fails the read, not its thread")
  void failureWithoutText(boolean byLease) {
    LocalRead<String> read = new LocalRead<>(
        () -> {
          throw new UnprintableError();
        },
        byLease,
        new Budget(100),
        0,
        () -> {});
    CompletableFuture<Integer> length = read.future.thenApply(String::length);
    if (byLease) {
      assertThat(read.runWhile(() -> true)).isTrue();
    } else {
      read.run();
    }
    assertThat(length.handle((answer, failure) -> failure).join())
        .hasMessageContaining(UnprintableError.class.getName());
  }

  @Test
  @DisplayName("one that there is no room for says when to ask again, and gives its bytes back")
  void overload() {
    Budget budget = new Budget(100);
    assertThat(budget.take(10)).isTrue();
    LocalRead<String> read = new LocalRead<>(() -> "never", false, budget, 10, () -> {});
    read.refuseForOverload("too many");
    assertThat(budget.taken()).isZero();
    assertThat(read.future.handle((answer, failure) -> failure).join())
        .isInstanceOfSatisfying(
            ReadNotServedException.class,
            failure -> assertThat(failure.retryAfter()).isPresent());
  }
}
