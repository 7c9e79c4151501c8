package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A system that has no more threads: what was to be done is done when there are some again. */
@Timeout(60)
class HostPoolTest {

  private final Deque<Runnable> later = new ArrayDeque<>();
  private final AtomicInteger failing = new AtomicInteger();
  private int failingLater;
  private final HostPool pool = new HostPool(
      "test",
      2,
      task -> {
        if (failing.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
          throw new OutOfMemoryError("unable to create native thread (a test)");
        }
        return new Thread(task);
      },
      task -> {
        if (failingLater-- > 0) {
          throw new OutOfMemoryError("no room for a timer (a test)");
        }
        later.add(task);
      });

  @AfterEach
  void end() throws InterruptedException {
    pool.shutdownNow();
    assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    assertThat(pool.ended()).isCompleted();
  }

  @Test
  @DisplayName("without any thread a task waits until one can be created")
  void noThread() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(2);
    failing.set(2);
    pool.execute(done::countDown);
    assertThat(done.getCount()).isEqualTo(2);
    later.remove().run();
    assertThat(later).as("tried again in a while").hasSize(1);
    later.remove().run();
    pool.execute(done::countDown);
    done.await();
    assertThat(later).isEmpty();
  }

  @Test
  @DisplayName("however much waits, one attempt is made at a time")
  void oneAttemptAtATime() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(3);
    failing.set(4);
    pool.execute(done::countDown);
    pool.execute(done::countDown);
    pool.execute(done::countDown);
    assertThat(later).hasSize(1);
    later.remove().run();
    assertThat(later).hasSize(1);
    later.remove().run();
    done.await();
    assertThat(later).isEmpty();
  }

  @Test
  @DisplayName("what it can't do later either it doesn't take, and the next task brings a thread")
  void notLaterEither() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    failing.set(1);
    failingLater = 1;
    assertThatThrownBy(() -> pool.execute(() -> {
          throw new AssertionError("it was refused");
        }))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessageContaining("timer");
    assertThat(pool.getQueue()).isEmpty();
    failing.set(1);
    pool.execute(done::countDown);
    assertThat(later).as("it is tried again later").hasSize(1);
    later.remove().run();
    done.await();
  }

  @Test
  @DisplayName("an attempt whose next one can't be scheduled is made again at once")
  void noNextAttempt() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    failing.set(4);
    pool.execute(done::countDown);
    failingLater = 2;
    later.remove().run();
    assertThat(later).as("that which could be scheduled in the end").hasSize(1);
    later.remove().run();
    done.await();
    assertThat(later).isEmpty();
  }

  @Test
  @DisplayName("what waits when it is shut down without a thread is done by whoever shuts it down")
  void shutDownWithoutAThread() {
    int[] done = {0};
    failing.set(2);
    pool.execute(() -> done[0]++);
    pool.shutdown();
    assertThat(done[0]).isEqualTo(1);
    assertThat(pool.ended()).isCompleted();
  }

  @Test
  @DisplayName("a thread that is there takes it")
  void anotherThread() throws InterruptedException {
    CountDownLatch first = new CountDownLatch(1);
    pool.execute(first::countDown);
    first.await();
    CountDownLatch done = new CountDownLatch(1);
    failing.set(1);
    pool.execute(done::countDown);
    done.await();
  }

  @Test
  @DisplayName("once it was shut down it takes nothing")
  void shutDown() {
    pool.shutdown();
    assertThatThrownBy(() -> pool.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
  }
}
