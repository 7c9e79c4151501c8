package io.github.balsaraft.testing.simulation.world;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EventQueueTest {

  private record Event(long atNanos, long number) {}

  @Test
  @DisplayName(
      "the earliest comes first, and of one moment what was added first, however adding and taking out alternate")
  void order() {
    Random random = new Random(1);
    EventQueue queue = new EventQueue();
    List<Event> expected = new ArrayList<>();
    List<Event> taken = new ArrayList<>();
    for (long number = 1; number <= 4_000; number++) {
      Event event = new Event(random.nextInt(100), number);
      queue.add(event.atNanos, () -> taken.add(event));
      expected.add(event);
      if (random.nextInt(4) == 0) {
        takeOne(queue, expected, taken);
      }
    }
    while (!queue.isEmpty()) {
      takeOne(queue, expected, taken);
    }
    assertThat(expected).isEmpty();
  }

  private static void takeOne(EventQueue queue, List<Event> expected, List<Event> taken) {
    Event next = expected.stream()
        .min(Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::number))
        .orElseThrow();
    assertThat(queue.nextNanos()).isEqualTo(next.atNanos);
    queue.poll().run();
    assertThat(taken.get(taken.size() - 1)).isEqualTo(next);
    expected.remove(next);
  }
}
