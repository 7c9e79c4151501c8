package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.node.WaitingReads.WaitingRead;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callers' callbacks run where reads are ended, and may hang there. */
@Timeout(60)
class WaitingReadsTest {

  private final WaitingReads reads = new WaitingReads();
  private final List<String> told = new CopyOnWriteArrayList<>();

  private void add(long index, long deadlineNanos, Consumer<String> refused) {
    reads.add(new WaitingRead(
        index,
        deadlineNanos,
        () -> told.add("read at " + index),
        refused,
        reason -> told.add(index + " runs, " + reason)));
  }

  @Test
  void thoseThatAreLateEndAndTheOthersWait() {
    add(5, 100, reason -> told.add("5 " + reason));
    add(6, 99, reason -> told.add("6 " + reason));
    add(7, 101, reason -> told.add("7 " + reason));
    reads.expire(100, "late", "it hangs");
    assertThat(told).containsExactlyInAnyOrder("5 late", "6 late");
    assertThat(reads.deadlineNanos()).isEqualTo(101);
    reads.runDue(7, () -> true);
    assertThat(told).last().isEqualTo("read at 7");
    assertThat(reads.deadlineNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void allAreToldThoughACallbackHangs() throws InterruptedException {
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch otherIsTold = new CountDownLatch(1);
    CountDownLatch goesOn = new CountDownLatch(1);
    // As a future's: only who ends it runs its callbacks.
    AtomicBoolean ended = new AtomicBoolean();
    add(5, 100, reason -> {
      if (ended.compareAndSet(false, true)) {
        hangs.countDown();
        awaitIt(goesOn);
      }
    });
    add(6, 1000, reason -> otherIsTold.countDown());
    Thread applying = new Thread(() -> reads.expire(100, "late", "it hangs"));
    applying.start();
    hangs.await();
    Thread abandoning = new Thread(() -> reads.refuseAll("closed"));
    abandoning.start();
    otherIsTold.await();
    goesOn.countDown();
    abandoning.join();
    applying.join();
  }

  private static void awaitIt(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** As when the state machine goes on while those that are late are told: what was in its queue comes to wait here. */
  @Test
  void oneThatComesWhileOthersAreToldIsNotDropped() {
    add(5, 100, reason -> {
      told.add("5 " + reason);
      add(6, 100, other -> told.add("6 " + other));
    });
    reads.expire(100, "late", "it hangs");
    reads.expire(100, "late", "it hangs");
    assertThat(told).containsExactly("5 late", "6 late");
    assertThat(reads.deadlineNanos()).isEqualTo(Long.MAX_VALUE);
  }

  /** It holds the memory of what it reads until it is done: it has not ended before. */
  @Test
  void oneThatHangsIsToldOnceAndEndsByItself() {
    reads.add(new WaitingRead(
        5,
        100,
        () -> {
          reads.expire(100, "late", "it hangs");
          reads.expire(101, "late", "it hangs");
          assertThat(reads.deadlineNanos()).as("nothing to tell it any more").isEqualTo(200);
          told.add("5 has ended");
        },
        reason -> told.add("5 refused"),
        reason -> told.add("5 told, " + reason)));
    add(6, 200, reason -> told.add("6 " + reason));
    reads.runDue(5, () -> true);
    assertThat(told).containsExactly("5 told, it hangs", "5 has ended");
    reads.expire(200, "late", "it hangs");
    assertThat(told).last().isEqualTo("6 late");
  }
}
