package io.github.balsaraft.testing.simulation.world;

import java.util.Arrays;

/**
 * What is to happen, the earliest first, and what is to happen at one moment in the order in which it was added. A heap in arrays, in which
 * each place has four below it: a run goes through it twice for each event, so that it makes no objects.
 */
final class EventQueue {

  private static final int BELOW_EACH = 4;

  private long[] atNanos = new long[1024];
  private long[] numbers = new long[1024];
  private Runnable[] tasks = new Runnable[1024];
  private int size;
  private long lastNumber;

  boolean isEmpty() {
    return size == 0;
  }

  /** The moment of the next; there must be one. */
  long nextNanos() {
    return atNanos[0];
  }

  void add(long moment, Runnable task) {
    if (size == tasks.length) {
      atNanos = Arrays.copyOf(atNanos, 2 * size);
      numbers = Arrays.copyOf(numbers, 2 * size);
      tasks = Arrays.copyOf(tasks, 2 * size);
    }
    // Its number is the highest, so that it goes before none of the same moment.
    long number = ++lastNumber;
    int place = size++;
    while (place > 0) {
      int above = (place - 1) / BELOW_EACH;
      if (atNanos[above] <= moment) {
        break;
      }
      move(above, place);
      place = above;
    }
    put(place, moment, number, task);
  }

  /** Takes the next out; there must be one. */
  Runnable poll() {
    Runnable next = tasks[0];
    int last = --size;
    long moment = atNanos[last];
    long number = numbers[last];
    Runnable task = tasks[last];
    tasks[last] = null;
    if (last > 0) {
      put(placeFromTop(moment, number), moment, number, task);
    }
    return next;
  }

  /** Moves what comes before it up, from the top, which is free, and returns the place that is free then. */
  private int placeFromTop(long moment, long number) {
    int place = 0;
    int below = 1;
    while (below < size) {
      int earliest = below;
      int end = Math.min(below + BELOW_EACH, size);
      for (int other = below + 1; other < end; other++) {
        if (isBefore(other, atNanos[earliest], numbers[earliest])) {
          earliest = other;
        }
      }
      if (!isBefore(earliest, moment, number)) {
        break;
      }
      move(earliest, place);
      place = earliest;
      below = BELOW_EACH * place + 1;
    }
    return place;
  }

  private boolean isBefore(int place, long moment, long number) {
    return atNanos[place] < moment || (atNanos[place] == moment && numbers[place] < number);
  }

  private void move(int from, int to) {
    put(to, atNanos[from], numbers[from], tasks[from]);
  }

  private void put(int place, long moment, long number, Runnable task) {
    atNanos[place] = moment;
    numbers[place] = number;
    tasks[place] = task;
  }
}
