package io.github.balsaraft.node;

import io.github.balsaraft.api.Distribution;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAccumulator;

/** Counts values in the buckets of a {@link Distribution}, in memory that is the same for any number of them. Thread-safe. */
final class Histogram {

  private final AtomicLongArray counts = new AtomicLongArray(Distribution.BUCKETS);
  private final AtomicLong sum = new AtomicLong();
  private final LongAccumulator max = new LongAccumulator(Math::max, 0);

  /** A value, so many times. */
  void record(long value, long times) {
    long counted = Math.max(0, value);
    counts.addAndGet(Distribution.bucketOf(counted), times);
    sum.addAndGet(counted * times);
    max.accumulate(counted);
  }

  Distribution look() {
    long[] copy = new long[Distribution.BUCKETS];
    for (int bucket = 0; bucket < copy.length; bucket++) {
      copy[bucket] = counts.get(bucket);
    }
    return new Distribution(copy, sum.get(), max.get());
  }
}
