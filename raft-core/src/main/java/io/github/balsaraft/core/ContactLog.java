package io.github.balsaraft.core;

import io.github.balsaraft.model.ReplicaId;
import java.util.TreeMap;

/**
 * How long each member has been silent while this replica expected to hear of it: as a leader, and since the beginning of its
 * search for one. Followers of a healthy leader hear nothing of each other. For people only; no rule rests on it.
 */
final class ContactLog {

  private static final long NEVER = -1;

  private final TreeMap<ReplicaId, Long> heardNanos = new TreeMap<>();
  private long expectedSinceNanos = NEVER;

  /** From now on members should be heard of. */
  void expect(long nowNanos) {
    if (expectedSinceNanos == NEVER) {
      expectedSinceNanos = nowNanos;
    }
  }

  /** There is a leader to follow: the others need not be heard of. */
  void expectNothing() {
    expectedSinceNanos = NEVER;
    heardNanos.clear();
  }

  void heardFrom(ReplicaId member, long nowNanos) {
    if (expectedSinceNanos != NEVER) {
      heardNanos.put(member, nowNanos);
    }
  }

  /** Since when the member has been silent; -1 if nothing is expected of it. */
  long silentSinceNanos(ReplicaId member) {
    return expectedSinceNanos == NEVER
        ? NEVER
        : Math.max(expectedSinceNanos, heardNanos.getOrDefault(member, NEVER));
  }
}
