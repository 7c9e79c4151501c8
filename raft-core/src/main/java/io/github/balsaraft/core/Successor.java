package io.github.balsaraft.core;

import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import org.jspecify.annotations.Nullable;

/** Who should lead after a leader that is about to leave its office of its own accord. */
final class Successor {

  private Successor() {}

  /**
   * The best of the other voters that may stand for election, whose state machines keep up, and that were heard of lately: the one
   * with the most of the log, then the first in the {@link StandingOrder}; null if there is none. Who was silent for two heartbeats
   * may be gone, so that a transfer to it would come to nothing: it is chosen only if all have been silent, and this for less than an
   * election timeout.
   */
  static @Nullable ReplicaId best(CoreContext context, Replicator replicator) {
    return best(context, replicator, false);
  }

  /**
   * As {@link #best}; if there is none, one whose state machine restores a snapshot or is far behind: for a leader that can't stay in
   * office.
   */
  static @Nullable ReplicaId bestOfAll(CoreContext context, Replicator replicator) {
    ReplicaId best = best(context, replicator, false);
    return best != null ? best : best(context, replicator, true);
  }

  private static @Nullable ReplicaId best(
      CoreContext context, Replicator replicator, boolean lagging) {
    ReplicaId answering = best(context, replicator, lagging, 2 * context.options.heartbeatNanos());
    return answering != null
        ? answering
        : best(context, replicator, lagging, context.options.electionTimeoutMaxNanos());
  }

  private static @Nullable ReplicaId best(
      CoreContext context, Replicator replicator, boolean lagging, long heardWithinNanos) {
    Progress best = null;
    for (Member member : StandingOrder.standing(context)) {
      Progress progress = replicator.progressOf(member.replica());
      if (progress != null
          && member.isVoter()
          && progress.contact().isLive(context.nowNanos(), heardWithinNanos)
          && progress.contact().isApplyLagging() == lagging
          && (best == null || progress.match() > best.match())) {
        best = progress;
      }
    }
    return best == null ? null : best.replica();
  }

  /** Whether the configuration has one at all, heard of or not. */
  static boolean exists(CoreContext context) {
    return StandingOrder.standing(context).stream()
        .anyMatch(member -> member.isVoter() && !member.replica().equals(context.self));
  }

  /** How much of the log the {@link #best} has; -1 if there is none. */
  static long bestMatch(CoreContext context, Replicator replicator) {
    ReplicaId best = best(context, replicator);
    Progress progress = best == null ? null : replicator.progressOf(best);
    return progress == null ? -1 : progress.match();
  }
}
