package io.github.balsaraft.core;

import io.github.balsaraft.core.log.RaftLog;
import io.github.balsaraft.core.membership.ConfigurationHistory;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.SnapshotHeader;
import java.util.SortedMap;

/**
 * Takes up what an earlier process of this replica has left. What no process can have left is refused: something that was
 * durable is gone.
 */
final class Restart {

  private final WriteSequence writes;
  private final RaftLog log;
  private final Repair repair;
  private final ConfigurationHistory configurations;
  private HardState hardState;
  private long commitIndex;

  /**
   * Does it.
   *
   * @param writes is told what the first write of this process must carry
   * @throws InvariantViolation if the replica must not start from that
   */
  Restart(CoreStart start, WriteSequence writes) {
    this.writes = writes;
    this.hardState = start.hardState();
    this.log = new RaftLog(start.terms(), logTimeMillis(start));
    this.repair = new Repair(start.damaged());
    repair.compactTo(log.base().index());
    for (DamagedEntry damaged : repair.all()) {
      InvariantViolation.check(
          log.contains(damaged.entry()), "damaged is " + damaged + ", which the log doesn't have");
    }
    // A term in the log above the stored term would mean that
    // an entry overtook the vote that allowed it (trap 2).
    InvariantViolation.check(
        hardState.term() >= log.last().term(),
        "the stored term " + hardState.term() + " is below that of the last entry, " + log.last());
    SnapshotHeader snapshot = start.snapshot();
    if (snapshot == null) {
      InvariantViolation.check(
          log.base().index() == 0,
          "the log starts after " + log.base() + ", but there is no snapshot of what was before");
      this.configurations = new ConfigurationHistory(start.birthConfiguration(), 0);
      start.configurations().forEach(configurations::append);
    } else {
      this.configurations =
          new ConfigurationHistory(snapshot.configuration(), snapshot.configurationIndex());
      startFrom(snapshot, start.configurations());
    }
  }

  private static long logTimeMillis(CoreStart start) {
    SnapshotHeader snapshot = start.snapshot();
    return Math.max(start.logTimeMillis(), snapshot == null ? 0 : snapshot.logTimeMillis());
  }

  /** Brings log and snapshot together, which the earlier process may have left apart. */
  private void startFrom(SnapshotHeader snapshot, SortedMap<Long, Configuration> inLog) {
    EntryId last = snapshot.last();
    InvariantViolation.check(
        last.index() > log.base().index() || last.equals(log.base()),
        "the log starts after " + log.base()
            + ", but the newest snapshot covers only what is up to " + last
            + ": the entries between are missing");
    commitIndex = last.index();
    if (snapshot.takenInTerm() > hardState.term()) {
      // A leader of an earlier term may lack what is committed here now. Nobody has this replica's
      // vote of that term: it would be stored.
      hardState = new HardState(snapshot.takenInTerm(), null);
      writes.hardStateChanged();
    }
    if (log.contains(last)) {
      inLog.tailMap(last.index() + 1).forEach(configurations::append);
      // The snapshot has what damaged entries brought
      // about, and so nothing is missing without them.
      long damaged = repair.lastUpTo(last.index());
      log.compactTo(damaged);
      repair.compactTo(damaged);
      return;
    }
    // The process ended after the snapshot was made durable and before the log followed it.
    log.startAfter(last, snapshot.logTimeMillis());
    repair.truncateFrom(0);
  }

  RaftLog log() {
    return log;
  }

  Repair repair() {
    return repair;
  }

  /** Those in the log and the one before it. */
  ConfigurationHistory configurations() {
    return configurations;
  }

  HardState hardState() {
    return hardState;
  }

  /** What the snapshot covers is committed; of the rest the leader tells. */
  long commitIndex() {
    return commitIndex;
  }
}
