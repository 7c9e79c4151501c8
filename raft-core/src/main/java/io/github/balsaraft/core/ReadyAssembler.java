package io.github.balsaraft.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts together what the inputs since the last output ask for, and remembers what was handed out to apply. */
final class ReadyAssembler {

  private final CoreContext context;
  private final SnapshotIntake snapshots;

  /** The highest index that a {@link Ready} has released to apply, or that an installed snapshot covers. */
  private long releasedIndex;

  /** That of the last {@link Ready.Install}. */
  private long applyGeneration;

  private long logTimeCutMillis;

  ReadyAssembler(CoreContext context, SnapshotIntake snapshots) {
    this.context = context;
    this.snapshots = snapshots;
    this.releasedIndex = context.commitIndex();
  }

  /** Log time ignores so much of a jump of the wall clock. */
  void logTimeCut(long millis) {
    logTimeCutMillis += millis;
  }

  long releasedIndex() {
    return releasedIndex;
  }

  Ready assemble() {
    Ready.Install install = takeInstall();
    CoreWrite write = takeWrite();
    Ready.Committed committed = takeCommitted();
    Collected output = context.output;
    List<Ready.ReadOutcome> reads = output.takeReadOutcomes();
    context.trace.readsEnded(reads);
    List<Ready.ChangeOutcome> changes = output.takeChangeOutcomes();
    context.trace.changesEnded(changes);
    List<Ready.TransferOutcome> transfers = context.transfers.take();
    context.trace.transfersEnded(transfers);
    evict();
    Ready ready = new Ready(
        context.outbox.take(),
        write,
        snapshots.takeFetch(),
        install,
        committed,
        output.takeLoads(),
        reads,
        output.takeRoleChanges(),
        changes,
        output.takeLostProposalsFrom(),
        logTimeCutMillis,
        transfers,
        output.takeRepaired());
    logTimeCutMillis = 0;
    return ready;
  }

  private void evict() {
    context.log.evict(releasedIndex, context.options.windowBytes());
    // What is durable can be read back once it is committed: a follower that catches up with a
    // leader which has committed nothing yet would hold the whole log else.
    context.log.evict(Long.MAX_VALUE, context.options.windowBytesBeforeApply());
  }

  private @Nullable CoreWrite takeWrite() {
    if (!context.hasUnwritten()) {
      return null;
    }
    boolean hardStateChanged = context.writes.isHardStateUnwritten();
    long sequence = context.writes.issue(context.nowNanos());
    var changes = context.log.takeWrite(sequence);
    return new CoreWrite(
        sequence,
        hardStateChanged ? context.hardState() : null,
        changes.truncateFrom(),
        changes.base(),
        context.repair.takeRefill(sequence),
        changes.append());
  }

  private Ready.@Nullable Install takeInstall() {
    Ready.Install install = snapshots.takeInstall();
    if (install != null) {
      if (context.committedInOfficeTo > releasedIndex) {
        // They are in the snapshot, but what they returned is not: their outcome is unknown.
        context.output.proposalsLostFrom(releasedIndex + 1);
      }
      releasedIndex = install.header().last().index();
      applyGeneration = install.generation();
    }
    return install;
  }

  private Ready.@Nullable Committed takeCommitted() {
    // Committed is not enough: what is applied here must not be lost here (trap 20).
    long releasable = Math.min(
        context.commitIndex(), Math.min(context.log.durableIndex(), context.repair.intactIndex()));
    if (releasable <= releasedIndex) {
      return null;
    }
    long from = releasedIndex + 1;
    releasedIndex = releasable;
    return new Ready.Committed(
        applyGeneration, from, releasable, context.log.recentPart(from, releasable));
  }
}
