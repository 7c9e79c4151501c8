package io.github.balsaraft.testing.simulation.faults;

import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How often each kind of fault comes, on the average, in a minute of virtual time. Which kinds a run has, and how often, is drawn
 * as well ("swarm testing", Groce and others 2012): many runs have few kinds, so that each combination, and the absence of each,
 * comes up.
 *
 * @param perMinute by kind; what is not named never comes
 */
public record FaultMix(Map<FaultKind, Double> perMinute) {

  private static final double KIND_IS_PRESENT = 0.4;

  /** Every network is bad now and then. */
  private static final double BAD_WEATHER_IS_PRESENT = 0.7;

  private static final long RAREST_PER_HOUR = 40;
  private static final long MOST_PER_HOUR = 1500;

  /** How many runs have ambushes in the place of a mix of everything. */
  private static final double AMBUSHES = 0.25;

  private static final double LARGE_DRIFT = 0.15;
  private static final double LARGE_DRIFTS_PER_MINUTE = 60;

  private static final double OF_GROUPS_IS_PRESENT = 0.6;

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
    return Chance.of(seed, "ambushes").happens(AMBUSHES);
  }

  /** Whether clocks go far wrong in the run of a seed, and often: by as much as its rules for leases permit, and these permit much. */
  public static boolean isOfLargeDrift(long seed) {
    return Chance.of(seed, "drift").happens(LARGE_DRIFT);
  }

  /**
   * What a seed draws: a mix of any kinds, or one of ambushes. Each kind is drawn from a stream of its own, so that a kind that is
   * added changes nothing about the others.
   */
  public static FaultMix drawn(long seed) {
    boolean ambushes = isOfAmbushes(seed);
    Map<FaultKind, Double> rates = new EnumMap<>(FaultKind.class);
    for (FaultKind kind : FaultKind.values()) {
      if (kind.isAmbush() == ambushes && !kind.isOfSeveralGroups()) {
        Chance chance = Chance.of(seed, "how often " + kind);
        if (chance.happens(presence(kind))) {
          rates.put(kind, perHour(chance, ambushes) / 60.0);
        }
      }
    }
    if (isOfLargeDrift(seed)) {
      rates.put(FaultKind.CLOCK_DRIFT, LARGE_DRIFTS_PER_MINUTE);
    }
    return new FaultMix(rates);
  }

  /** The same with what comes only where several groups share their hosts. */
  public static FaultMix drawnForGroups(long seed) {
    Map<FaultKind, Double> rates = new EnumMap<>(FaultKind.class);
    rates.putAll(drawn(seed).perMinute);
    for (FaultKind kind : FaultKind.values()) {
      if (kind.isOfSeveralGroups()) {
        Chance chance = Chance.of(seed, "how often " + kind);
        if (chance.happens(OF_GROUPS_IS_PRESENT)) {
          rates.put(kind, perHour(chance, false) / 60.0);
        }
      }
    }
    return new FaultMix(rates);
  }

  private static double presence(FaultKind kind) {
    if (kind.isAmbush()) {
      return AMBUSH_IS_PRESENT;
    }
    return kind == FaultKind.BAD_WEATHER ? BAD_WEATHER_IS_PRESENT : KIND_IS_PRESENT;
  }

  private static long perHour(Chance chance, boolean ambushes) {
    return ambushes
        ? chance.spread(RAREST_AMBUSH_PER_HOUR, MOST_AMBUSHES_PER_HOUR)
        : chance.spread(RAREST_PER_HOUR, MOST_PER_HOUR);
  }

  /** The faults of the run of a seed. */
  public Schedule draw(long seed, int hosts, long lengthNanos) {
    return draw(seed, hosts, lengthNanos, FaultDraw.USUAL_DRIFT_PPM);
  }

  /** The same with clocks that may go more wrong, or less. */
  public Schedule draw(long seed, int hosts, long lengthNanos, long maxDriftPpm) {
    List<Fault> faults = new ArrayList<>();
    perMinute.forEach((kind, rate) -> {
      Chance chance = Chance.of(seed, "faults " + kind);
      faults.addAll(
          new FaultDraw(chance, kind, hosts, lengthNanos, maxDriftPpm).faults(meanNanos(rate)));
    });
    // Those of one moment stay in the order of their kinds.
    faults.sort(Comparator.comparingLong(Fault::atNanos));
    return new Schedule(faults);
  }

  /** How long it is, on the average, until the next of a kind comes. */
  private static double meanNanos(double perMinute) {
    return 60.0 * VirtualTime.SECONDS / perMinute;
  }
}
