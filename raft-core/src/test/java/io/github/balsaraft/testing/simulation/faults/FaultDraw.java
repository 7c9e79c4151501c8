package io.github.balsaraft.testing.simulation.faults;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;

import io.github.balsaraft.testing.simulation.world.Chance;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Draws when faults come, whom they hit, how long they last and how bad they are. */
final class FaultDraw {

  /** Most of what can go wrong goes wrong where a leader is. */
  private static final double HITS_LEADER = 0.25;

  private static final long DRIFT_LIMIT_MICROS_PER_SECOND = 450;

  private final Chance chance;
  private final int hosts;
  private final long lengthNanos;

  FaultDraw(Chance chance, int hosts, long lengthNanos) {
    this.chance = chance;
    this.hosts = hosts;
    this.lengthNanos = lengthNanos;
  }

  Schedule of(FaultMix mix) {
    List<Fault> faults = new ArrayList<>();
    for (FaultKind kind : FaultKind.values()) {
      double rate = mix.rate(kind);
      if (rate > 0) {
        // As a Poisson process has it: the times between are exponential.
        double at = wait(rate);
        while (at < lengthNanos) {
          faults.add(one(kind, (long) at));
          at += wait(rate);
        }
      }
    }
    faults.sort(Comparator.comparingLong(Fault::atNanos));
    return new Schedule(faults);
  }

  private double wait(double perMinute) {
    return -StrictMath.log(1 - chance.nextDouble()) * FaultMix.meanNanos(perMinute);
  }

  private Fault one(FaultKind kind, long atNanos) {
    long lasts = isSilence(kind)
        ? chance.spread(100 * MILLIS, 15 * SECONDS)
        : chance.spread(10 * MILLIS, 10 * SECONDS);
    int host = chance.happens(HITS_LEADER) ? Fault.LEADER : chance.below(hosts);
    return new Fault(atNanos, kind, lasts, host, chance.below(hosts), amount(kind));
  }

  /** A short one changes nothing: nobody is missed before an election timeout is over. */
  private static boolean isSilence(FaultKind kind) {
    return switch (kind) {
      case ONE_WAY_CUT, ISOLATION, SPLIT, PAUSE, INTERRUPTED_FETCH -> true;
      default -> false;
    };
  }

  private long amount(FaultKind kind) {
    return switch (kind) {
      // How much worse than fair, in percent of the worst.
      case BAD_WEATHER -> chance.between(1, 100);
      case SLOW_DISK -> chance.spread(MILLIS, 2 * SECONDS);
      case STALLED_DISK -> chance.spread(100 * MILLIS, 20 * SECONDS);
      case SLOW_APPLY -> chance.spread(MILLIS, 4 * SECONDS);
      case SLOW_HOST -> chance.spread(MILLIS, SECONDS);
      case SLOW_SNAPSHOTS -> chance.spread(MILLIS, 2 * SECONDS);
      case CLOCK_DRIFT ->
        chance.between(-DRIFT_LIMIT_MICROS_PER_SECOND, DRIFT_LIMIT_MICROS_PER_SECOND);
      case CLOCK_JUMP -> chance.between(-3_600_000, 3_600_000);
      default -> chance.below(1 << 16);
    };
  }
}
