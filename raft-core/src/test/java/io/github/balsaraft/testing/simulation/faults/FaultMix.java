package io.github.balsaraft.testing.simulation.faults;

import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.EnumMap;
import java.util.Map;

/**
 * How often each kind of fault comes, on the average, in a minute of virtual time. Which kinds a run has, and how often, is drawn
 * as well ("swarm testing", Groce and others 2012): many runs have few kinds, so that each combination, and the absence of each,
 * comes up.
 *
 * @param perMinute by kind; what is not named never comes
 */
public record FaultMix(Map<FaultKind, Double> perMinute) {

  /** Nothing ever goes wrong. */
  public static final FaultMix NONE = new FaultMix(Map.of());

  private static final double KIND_IS_PRESENT = 0.4;
  private static final long RAREST_PER_HOUR = 40;
  private static final long MOST_PER_HOUR = 1500;

  /** How many runs have ambushes in the place of a mix of everything. */
  private static final double AMBUSHES = 0.25;

  /** Something was found with this one before there were ambushes: it has to draw what it drew then. */
  private static final long KEPT_SEED = 234_416_062_035L;

  private static final double AMBUSH_IS_PRESENT = 0.5;
  private static final long RAREST_AMBUSH_PER_HOUR = 240;
  private static final long MOST_AMBUSHES_PER_HOUR = 1200;

  public FaultMix {
    Map<FaultKind, Double> ordered = new EnumMap<>(FaultKind.class);
    ordered.putAll(perMinute);
    perMinute = ordered;
  }

  /** Whether the run of a seed is one of ambushes: among everything else that goes wrong these would come to nothing. */
  public static boolean isOfAmbushes(long seed) {
    return seed != KEPT_SEED && Chance.of(seed, "ambushes").happens(AMBUSHES);
  }

  /** A mix of any kinds, but for ambushes. */
  public static FaultMix drawn(Chance chance) {
    Map<FaultKind, Double> rates = new EnumMap<>(FaultKind.class);
    for (FaultKind kind : FaultKind.values()) {
      if (!kind.isAmbush()) {
        boolean present = chance.happens(KIND_IS_PRESENT);
        double rate = chance.spread(RAREST_PER_HOUR, MOST_PER_HOUR) / 60.0;
        if (present) {
          rates.put(kind, rate);
        }
      }
    }
    return new FaultMix(rates);
  }

  /** A mix of ambushes. */
  public static FaultMix ambushes(Chance chance) {
    Map<FaultKind, Double> rates = new EnumMap<>(FaultKind.class);
    for (FaultKind kind : FaultKind.values()) {
      if (kind.isAmbush() && chance.happens(AMBUSH_IS_PRESENT)) {
        rates.put(kind, chance.spread(RAREST_AMBUSH_PER_HOUR, MOST_AMBUSHES_PER_HOUR) / 60.0);
      }
    }
    return new FaultMix(rates);
  }

  /** The faults of one run. */
  public Schedule draw(Chance chance, int hosts, long lengthNanos) {
    return new FaultDraw(chance, hosts, lengthNanos).of(this);
  }

  double rate(FaultKind kind) {
    return perMinute.getOrDefault(kind, 0.0);
  }

  /** How long it is, on the average, until the next of a kind comes. */
  static double meanNanos(double perMinute) {
    return 60.0 * VirtualTime.SECONDS / perMinute;
  }
}
