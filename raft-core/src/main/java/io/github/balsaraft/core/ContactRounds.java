package io.github.balsaraft.core;

import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HeartbeatResponse;

/**
 * A leader's rounds of contact: heartbeats to all, and what it knows from the answers. One counter serves reads (Raft thesis
 * 6.4), the lease, CheckQuorum and the age of the state.
 */
final class ContactRounds {

  private final CoreContext context;
  private final Replicator replicator;
  private final Office office;
  private final LeaderLease lease;
  private final LeaderReads reads;

  /** The latest heartbeat; the number identifies a round of contact together with the term. */
  private long sequence;

  /** The round of contact whose answers are awaited to learn how old the state may be; zero if none is. */
  private long roundSequence;

  private long roundSentNanos;
  private long confirmedRoundSentNanos = -1;

  ContactRounds(
      CoreContext context,
      Replicator replicator,
      Office office,
      LeaderLease lease,
      LeaderReads reads) {
    this.context = context;
    this.replicator = replicator;
    this.office = office;
    this.lease = lease;
    this.reads = reads;
  }

  /** The latest moment since which a quorum, this replica included, has been heard of (CheckQuorum, Raft thesis 6.2). */
  long lastQuorumContactNanos() {
    return context.quorum().reached(voter -> {
      Progress progress = replicator.progressOf(voter);
      return progress == null ? context.nowNanos() : progress.contact().lastContactNanos();
    });
  }

  /** See {@link CoreView#completeSinceNanos}. */
  long completeSinceNanos() {
    // Without this replica there is no quorum, and so no other leader.
    return context.quorum().agrees(context.self::equals)
        ? context.nowNanos()
        : confirmedRoundSentNanos;
  }

  /** Sends the next round. */
  void sendHeartbeats() {
    sequence++;
    lease.roundSent(sequence);
    if (office.hasCommittedInTerm()) {
      reads.openRound(sequence);
    }
    if (roundSequence == 0) {
      roundSequence = sequence;
      roundSentNanos = context.nowNanos();
      replicator.all().forEach(progress -> progress.contact().roundOpened());
    }
    for (Progress progress : replicator.all()) {
      sendHeartbeat(progress, sequence);
    }
    confirmRounds();
  }

  /**
   * A follower that has nothing more to get would hear of the commit at the next round only, and its state would be that much older.
   * What these messages cost the leader was not measured.
   */
  void tellIdleOfCommit() {
    for (Progress progress : replicator.all()) {
      if (progress.isIdle()
          && progress.contact().sentCommit() < Math.min(context.commitIndex(), progress.match())) {
        sendHeartbeat(progress, 0);
      }
    }
  }

  /**
   * Sends one.
   *
   * @param heartbeatSequence zero if it asks for no answer
   */
  private void sendHeartbeat(Progress progress, long heartbeatSequence) {
    long commit = Math.min(context.commitIndex(), progress.match());
    progress.contact().commitSent(commit);
    context.outbox.send(new Heartbeat(
        context.self,
        progress.replica(),
        context.term(),
        heartbeatSequence,
        commit,
        office.hasCommittedInTerm() ? context.commitIndex() : 0,
        progress.contact().echo()));
  }

  void onResponse(HeartbeatResponse message) {
    Progress progress = replicator.progressOf(message.from());
    if (progress == null || message.sequence() > sequence) {
      context.counts.dropped();
      return;
    }
    progress.contact().heard(context.nowNanos());
    if (!message.isFollowing()) {
      // It answers a heartbeat of this leader's in an earlier term, whose numbers were the same.
      return;
    }
    progress.contact().confirmed(message.sequence(), message.stamp(), message.applyLagging());
    confirmRounds();
  }

  private void confirmRounds() {
    long confirmed = context.quorum().reached(voter -> {
      Progress progress = replicator.progressOf(voter);
      return progress == null ? sequence : progress.contact().contactSequence();
    });
    if (roundSequence > 0 && confirmed >= roundSequence) {
      roundSequence = 0;
      confirmedRoundSentNanos = roundSentNanos;
      replicator.all().forEach(progress -> progress.contact().roundConfirmed());
    }
    reads.confirmedTo(confirmed);
  }
}
