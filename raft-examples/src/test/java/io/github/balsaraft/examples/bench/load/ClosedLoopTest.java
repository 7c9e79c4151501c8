package io.github.balsaraft.examples.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ClosedLoopTest {

  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger mostUnderWay = new AtomicInteger();

  /** Ends on another thread, once the submitter has had every chance to begin too many. */
  private CompletableFuture<?> operation() {
    mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
    return CompletableFuture.runAsync(underWay::decrementAndGet);
  }

  @Test
  void runsAsManyAsItIsAskedForAndNeverMoreAtOnce() throws InterruptedException {
    Set<Long> numbers = ConcurrentHashMap.newKeySet();
    ClosedLoop loop = new ClosedLoop(
        4,
        number -> {
          numbers.add(number);
          return operation();
        },
        () -> {});
    loop.run(1000);
    assertThat(loop.acknowledged()).isEqualTo(1000);
    assertThat(numbers).hasSize(1000).contains(0L, 999L);
    assertThat(underWay).hasValue(0);
    assertThat(mostUnderWay).hasValueBetween(1, 4);
  }

  @Test
  void doesAgainWhatHasFailedAndAsksWhoLeads() throws InterruptedException {
    AtomicInteger asked = new AtomicInteger();
    ClosedLoop loop = new ClosedLoop(
        3,
        number -> number == 5 ? CompletableFuture.failedFuture(new Exception("no")) : operation(),
        asked::incrementAndGet);
    loop.run(20);
    assertThat(loop.acknowledged()).isEqualTo(20);
    assertThat(loop.failed()).isEqualTo(1);
    assertThat(loop.lastFailure()).hasMessage("no");
    assertThat(asked).hasValue(1);
  }

  @Test
  void anOperationThatThrowsHasFailed() throws InterruptedException {
    ClosedLoop loop = new ClosedLoop(
        1,
        number -> {
          if (number == 0) {
            throw new IllegalStateException("not open");
          }
          return operation();
        },
        () -> {});
    loop.run(1);
    assertThat(loop.failed()).isEqualTo(1);
  }

  @Test
  void onlyTheMeasuredTimeCounts() throws InterruptedException {
    List<String> events = new ArrayList<>();
    AtomicLong before = new AtomicLong();
    ClosedLoop[] loop = new ClosedLoop[1];
    loop[0] = new ClosedLoop(2, number -> operation(), () -> {});
    ClosedLoop.Outcome outcome = loop[0].run(1, 2, new ClosedLoop.Observer() {
      @Override
      public void begin() {
        before.set(loop[0].acknowledged());
        events.add("begin");
      }

      @Override
      public void tick(int second) {
        events.add("second " + second);
      }

      @Override
      public void end() {
        events.add("end");
      }
    });
    assertThat(events).containsExactly("begin", "second 1", "end");
    assertThat(before.get()).as("in the warm-up").isPositive();
    assertThat(outcome.operations())
        .isPositive()
        .isLessThanOrEqualTo(loop[0].acknowledged() - before.get());
    assertThat(loop[0].latencies().maxMicros()).isPositive();
    // The warm-up keeps more under way, so that the compiler sees hot code.
    assertThat(mostUnderWay.get()).isLessThanOrEqualTo(256);
  }

  @Test
  void runsAsLongAsItIsTold() throws InterruptedException {
    ClosedLoop loop = new ClosedLoop(2, number -> operation(), () -> {});
    loop.runWhile(() -> loop.acknowledged() < 50);
    assertThat(loop.acknowledged()).isGreaterThanOrEqualTo(50);
    assertThat(underWay).hasValue(0);
  }
}
