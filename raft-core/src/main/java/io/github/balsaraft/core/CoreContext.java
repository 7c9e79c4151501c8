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
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.trace.TraceSink;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What every role of a replica shares: term and vote, the log, the configurations, the commit index, time, and the output
 * that is being collected.
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
  final AnswerStamps stamps = new AnswerStamps();
  final Removals removals = new Removals(this);
  final LastResort lastResort;
  final Compaction compaction;
  final LeasePromise leasePromise;
  final TransferTarget transferTarget;
  final TransferRequests transfers;
  final Repair repair;

  /** What the next {@link Ready} says besides messages, write and entries. */
  final List<Ready.Load> loads = new ArrayList<>();

  final List<Ready.ReadOutcome> readOutcomes = new ArrayList<>();
  final List<Ready.RoleChange> roleChanges = new ArrayList<>();
  final List<Ready.ChangeOutcome> changeOutcomes = new ArrayList<>();
  long lostProposalsFrom;

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
    this.self = start.self();
    this.trace = new CoreTrace(this, sink);
    this.outbox = new Outbox(writes, trace);
    this.options = options;
    this.random = random;
    this.lastResort = new LastResort(options);
    this.hardState = start.hardState();
    this.log = new RaftLog(start.terms(), logTimeMillis(start));
    this.compaction = new Compaction(this, start.snapshot());
    this.transferTarget = new TransferTarget(this);
    this.transfers = new TransferRequests(self);
    this.repair = new Repair(start.damaged());
    repair.compactTo(log.base().index());
    for (DamagedEntry damaged : repair.all()) {
      InvariantViolation.check(
          log.contains(damaged.entry()), "damaged is " + damaged + ", which the log doesn't have");
    }
    // A term in the log above the stored term would mean that an entry overtook the vote that
    // allowed it (trap 2).
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
    this.quorum = new Quorum(configurations.latest());
    this.nowNanos = start.nowNanos();
    this.logClock =
        new LogClock(CoreOptions.MAX_LOG_TIME_JUMP_MILLIS, start.nowNanos(), start.wallMillis());
    this.leasePromise = new LeasePromise(this);
  }

  private static long logTimeMillis(CoreStart start) {
    SnapshotHeader snapshot = start.snapshot();
    return Math.max(start.logTimeMillis(), snapshot == null ? 0 : snapshot.logTimeMillis());
  }

  /** Takes up log and snapshot as an earlier process has left them. */
  private void startFrom(SnapshotHeader snapshot, SortedMap<Long, Configuration> inLog) {
    EntryId last = snapshot.last();
    InvariantViolation.check(
        last.index() > log.base().index() || last.equals(log.base()),
        "the log starts after " + log.base()
            + ", but the newest snapshot covers only what is up to " + last
            + ": the entries between are missing");
    commitIndex = last.index();
    if (log.contains(last)) {
      inLog.tailMap(last.index() + 1).forEach(configurations::append);
      long damaged = repair.lastUpTo(last.index());
      if (damaged > 0) {
        // The snapshot has what they brought about, and so nothing is missing without them.
        log.compactTo(damaged);
        writes.logChanged();
        repair.compactTo(damaged);
      }
      return;
    }
    // The process ended after the snapshot was made durable and before the log followed it.
    log.startAfter(last, snapshot.logTimeMillis());
    writes.logChanged();
    repair.truncateFrom(0);
    if (last.term() > hardState.term()) {
      // Nobody has this replica's vote of that term: it would be stored.
      setHardState(new HardState(last.term(), null));
    }
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
    writes.logChanged();
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
    writes.logChanged();
    repair.compactTo(snapshot.last().index());
    compaction.installed(snapshot);
    trace.compacted();
  }

  /** A copy of a damaged entry takes its place with the next write. If it is a configuration it is known from now on. */
  void refill(EntryBatch copy) {
    repair.found(copy);
    writes.logChanged();
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

  private void setHardState(HardState next) {
    hardState = next;
    writes.hardStateChanged();
  }

  /** Adds entries to the end of the log. A configuration among them is in force at once. */
  void append(EntryBatch batch) {
    log.append(batch);
    writes.logChanged();
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
    writes.logChanged();
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

  /**
   * Whether this replica may stand for election: it has a vote in the configuration in force, and its priority allows it or
   * the others can't do without it (see {@link LastResort}). While that configuration is not known to be committed, a vote in the one before is enough: if this replica was just
   * removed it may hold the only copy of that, and the others can't do without its vote (trap 6).
   */
  boolean isElectable() {
    if (removals.ownRemoval() > 0 || repair.isRecovering()) {
      return false;
    }
    Configuration fallback = configurations.fallback();
    return mayStand(configuration()) || (fallback != null && mayStand(fallback));
  }

  /** Whether this replica never stands for election of its own accord. */
  boolean hasPriorityZero() {
    Member member = configuration().member(self);
    return member != null && member.priority() == 0;
  }

  /** Whether this replica has a vote in what the configuration in force leads to. */
  boolean staysVoter() {
    Member member = configuration().member(self);
    return member != null && member.isVoter();
  }

  private boolean mayStand(Configuration under) {
    Member member = under.member(self);
    return member != null
        && member.isVoterInAnyHalf()
        && (member.priority() > 0 || lastResort.isDue(nowNanos));
  }

  /** Whether this replica could become electable without hearing anything: see {@link LastResort}. */
  boolean mayHaveToStand() {
    return removals.ownRemoval() == 0
        && !repair.isRecovering()
        && configuration().isVoter(self);
  }

  /** How much longer than others this replica waits for a leader before it stands. */
  long campaignDelayNanos() {
    Member member = configuration().member(self);
    return member == null ? 0 : member.campaignDelayMillis() * 1_000_000L;
  }

  /** The other members that have a vote in either half. */
  List<ReplicaId> otherVoters() {
    List<ReplicaId> voters = new ArrayList<>();
    for (Member member : configuration().members()) {
      if (member.isVoterInAnyHalf() && !member.replica().equals(self)) {
        voters.add(member.replica());
      }
    }
    return voters;
  }

  /** A moment that lies a random election timeout ahead (Raft paper 5.2). */
  long randomElectionDeadline() {
    long range = options.electionTimeoutMaxNanos() - options.electionTimeoutMinNanos();
    long minNanos = Math.max(options.electionTimeoutMinNanos(), leasePromise.windowNanos());
    return nowNanos + minNanos + random.below(range);
  }

  /** A number for a load that no other load of this process has. */
  long nextLoadGeneration() {
    return ++lastLoadGeneration;
  }
}
