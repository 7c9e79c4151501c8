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

  public FaultMix {
    Map<FaultKind, Double> ordered = new EnumMap<>(FaultKind.class);
    ordered.putAll(perMinute);
    perMinute = ordered;
  }

  /** A mix of any kinds. */
  public static FaultMix drawn(Chance chance) {
    Map<FaultKind, Double> rates = new EnumMap<>(FaultKind.class);
    for (FaultKind kind : FaultKind.values()) {
      boolean present = chance.happens(KIND_IS_PRESENT);
      double rate = chance.spread(RAREST_PER_HOUR, MOST_PER_HOUR) / 60.0;
      if (present) {
        rates.put(kind, rate);
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
