package io.github.balsaraft.core;

import io.github.balsaraft.model.SnapshotHeader;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Which snapshot this replica has, and what of the log it may therefore forget (Raft paper 7).
 *
 * <p>Invariant: the log starts at or before the entry after {@link #latest}'s last.
 */
final class Compaction {

  private final CoreContext context;

  /** The newest verified snapshot of this replica's state; null if there is none. */
  private @Nullable SnapshotHeader latest;

  private boolean servable;
  private boolean due;

  /** Whether a leader has given up its office because this snapshot could not be served: once is enough. */
  private boolean gaveUp;

  Compaction(CoreContext context, @Nullable SnapshotHeader latest) {
    this.context = context;
    this.latest = latest;
    this.servable = latest != null;
  }

  /** The newest snapshot if others can have it; else null. */
  @Nullable
  SnapshotHeader servable() {
    return servable ? latest : null;
  }

  /** The last index of the newest; zero if there is none. */
  long latestIndex() {
    return latest == null ? 0 : latest.last().index();
  }

  /** A snapshot is durable and verified. One that is older than what is known changes nothing (trap 41). */
  void saved(SnapshotHeader header) {
    if (latest != null && header.last().index() < latest.last().index()) {
      return;
    }
    InvariantViolation.check(
        header.last().index() <= context.commitIndex() && context.log.contains(header.last()),
        "the snapshot up to " + header.last() + " is not of the committed log, which reaches from "
            + context.log.base() + " to " + context.commitIndex());
    latest = header;
    servable = true;
    gaveUp = false;
    due = true;
  }

  /** A snapshot has taken the place of the log. */
  void installed(SnapshotHeader header) {
    latest = header;
    servable = true;
    gaveUp = false;
  }

  /** The snapshot up to this index can't be read. Returns whether that is news. */
  boolean unavailable(long index) {
    boolean news = servable && latest != null && latest.last().index() == index;
    servable = servable && !news;
    return news;
  }

  /** Whether this is the first time that a leader gives up over this snapshot. */
  boolean giveUp() {
    boolean first = !gaveUp;
    gaveUp = true;
    return first;
  }

  /** What may be forgotten has changed, or may have. */
  void reconsider() {
    due = true;
  }

  /** The last index that may go if so many entries up to a snapshot's last are to stay, and no more bytes than the rules have. */
  long startOfRetained(long snapshotIndex, long entries) {
    return Math.max(
        snapshotIndex - entries,
        context.log.startOfBytes(snapshotIndex, context.options.compaction().maxRetainedBytes()));
  }

  /**
   * Forgets what the snapshot covers and nobody is known to need.
   *
   * @param limit how far the followers let it go, given the index of the snapshot
   */
  void step(LongUnaryOperator limit) {
    SnapshotHeader snapshot = servable();
    if (!due || snapshot == null) {
      return;
    }
    due = false;
    long index = snapshot.last().index();
    long retained = startOfRetained(index, context.options.compaction().retainedEntries());
    long target = Math.min(retained, limit.applyAsLong(index));
    if (target > context.log.base().index()) {
      context.log.compactTo(target);
      context.trace.compacted();
    }
  }
}
