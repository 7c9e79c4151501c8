package io.github.balsaraft.core;

import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Disks of a random run that have damaged entries when a process starts. Any durable entries, at any number of replicas:
 * nothing that was acknowledged may be lost by it, it may only take until the copies are there.
 */
final class DamageFuzz {

  private final SplittableRandom random;
  private final CoreHarness harness;
  private final TextTrace trace;
  private final int percent;

  /** @param percent of the starts that find damage */
  DamageFuzz(SplittableRandom random, CoreHarness harness, TextTrace trace, int percent) {
    this.random = random;
    this.harness = harness;
    this.trace = trace;
    this.percent = percent;
  }

  /** A stopped replica is about to start. */
  void beforeStart(HarnessReplica replica) {
    long first = replica.disk.durableBase().index() + 1;
    long last = replica.disk.durableLastIndex();
    if (first > last || random.nextInt(100) >= percent) {
      return;
    }
    long from = random.nextBoolean() ? first : Math.max(first, last - 3);
    long[] indexes = LongStream.generate(() -> random.nextLong(from, last + 1))
        .limit(1 + random.nextInt(6))
        .distinct()
        .toArray();
    trace.note("# " + replica + " has damaged " + LongStream.of(indexes).boxed().toList());
    harness.damage(replica, indexes);
  }
}
