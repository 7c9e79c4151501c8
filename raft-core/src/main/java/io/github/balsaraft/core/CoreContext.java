package io.github.balsaraft.core;

import io.github.balsaraft.core.log.LogClock;
import io.github.balsaraft.core.log.RaftLog;
import io.github.balsaraft.core.membership.ConfigurationHistory;
import io.github.balsaraft.core.quorum.Quorum;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.trace.TraceSink;
import org.jspecify.annotations.Nullable;

/**
 * What every role of a replica shares: term and vote, the log, the configurations, the commit index and time; and the way to
 * the output.
 *
 * <p>Parts that are made here are handed this object before it is complete. They keep it and ask it nothing yet; but for {@link
 * LeasePromise}, which looks at options, configurations and time, and so is made last.
 */
final class CoreContext {

  final ReplicaId self;
  final CoreOptions options;
  final RandomSource random;
  final RaftLog log;
  final ConfigurationHistory configurations;
  final WriteSequence writes = new WriteSequence();
  final CoreTrace trace;
  final Outbox outbox;
  final LogClock logClock;
  final Counts counts = new Counts();
  final ContactLog contacts = new ContactLog();
  final AnswerStamps stamps;
  final Removals removals = new Removals(this);
  final Candidacy candidacy = new Candidacy(this);
  final LastResort lastResort;
  final Compaction compaction;
  final ApplyPace applyPace = new ApplyPace(this);
  final LeasePromise leasePromise;
  final TransferTarget transferTarget;
  final TransferRequests transfers;
  final Repair repair;

  final Collected output = new Collected();

  /** What was committed when this replica's last office ended: its own proposals are among it, and may wait for the disk. */
  long committedInOfficeTo;

  private long lastLoadGeneration;

  private HardState hardState;
  private Quorum quorum;
  private long nowNanos;

  /**
   * Highest index known to be on a quorum. Never goes back and never passes the last index. Not stored: after a restart
   * the leader tells us again (Raft thesis 3.8).
   */
  private long commitIndex;

  CoreContext(CoreOptions options, RandomSource random, CoreStart start, TraceSink sink) {
    Restart restart = new Restart(start, writes);
    this.self = start.self();
    this.trace = new CoreTrace(this, sink);
    this.outbox = new Outbox(this);
    this.options = options;
    this.stamps = new AnswerStamps(options.heartbeatNanos());
    this.random = random;
    this.lastResort = new LastResort(options);
    this.log = restart.log();
    this.repair = restart.repair();
    this.hardState = restart.hardState();
    this.commitIndex = restart.commitIndex();
    this.configurations = restart.configurations();
    this.quorum = new Quorum(configurations.latest());
    this.compaction = new Compaction(this, start.snapshot());
    this.transferTarget = new TransferTarget(this);
    this.transfers = new TransferRequests(self);
    this.nowNanos = start.nowNanos();
    this.logClock =
        new LogClock(CoreOptions.MAX_LOG_TIME_JUMP_MILLIS, start.nowNanos(), start.wallMillis());
    this.leasePromise = new LeasePromise(this);
  }

  /**
   * A snapshot takes the place of the whole log, which doesn't have its last entry (Raft paper 7). Its configuration is in
   * force, since no entry survives that could say otherwise (trap 32).
   */
  void install(SnapshotHeader snapshot) {
    InvariantViolation.check(
        snapshot.last().index() > commitIndex,
        "asked to go back from " + commitIndex + " to the snapshot up to " + snapshot.last());
    log.startAfter(snapshot.last(), snapshot.logTimeMillis());
    repair.truncateFrom(0);
    commitIndex = snapshot.last().index();
    configurations.replace(snapshot.configuration(), snapshot.configurationIndex());
    quorum = new Quorum(configurations.latest());
    compaction.installed(snapshot);
    trace.installed(snapshot);
  }

  /**
   * A snapshot takes the place of the beginning of the log, because entries of that are damaged. The log has its last entry,
   * durable; what follows stays.
   */
  void installInPlaceOfDamaged(SnapshotHeader snapshot) {
    commitTo(snapshot.last().index());
    if (snapshot.configurationIndex() > log.base().index()) {
      knowConfiguration(snapshot.configurationIndex(), snapshot.configuration());
      trace.refilled(log.at(snapshot.configurationIndex()), snapshot.configuration());
    }
    log.compactTo(snapshot.last().index());
    repair.compactTo(snapshot.last().index());
    compaction.installed(snapshot);
    trace.compacted();
  }

  /** A copy of a damaged entry takes its place with the next write. If it is a configuration it is known from now on. */
  void refill(EntryBatch copy) {
    repair.found(copy);
    Configuration configuration = null;
    if (copy.type() == EntryType.CONFIGURATION) {
      configuration = Configuration.decode(copy.singlePayload());
      knowConfiguration(copy.firstIndex(), configuration);
    }
    trace.refilled(copy.last(), configuration);
  }

  private void knowConfiguration(long index, Configuration configuration) {
    leasePromise.knows(configuration);
    configurations.insert(index, configuration);
    configurations.committedTo(commitIndex);
    quorum = new Quorum(configurations.latest());
  }

  long nowNanos() {
    return nowNanos;
  }

  /** Time never goes back, whatever the caller says. */
  void advanceTo(long newNowNanos) {
    if (newNowNanos - nowNanos > 0) {
      nowNanos = newNowNanos;
    }
  }

  long term() {
    return hardState.term();
  }

  @Nullable
  ReplicaId votedFor() {
    return hardState.votedFor();
  }

  HardState hardState() {
    return hardState;
  }

  /**
   * Moves to a later term, together with a change of role.
   *
   * @param vote who gets this replica's vote there: itself as a candidate, else nobody yet
   */
  void adoptTerm(long term, @Nullable ReplicaId vote) {
    InvariantViolation.check(term > term(), "term " + term + " doesn't follow term " + term());
    setHardState(new HardState(term, vote));
  }

  /** Gives this replica's vote of the current term. */
  void voteFor(ReplicaId candidate) {
    ReplicaId earlier = votedFor();
    InvariantViolation.check(
        earlier == null || earlier.equals(candidate),
        "the vote of term " + term() + " went to " + earlier + " already");
    if (earlier == null) {
      setHardState(new HardState(term(), candidate));
      trace.voted(candidate);
    }
  }

  /** Whether anything has changed that is not part of a write yet. */
  boolean hasUnwritten() {
    return writes.isHardStateUnwritten() || log.hasUnwritten() || repair.hasUnwritten();
  }

  private void setHardState(HardState next) {
    hardState = next;
    writes.hardStateChanged();
  }

  /** Adds entries to the end of the log. A configuration among them is in force at once. */
  void append(EntryBatch batch) {
    log.append(batch);
    if (batch.type() == EntryType.CONFIGURATION) {
      configurations.append(batch.firstIndex(), Configuration.decode(batch.singlePayload()));
      quorum = new Quorum(configurations.latest());
    }
    trace.appended(batch);
  }

  /** Removes entries at this index and above. What is committed stays, whatever anybody says (trap 14). */
  void truncateFrom(long index) {
    InvariantViolation.check(
        index > commitIndex,
        "asked to remove the entry at " + index + ", but everything up to " + commitIndex
            + " is committed");
    log.truncateFrom(index);
    repair.truncateFrom(index);
    if (configurations.truncateFrom(index)) {
      quorum = new Quorum(configurations.latest());
    }
    trace.truncated(index);
  }

  long commitIndex() {
    return commitIndex;
  }

  /** Notes that entries up to this index are on a quorum. */
  void commitTo(long index) {
    if (index > commitIndex) {
      InvariantViolation.check(
          index <= log.lastIndex(),
          "entries up to " + index + " are committed, but the log ends at " + log.lastIndex());
      long before = commitIndex;
      commitIndex = index;
      trace.committed(before, index);
      configurations.committedTo(index);
    }
  }

  EntryId lastEntry() {
    return log.last();
  }

  Configuration configuration() {
    return configurations.latest();
  }

  /** Whether the configuration in force is known to be committed. */
  boolean isConfigurationCommitted() {
    return configurations.latestIndex() <= commitIndex;
  }

  /** Whether no change of the configuration is under way in the log: the one in force is committed and not joint. */
  boolean isSettled() {
    return !configuration().isJoint() && isConfigurationCommitted();
  }

  Quorum quorum() {
    return quorum;
  }

  /** A number for a load that no other load of this process has. */
  long nextLoadGeneration() {
    return ++lastLoadGeneration;
  }
}
