package io.github.balsaraft.core;

import java.util.List;
import java.util.TreeMap;
import java.util.function.IntSupplier;

/** Clocks that all run, each at a rate of its own within a bound: what leases rely on, while nothing else does. */
final class DriftingClocks {

  private final CoreHarness harness;
  private final IntSupplier aheadPpm;
  private final TreeMap<String, Clock> clocks = new TreeMap<>();
  private long trueNanos;

  /** @param aheadPpm draws by how much each clock runs faster than true time */
  DriftingClocks(CoreHarness harness, IntSupplier aheadPpm) {
    this.harness = harness;
    this.aheadPpm = aheadPpm;
    harness.replicas().forEach(this::clockOf);
  }

  private Clock clockOf(HarnessReplica replica) {
    return clocks.computeIfAbsent(
        replica.name, name -> new Clock(replica.clockNanos, trueNanos, aheadPpm.getAsInt()));
  }

  /** Time passes for all, at the same time; a process that is frozen notices when it is woken. In whole milliseconds. */
  void pass(long nanos, HarnessReplica... frozen) {
    harness.replicas().forEach(this::clockOf);
    trueNanos += nanos;
    for (HarnessReplica replica : harness.replicas()) {
      replica.clockNanos = clockOf(replica).at(trueNanos);
    }
    List<HarnessReplica> asleep = List.of(frozen);
    for (HarnessReplica replica : List.copyOf(harness.replicas())) {
      if (!asleep.contains(replica)) {
        harness.pass(replica, 0);
      }
    }
  }

  private record Clock(long startNanos, long sinceNanos, int aheadPpm) {

    long at(long trueNanos) {
      long elapsed = trueNanos - sinceNanos;
      return startNanos + elapsed + Math.multiplyExact(elapsed / 1_000_000, (long) aheadPpm);
    }
  }
}
