package io.github.balsaraft.core;

import io.github.balsaraft.core.membership.ChangeVerdict;
import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;

/**
 * A cluster of cores without a runtime: each input is one step, after which the outputs are carried out and the
 * invariants checked. Time, messages and disks move only when a test says so, hence every run can be repeated.
 *
 * <p>Replicas are called n1, n2 and so on, and have these numbers as replica ids.
 */
final class CoreHarness {

  static final long MILLIS = 1_000_000;

  /** Election timeouts of one to two seconds, a heartbeat every 100 ms, windows that a test can fill. */
  static final CoreOptions OPTIONS = new CoreOptionsBuilder().build();

  private static final int MOST_ROUNDS_PER_STEP = 1000;

  /** Two logs that part for thousands of terms take two for each of them. */
  private static final int MOST_MESSAGES_TO_SETTLE = 100_000;

  private final TreeMap<ReplicaId, HarnessReplica> replicas = new TreeMap<>();
  private final CoreInvariants invariants = new CoreInvariants(replicas);
  private final FakeNetwork network = new FakeNetwork();
  private final ReplayCheck replay = new ReplayCheck();
  private final CoreOptions options;
  private final HarnessOutputs outputs;
  private HarnessTrace trace = HarnessTrace.NONE;
  private long lastReadId;
  private long lastChangeId;
  private long lastTransferId;

  CoreHarness(CoreOptions options) {
    this.options = options;
    outputs = new HarnessOutputs(this);
  }

  // ------------------------------------------------------------------ building

  static ReplicaId id(String name) {
    return new ReplicaId(Long.parseLong(name.substring(1)));
  }

  static String name(ReplicaId replica) {
    return "n" + replica.value();
  }

  static Member voter(String name) {
    return Member.voter(id(name), new HostId(name), name + ":1");
  }

  static Member learner(String name) {
    return Member.learner(id(name), new HostId(name), name + ":1");
  }

  /** A member as texts write it: {@code n3}, with priority and campaign delay {@code n3/p0/d300}. */
  static Member member(String text, boolean learner) {
    String[] parts = text.split("/");
    Member member = learner ? learner(parts[0]) : voter(parts[0]);
    for (String part : List.of(parts).subList(1, parts.length)) {
      int value = Integer.parseInt(part.substring(1));
      member = part.charAt(0) == 'p'
          ? member.withPriority(value)
          : member.withCampaignDelayMillis(value);
    }
    return member;
  }

  static Configuration voters(String... names) {
    return Configuration.of(List.of(names).stream().map(CoreHarness::voter).toList());
  }

  /** As {@link #ofVoters}, born with leases. */
  static CoreHarness withLeases(CoreOptions options, LeaseRules rules, String... names) {
    CoreHarness harness = new CoreHarness(options);
    for (String name : names) {
      harness.add(name, patience(id(name).value()), voters(names).withLeaseRules(rules));
    }
    return harness;
  }

  /** Three voters, or as many as are named, that were all born with the same configuration. */
  static CoreHarness ofVoters(CoreOptions options, String... names) {
    CoreHarness harness = new CoreHarness(options);
    for (String name : names) {
      harness.add(name, patience(id(name).value()), voters(names));
    }
    return harness;
  }

  /**
   * A source of randomness that is none: the election timeout of a replica is always the same, the lower its number the
   * shorter, and never less than a quarter above the minimum.
   */
  static RandomSource patience(long rank) {
    return new RandomSource() {
      private long next = rank << 32;

      @Override
      public long nextLong() {
        return ++next;
      }

      @Override
      public long below(long bound) {
        return bound / 4 + Math.min(rank, 14) * bound / 20;
      }
    };
  }

  /** Adds a replica that was born with this configuration, and starts it. */
  HarnessReplica add(String name, RandomSource random, Configuration birth) {
    HarnessReplica replica = new HarnessReplica(name, id(name), random, birth);
    replicas.put(replica.id, replica);
    start(replica);
    return replica;
  }

  /** For tests that forge messages: what they claim needn't be true of any disk. */
  void allowForgery() {
    invariants.allowForgery();
  }

  void trace(HarnessTrace newTrace) {
    trace = newTrace;
  }

  HarnessTrace trace() {
    return trace;
  }

  /** What the cores tell of their steps; every step is replayed from it and compared. */
  ReplayCheck replay() {
    return replay;
  }

  // ------------------------------------------------------------------ access

  HarnessReplica replica(String name) {
    HarnessReplica replica = replicas.get(id(name));
    if (replica == null) {
      throw new IllegalArgumentException("there is no replica " + name);
    }
    return replica;
  }

  HarnessReplica replica(ReplicaId id) {
    return replicas.get(id);
  }

  RaftCore core(String name) {
    return replica(name).core();
  }

  CoreView view(String name) {
    return replica(name).view();
  }

  Collection<HarnessReplica> replicas() {
    return replicas.values();
  }

  FakeNetwork network() {
    return network;
  }

  CoreInvariants invariants() {
    return invariants;
  }

  CoreOptions options() {
    return options;
  }

  // ------------------------------------------------------------------ processes

  void start(HarnessReplica replica) {
    start(replica, options);
  }

  /** With other options than the rest. */
  void start(HarnessReplica replica, CoreOptions ofIt) {
    replica.start(ofIt, replay);
    invariants.started(replica);
    pump(replica);
  }

  /** The process dies; the oldest so many pending writes got to the disk nevertheless. */
  void crash(HarnessReplica replica, int survivingWrites) {
    replica.crash(survivingWrites);
  }

  /** The disk of a stopped replica damages durable entries. */
  void damage(HarnessReplica replica, long... indexes) {
    replica.check(!replica.isUp(), "is running");
    for (long index : indexes) {
      replica.disk.damage(index);
    }
  }

  /** Makes a replica's log what a story needs it to be: one entry for each term that is named. */
  void preset(HarnessReplica replica, long term, long... terms) {
    List<EntryBatch> entries = new ArrayList<>();
    for (int i = 0; i < terms.length; i++) {
      byte[] payload = ("old" + terms[i]).getBytes(StandardCharsets.UTF_8);
      entries.add(
          Payloads.single(EntryType.COMMAND, payload).place(new EntryId(terms[i], i + 1), 0));
    }
    replica.crash(0);
    replica.disk.preset(new HardState(term, null), entries);
    invariants.preset(replica);
    start(replica);
  }

  // ------------------------------------------------------------------ steps

  /** One input and everything that follows from it here. */
  <T> T step(HarnessReplica replica, Function<RaftCore, T> input) {
    T result = inputOnly(replica, input);
    pump(replica);
    return result;
  }

  /** One input whose output is left for later: several make a batch. */
  <T> T inputOnly(HarnessReplica replica, Function<RaftCore, T> input) {
    replica.core().advanceTo(replica.clockNanos, replica.wallMillis());
    T result = input.apply(replica.core());
    replay.afterStep(replica);
    return result;
  }

  void stepDo(HarnessReplica replica, Consumer<RaftCore> input) {
    step(replica, core -> {
      input.accept(core);
      return null;
    });
  }

  void deliver(ProtocolMessage message) {
    HarnessReplica receiver = replicas.get(message.to());
    if (receiver != null && receiver.isUp()) {
      trace.delivered(message);
      stepDo(receiver, core -> core.receive(message));
    }
  }

  /** Lets a replica's own clock run on. */
  void pass(HarnessReplica replica, long nanos) {
    replica.clockNanos += nanos;
    replica.committedWhen.putIfAbsent(replica.clockNanos, invariants.committedIndex());
    if (replica.isUp()) {
      stepDo(replica, core -> {});
    }
  }

  /** Lets a replica's own clock run to its next deadline. */
  void timeout(HarnessReplica replica) {
    pass(replica, Math.max(0, replica.core().nextDeadlineNanos() - replica.clockNanos));
  }

  ProposalResult propose(HarnessReplica replica, String... commands) {
    return step(replica, core -> proposeTo(replica, core, commands));
  }

  ProposalResult proposeTo(HarnessReplica replica, RaftCore core, String... commands) {
    Payloads payloads = new Payloads(EntryType.COMMAND, 16);
    for (String command : commands) {
      byte[] bytes = command.getBytes(StandardCharsets.UTF_8);
      payloads.add(bytes, Payloads.checksum(bytes));
    }
    ProposalResult result = core.propose(payloads);
    if (result instanceof ProposalResult.Appended appended) {
      for (int i = 0; i < commands.length; i++) {
        long index = appended.first().index() + i;
        replica.outstanding.put(index, new EntryId(appended.first().term(), index));
      }
    }
    return result;
  }

  /** Proposes a change to this configuration; returns whether it, or its first step, was appended at once. */
  boolean change(HarnessReplica replica, Configuration target) {
    long before = replica.view().configurationIndex();
    changeBy(replica, MembershipChange.to(target));
    return replica.view().configurationIndex() > before;
  }

  /** Proposes a change of the configuration; returns its number. */
  long changeBy(HarnessReplica replica, MembershipChange change) {
    long changeId = ++lastChangeId;
    replica.changes.put(changeId, change);
    ChangeVerdict preview = step(replica, core -> {
      ChangeVerdict judged = core.view().previewChange(change);
      core.changeConfiguration(changeId, change);
      return judged;
    });
    boolean refused = replica.outcomes.stream()
        .anyMatch(
            outcome -> outcome.changeId() == changeId && outcome.end() == Ready.ChangeEnd.REFUSED);
    replica.check(refused != preview.isAllowed(), "the preview of " + change + " said " + preview);
    return changeId;
  }

  /** Starts a linearizable read; returns its number. */
  long read(HarnessReplica replica) {
    return read(replica, RaftCore::read);
  }

  /** Starts a read that a lease may answer; returns its number. */
  long leaseRead(HarnessReplica replica) {
    return read(replica, RaftCore::leaseRead);
  }

  private long read(HarnessReplica replica, ObjLongConsumer<RaftCore> start) {
    long readId = ++lastReadId;
    replica.reads.put(readId, invariants.committedIndex());
    stepDo(replica, core -> start.accept(core, readId));
    return readId;
  }

  /** Asks a replica to hand leadership over, to whom it likes if null; returns the number of the request. */
  long transfer(HarnessReplica replica, ReplicaId target) {
    long transferId = ++lastTransferId;
    replica.transfers.add(transferId);
    stepDo(replica, core -> core.transferLeadership(transferId, target));
    return transferId;
  }

  /** The oldest write of a replica is done. */
  void completeWrite(HarnessReplica replica) {
    long sequence = replica.disk.completeNext();
    stepDo(replica, core -> core.written(sequence));
  }

  /** A load is answered; with nothing, if it failed. */
  void answerLoad(HarnessReplica replica, Ready.Load load, List<EntryBatch> found) {
    stepDo(replica, core -> core.loaded(load.follower(), load.generation(), found));
  }

  /** A replica's state machine hands out its state; the snapshot is durable once {@link #saveSnapshot} says so. */
  FakeSnapshot takeSnapshot(HarnessReplica replica) {
    FakeSnapshot taken = replica.capture();
    replica.unsaved.add(taken);
    return taken;
  }

  /** A snapshot that was taken is durable and verified. */
  void saveSnapshot(HarnessReplica replica, FakeSnapshot taken) {
    replica.unsaved.remove(taken);
    replica.disk.save(taken);
    stepDo(replica, core -> core.snapshotSaved(taken.header()));
  }

  /** Takes a snapshot that is durable at once. */
  void snapshot(HarnessReplica replica) {
    saveSnapshot(replica, takeSnapshot(replica));
  }

  /** A fetch ends: with the source's newest snapshot if it has one that covers enough and can be reached, else without. */
  void endFetch(HarnessReplica replica, Ready.Fetch fetch) {
    replica.fetches.remove(fetch);
    stepDo(replica, core -> endFetch(replica, core, fetch));
  }

  /** The same as an input whose output is left for later. */
  void endFetch(HarnessReplica replica, RaftCore core, Ready.Fetch fetch) {
    FakeSnapshot found = found(replica, fetch);
    if (found == null) {
      core.snapshotFailed(fetch.generation());
    } else {
      replica.disk.save(found);
      // There may be a newer one, of a fetch that had been given up.
      core.snapshotReceived(fetch.generation(), replica.disk.snapshot().header());
    }
  }

  /** What a fetch brings, or null. A source without such a snapshot makes one of its state. */
  FakeSnapshot found(HarnessReplica replica, Ready.Fetch fetch) {
    HarnessReplica source = replicas.get(fetch.source());
    if (source == null
        || !source.isUp()
        || source.unreadable
        || network.isCut(fetch.source(), replica.id)) {
      return null;
    }
    FakeSnapshot newest = source.disk.snapshot();
    long needed = fetch.atLeast().index();
    if (newest != null && newest.lastIndex() >= needed) {
      return newest;
    }
    return source.hasState() && source.applied.size() >= needed ? source.capture() : null;
  }

  void failFetch(HarnessReplica replica, Ready.Fetch fetch) {
    replica.fetches.remove(fetch);
    stepDo(replica, core -> core.snapshotFailed(fetch.generation()));
  }

  void peerGone(HarnessReplica replica, ReplicaId peer) {
    stepDo(replica, core -> core.peerGone(peer));
  }

  /** Makes a replica the leader, with everybody that it can reach following it. */
  HarnessReplica elect(String name) {
    HarnessReplica candidate = replica(name);
    for (HarnessReplica replica : replicas.values()) {
      // Whoever else protects a leader has not heard it for long enough.
      if (replica.isUp() && !replica.leads() && replica.view().leader() != null) {
        pass(replica, options.electionTimeoutMinNanos());
      }
    }
    for (int attempt = 0; !candidate.leads(); attempt++) {
      candidate.check(attempt < 5, "is not elected");
      timeout(candidate);
      settle();
    }
    return candidate;
  }

  // ------------------------------------------------------------------ running on

  /** Carries out outputs until there are none, then checks what always holds. */
  void pump(HarnessReplica replica) {
    for (int round = 0; ; round++) {
      replica.check(round < MOST_ROUNDS_PER_STEP, "doesn't come to rest");
      Ready ready = replica.core().ready();
      boolean more = outputs.carryOut(replica, ready);
      if (ready.isEmpty() && !more) {
        break;
      }
    }
    invariants.afterStep(replica);
    replay.afterStep(replica);
  }

  /** Delivers until nothing is under way, oldest first. */
  void settle() {
    for (int i = 0; !network.isEmpty(); i++) {
      if (i > MOST_MESSAGES_TO_SETTLE) {
        throw new AssertionError("messages never come to an end: " + network.inFlight());
      }
      deliver(network.take(0));
    }
  }

  /** Delivers until nothing is under way but messages of this kind. */
  void settleWithout(Class<? extends ProtocolMessage> kind) {
    List<ProtocolMessage> heldBack = network.take(kind::isInstance);
    while (!network.isEmpty()) {
      deliver(network.take(0));
      heldBack.addAll(network.take(kind::isInstance));
    }
    heldBack.forEach(network::send);
  }

  /** Time passes for all running replicas, in the order of their deadlines, with all messages delivered at once. */
  void run(long nanos) {
    TreeMap<ReplicaId, Long> until = new TreeMap<>();
    replicas.values().forEach(replica -> until.put(replica.id, replica.clockNanos + nanos));
    settle();
    for (long elapsed = 0; elapsed < nanos; elapsed += 10 * MILLIS) {
      for (HarnessReplica replica : replicas.values()) {
        if (replica.clockNanos < until.get(replica.id)) {
          pass(replica, Math.min(10 * MILLIS, until.get(replica.id) - replica.clockNanos));
        }
      }
      settle();
    }
  }
}
