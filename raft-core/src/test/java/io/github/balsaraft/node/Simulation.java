package io.github.balsaraft.node;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/** Virtual time on one thread: what happens, and when, is decided by one seed. */
final class Simulation {

  static final long MILLIS = 1_000_000;
  static final long SECONDS = 1_000 * MILLIS;

  private static final long LOOK_EVERY_NANOS = MILLIS / 4;

  private static final Comparator<Event> IN_ORDER =
      Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::number);

  private final PriorityQueue<Event> events = new PriorityQueue<>(IN_ORDER);
  private final SplittableRandom random;
  private long nowNanos;
  private long lastNumber;
  private long trace = 17;

  Simulation(long seed) {
    this.random = new SplittableRandom(seed);
  }

  long nowNanos() {
    return nowNanos;
  }

  SplittableRandom random() {
    return random;
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  long between(long least, long most) {
    return random.nextLong(least, most + 1);
  }

  /** A number that differs, but for very good luck, if anything happened in another order or at another time. */
  long trace() {
    return trace;
  }

  void at(long atNanos, Runnable task) {
    events.add(new Event(Math.max(atNanos, nowNanos), ++lastNumber, task));
  }

  void in(long delayNanos, Runnable task) {
    at(nowNanos + delayNanos, task);
  }

  void runFor(long nanos) {
    long end = nowNanos + nanos;
    while (!events.isEmpty() && events.peek().atNanos <= end) {
      next();
    }
    nowNanos = end;
  }

  /** Runs until the condition holds; it is looked at now and then. Returns whether it did in time. */
  boolean runUntil(BooleanSupplier condition, long limitNanos) {
    long end = nowNanos + limitNanos;
    while (!condition.getAsBoolean()) {
      if (nowNanos >= end) {
        return false;
      }
      runFor(LOOK_EVERY_NANOS);
    }
    return true;
  }

  private void next() {
    Event event = events.remove();
    nowNanos = event.atNanos;
    trace = trace * 31 + event.atNanos;
    trace = trace * 31 + event.number;
    event.task.run();
  }

  private record Event(long atNanos, long number, Runnable task) {}
}
