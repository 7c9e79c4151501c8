package io.github.balsaraft.core;

import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.ReplicaId;
import java.util.Map;
import java.util.TreeMap;

/**
 * A leader's lease (Raft thesis 6.4.1): until when nobody else can have been elected, because a quorum has promised to wait
 * ({@link LeasePromise}).
 *
 * <ul>
 *   <li>It counts from when the heartbeats were sent that the quorum has answered, not from the answers (trap 25).
 *   <li>It lasts as long as the shortest window that the committed configuration and those above it name, shortened by the drift
 *       bound: a voter's clock may run faster than the leader's by that much, and no more. All arithmetic is exact.
 *   <li>Only answers of voters count whose log is known to hold the committed configuration, durably: these have the promise of
 *       its window, from the moment on at which they heard the leader. So a new window needs no waiting time, and a voter that
 *       was not told of it yet is not relied on.
 *   <li>An uncommitted configuration that forbids leases, or shortens the window, ends what was longer at once.
 * </ul>
 */
final class LeaderLease {

  /** It isn't held. */
  static final long NONE = -1;

  /** Rounds that are remembered. An answer to an earlier one is of no use. */
  private static final int MAX_ROUNDS = 64;

  private final CoreContext context;
  private final Replicator replicator;

  /** When rounds of heartbeats were sent, by sequence number; not all of them. */
  private final TreeMap<Long, Long> sentNanos = new TreeMap<>();

  private long lastSentNanos;

  LeaderLease(CoreContext context, Replicator replicator) {
    this.context = context;
    this.replicator = replicator;
  }

  /** Heartbeats with this sequence number are about to be sent. */
  void roundSent(long sequence) {
    // Rounds that reads open follow each other fast. One between two that are remembered counts as
    // the earlier one, which was sent before it.
    long apartNanos = context.options.heartbeatNanos() / 4;
    if (!sentNanos.isEmpty() && context.nowNanos() - lastSentNanos < apartNanos) {
      return;
    }
    lastSentNanos = context.nowNanos();
    sentNanos.put(sequence, lastSentNanos);
    if (sentNanos.size() > MAX_ROUNDS) {
      sentNanos.pollFirstEntry();
    }
  }

  /** The end of the lease, or {@link #NONE} if there can't be one. It may lie in the past. */
  long untilNanos() {
    long lengthNanos = lengthNanos();
    if (lengthNanos == 0) {
      return NONE;
    }
    long startNanos = context.quorum().reached(this::heardSinceNanos);
    return startNanos < 0 ? NONE : startNanos + lengthNanos;
  }

  /** A moment since which the voter has heard this leader, and keeps the promise that the lease rests on; -1 if none is known. */
  private long heardSinceNanos(ReplicaId voter) {
    if (voter.equals(context.self)) {
      return context.nowNanos();
    }
    Progress progress = replicator.progressOf(voter);
    if (progress == null || progress.match() < context.configurations.committedIndex()) {
      return -1;
    }
    Map.Entry<Long, Long> round = sentNanos.floorEntry(progress.contact().contactSequence());
    return round == null ? -1 : round.getValue();
  }

  /** Zero if leases are not permitted. */
  private long lengthNanos() {
    long shortest = Long.MAX_VALUE;
    for (Configuration possible : context.configurations.possible()) {
      shortest = Math.min(shortest, possible.leaseRules().lengthNanos());
    }
    return shortest;
  }
}
