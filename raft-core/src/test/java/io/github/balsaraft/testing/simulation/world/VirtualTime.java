package io.github.balsaraft.testing.simulation.world;

import java.util.function.BooleanSupplier;

/** Time that passes only from event to event: what is to happen, in its order. Events of the same moment keep theirs. */
public final class VirtualTime {

  public static final long MICROS = 1_000;
  public static final long MILLIS = 1_000 * MICROS;
  public static final long SECONDS = 1_000 * MILLIS;

  private final EventQueue events = new EventQueue();
  private long nowNanos;
  private long happened;
  private Runnable afterEach = () -> {};

  public VirtualTime() {}

  /** Nanoseconds since the simulation began. */
  public long nowNanos() {
    return nowNanos;
  }

  /** How many events there were. */
  public long happened() {
    return happened;
  }

  /** What to do after each event, such as to check what always holds. Replaces what was said before. */
  public void afterEach(Runnable check) {
    afterEach = check;
  }

  /** Lets something happen at a moment; now, if that is past. */
  public void at(long atNanos, Runnable task) {
    events.add(Math.max(atNanos, nowNanos), task);
  }

  /** Lets something happen after so long. */
  public void in(long delayNanos, Runnable task) {
    at(nowNanos + delayNanos, task);
  }

  /** Lets all that happens within so long happen. */
  public void runFor(long nanos) {
    runUntil(() -> false, nanos);
  }

  /**
   * Lets time pass until the condition holds, which is looked at after each event, and no longer than so long.
   *
   * @return whether it holds
   */
  public boolean runUntil(BooleanSupplier condition, long limitNanos) {
    long end = nowNanos + limitNanos;
    while (!condition.getAsBoolean()) {
      if (events.isEmpty() || events.nextNanos() > end) {
        nowNanos = end;
        return condition.getAsBoolean();
      }
      nowNanos = events.nextNanos();
      happened++;
      events.poll().run();
      afterEach.run();
    }
    return true;
  }
}
