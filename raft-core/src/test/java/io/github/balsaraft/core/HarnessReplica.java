package io.github.balsaraft.core;

import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.trace.TraceSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** One replica in a {@link CoreHarness}: its disk, its own clock, and while it runs its core and what that process has seen. */
final class HarnessReplica {

  /** The wall clock when the monotonic clock shows zero. */
  static final long WALL_MILLIS_AT_ZERO = 1_700_000_000_000L;

  final String name;
  final ReplicaId id;
  final FakeDisk disk = new FakeDisk();
  final RandomSource random;
  final Configuration birthConfiguration;

  /** The monotonic clock; each replica has its own, so that a test decides whose timeout passes. */
  long clockNanos;

  /** By how much its wall clock is wrong. */
  long wallAheadMillis;

  /** What was committed anywhere when its clock came to show a time: the index, by that time. */
  final TreeMap<Long, Long> committedWhen = new TreeMap<>();

  /** Whether writes are done as soon as they are asked for. */
  boolean autoDisk = true;

  /** Whether loads are answered as soon as they are asked for. */
  boolean autoLoads = true;

  /** Whether fetches of snapshots are answered as soon as they are asked for. */
  boolean autoFetch = true;

  /** Whether nobody can fetch a snapshot of this replica. */
  boolean unreadable;

  // ---- of the running process

  private RaftCore core;

  /** As its core has told. */
  Role role = Role.FOLLOWER;

  /** What was applied, in order; index 1 first. */
  final List<EntryId> applied = new ArrayList<>();

  /** Proposals of this process whose outcome is open. */
  final TreeMap<Long, EntryId> outstanding = new TreeMap<>();

  /** Reads of this process that have no outcome yet, with the index they must not be answered below. */
  final Map<Long, Long> reads = new TreeMap<>();

  /** Changes of the configuration that this process was asked for and that have no outcome yet. */
  final TreeMap<Long, MembershipChange> changes = new TreeMap<>();

  /** How changes have ended, over all processes. */
  final List<Ready.ChangeOutcome> outcomes = new ArrayList<>();
  /** Requests to hand leadership over that have no outcome yet. */
  final Set<Long> transfers = new TreeSet<>();

  /** Loads that were asked for and not answered. */
  final List<PendingLoad> loads = new ArrayList<>();

  /** Fetches of snapshots that were asked for and not answered. */
  final List<Ready.Fetch> fetches = new ArrayList<>();

  /** Snapshots of this replica's state that were taken and are not durable yet. */
  final List<FakeSnapshot> unsaved = new ArrayList<>();

  /** The configurations among what was applied, by index, with the one in force before; below {@link #restoredTo} one only. */
  private final TreeMap<Long, Configuration> appliedConfigurations = new TreeMap<>();

  /** The log times of what was applied, by index; below {@link #restoredTo} none. */
  private final TreeMap<Long, Long> appliedLogTimes = new TreeMap<>();

  /** What came from a snapshot reaches to this index. */
  private long restoredTo;

  /** The last installed snapshot's. */
  private long applyGeneration;

  HarnessReplica(String name, ReplicaId id, RandomSource random, Configuration birthConfiguration) {
    this.name = name;
    this.id = id;
    this.random = random;
    this.birthConfiguration = birthConfiguration;
  }

  /** Starts a process from what is durable. */
  void start(CoreOptions options, TraceSink sink) {
    role = Role.FOLLOWER;
    applied.clear();
    outstanding.clear();
    reads.clear();
    changes.clear();
    transfers.clear();
    loads.clear();
    fetches.clear();
    unsaved.clear();
    appliedConfigurations.clear();
    appliedConfigurations.put(0L, birthConfiguration);
    appliedLogTimes.clear();
    restoredTo = 0;
    applyGeneration = 0;
    FakeSnapshot snapshot = disk.snapshot();
    if (snapshot != null) {
      restore(snapshot);
    }
    core = new RaftCore(
        options,
        random,
        new CoreStart(
            id,
            disk.durableHardState(),
            disk.termStarts(),
            snapshot == null ? null : snapshot.header(),
            birthConfiguration,
            disk.configurations(),
            disk.lastLogTimeMillis(),
            clockNanos,
            wallMillis(),
            disk.damagedEntries()),
        sink);
  }

  /** The process is gone, and with it what was not durable. */
  void crash(int survivingWrites) {
    core = null;
    disk.crash(survivingWrites);
  }

  boolean isUp() {
    return core != null;
  }

  RaftCore core() {
    if (core == null) {
      throw new AssertionError(name + " is down");
    }
    return core;
  }

  CoreView view() {
    return core().view();
  }

  Ready.ChangeOutcome lastOutcome() {
    return outcomes.get(outcomes.size() - 1);
  }

  boolean leads() {
    return core != null && core.view().currentRole() == Role.LEADER;
  }

  long wallMillis() {
    return WALL_MILLIS_AT_ZERO + wallAheadMillis + clockNanos / 1_000_000;
  }

  /**
   * Whether there is a state to take a snapshot of. Who joined a group whose first configuration is in no entry may have
   * applied entries and know none.
   */
  boolean hasState() {
    return !applied.isEmpty() && hasState(applied.size());
  }

  /** The same of the state after this index, which it may have had a moment ago. */
  boolean hasState(long index) {
    return index >= Math.max(1, restoredTo)
        && index <= applied.size()
        && !appliedConfigurations.floorEntry(index).getValue().isEmpty();
  }

  /** A snapshot of the present state. */
  FakeSnapshot capture() {
    return capture(applied.size());
  }

  /**
   * A snapshot of the state after this index. A state machine may be behind what its core has handed out to apply, so it may be
   * taken in a later term than that in which this much was handed out.
   */
  FakeSnapshot capture(long index) {
    check(hasState(index), "has no state after " + index + " to take a snapshot of");
    Map.Entry<Long, Configuration> configuration = appliedConfigurations.floorEntry(index);
    return new FakeSnapshot(
        new SnapshotHeader(
            applied.get((int) index - 1),
            view().hardState().term(),
            configuration.getValue(),
            configuration.getKey(),
            appliedLogTimes.floorEntry(index).getValue()),
        applied.subList(0, (int) index));
  }

  private void restore(FakeSnapshot snapshot) {
    applied.clear();
    applied.addAll(snapshot.applied());
    appliedConfigurations.clear();
    appliedConfigurations.put(
        snapshot.header().configurationIndex(), snapshot.header().configuration());
    appliedLogTimes.clear();
    appliedLogTimes.put(snapshot.lastIndex(), snapshot.header().logTimeMillis());
    restoredTo = snapshot.lastIndex();
  }

  /** A fetched snapshot takes the place of the state. It goes on from what was applied, and never back. */
  void install(Ready.Install install) {
    FakeSnapshot snapshot = disk.snapshot();
    check(
        snapshot != null && snapshot.header().equals(install.header()),
        "is to install " + install + ", but its newest snapshot is " + snapshot);
    check(install.generation() > applyGeneration, "installs an older fetch: " + install);
    check(
        snapshot.lastIndex() > applied.size()
            && snapshot.applied().subList(0, applied.size()).equals(applied),
        "the snapshot " + install + " isn't a continuation of what it has applied");
    check(
        outstanding.headMap(snapshot.lastIndex(), true).isEmpty(),
        "installs a snapshot over open proposals");
    applyGeneration = install.generation();
    restore(snapshot);
  }

  /** Applies what was released; it must be durable here. */
  void apply(Ready.Committed committed) {
    check(committed.generation() == applyGeneration, "applies what an installation covers");
    check(
        committed.fromIndex() == applied.size() + 1,
        "applies from " + committed.fromIndex() + " though it has applied up to " + applied.size());
    check(
        committed.toIndex() <= disk.durableLastIndex(),
        "applies what is not durable: " + committed);
    List<EntryBatch> recent = FakeDisk.singles(committed.recent());
    for (int i = 0; i < recent.size(); i++) {
      long index = committed.toIndex() - recent.size() + 1 + i;
      check(
          recent.get(i).equals(disk.durableEntry(index)),
          recent.get(i) + " in memory differs from the disk");
    }
    for (long index = committed.fromIndex(); index <= committed.toIndex(); index++) {
      check(!disk.damaged().contains(index), "applies the damaged entry at " + index);
      EntryId entry = disk.durableAt(index);
      EntryId proposed = outstanding.remove(index);
      check(
          proposed == null || proposed.equals(entry),
          "proposal " + proposed + " was overwritten by " + entry
              + " and nobody was told that it is lost");
      applied.add(entry);
      EntryBatch content = disk.durableEntry(index);
      appliedLogTimes.put(index, content.logTimeMillis());
      if (content.type() == EntryType.CONFIGURATION) {
        appliedConfigurations.put(index, Configuration.decode(content.singlePayload()));
      }
    }
  }

  /**
   * A load that was not answered yet.
   *
   * @param found what the store held when it was asked for
   */
  record PendingLoad(Ready.Load load, List<EntryBatch> found) {}

  void check(boolean holds, String message) {
    if (!holds) {
      throw new AssertionError(name + ": " + message);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
