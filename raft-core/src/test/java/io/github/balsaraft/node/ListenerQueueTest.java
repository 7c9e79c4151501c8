package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.RaftEvent;
import io.github.balsaraft.api.RaftEvent.EventsDropped;
import io.github.balsaraft.api.RaftEvent.SnapshotFailed;
import io.github.balsaraft.api.RaftListener;
import io.github.balsaraft.testing.UnprintableError;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class ListenerQueueTest {

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final List<RaftEvent> heard = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();
  private long dropped;

  private ListenerQueue queueOf(RaftListener listener) {
    return new ListenerQueue(listener, tasks::add, failures::add, count -> dropped += count);
  }

  private static RaftEvent event(long number) {
    return new SnapshotFailed(number, "event " + number);
  }

  /** On the caller's thread nothing is told: it may be the one that runs the protocol. */
  @Test
  void eventsAreToldInOrderOnAnotherThread() {
    ListenerQueue queue = queueOf(heard::add);
    queue.offer(event(1));
    queue.offer(event(2));
    assertThat(heard).isEmpty();
    assertThat(tasks).hasSize(1);
    runAll();
    assertThat(heard).containsExactly(event(1), event(2));
    queue.offer(event(3));
    runAll();
    assertThat(heard).containsExactly(event(1), event(2), event(3));
  }

  @Test
  void ofMoreThanFitTheOldestAreDroppedAndThatIsToldInTheirPlace() {
    ListenerQueue queue = queueOf(heard::add);
    int more = 5;
    for (int i = 1; i <= RaftListener.MAX_WAITING_EVENTS + more; i++) {
      queue.offer(event(i));
    }
    assertThat(dropped).isEqualTo(more);
    runAll();
    assertThat(heard).hasSize(RaftListener.MAX_WAITING_EVENTS + 1);
    assertThat(heard.get(0)).isEqualTo(new EventsDropped(more, more));
    assertThat(heard.get(1)).isEqualTo(event(more + 1));
    assertThat(heard.get(heard.size() - 1))
        .isEqualTo(event(RaftListener.MAX_WAITING_EVENTS + more));
  }

  /** As when the process may have no more threads: the replica, which offers the event, must not end of it. */
  @Test
  void executorThatFailsHarmsNobodyAndTheNextEventTriesAgain() {
    OutOfMemoryError noThread =
        new OutOfMemoryError("unable to create native thread (by the test)");
    List<Error> toThrow = new ArrayList<>(List.of(noThread));
    ListenerQueue queue = new ListenerQueue(
        heard::add,
        task -> {
          if (!toThrow.isEmpty()) {
            throw toThrow.remove(0);
          }
          tasks.add(task);
        },
        failures::add,
        count -> dropped += count);
    queue.offer(event(1));
    assertThat(failures).containsExactly(noThread);
    assertThat(heard).isEmpty();
    queue.offer(event(2));
    runAll();
    assertThat(heard).containsExactly(event(1), event(2));
    assertThat(failures).hasSize(1);
  }

  /** The gap is told again after those that were told before it. */
  @Test
  void droppedWhileAnEventIsToldIsToldNext() {
    List<ListenerQueue> self = new ArrayList<>();
    ListenerQueue queue = queueOf(event -> {
      heard.add(event);
      if (heard.size() == 1) {
        for (int i = 2; i <= RaftListener.MAX_WAITING_EVENTS + 3; i++) {
          self.get(0).offer(event(i));
        }
      }
    });
    self.add(queue);
    queue.offer(event(1));
    runAll();
    assertThat(heard.subList(0, 3)).containsExactly(event(1), new EventsDropped(3, 2), event(4));
  }

  @Test
  void whatAListenerThrowsIsReportedAndTheNextEventIsToldAllTheSame() {
    ListenerQueue queue = queueOf(event -> {
      heard.add(event);
      if (event.term() == 1) {
        throw new IllegalStateException("no");
      }
      if (event.term() == 2) {
        throw new AssertionError("an error, too");
      }
    });
    queue.offer(event(1));
    queue.offer(event(2));
    queue.offer(event(3));
    runAll();
    assertThat(heard).containsExactly(event(1), event(2), event(3));
    assertThat(failures).extracting(Throwable::getMessage).containsExactly("no", "an error, too");
  }

  /** Who reports a failure asks for its text, which may be what fails. */
  @Test
  void aReportThatFailsKeepsNobodyFromHearingTheNext() {
    ListenerQueue queue = new ListenerQueue(
        event -> {
          heard.add(event);
          throw new UnprintableError();
        },
        tasks::add,
        failure -> failures.add(new IllegalStateException("failed: " + failure)),
        count -> dropped += count);
    queue.offer(event(1));
    queue.offer(event(2));
    runAllThatThrow();
    queue.offer(event(3));
    runAllThatThrow();
    assertThat(heard).containsExactly(event(1), event(2), event(3));
  }

  /** A thread of a pool that dies of what was thrown is replaced. */
  private void runAllThatThrow() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      try {
        task.run();
      } catch (UnprintableError e) {
        // It would be the end of the thread, and not of the next task.
      }
    }
  }

  @Test
  void oneThatWasRemovedHearsNothingMore() {
    ListenerQueue queue = queueOf(heard::add);
    queue.offer(event(1));
    queue.remove();
    runAll();
    assertThat(heard).isEmpty();
  }

  /** Others wait for the same thread. */
  @Test
  void manyEventsAreToldInSeveralTurns() {
    ListenerQueue queue = queueOf(heard::add);
    for (int i = 1; i <= 1000; i++) {
      queue.offer(event(i));
    }
    int turns = runAll();
    assertThat(heard).hasSize(1000);
    assertThat(turns).isGreaterThan(10);
  }

  private int runAll() {
    int turns = 0;
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
      turns++;
    }
    return turns;
  }

  /** Who listens hears of the end, however much waits before it. */
  @Test
  void whatWaitsWhenTheThreadsEndIsTold() {
    List<Runnable> taken = new ArrayList<>();
    ListenerQueue queue = new ListenerQueue(
        heard::add,
        task -> {
          if (!taken.isEmpty()) {
            throw new RejectedExecutionException("the host's threads have ended");
          }
          taken.add(task);
        },
        failures::add,
        count -> dropped += count);
    for (int i = 1; i <= 300; i++) {
      queue.offer(event(i));
    }
    taken.get(0).run();
    assertThat(heard).hasSize(300).endsWith(event(300));
  }
}
