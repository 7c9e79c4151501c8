package io.github.balsaraft.core;

import io.github.balsaraft.core.progress.InstallProgress;
import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.InstallSnapshot;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.InstallStatus;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotHeader;
import org.jspecify.annotations.Nullable;

/**
 * A leader's side of the takeover of a snapshot (Raft paper 7): which follower needs one, from whom it should fetch it, and
 * how much of the log must stay for it meanwhile.
 *
 * <p>The request is repeated for as long as it is needed: the follower answers at once how far it is, so that a lost message
 * or a restarted follower costs one repetition.
 */
final class SnapshotSender {

  private final CoreContext context;
  private final Replicator replicator;

  SnapshotSender(CoreContext context, Replicator replicator) {
    this.context = context;
    this.replicator = replicator;
  }

  /** The log starts after the next entry that this follower needs. */
  void begin(Progress progress) {
    ask(progress, progress.beginInstall());
  }

  /** Repeats a request that has been out for so long. */
  void repeat(Progress progress, long afterNanos) {
    InstallProgress install = progress.install();
    if (install != null && context.nowNanos() - install.askedNanos() >= afterNanos) {
      ask(progress, install);
    }
  }

  /** A replica can't be a source any more: others are asked. */
  void sourceLost(ReplicaId source) {
    for (Progress progress : replicator.all()) {
      InstallProgress install = progress.install();
      if (install != null && source.equals(install.source())) {
        install.sourceFailed();
        ask(progress, install);
      }
    }
  }

  /** Sources that left the configuration are replaced. */
  void revalidate() {
    for (Progress progress : replicator.all()) {
      InstallProgress install = progress.install();
      ReplicaId source = install == null ? null : install.source();
      if (source != null && !source.equals(context.self) && replicator.progressOf(source) == null) {
        sourceLost(source);
      }
    }
  }

  private void ask(Progress progress, InstallProgress install) {
    if (install.atLeast().index() < context.log.base().index()) {
      // The log goes on too late for that: with it the follower would only need the next.
      install.sourcePassed();
    }
    if (install.source() == null) {
      chooseSource(progress, install);
    }
    install.asked(context.nowNanos());
    ReplicaId source = install.source();
    if (source != null) {
      context.outbox.send(new InstallSnapshot(
          context.self,
          progress.replica(),
          context.term(),
          progress.session(),
          install.atLeast(),
          source));
    }
  }

  private void chooseSource(Progress progress, InstallProgress install) {
    EntryId base = context.log.base();
    SnapshotHeader own = context.compaction.servable();
    if (own != null && !install.hasFailed(context.self)) {
      install.from(context.self, own.last());
      return;
    }
    Progress best = null;
    for (Progress other : replicator.all()) {
      // Who has the log from there on has the state too, and can make a snapshot of it.
      if (other != progress
          && canTakeOver(other)
          && !install.hasFailed(other.replica())
          && (best == null || other.match() > best.match())) {
        best = other;
      }
    }
    if (best != null) {
      install.from(best.replica(), base);
    } else {
      install.exhausted(base);
    }
  }

  /** Whether a member answers, or may yet, and has everything that this leader's log doesn't. */
  private boolean canTakeOver(Progress other) {
    return other.install() == null
        && other.match() >= context.log.base().index()
        && !isSilentFor(other, 1);
  }

  /** Whether a member may still need what it lacks. One that this leader hasn't heard of yet gets the time to answer. */
  private boolean isSilentFor(Progress progress, int electionTimeouts) {
    return progress
        .contact()
        .isSilentFor(
            context.nowNanos(), electionTimeouts * context.options.electionTimeoutMaxNanos());
  }

  /**
   * A follower says how far it is.
   *
   * @return whether more of the log is durable there
   */
  boolean onResponse(InstallSnapshotResponse message) {
    Progress progress = replicator.progressOf(message.from());
    InstallProgress install = progress == null ? null : progress.install();
    if (progress == null || install == null || progress.session() != message.session()) {
      context.counts.dropped();
      return false;
    }
    progress.contact().heard(context.nowNanos());
    if (message.status() == InstallStatus.FAILED) {
      if (message.snapshot().equals(install.atLeast()) && install.source() != null) {
        install.sourceFailed();
        chooseSource(progress, install);
        if (install.source() != null) {
          ask(progress, install);
        }
      }
      return false;
    }
    progress.installGotOn(message.snapshot(), message.doneBytes(), context.nowNanos());
    EntryId snapshot = message.snapshot();
    boolean held = snapshot.index() < context.log.base().index() || context.log.contains(snapshot);
    // A follower that got its snapshot from a later leader may know of commits that this one lacks.
    return message.status() == InstallStatus.INSTALLED
        && held
        && progress.installed(snapshot.index(), context.log.lastIndex(), context.nowNanos());
  }

  /**
   * Gives up serving its own snapshot, once, if another member should lead; returns the reason then, else null: a follower needs a snapshot, this leader can't serve its own, nobody
   * else could serve one either, and another voter's log may still have the entries.
   */
  @Nullable
  String tryToGiveUp() {
    if (context.compaction.servable() != null) {
      return null;
    }
    for (Progress progress : replicator.all()) {
      InstallProgress install = progress.install();
      if (install != null
          && install.isExhausted()
          && !isSilentFor(progress, 1)
          && hasSuccessor()
          && context.compaction.giveUp()) {
        return "its snapshot can't be read, and nobody else could serve one to a follower that needs it";
      }
    }
    return null;
  }

  private boolean hasSuccessor() {
    for (Progress progress : replicator.all()) {
      Member member = context.configuration().member(progress.replica());
      if (member != null && member.isVoter() && member.priority() > 0 && canTakeOver(progress)) {
        return true;
      }
    }
    return false;
  }

  /** Up to where the log may be compacted, given a snapshot up to this index: followers that answer still need the rest. */
  long compactionLimit(long snapshotIndex) {
    long limit = snapshotIndex;
    long mostRetained = context.compaction.startOfRetained(
        snapshotIndex, context.options.compaction().maxRetainedEntries());
    long mostForTakeover =
        context.log.startOfBytes(snapshotIndex, context.options.compaction().maxTakeoverBytes());
    for (Progress progress : replicator.all()) {
      long held = progress.heldIndex();
      if (held >= 0) {
        // It would need another snapshot when it has this one, and then again. But its disk may
        // hang while it answers, and this leader's disk must not fill meanwhile.
        if (!isSilentFor(progress, CoreOptions.INSTALL_PATIENCE_TIMEOUTS)) {
          limit = Math.min(limit, Math.max(held, mostForTakeover));
        }
      } else if (!isSilentFor(progress, 1)) {
        limit = Math.min(limit, Math.max(progress.present(), mostRetained));
      }
    }
    return limit;
  }
}
