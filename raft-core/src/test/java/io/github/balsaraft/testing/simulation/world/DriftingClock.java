package io.github.balsaraft.testing.simulation.world;

/**
 * The clocks of one host: a monotonic one that runs a little too fast or too slow, and a wall clock that may jump. They
 * outlive the processes of the host, as those of a machine do.
 */
public final class DriftingClock {

  private static final long WALL_AT_START_MILLIS = 1_700_000_000_000L;
  private static final double MILLION = 1e6;

  private final VirtualTime time;
  private double rate = 1;
  private long baseTrue;
  private long baseLocal;
  private long wallOffsetMillis;

  DriftingClock(VirtualTime time) {
    this.time = time;
  }

  /** The monotonic clock. */
  public long nowNanos() {
    return localAt(time.nowNanos());
  }

  private long localAt(long trueNanos) {
    return rate == 1
        ? baseLocal + (trueNanos - baseTrue)
        : baseLocal + (long) ((trueNanos - baseTrue) * rate);
  }

  /** When the monotonic clock will show this, if it goes on as it does. Never too early. */
  long trueTimeOf(long localNanos) {
    return rate == 1
        ? baseTrue + (localNanos - baseLocal)
        : baseTrue + (long) Math.ceil((localNanos - baseLocal) / rate);
  }

  /** The wall clock, in milliseconds since 1970. */
  public long wallMillis() {
    return WALL_AT_START_MILLIS + wallOffsetMillis + nowNanos() / VirtualTime.MILLIS;
  }

  /** From now on the clocks gain so many microseconds in each second. */
  public void drift(long microsPerSecond) {
    baseLocal = nowNanos();
    baseTrue = time.nowNanos();
    rate = 1 + microsPerSecond / MILLION;
  }

  /** The wall clock jumps, ahead or back. */
  public void jump(long millis) {
    wallOffsetMillis += millis;
  }
}
