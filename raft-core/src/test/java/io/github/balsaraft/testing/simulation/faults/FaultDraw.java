package io.github.balsaraft.testing.simulation.faults;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;

import io.github.balsaraft.testing.simulation.world.Chance;
import java.util.ArrayList;
import java.util.List;

/** Draws when faults of one kind come, whom they hit, how long they last and how bad they are. */
final class FaultDraw {

  /** Most of what can go wrong goes wrong where a leader is. */
  private static final double HITS_LEADER = 0.25;

  static final long USUAL_DRIFT_PPM = 450;

  private final Chance chance;
  private final FaultKind kind;
  private final int hosts;
  private final long lengthNanos;
  private final long maxDriftPpm;

  /** Draws from a stream that serves nothing else. */
  FaultDraw(Chance chance, FaultKind kind, int hosts, long lengthNanos, long maxDriftPpm) {
    this.chance = chance;
    this.kind = kind;
    this.hosts = hosts;
    this.lengthNanos = lengthNanos;
    this.maxDriftPpm = maxDriftPpm;
  }

  /** All that come, one after the other, so long apart on the average. */
  List<Fault> faults(double meanNanos) {
    List<Fault> faults = new ArrayList<>();
    double at = wait(meanNanos);
    while (at < lengthNanos) {
      faults.add(one((long) at));
      at += wait(meanNanos);
    }
    return faults;
  }

  /** As a Poisson process has it: the times between are exponential. */
  private double wait(double meanNanos) {
    return -StrictMath.log(1 - chance.nextDouble()) * meanNanos;
  }

  private Fault one(long atNanos) {
    long lasts = lasts();
    int host = chance.happens(HITS_LEADER) ? Fault.LEADER : chance.below(hosts);
    return new Fault(atNanos, kind, lasts, host, chance.below(hosts), amount());
  }

  private long lasts() {
    if (kind == FaultKind.CLOCK_DRIFT) {
      // So that clocks get apart.
      return chance.spread(SECONDS, 30 * SECONDS);
    }
    return isSilence(kind)
        ? chance.spread(100 * MILLIS, 15 * SECONDS)
        : chance.spread(10 * MILLIS, 10 * SECONDS);
  }

  /** A short one changes nothing: nobody is missed before an election timeout is over. */
  private static boolean isSilence(FaultKind kind) {
    return switch (kind) {
      case ONE_WAY_CUT, ISOLATION, SPLIT, PAUSE, INTERRUPTED_FETCH -> true;
      default -> false;
    };
  }

  private long amount() {
    return switch (kind) {
      case BAD_WEATHER -> Badness.draw(chance);
      case SLOW_DISK -> chance.spread(MILLIS, 2 * SECONDS);
      case STALLED_DISK -> chance.spread(100 * MILLIS, 20 * SECONDS);
      case SLOW_APPLY -> chance.spread(MILLIS, 4 * SECONDS);
      case SLOW_HOST -> chance.spread(MILLIS, SECONDS);
      case SLOW_SNAPSHOTS -> chance.spread(MILLIS, 2 * SECONDS);
      case CALL_OFF_CHANGE -> chance.spread(MILLIS, SECONDS);
      case CLOCK_DRIFT ->
        // Half of them as far as it goes.
        Math.max(
            -maxDriftPpm, Math.min(maxDriftPpm, chance.between(-2 * maxDriftPpm, 2 * maxDriftPpm)));
      case CLOCK_JUMP -> chance.between(-3_600_000, 3_600_000);
      default -> chance.below(1 << 16);
    };
  }
}
