package io.github.balsaraft.core.progress;

/** When a leader last heard of one follower, which of its heartbeats that one has answered, and what it was told. */
public final class FollowerContact {

  private long lastContactNanos;
  private boolean everContacted;
  private long contactSequence;
  private long latestStamp;
  private long stampBeforeRound;
  private long echo;
  private long sentCommit;
  private boolean applyLagging;

  /** Nothing was heard of it yet. */
  FollowerContact(long nowNanos) {
    this.lastContactNanos = nowNanos;
  }

  /** The follower was heard of. */
  public void heard(long nowNanos) {
    lastContactNanos = nowNanos;
    everContacted = true;
  }

  /**
   * The follower took us for its leader after the heartbeat of this sequence number was sent.
   *
   * @param stamp of its answer
   * @param lagging whether its state machine was far behind then
   */
  public void confirmed(long sequence, long stamp, boolean lagging) {
    if (sequence >= contactSequence) {
      applyLagging = lagging;
    }
    contactSequence = Math.max(contactSequence, sequence);
    // Not the highest: a follower that was started anew counts from somewhere else.
    latestStamp = stamp;
  }

  /** A round of heartbeats is about to be sent. One is followed at a time. */
  public void roundOpened() {
    stampBeforeRound = latestStamp;
  }

  /** A quorum has answered that round. */
  public void roundConfirmed() {
    echo = stampBeforeRound;
  }

  /** The latest stamp that we had before a round that a quorum has answered; zero if there is none. */
  public long echo() {
    return echo;
  }

  /** When the follower was last heard of, or when the session began. */
  public long lastContactNanos() {
    return lastContactNanos;
  }

  /** Whether the follower was ever heard of in this session. */
  public boolean everContacted() {
    return everContacted;
  }

  /** Whether the follower was heard of in this session, and not longer ago than this. */
  public boolean isLive(long nowNanos, long withinNanos) {
    return everContacted && !isSilentFor(nowNanos, withinNanos);
  }

  /**
   * Whether the follower had so much time to be heard of, and was not. Right after the start of a session it is neither live
   * nor silent: nobody knows yet.
   */
  public boolean isSilentFor(long nowNanos, long durationNanos) {
    return nowNanos - lastContactNanos >= durationNanos;
  }

  /** The latest heartbeat that it answered. */
  public long contactSequence() {
    return contactSequence;
  }

  /** Whether its state machine restored a snapshot or was far behind when it last answered. */
  public boolean isApplyLagging() {
    return applyLagging;
  }

  /** The commit index that it was last told. */
  public long sentCommit() {
    return sentCommit;
  }

  /** The follower was told a commit index. */
  public void commitSent(long commit) {
    sentCommit = Math.max(sentCommit, commit);
  }
}
