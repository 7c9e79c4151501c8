package io.github.balsaraft.core;

import io.github.balsaraft.core.log.RaftLog;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ReplicaId;

/**
 * A follower's side of replication under one leader (Raft paper 5.3).
 *
 * <p>What it acknowledges is limited twice: to what this leader's messages have proven equal ({@link #verified}), and to
 * what is durable and intact here. The log may be longer than both; the rest proves nothing (traps 15 and 16).
 */
final class AppendHandling {

  private final CoreContext context;
  private final RaftLog log;

  /** The leader's session that {@link #verified} belongs to; zero before its first message. */
  private long session;

  /** Highest index up to which this leader's messages have shown the logs to be equal. Never goes back in a session. */
  private long verified;

  /** The durable match that was last told. */
  private long acknowledged;

  /** Before this the leader isn't asked again to prove what it calls committed: under reads it names that thousands of times a second. */
  private long nextAskNanos = Long.MIN_VALUE;

  AppendHandling(CoreContext context) {
    this.context = context;
    this.log = context.log;
  }

  /**
   * The log was replaced by a snapshot. What messages have proven before is forgotten: that log is gone, and the snapshot may
   * be of a later leader (trap 39).
   */
  void restart() {
    session = 0;
    verified = 0;
    acknowledged = 0;
  }

  void onAppendEntries(AppendEntries message) {
    if (message.session() < session) {
      context.counts.dropped();
      return;
    }
    if (message.session() > session) {
      session = message.session();
      verified = 0;
      acknowledged = 0;
    }
    // What is committed equals every later leader's log
    // (leader completeness), so there is nothing to compare.
    if (message.previous().index() > context.commitIndex() && !log.contains(message.previous())) {
      if (takesNoMore() && !message.batches().isEmpty()) {
        // It follows what was let pass: to say so would bring all of that again at once, and so on.
        context.counts.dropped();
      } else {
        reject(message);
      }
      return;
    }
    verified = Math.max(verified, takeIn(message));
    context.commitTo(Math.min(message.commit(), verified));
    if (message.batches().isEmpty() || log.durableIndex() >= verified) {
      respond(message.from());
    }
  }

  /**
   * The leader names a commit index up to which it takes this log to be as its own. It may know that from an earlier process of this
   * replica, and the disk may hold something else by now: only what its messages have proven since counts as committed (trap 16). It
   * is asked to prove the rest, since by itself it sends nothing to one that has everything; but no more often than it sends heartbeats.
   */
  void onCommitNamed(ReplicaId leader, long commit) {
    context.commitTo(Math.min(commit, verified));
    if (commit > context.commitIndex() && context.nowNanos() >= nextAskNanos) {
      nextAskNanos = context.nowNanos() + context.options.heartbeatNanos();
      context.outbox.send(new AppendEntriesResponse(
          context.self,
          leader,
          context.term(),
          AppendEntriesResponse.NO_SESSION,
          0,
          0,
          EntryId.NONE,
          EntryId.NONE));
    }
  }

  /**
   * Adds what the log doesn't have yet, and returns up to where the logs agree by now.
   *
   * <p>A disk that hangs bounds what is taken in: the leader that sends it may be the last of many, each of which sends some ahead before
   * it hears anything, and what one has sent may be sent once more. The rest is lost to it, as on the way, and sent again.
   *
   * <p>Each sends no more than a window ahead in vain: who is full of what earlier leaders have sent answers nobody, since an answer waits
   * until its term is durable, and everything before that is by then. So who answers and takes no more is full of what its leader has
   * sent, which sees by the answer that its disk stands still.
   */
  private long takeIn(AppendEntries message) {
    for (EntryBatch batch : message.batches()) {
      long index = firstMissing(batch);
      if (index <= batch.lastIndex()) {
        if (takesNoMore()) {
          context.counts.dropped();
          return index - 1;
        }
        append(batch.from(index));
      }
    }
    return message.lastIndex();
  }

  private boolean takesNoMore() {
    return log.unfinishedBytes() >= context.options.maxUnfinishedBytes();
  }

  /** The first index at which the log differs from a batch, if only because it ends before; truncates nothing. */
  private long firstMissing(EntryBatch batch) {
    long index = Math.max(batch.firstIndex(), context.commitIndex() + 1);
    long present = Math.min(batch.lastIndex(), log.lastIndex());
    if (index <= present && log.termAt(index) == batch.term()) {
      // Terms never go down along a log: it agrees up to the last entry that is of no later term.
      index = log.lastNotAbove(new EntryId(batch.term(), present)).index() + 1;
    }
    return index;
  }

  /** Truncates only at an entry whose term really differs (trap 14). */
  private void append(EntryBatch missing) {
    if (missing.firstIndex() <= log.lastIndex()) {
      context.truncateFrom(missing.firstIndex());
    }
    context.append(missing);
  }

  private void reject(AppendEntries message) {
    EntryId hint = log.lastNotAbove(message.previous());
    context.outbox.send(new AppendEntriesResponse(
        context.self,
        message.from(),
        context.term(),
        session,
        verified,
        durableMatch(),
        message.previous(),
        hint));
  }

  private long durableMatch() {
    return Math.min(verified, Math.min(log.durableIndex(), context.repair.intactIndex()));
  }

  /**
   * Tells the leader what has become durable since the last time. One answer serves all messages that waited for it: worth nothing
   * that could be measured with 128 B x 64 (docs/benchmarks.md), but simpler than to remember each of them.
   */
  void acknowledgeDurable(ReplicaId leader) {
    if (session != 0 && durableMatch() > acknowledged) {
      respond(leader);
    }
  }

  private void respond(ReplicaId leader) {
    acknowledged = durableMatch();
    context.outbox.send(new AppendEntriesResponse(
        context.self,
        leader,
        context.term(),
        session,
        verified,
        acknowledged,
        EntryId.NONE,
        EntryId.NONE));
  }
}
