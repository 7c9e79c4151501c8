package io.github.balsaraft.core.progress;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ReplicaId;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a leader knows of one follower's takeover of a snapshot. */
public final class InstallProgress {

  private final TreeSet<ReplicaId> failed = new TreeSet<>();
  private EntryId atLeast = EntryId.NONE;
  private @Nullable ReplicaId source;
  private long askedNanos;
  private boolean exhausted;

  /** The most that the follower has had of a snapshot, whichever: who begins again and again with another one gets nowhere. */
  private long doneBytes;

  InstallProgress() {}

  /** The follower should fetch a snapshot from this replica that covers the log at least up to a position. */
  public void from(ReplicaId chosen, EntryId position) {
    source = chosen;
    atLeast = position;
  }

  /**
   * The follower says how much of it is done.
   *
   * @return whether that is more than ever: one that begins anew again and again gets nowhere
   */
  boolean done(EntryId position, long bytes) {
    if (!position.equals(atLeast) || bytes <= doneBytes) {
      return false;
    }
    doneBytes = bytes;
    return true;
  }

  /** Whom it was told to fetch from; null if nobody is known at the moment. */
  public @Nullable ReplicaId source() {
    return source;
  }

  /** What the snapshot must cover. */
  public EntryId atLeast() {
    return atLeast;
  }

  /** The present source can't serve it. */
  public void sourceFailed() {
    if (source != null) {
      failed.add(source);
    }
    source = null;
  }

  /** What the present source was asked for is of no use any more; it has not failed. */
  public void sourcePassed() {
    source = null;
  }

  /** Whether a replica has failed to serve it. */
  public boolean hasFailed(ReplicaId replica) {
    return failed.contains(replica);
  }

  /** Nobody is left who could serve it: from the next repetition on all are tried again. */
  public void exhausted(EntryId position) {
    failed.clear();
    atLeast = position;
    exhausted = true;
  }

  /** Whether all sources were tried once without success. */
  public boolean isExhausted() {
    return exhausted;
  }

  /** The follower was asked. */
  public void asked(long nowNanos) {
    askedNanos = nowNanos;
  }

  /** When the follower was last asked. */
  public long askedNanos() {
    return askedNanos;
  }
}
