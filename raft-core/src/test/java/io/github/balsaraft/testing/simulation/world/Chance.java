package io.github.balsaraft.testing.simulation.world;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/**
 * Random numbers for one purpose. Each purpose has a stream of its own, so that what is drawn for one doesn't move what another
 * draws: a schedule with a fault less remains otherwise the same.
 */
public final class Chance {

  private final SplittableRandom random;

  private Chance(SplittableRandom random) {
    this.random = random;
  }

  /** The stream of a purpose, such as {@code "network"}, in the run of a seed. */
  public static Chance of(long seed, String purpose) {
    CRC32C crc = new CRC32C();
    crc.update(purpose.getBytes(StandardCharsets.UTF_8));
    // Neighbouring seeds must not give neighbouring streams.
    SplittableRandom mixed = new SplittableRandom(seed);
    return new Chance(new SplittableRandom(mixed.nextLong() ^ (crc.getValue() << 21)));
  }

  /** Whether something of this probability happens. */
  public boolean happens(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  /** A number of this range, both ends included. */
  public long between(long least, long most) {
    return least == most ? least : random.nextLong(least, most + 1);
  }

  /** A number of this range, both ends included, such that each order of magnitude is as likely as the next. */
  public long spread(long least, long most) {
    double low = StrictMath.log((double) Math.max(1, least));
    double high = StrictMath.log((double) Math.max(1, most));
    return Math.min(
        most,
        Math.max(least, Math.round(StrictMath.exp(low + random.nextDouble() * (high - low)))));
  }

  /** One of them. */
  public <T> T oneOf(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  public int below(int bound) {
    return random.nextInt(bound);
  }

  public double nextDouble() {
    return random.nextDouble();
  }

  public long nextLong() {
    return random.nextLong();
  }
}
