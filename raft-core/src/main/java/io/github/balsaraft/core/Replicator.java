package io.github.balsaraft.core;

import io.github.balsaraft.core.log.LogWindow;
import io.github.balsaraft.core.log.RaftLog;
import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A leader's side of replication: decides for each member what it should get next.
 *
 * <p>Entries leave while the leader's own disk still writes them (Raft thesis 10.2.1). If they left once they are durable there,
 * 128 B x 1 would have 0.70 times the writes, and a median latency of 750 us instead of 530 (docs/benchmarks.md).
 */
final class Replicator {

  private final CoreContext context;
  private final RaftLog log;
  private final TreeMap<ReplicaId, Progress> members = new TreeMap<>();
  private final SnapshotSender snapshots;
  private long lastSession;

  Replicator(CoreContext context) {
    this.context = context;
    this.log = context.log;
    this.snapshots = new SnapshotSender(context, this);
  }

  /** Begins a term: sends ahead to everybody, since the first answer is a round trip away. */
  void begin(Configuration configuration) {
    follow(configuration);
    members.values().forEach(progress -> progress.suppose(CoreOptions.PROBE_BYTES));
  }

  /** Starts to replicate to new members, and stops for those that left. */
  void follow(Configuration configuration) {
    members.keySet().removeIf(replica -> !configuration.contains(replica));
    for (Member member : configuration.members()) {
      ReplicaId replica = member.replica();
      if (!replica.equals(context.self) && !members.containsKey(replica)) {
        members.put(
            replica,
            new Progress(
                replica,
                ++lastSession,
                log.lastIndex() + 1,
                context.nowNanos(),
                context.options.maxInflightMessages(),
                context.options.maxInflightBytes()));
      }
    }
    snapshots.revalidate();
  }

  SnapshotSender snapshots() {
    return snapshots;
  }

  Collection<Progress> all() {
    return members.values();
  }

  /** What is known of a member; null for this replica itself and for strangers. */
  @Nullable
  Progress progressOf(ReplicaId replica) {
    return members.get(replica);
  }

  /**
   * Takes in what a follower says of its log.
   *
   * @return whether more of the log is durable there
   */
  boolean onResponse(AppendEntriesResponse message) {
    Progress progress = members.get(message.from());
    if (progress != null && message.session() == AppendEntriesResponse.NO_SESSION) {
      // What is under way answers that too, or is repeated if it is lost; so does what is being
      // loaded, which a question would call off; and who is known to lack entries is sent them.
      if (progress.isIdle() && !progress.isLoading() && progress.present() == progress.match()) {
        progress.resend();
      }
      return false;
    }
    if (progress == null
        || progress.session() != message.session()
        || message.durableMatch() > log.lastIndex()) {
      context.counts.dropped();
      return false;
    }
    progress.contact().heard(context.nowNanos());
    if (message.isRejection()) {
      progress.rejected(message.rejectedPrevious(), agreeAtMost(message.hint()));
      return false;
    }
    return progress.accepted(
        Math.min(message.verified(), log.lastIndex()), message.durableMatch(), context.nowNanos());
  }

  /** Up to which index the logs may agree. Below the base nothing is known of the terms here, and a snapshot is due. */
  private long agreeAtMost(EntryId hint) {
    EntryId base = log.base();
    boolean belowBase = hint.index() < base.index() || hint.term() < base.term();
    return belowBase
        ? Math.min(hint.index(), base.index() - 1)
        : log.lastNotAbove(hint).index();
  }

  /** Asks followers where they stand that have not answered for half an election timeout. */
  void resendStalled() {
    long patienceNanos = context.options.electionTimeoutMinNanos() / 2;
    for (Progress progress : members.values()) {
      if (progress.isStalled(context.nowNanos(), patienceNanos)) {
        progress.resend();
      }
      snapshots.repeat(progress, patienceNanos);
    }
  }

  void sendAll() {
    for (Progress progress : members.values()) {
      while (progress.canSend() && sendNext(progress)) {
        // Sends until there is nothing more, or the window is full.
      }
    }
  }

  /** Sends one message, or asks for the entries in it to be loaded. Returns whether more may follow. */
  private boolean sendNext(Progress progress) {
    if (progress.next() <= log.base().index()) {
      snapshots.begin(progress);
      return false;
    }
    boolean probing = progress.mode() == Progress.Mode.PROBE;
    if (probing && progress.isNextProbeEmpty()) {
      send(progress, List.of());
      return false;
    }
    if (progress.next() > log.lastIndex()) {
      if (probing) {
        send(progress, List.of());
      }
      return false;
    }
    List<EntryBatch> batches =
        log.recent(progress.next(), log.lastIndex(), maxBytesOfNext(progress));
    if (batches != null) {
      send(progress, batches);
      return !probing;
    }
    if (probing) {
      // Whether the logs agree there is worth knowing before entries are read from disk.
      send(progress, List.of());
    } else if (!progress.isProven()) {
      progress.resend();
      return true;
    } else {
      context.output.load(new Ready.Load(
          progress.replica(),
          progress.beginLoad(context.nextLoadGeneration()),
          progress.next(),
          log.durableIndex(),
          4 * maxBytesOfNext(progress)));
    }
    return false;
  }

  /** Little if it may well be sent for nothing; but an entry, however large. */
  private long maxBytesOfNext(Progress progress) {
    long maxBytes = context.options.maxMessageBytes();
    return progress.isProven() && !progress.isHeldBack()
        ? maxBytes
        : Math.min(maxBytes, CoreOptions.PROBE_BYTES);
  }

  /**
   * Entries were read from the log store. They were durable here in this term, so they are still part of the log; the
   * follower may have got some of them meanwhile. What the window doesn't take is asked for again.
   */
  void loaded(ReplicaId follower, long generation, List<EntryBatch> batches) {
    Progress progress = members.get(follower);
    if (progress == null || !progress.endLoad(generation) || batches.isEmpty()) {
      return;
    }
    LogWindow found = new LogWindow();
    batches.forEach(found::append);
    long last = batches.get(batches.size() - 1).lastIndex();
    // What was compacted meanwhile can't be sent any more,
    // since nothing is known of the entry before it.
    while (progress.next() <= last && progress.next() > log.base().index() && progress.canSend()) {
      List<EntryBatch> message = found.read(progress.next(), last, maxBytesOfNext(progress));
      if (message == null) {
        return;
      }
      send(progress, message);
    }
  }

  /**
   * The commit index goes with the entries (Raft paper, figure 2). To tell it by heartbeats alone is no slower in what could be measured
   * with 128 B x 64 (docs/benchmarks.md), but would be a message more to each follower for each commit.
   */
  private void send(Progress progress, List<EntryBatch> batches) {
    EntryId previous = log.at(progress.next() - 1);
    AppendEntries message = new AppendEntries(
        context.self,
        progress.replica(),
        context.term(),
        progress.session(),
        previous,
        batches,
        context.commitIndex());
    long bytes = 0;
    for (EntryBatch batch : batches) {
      bytes += batch.sizeInBytes();
    }
    progress.sent(message.lastIndex(), bytes, context.nowNanos());
    if (progress.isProven()) {
      progress.contact().commitSent(Math.min(context.commitIndex(), message.lastIndex()));
    }
    context.outbox.send(message);
  }
}
