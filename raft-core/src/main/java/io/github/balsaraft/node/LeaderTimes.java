package io.github.balsaraft.node;

import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.core.CoreView;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import org.jspecify.annotations.Nullable;

/**
 * Measures for how long a replica knows no leader, and how long it takes from hearing of one until its state is complete again.
 * Used by the mailbox's thread only.
 */
final class LeaderTimes {

  private static final long NOT = -1;

  private final NodeMetrics metrics;
  private @Nullable ReplicaId leader;
  private long leaderlessSinceNanos;
  private long catchingUpSinceNanos = NOT;

  /** From now on there is no leader. */
  LeaderTimes(NodeMetrics metrics, long nowNanos) {
    this.metrics = metrics;
    this.leaderlessSinceNanos = nowNanos;
  }

  void roleChanged(Ready.RoleChange change, long nowNanos) {
    if (change.role() == Role.CANDIDATE) {
      metrics.add(RaftMetric.ELECTIONS_STARTED, 1);
    } else if (change.role() == Role.LEADER) {
      metrics.add(RaftMetric.ELECTIONS_WON, 1);
    }
    ReplicaId now = change.leader();
    if (now != null && !now.equals(leader)) {
      metrics.add(RaftMetric.LEADER_CHANGES, 1);
    }
    if (now == null && leaderlessSinceNanos == NOT) {
      leaderlessSinceNanos = nowNanos;
      catchingUpSinceNanos = NOT;
    } else if (now != null && leaderlessSinceNanos != NOT) {
      metrics.record(RaftMetric.ELECTION_NANOS, nowNanos - leaderlessSinceNanos, 1);
      leaderlessSinceNanos = NOT;
      catchingUpSinceNanos = nowNanos;
    }
    leader = now;
  }

  /**
   * Takes a look, between two steps.
   *
   * @param freshNanos see {@link Freshness#freshNanos}
   */
  void observe(CoreView core, long freshNanos, long nowNanos) {
    metrics.note(RaftMetric.TERM, core.hardState().term());
    metrics.note(RaftMetric.LAST_INDEX, core.lastEntry().index());
    metrics.note(RaftMetric.COMMIT_INDEX, core.commitIndex());
    metrics.note(RaftMetric.UNCOMMITTED_BYTES, core.uncommittedBytes());
    if (catchingUpSinceNanos != NOT && freshNanos >= catchingUpSinceNanos) {
      metrics.record(RaftMetric.CATCH_UP_NANOS, nowNanos - catchingUpSinceNanos, 1);
      catchingUpSinceNanos = NOT;
    }
  }
}
