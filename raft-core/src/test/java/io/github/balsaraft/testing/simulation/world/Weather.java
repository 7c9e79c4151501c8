package io.github.balsaraft.testing.simulation.world;

/**
 * What a network does to messages.
 *
 * @param loss the share that never arrives
 * @param duplication the share that arrives twice
 * @param revival how often, for each message sent, some old one arrives once more: maybe after restarts and in another term
 * @param slow the share that takes a long time
 * @param minDelayNanos how long a message takes at least
 * @param maxDelayNanos how long one that isn't slow takes at most
 * @param slowNanos how long a slow one takes at most; the longer, the rarer
 */
public record Weather(
    double loss,
    double duplication,
    double revival,
    double slow,
    long minDelayNanos,
    long maxDelayNanos,
    long slowNanos) {

  /** As in a good data centre. */
  public static final Weather FAIR =
      new Weather(0, 0, 0, 0, 50 * VirtualTime.MICROS, 500 * VirtualTime.MICROS, 0);

  long delayNanos(Chance chance) {
    return chance.happens(slow)
        ? chance.spread(maxDelayNanos, Math.max(maxDelayNanos, slowNanos))
        : chance.between(minDelayNanos, maxDelayNanos);
  }
}
