package io.github.balsaraft.core;

import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import org.jspecify.annotations.Nullable;

/** Who should lead after a leader that is about to leave its office of its own accord. */
final class Successor {

  private Successor() {}

  /**
   * The best of the other voters that may stand for election and that were heard of lately: one that {@linkplain #isReady is ready} rather
   * than another, then the one with the most of the log, then the first in the {@link StandingOrder}; null if there is none. Who was
   * silent for two heartbeats may be gone, so that a transfer to it would come to nothing: it is chosen only if all have been silent, and
   * this for less than an election timeout.
   */
  static @Nullable ReplicaId best(CoreContext context, Replicator replicator) {
    ReplicaId answering = best(context, replicator, 2 * context.options.heartbeatNanos());
    return answering != null
        ? answering
        : best(context, replicator, context.options.electionTimeoutMaxNanos());
  }

  private static @Nullable ReplicaId best(
      CoreContext context, Replicator replicator, long heardWithinNanos) {
    Progress best = null;
    for (Member member : StandingOrder.standing(context)) {
      Progress progress = replicator.progressOf(member.replica());
      if (progress != null
          && member.isVoter()
          && progress.contact().isLive(context.nowNanos(), heardWithinNanos)
          && (best == null || isBetter(context, progress, best))) {
        best = progress;
      }
    }
    return best == null ? null : best.replica();
  }

  private static boolean isBetter(CoreContext context, Progress one, Progress other) {
    boolean isReady = isReady(context, one);
    return isReady == isReady(context, other) ? one.match() > other.match() : isReady;
  }

  /**
   * Whether it could serve at once: its state machine keeps up, and what it lacks of the log is no more than what is kept in memory for
   * whoever lags a little. Somebody always takes over all the same: nobody would lead otherwise, or it would be left to an election,
   * which asks for the log alone.
   */
  private static boolean isReady(CoreContext context, Progress progress) {
    return !progress.contact().isApplyLagging()
        && progress.install() == null
        && progress.match() >= context.log.base().index()
        && progress.match() + 1
            >= context.log.startOfBytes(context.log.lastIndex(), context.options.windowBytes());
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
