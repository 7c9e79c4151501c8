package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MailboxTest {

  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final List<String> seen = new ArrayList<>();

  private Mailbox<String> recording() {
    return new Mailbox<>(tasks::add, new Recorder());
  }

  private final class Recorder implements Mailbox.Handler<String> {
    @Override
    public void handle(String entry) {
      seen.add(entry);
      if (entry.equals("throw")) {
        throw new IllegalStateException("asked to throw");
      }
    }

    @Override
    public void endOfBatch() {
      seen.add("|");
    }
  }

  @Test
  void whatGathersIsOneBatchAndOneTask() {
    Mailbox<String> mailbox = recording();
    mailbox.offer("a");
    mailbox.offer("b");
    assertThat(tasks).hasSize(1);
    tasks.remove().run();
    assertThat(seen).containsExactly("a", "b", "|");
    assertThat(tasks).isEmpty();
  }

  @Test
  void whatArrivesDuringABatchIsTheNext() {
    List<Mailbox<String>> self = new ArrayList<>();
    Mailbox<String> mailbox = new Mailbox<>(tasks::add, new Mailbox.Handler<>() {
      @Override
      public void handle(String entry) {
        seen.add(entry);
        if (entry.equals("first")) {
          self.get(0).offer("second");
        }
      }

      @Override
      public void endOfBatch() {
        seen.add("|");
      }
    });
    self.add(mailbox);
    mailbox.offer("first");
    tasks.remove().run();
    assertThat(seen).containsExactly("first", "|");
    tasks.remove().run();
    assertThat(seen).containsExactly("first", "|", "second", "|");
  }

  @Test
  void afterItsThreadsHaveEndedTheCallerHandles() {
    Mailbox<String> mailbox = new Mailbox<>(
        task -> {
          throw new RejectedExecutionException();
        },
        new Recorder());
    mailbox.offer("late");
    assertThat(seen).containsExactly("late", "|");
  }

  @Test
  void aHandlerThatThrowsLosesNothingThatComesLater() {
    Mailbox<String> mailbox = recording();
    mailbox.offer("throw");
    mailbox.offer("b");
    assertThatThrownBy(() -> tasks.remove().run()).hasMessage("asked to throw");
    mailbox.offer("c");
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
    assertThat(seen).containsExactly("throw", "b", "c", "|");
  }

  /** The thread pool has no memory for the turn. */
  private static final class FailingOnce implements Executor {
    private final ArrayDeque<Runnable> taken = new ArrayDeque<>();
    private int untilFailure = Integer.MAX_VALUE;

    @Override
    public void execute(Runnable task) {
      if (untilFailure-- == 0) {
        throw new OutOfMemoryError("no room for a task (a test)");
      }
      taken.add(task);
    }
  }

  @Test
  @DisplayName("what got no turn when it was offered is handled with the next that is offered")
  void noTurnForAnOffer() {
    FailingOnce executor = new FailingOnce();
    Mailbox<String> mailbox = new Mailbox<>(executor, new Recorder());
    executor.untilFailure = 0;
    mailbox.offer("a");
    assertThat(executor.taken).isEmpty();
    assertThat(mailbox.size()).isEqualTo(1);
    mailbox.offer("b");
    mailbox.offer("c");
    assertThat(executor.taken).as("one turn").hasSize(1);
    executor.taken.remove().run();
    assertThat(seen).containsExactly("a", "b", "c", "|");
    assertThat(mailbox.size()).isZero();
    mailbox.offer("d");
    executor.taken.remove().run();
    assertThat(seen).containsExactly("a", "b", "c", "|", "d", "|");
    assertThat(executor.taken).isEmpty();
  }

  /** The stack or the memory may end behind the queue. */
  @Test
  @DisplayName("a turn that was taken although that has failed is no second one beside the next")
  void takenAndFailed() throws Exception {
    CountDownLatch oneIsDone = new CountDownLatch(1);
    AtomicInteger inHandler = new AtomicInteger();
    AtomicInteger mostInHandler = new AtomicInteger();
    List<String> handled = new CopyOnWriteArrayList<>();
    AtomicBoolean fails = new AtomicBoolean(true);
    Mailbox<String> mailbox = new Mailbox<>(
        task -> {
          tasks.add(task);
          if (fails.getAndSet(false)) {
            throw new StackOverflowError("behind the queue (a test)");
          }
        },
        new Mailbox.Handler<>() {
          @Override
          public void handle(String entry) {
            mostInHandler.accumulateAndGet(inHandler.incrementAndGet(), Math::max);
            handled.add(entry);
            if (handled.size() == 1) {
              await(oneIsDone);
            }
            inHandler.decrementAndGet();
          }

          @Override
          public void endOfBatch() {}
        });
    mailbox.offer("a");
    mailbox.offer("b");
    assertThat(tasks).as("the one that was taken, and that of the next").hasSize(2);
    List<Thread> threads = new ArrayList<>();
    for (Runnable task : tasks) {
      Thread thread = new Thread(() -> {
        task.run();
        oneIsDone.countDown();
      });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(handled).containsExactly("a", "b");
    assertThat(mostInHandler.get()).isEqualTo(1);
    assertThat(mailbox.size()).isZero();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @DisplayName("who adds to what waits already makes its turn good, and nothing else")
  void wakes() {
    FailingOnce executor = new FailingOnce();
    Mailbox<String> mailbox = new Mailbox<>(executor, new Recorder());
    mailbox.wake();
    assertThat(executor.taken).isEmpty();
    executor.untilFailure = 0;
    mailbox.offer("a");
    mailbox.wake();
    mailbox.wake();
    assertThat(executor.taken).as("one turn").hasSize(1);
    executor.taken.remove().run();
    assertThat(seen).containsExactly("a", "|");
  }

  @Test
  @DisplayName("what got no turn at the end of a batch is handled with the next that is offered")
  void noTurnAtTheEndOfABatch() {
    FailingOnce executor = new FailingOnce();
    List<Mailbox<String>> self = new ArrayList<>();
    Mailbox<String> mailbox = new Mailbox<>(executor, new Mailbox.Handler<>() {
      @Override
      public void handle(String entry) {
        seen.add(entry);
        if (entry.equals("a")) {
          self.get(0).offer("b");
        }
      }

      @Override
      public void endOfBatch() {
        seen.add("|");
      }
    });
    self.add(mailbox);
    executor.untilFailure = 1;
    mailbox.offer("a");
    executor.taken.remove().run();
    assertThat(seen).containsExactly("a", "|");
    assertThat(executor.taken).isEmpty();
    mailbox.offer("c");
    mailbox.offer("d");
    assertThat(executor.taken).as("one turn").hasSize(1);
    executor.taken.remove().run();
    assertThat(seen).containsExactly("a", "|", "b", "c", "d", "|");
    assertThat(executor.taken).isEmpty();
  }

  /** Each failure is made good by one of those who offer, and by one alone. */
  @Test
  void manyThreadsOfferAndTurnsFail() throws Exception {
    int producers = 4;
    int each = 20_000;
    AtomicBoolean mayFail = new AtomicBoolean(true);
    AtomicInteger turns = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      CountDownLatch all = new CountDownLatch(producers * each + 1);
      AtomicInteger inHandler = new AtomicInteger();
      AtomicInteger mostInHandler = new AtomicInteger();
      Mailbox<Integer> mailbox = new Mailbox<>(
          task -> {
            int turn = turns.incrementAndGet();
            if (mayFail.get() && turn < 60 && turn % 3 == 1) {
              throw new OutOfMemoryError("no room for a task (a test)");
            }
            threads.execute(task);
          },
          new Mailbox.Handler<>() {
            @Override
            public void handle(Integer entry) {
              mostInHandler.accumulateAndGet(inHandler.incrementAndGet(), Math::max);
              inHandler.decrementAndGet();
              all.countDown();
            }

            @Override
            public void endOfBatch() {}
          });
      List<Thread> offering = new ArrayList<>();
      for (int p = 0; p < producers; p++) {
        Thread thread = new Thread(() -> {
          for (int i = 0; i < each; i++) {
            mailbox.offer(i);
          }
        });
        offering.add(thread);
        thread.start();
      }
      for (Thread thread : offering) {
        thread.join();
      }
      mayFail.set(false);
      mailbox.offer(0);
      assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(mostInHandler.get()).isEqualTo(1);
    } finally {
      threads.shutdown();
      assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Lost wake-ups and two threads at once show as a count that is wrong or never complete. */
  @Test
  void manyThreadsOfferAndOneAtATimeHandles() throws Exception {
    int producers = 4;
    int each = 50_000;
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      CountDownLatch all = new CountDownLatch(producers * each);
      // Neither is safe for two threads at once.
      int[] handled = new int[1];
      List<List<Integer>> orders = IntStream.range(0, producers)
          .<List<Integer>>mapToObj(p -> new ArrayList<>())
          .toList();
      Mailbox<int[]> mailbox = new Mailbox<>(threads, new Mailbox.Handler<>() {
        @Override
        public void handle(int[] entry) {
          handled[0]++;
          orders.get(entry[0]).add(entry[1]);
          all.countDown();
        }

        @Override
        public void endOfBatch() {}
      });
      for (int p = 0; p < producers; p++) {
        int producer = p;
        Thread thread = new Thread(() -> {
          for (int i = 0; i < each; i++) {
            mailbox.offer(new int[] {producer, i});
          }
        });
        thread.setDaemon(true);
        thread.start();
      }
      assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(handled[0]).isEqualTo(producers * each);
      for (List<Integer> order : orders) {
        assertThat(order).isSorted().doesNotHaveDuplicates();
      }
    } finally {
      threads.shutdown();
      assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
  }
}
