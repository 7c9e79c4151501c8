package io.github.balsaraft.node;

import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.storage.RecoveredGroup;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Gets a replica back the state that its log goes on from, when no snapshot of it can be read any more (decision 11): fetches another
 * one, of the same log or a later one, from the other members in turn, whoever leads.
 *
 * <p>Until that is durable and verified here there is no core. So the replica gives no vote, acknowledges nothing and answers no
 * heartbeat, as if it were down; what it has promised and acknowledged stays in its hard state and its log. It then starts from the
 * snapshot and all of the log that follows it, and is where it was. A process that ends before begins with this again: what is on the
 * disk says so.
 *
 * <p>Used by the mailbox's thread only.
 */
final class SnapshotRecovery {

  /** After so many of the longest election timeouts, if a source has sent nothing yet, another one is asked. */
  private static final int PATIENCE_TIMEOUTS = 10;

  /** The longest pause between two attempts: while nobody can help, each of them is a line in the log. */
  private static final long LONGEST_PAUSE_NANOS = 30_000_000_000L;

  private final ReplicaContext context;
  private final SnapshotFlow snapshots;
  private final LostSnapshot lost;
  private final RecoveredGroup log;

  /** Those that have sent anything since the start: they are there. */
  private final Set<ReplicaId> heard = new LinkedHashSet<>();

  private final long patienceNanos;
  private int attempts;
  private boolean isUnderWay;
  private long nextNanos;

  /** Doubled each time that everybody was asked. */
  private long pauseNanos;

  /**
   * @param log that goes on from what is lost
   */
  SnapshotRecovery(
      ReplicaContext context, SnapshotFlow snapshots, LostSnapshot lost, RecoveredGroup log) {
    this.context = context;
    this.snapshots = snapshots;
    this.lost = lost;
    this.log = log;
    this.pauseNanos = context.options().electionTimeoutMin().toNanos();
    this.patienceNanos =
        PATIENCE_TIMEOUTS * context.options().electionTimeoutMax().toNanos();
    // A leader is heard by then, and is there.
    this.nextNanos =
        context.nowNanos() + 2 * context.options().heartbeatInterval().toNanos();
  }

  /** A replica of the group has sent something to this one. */
  void heardFrom(ReplicaId replica) {
    if (heard.add(replica)) {
      pauseNanos = context.options().electionTimeoutMin().toNanos();
      if (!isUnderWay) {
        nextNanos = Math.min(nextNanos, context.nowNanos() + pauseNanos);
      }
    }
  }

  /** The log that there is to start on once this is over. */
  RecoveredGroup log() {
    return log;
  }

  /** The newest configuration that can still be read; empty if none can. */
  Configuration configuration() {
    return lost.configuration();
  }

  /** The fetch has failed: another source is asked in a while. */
  void failed() {
    if (isUnderWay) {
      isUnderWay = false;
      nextNanos = context.nowNanos() + pauseNanos;
      if (attempts % sources().size() == 0) {
        pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
      }
    }
  }

  /** When there is something to do. */
  long deadlineNanos() {
    return sources().isEmpty() ? Long.MAX_VALUE : nextNanos;
  }

  /** Asks the next source if it is time for that. */
  void step(long nowNanos) {
    List<ReplicaId> sources = sources();
    if (sources.isEmpty() || nowNanos < nextNanos) {
      return;
    }
    if (isUnderWay && (sources.size() == 1 || snapshots.hasFetchedSome())) {
      // It ends by itself if nothing comes any more.
      nextNanos = nowNanos + patienceNanos;
      return;
    }
    ReplicaId source = sources.get(attempts % sources.size());
    attempts++;
    isUnderWay = true;
    nextNanos = nowNanos + patienceNanos;
    // Below all numbers that a core gives its fetches: it never takes the end of this one for that
    // of its own.
    boolean keepsState = context.settings().stateMachine() instanceof OnDiskStateMachine;
    snapshots.fetch(new Ready.Fetch(-attempts, source, lost.needed(log, keepsState)));
  }

  private List<ReplicaId> sources() {
    Set<ReplicaId> sources = new LinkedHashSet<>(heard);
    for (Member member : lost.configuration().members()) {
      sources.add(member.replica());
    }
    sources.remove(context.self());
    return new ArrayList<>(sources);
  }
}
