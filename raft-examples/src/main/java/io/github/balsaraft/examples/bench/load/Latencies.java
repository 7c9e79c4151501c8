package io.github.balsaraft.examples.bench.load;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAccumulator;

/**
 * How long operations took, counted in buckets of which each is at most 1/64 wider than the one before: percentiles are
 * right to less than two percent, in a fixed amount of memory. Any thread may add.
 */
public final class Latencies {

  /** Each power of two is cut into so many buckets. */
  private static final int BUCKETS = 64;

  private static final int BUCKET_BITS = 6;

  private final AtomicLongArray counts = new AtomicLongArray((Long.SIZE - BUCKET_BITS) * BUCKETS);
  private final LongAccumulator longest = new LongAccumulator(Math::max, 0);

  /** Adds one; less than zero counts as zero. */
  public void add(long nanos) {
    long value = Math.max(0, nanos);
    counts.incrementAndGet(bucketOf(value));
    longest.accumulate(value);
  }

  /** The longest of all, exactly. */
  public double maxMicros() {
    return longest.get() / 1e3;
  }

  /**
   * The time that so many percent of the operations did not exceed: the upper end of their bucket, rounded to a tenth of a
   * microsecond; zero if there were none.
   */
  public double percentileMicros(double percent) {
    long total = 0;
    for (int bucket = 0; bucket < counts.length(); bucket++) {
      total += counts.get(bucket);
    }
    long rank = Math.max(1, (long) Math.ceil(total * percent / 100));
    long seen = 0;
    for (int bucket = 0; bucket < counts.length(); bucket++) {
      seen += counts.get(bucket);
      if (seen >= rank) {
        return Math.round(Math.min(upperEnd(bucket), longest.get()) / 100.0) / 10.0;
      }
    }
    return 0;
  }

  /** Values below {@link #BUCKETS} have a bucket each; above, the leading bits behind the first one choose it. */
  private static int bucketOf(long value) {
    if (value < BUCKETS) {
      return (int) value;
    }
    int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - BUCKET_BITS;
    return (shift + 1) * BUCKETS + (int) ((value >>> shift) - BUCKETS);
  }

  private static long upperEnd(int bucket) {
    if (bucket < BUCKETS) {
      return bucket;
    }
    int shift = bucket / BUCKETS - 1;
    long leadingBits = (long) BUCKETS + bucket % BUCKETS;
    return ((leadingBits + 1) << shift) - 1;
  }
}
