package io.github.balsaraft.core.progress;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ReplicaId;
import org.jspecify.annotations.Nullable;

/**
 * What a leader knows of one follower's log, and what it should send it next (Raft paper 5.3; pipelining: thesis 10.2.1).
 *
 * <p>In {@link Mode#PROBE} it looks for the point where the logs agree, one message at a time. In {@link Mode#REPLICATE} it
 * sends ahead of the acknowledgements, within a window of messages and bytes; as long as it only supposes that the logs agree,
 * within a smaller one. After a stall it sends one message after each question until the follower's disk gets on: a follower that has as much to
 * write as it takes lets pass what it is sent. In {@link Mode#SNAPSHOT} no entries are sent.
 *
 * <p>Within one session match never goes back: what is durable there stays. A disk may lose it all the same: then the
 * follower is sent again what it no longer has, and counts as before.
 *
 * <p>Invariant: {@code present <= match}, and {@code present < next}.
 */
public final class Progress {

  /** How entries are sent. */
  public enum Mode {
    /** One message at a time until it is known where the logs agree. */
    PROBE,
    /** Pipelined. */
    REPLICATE,
    /** The leader's log starts after what the follower needs next: it takes over a snapshot (Raft paper 7). */
    SNAPSHOT
  }

  private final ReplicaId replica;
  private final long session;
  private final Inflights inflights;
  private final FollowerContact contact;

  private Mode mode = Mode.PROBE;
  private long match;

  /** As {@link #match}, unless the follower has lost the end of its log since. */
  private long present;

  /** Whether the follower has said so, in answer to the question how much is gone. */
  private boolean isLossKnown;

  private long next;
  private boolean probeUnderWay;
  private boolean nextProbeEmpty;
  private boolean writable = true;

  /** In {@link Mode#REPLICATE}: where the logs are supposed to agree, as nothing has been heard of that yet; else -1. */
  private long supposedMatch = -1;

  private long maxUnprovenBytes;

  /** After a stall: one message behind this index, and no more until {@link #present} moves; else -1. */
  private long heldBackAfter = -1;

  /** When a response last moved anything, or the first of the unanswered messages was sent. */
  private long stalledSinceNanos;

  /** When it was last known to hold more than ever, of the log or of a snapshot. */
  private long gotOnNanos;

  private long loadGeneration;
  private boolean loading;

  /** Not null in {@link Mode#SNAPSHOT}, and only there. */
  private @Nullable InstallProgress install;

  /** The follower has installed a snapshot up to here; the entries after it must stay until it has got so far; else -1. */
  private long installedIndex = -1;

  private long catchUpIndex;

  /**
   * Starts by probing at the end of the leader's log.
   *
   * @param session distinguishes this from earlier progress of the same follower in the same term
   * @param next the index after the leader's last entry
   */
  public Progress(
      ReplicaId replica,
      long session,
      long next,
      long nowNanos,
      int maxInflightMessages,
      long maxInflightBytes) {
    this.replica = replica;
    this.session = session;
    this.next = next;
    this.contact = new FollowerContact(nowNanos);
    this.stalledSinceNanos = nowNanos;
    this.gotOnNanos = nowNanos;
    this.inflights = new Inflights(maxInflightMessages, maxInflightBytes);
  }

  /**
   * Supposes that the logs agree up to where this starts, and sends ahead from there on. Most do when a term begins; whose
   * doesn't says so, and is probed then.
   *
   * @param maxUnprovenBytes of what may be sent for nothing
   */
  public void suppose(long maxUnprovenBytes) {
    mode = Mode.REPLICATE;
    supposedMatch = next - 1;
    this.maxUnprovenBytes = maxUnprovenBytes;
  }

  /** Whether the follower has said where the logs agree. */
  public boolean isProven() {
    return supposedMatch < 0 && mode == Mode.REPLICATE;
  }

  /** Whose it is. */
  public ReplicaId replica() {
    return replica;
  }

  /** The session that messages and responses must carry. */
  public long session() {
    return session;
  }

  /** What is known of the way to it and back, whatever its log is like. */
  public FollowerContact contact() {
    return contact;
  }

  /** How entries are sent. */
  public Mode mode() {
    return mode;
  }

  /** The highest index known to be durable there. */
  public long match() {
    return match;
  }

  /** As {@link #match}, unless the follower has said since that it has less. */
  public long present() {
    return present;
  }

  /**
   * Whether the follower has lost entries that it had acknowledged, by its answer to the question where it stands, and lacks some still;
   * without a break until it has them again, however often it is asked meanwhile.
   */
  public boolean hasLostEntries() {
    return present < match && (isLossKnown || mode != Mode.PROBE);
  }

  /** When it was last known to hold more of a snapshot than ever; before that, when this was made. */
  public long gotOnNanos() {
    return gotOnNanos;
  }

  /** How much it has done of a snapshot that it takes over. */
  public void installGotOn(EntryId snapshot, long doneBytes, long nowNanos) {
    if (install != null && install.done(snapshot, doneBytes)) {
      gotOnNanos = nowNanos;
    }
  }

  /** The next index to send. */
  public long next() {
    return next;
  }

  /**
   * Whether the next probe should carry no entries: after silence the follower may have them all and be slow to make them
   * durable, and it answers an empty message at once. After a loss it may have them all again before anybody knows what was lost.
   */
  public boolean isNextProbeEmpty() {
    return nextProbeEmpty;
  }

  /** Bytes of entries that were sent and are not known to be durable there. */
  public long inflightBytes() {
    return inflights.bytes();
  }

  /** In how many messages. */
  public int inflightMessages() {
    return inflights.messages();
  }

  /** Whether what is sent may be let pass again, since the follower's disk stands still. */
  public boolean isHeldBack() {
    return heldBackAfter >= 0;
  }

  /** Whether a message may be sent now. */
  public boolean canSend() {
    return mode != Mode.SNAPSHOT
        && !loading
        && (mode == Mode.PROBE ? !probeUnderWay && hasWayForProbe() : writable && hasRoom());
  }

  /** A message without entries is small, and never waits behind those that are on their way. */
  private boolean hasWayForProbe() {
    return writable || nextProbeEmpty;
  }

  private boolean hasRoom() {
    return !inflights.isFull()
        && (supposedMatch < 0 || inflights.bytes() < maxUnprovenBytes)
        && (heldBackAfter < 0 || next - 1 <= heldBackAfter);
  }

  /** A message up to this index was sent. */
  public void sent(long lastIndex, long bytes, long nowNanos) {
    if (mode == Mode.PROBE) {
      probeUnderWay = true;
      stalledSinceNanos = nowNanos;
    } else {
      if (next == present + 1) {
        stalledSinceNanos = nowNanos;
      }
      inflights.sent(lastIndex, bytes);
      next = lastIndex + 1;
    }
  }

  /**
   * A response said how far the logs agree.
   *
   * @param verified up to here nothing needs to be sent again
   * @param durableMatch up to here it is durable there
   * @return whether {@link #match} moved
   */
  public boolean accepted(long verified, long durableMatch, long nowNanos) {
    boolean moved = durableMatch > match;
    boolean isHeldUp =
        mode == Mode.PROBE && nextProbeEmpty && durableMatch <= present && verified > durableMatch;
    if (durableMatch > present) {
      present = durableMatch;
      match = Math.max(match, present);
      stalledSinceNanos = nowNanos;
      heldBackAfter = -1;
    }
    isLossKnown = present < match;
    supposedMatch = -1;
    inflights.acknowledgedTo(present);
    if (present >= catchUpIndex) {
      installedIndex = -1;
    }
    InstallProgress ended = install;
    if (ended != null && Math.max(verified, present) < ended.atLeast().index()) {
      next = Math.max(next, present + 1);
      return moved;
    }
    if (mode != Mode.REPLICATE) {
      install = null;
      mode = Mode.REPLICATE;
      probeUnderWay = false;
      next = Math.max(verified, present) + 1;
      // What did arrive still waits for that disk and counts,
      // or a stalled disk would be sent more without end.
      inflights.lostAbove(next - 1);
      stalledSinceNanos = nowNanos;
      heldBackAfter = isHeldUp ? next - 1 : -1;
    } else {
      next = Math.max(next, present + 1);
    }
    return moved;
  }

  /**
   * A message didn't match the follower's log.
   *
   * @param previous where the message assumed the logs to agree
   * @param agreeAtMost up to which index they may agree, as far as both sides know
   */
  public void rejected(EntryId previous, long agreeAtMost) {
    if (mode == Mode.SNAPSHOT || previous.index() == 0 || previous.index() >= next) {
      return;
    }
    if (mode == Mode.PROBE && previous.index() != next - 1) {
      return;
    }
    long agreed = Math.min(agreeAtMost, previous.index() - 1);
    // It says that it hasn't got what it once called durable.
    boolean saysItIsGone = mode == Mode.PROBE && previous.index() == present;
    if (saysItIsGone) {
      present = agreed;
    } else if (previous.index() <= present) {
      return;
    }
    // A hint may only move next within (present, next]: a
    // late rejection must not undo what is known since.
    next = Math.max(present, agreed) + 1;
    probe();
    // What has arrived before waits for that disk still, and counts.
    inflights.lostAbove(next - 1);
    // How much is gone is asked before any of it is sent again, for nobody
    // could tell afterwards. The answer also shows whether this was an old rejection.
    nextProbeEmpty = saysItIsGone;
  }

  /** Nothing has come back for a while: find out where things stand. */
  public void resend() {
    if (mode == Mode.REPLICATE) {
      next = Math.max(present, supposedMatch) + 1;
    }
    // Else the same question again: a follower that was away
    // since the term began is not sent the whole log for that.
    probe();
    nextProbeEmpty = true;
  }

  /** The follower needs a snapshot. */
  public InstallProgress beginInstall() {
    mode = Mode.SNAPSHOT;
    supposedMatch = -1;
    heldBackAfter = -1;
    probeUnderWay = false;
    installedIndex = -1;
    inflights.clear();
    cancelLoad();
    install = new InstallProgress();
    return install;
  }

  /** How far the follower is with a snapshot; null unless the mode is {@link Mode#SNAPSHOT}. */
  public @Nullable InstallProgress install() {
    return install;
  }

  /**
   * The follower's log starts after this index now, and is durable up to it.
   *
   * @param lastIndex the end of the leader's log: until the follower is there, the entries after the snapshot stay
   * @return whether {@link #match} moved
   */
  public boolean installed(long index, long lastIndex, long nowNanos) {
    install = null;
    mode = Mode.REPLICATE;
    boolean moved = index > match;
    if (moved) {
      gotOnNanos = nowNanos;
    }
    present = Math.max(present, index);
    match = Math.max(match, present);
    isLossKnown = present < match;
    next = present + 1;
    installedIndex = present;
    catchUpIndex = lastIndex;
    stalledSinceNanos = nowNanos;
    return moved;
  }

  /** Entries after this index must stay in the leader's log, because the follower is about to need them; -1 for no demand. */
  public long heldIndex() {
    return install != null ? install.atLeast().index() : installedIndex;
  }

  private void probe() {
    mode = Mode.PROBE;
    supposedMatch = -1;
    heldBackAfter = -1;
    probeUnderWay = false;
    cancelLoad();
  }

  /** Whether something was sent that has not been answered for this long. */
  public boolean isStalled(long nowNanos, long afterNanos) {
    if (mode == Mode.SNAPSHOT) {
      return false;
    }
    // Not only messages in flight: what a response called verified and not durable yet is lost if
    // that follower restarts, and nobody would send it again.
    boolean waiting = mode == Mode.PROBE ? probeUnderWay : next > present + 1;
    return waiting && nowNanos - stalledSinceNanos >= afterNanos;
  }

  /** Whether all that was sent is known to be durable there. */
  public boolean isIdle() {
    return mode == Mode.REPLICATE && next == present + 1;
  }

  /** Whether the way to the follower takes more entries. */
  public void writable(boolean nowWritable) {
    writable = nowWritable;
  }

  /**
   * Entries from {@link #next} on must be loaded first; the result is used only if it carries this number.
   *
   * @param generation never used before, not even in an earlier term of this leader: entries that were loaded then may
   *     have been truncated since
   */
  public long beginLoad(long generation) {
    loading = true;
    loadGeneration = generation;
    return generation;
  }

  /** Whether the entries to send next are being loaded. */
  public boolean isLoading() {
    return loading;
  }

  /** Whether a load of this number is still wanted; it is finished then. */
  public boolean endLoad(long generation) {
    if (!loading || generation != loadGeneration) {
      return false;
    }
    loading = false;
    return true;
  }

  private void cancelLoad() {
    loading = false;
  }
}
