package io.github.balsaraft.testing.simulation.faults;

import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.Weather;

/**
 * How bad weather is: each part for itself, since a network that only loses messages, or only repeats them, is another test than one that
 * does all at once. Each part is a share of the worst, from 0 to 0.99.
 */
record Badness(double loss, double duplication, double revival, double slow, double delay) {

  private static final int PARTS = 5;
  private static final int PERCENT = 100;
  private static final double PART_IS_PRESENT = 0.6;

  /** As the amount of a fault: two decimal digits for each part, loss last. */
  static long draw(Chance chance) {
    long amount = 0;
    for (int part = 0; part < PARTS; part++) {
      boolean present = chance.happens(PART_IS_PRESENT);
      long percent = chance.between(1, PERCENT - 1);
      amount = amount * PERCENT + (present ? percent : 0);
    }
    return amount;
  }

  /** What a network does that is as bad. */
  Weather weather() {
    return new Weather(
        0.3 * loss,
        0.2 * duplication,
        0.1 * revival,
        0.2 * slow,
        50 * VirtualTime.MICROS,
        (long) (20 * VirtualTime.MILLIS * delay) + VirtualTime.MICROS * 500,
        5 * VirtualTime.SECONDS);
  }

  static Badness of(long amount) {
    double[] parts = new double[PARTS];
    long rest = amount;
    for (int part = 0; part < PARTS; part++) {
      parts[part] = (double) (rest % PERCENT) / PERCENT;
      rest /= PERCENT;
    }
    return new Badness(parts[0], parts[1], parts[2], parts[3], parts[4]);
  }
}
