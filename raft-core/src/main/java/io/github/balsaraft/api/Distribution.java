package io.github.balsaraft.api;

/**
 * How many values of which size there were. Values are counted in buckets, eight for each power of two, so that a quantile is at most
 * an eighth too large and the memory is the same for any number of values. Immutable.
 */
public final class Distribution {

  private static final int SUB_BITS = 3;
  private static final int SUBS = 1 << SUB_BITS;

  /** Larger values are counted in the last bucket: 2^43 ns are about two hours and a half. */
  private static final int MAX_BITS = 43;

  /** How many buckets there are. */
  public static final int BUCKETS = (MAX_BITS - SUB_BITS + 1) * SUBS;

  private final long[] counts;
  private final long count;
  private final long sum;
  private final long max;

  /**
   * A distribution.
   *
   * @param counts how many values there were in each bucket; {@link #BUCKETS} numbers
   * @param sum of all values
   * @param max the largest value; 0 if there is none
   */
  public Distribution(long[] counts, long sum, long max) {
    if (counts.length != BUCKETS) {
      throw new IllegalArgumentException(
          "there are " + BUCKETS + " buckets, and " + counts.length + " were given");
    }
    this.counts = counts.clone();
    long all = 0;
    for (long each : counts) {
      all += each;
    }
    this.count = all;
    this.sum = sum;
    this.max = max;
  }

  /** The bucket of a value; one below 0 counts as 0. */
  public static int bucketOf(long value) {
    if (value < SUBS) {
      return (int) Math.max(0, value);
    }
    int bits = Long.SIZE - Long.numberOfLeadingZeros(value);
    if (bits > MAX_BITS) {
      return BUCKETS - 1;
    }
    int sub = (int) (value >>> (bits - 1 - SUB_BITS)) & (SUBS - 1);
    return (bits - SUB_BITS) * SUBS + sub;
  }

  /** The largest value of a bucket; of the last, the largest that is told apart. */
  public static long largestOf(int bucket) {
    if (bucket < SUBS) {
      return bucket;
    }
    int bits = bucket / SUBS + SUB_BITS;
    long sub = bucket % SUBS;
    return ((SUBS + sub + 1) << (bits - 1 - SUB_BITS)) - 1;
  }

  /** How many values there were. */
  public long count() {
    return count;
  }

  /** The sum of all values. */
  public long sum() {
    return sum;
  }

  /** The largest value; 0 if there is none. */
  public long max() {
    return max;
  }

  /** How many values there were in a bucket. */
  public long countOf(int bucket) {
    return counts[bucket];
  }

  /**
   * A value that so large a part of the values does not exceed, or one at most an eighth larger; 0 if there are none.
   *
   * @param part from 0 to 1, such as 0.99
   */
  public long quantile(double part) {
    if (!(part >= 0 && part <= 1)) {
      throw new IllegalArgumentException("a part is between 0 and 1, not " + part);
    }
    long wanted = Math.max(1, (long) Math.ceil(part * count));
    long seen = 0;
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      seen += counts[bucket];
      if (seen >= wanted) {
        return bucket == BUCKETS - 1 ? max : Math.min(max, largestOf(bucket));
      }
    }
    return 0;
  }

  /** What has come since an earlier look at the same. Its {@link #max} is that of all. */
  public Distribution since(Distribution earlier) {
    long[] between = new long[BUCKETS];
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      between[bucket] = Math.max(0, counts[bucket] - earlier.counts[bucket]);
    }
    return new Distribution(between, Math.max(0, sum - earlier.sum), max);
  }

  @Override
  public String toString() {
    return "count=" + count + ",p50=" + quantile(0.5) + ",p99=" + quantile(0.99) + ",p999="
        + quantile(0.999) + ",max=" + max;
  }
}
