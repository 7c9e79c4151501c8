package io.github.balsaraft.testing.simulation.checks;

import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.DISK;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.DURABILITY;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.LOG_MATCHING;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.LOG_TIME;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.STATE_MACHINE_SAFETY;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.TERM_OR_VOTE_REGRESSED;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogWrite;
import org.jspecify.annotations.Nullable;

/** What becomes durable: it follows the steps of the replica, and is the same wherever it is (Raft paper 5.3). */
final class StorageRules {

  private final Group group;
  private final EntryHistory entries;

  StorageRules(Group group) {
    this.group = group;
    this.entries = group.entries;
  }

  void onDurable(HostId host, LogWrite write) {
    for (GroupWrite part : write.groups()) {
      ReplicaModel replica = part.replica() == null
          ? group.on(host)
          : group.on(host, part.replica().replica());
      if (replica == null) {
        throw Found.of(DISK, host + " stores what belongs to no replica");
      }
      if (part.hardState() != null) {
        requireNewer(replica, part.hardState().term(), part.hardState().votedFor());
        replica.stored.hardState = part.hardState();
      }
      if (part.truncateFrom() > 0 || part.base().index() > 0) {
        cut(replica, part);
        replica.stored.replaced = null;
      }
      for (EntryBatch batch : part.append()) {
        append(replica, batch);
      }
    }
  }

  /** What is stored of term and vote is never taken back. */
  static void requireNewer(ReplicaModel replica, long term, @Nullable ReplicaId vote) {
    HardState stored = replica.stored.hardState;
    boolean voteStays =
        term > stored.term() || stored.votedFor() == null || stored.votedFor().equals(vote);
    if (term < stored.term() || !voteStays) {
      throw Found.of(
          TERM_OR_VOTE_REGRESSED,
          replica,
          "goes on in term " + term + " with its vote for " + vote + " where " + replica.stored);
    }
  }

  private void cut(ReplicaModel replica, GroupWrite part) {
    StoredState stored = replica.stored;
    EntryId base = part.base();
    long from = part.truncateFrom();
    if (from > 0 && !replica.cutIsWritten(from) && from > base.index()) {
      throw Found.of(
          DURABILITY,
          replica,
          "removes index " + from + " and above from its disk, " + "and has not from its log");
    }
    if (from > 0 && from <= stored.last.index()) {
      stored.last = entries.at(stored.last, from - 1);
    }
    if (base.index() == 0) {
      return;
    }
    if (!entries.contains(group.committed.last(), base)) {
      throw Found.of(
          STATE_MACHINE_SAFETY,
          replica,
          "lets its stored log start after " + base + " where committed is what is up to "
              + group.committed.last());
    }
    if (!entries.contains(stored.last, base)) {
      stored.last = base;
    }
  }

  private void append(ReplicaModel replica, EntryBatch batch) {
    StoredState stored = replica.stored;
    if (!entries.isKnown(batch.term(), batch.lastIndex())) {
      if (!isFounding(batch) || !stored.last.equals(EntryId.NONE)) {
        throw Found.of(LOG_MATCHING, replica, "stores " + batch + ", which no leader has made");
      }
      entries.make(stored.last, batch.term(), batch.lastIndex());
      entries.isConfiguration(batch.last(), Configuration.decode(batch.singlePayload()));
    }
    String misfit = entries.misfit(stored.last, batch.term(), batch.firstIndex());
    if (misfit != null) {
      throw Found.of(LOG_MATCHING, replica, "stores a log of its own: " + misfit);
    }
    long differing = entries.differsAt(batch);
    if (differing > 0) {
      throw Found.of(
          LOG_MATCHING,
          replica,
          "stores another content of index " + differing + " of term " + batch.term()
              + " than there is elsewhere");
    }
    long timeBefore = entries.logTimeOf(stored.last);
    if (batch.logTimeMillis() < timeBefore) {
      throw Found.of(
          LOG_TIME,
          replica,
          "stores " + batch + " of log time " + batch.logTimeMillis() + " after " + stored.last
              + " of log time " + timeBefore);
    }
    stored.last = batch.last();
  }

  private static boolean isFounding(EntryBatch batch) {
    return batch.firstIndex() == LogRules.FOUNDING_INDEX
        && batch.count() == 1
        && batch.type() == EntryType.CONFIGURATION;
  }

  /** A process starts with what it has found: maybe with a write more than was seen to end. */
  void started(ReplicaModel replica, long term, @Nullable ReplicaId vote) {
    replica.stored.hardState = new HardState(term, vote);
  }

  /** A replica counts on what its disk has. */
  void written(ReplicaModel replica, long durableIndex) {
    EntryId counted = entries.at(replica.last, Math.min(durableIndex, replica.last.index()));
    if (durableIndex > replica.last.index() || !entries.contains(replica.stored.last, counted)) {
      throw Found.of(
          DURABILITY,
          replica,
          "takes its log for durable up to index " + durableIndex + " of " + replica.last + ", but "
              + replica.stored);
    }
    replica.isWritten(end -> entries.contains(end, replica.stored.last));
  }
}
