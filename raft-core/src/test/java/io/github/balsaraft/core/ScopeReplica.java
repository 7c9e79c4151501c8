package io.github.balsaraft.core;

import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.VoteResponse;
import io.github.balsaraft.model.trace.TraceSink;
import java.util.ArrayList;
import java.util.List;

/**
 * One replica's part of a state of a {@link ScopeSearch}: a core with its disk. It never changes; an input makes another one.
 * Because the core is a function of its inputs, each pair of such a part and an input is tried once, however many states of
 * the cluster have it.
 */
final class ScopeReplica {

  private static final long HEARTBEAT_NANOS = 500 * CoreHarness.MILLIS;

  /** After this a follower protects its leader no longer. */
  private static final long STICKINESS_NANOS = HEARTBEAT_NANOS + 1;

  static final long ELECTION_NANOS = 2 * HEARTBEAT_NANOS;

  /** Above zero, which stands for "never" in places. */
  private static final long START_NANOS = 1000 * ELECTION_NANOS;

  /** Time passes only where an input says so. */
  private static final CoreOptions OPTIONS = new CoreOptionsBuilder()
      .electionTimeoutNanos(STICKINESS_NANOS, ELECTION_NANOS)
      .heartbeatNanos(HEARTBEAT_NANOS)
      .maxMessageBytes(1 << 20)
      .maxInflight(8, 1 << 20)
      .maxUncommittedBytes(1 << 20)
      .failureHints(false)
      .compaction(new CompactionRules(10, 20, Long.MAX_VALUE, Long.MAX_VALUE))
      .build();

  private static final RandomSource CONSTANT = new RandomSource() {
    @Override
    public long nextLong() {
      return 1;
    }

    @Override
    public long below(long bound) {
      return bound - 1;
    }
  };

  private static final String[] VOTERS = {"n1", "n2", "n3"};

  final HarnessReplica replica;

  /** Position among the replicas, from zero. */
  final int position;

  final int number;

  /** What stands for this part under each renaming of the replicas. */
  final long[] hashes;

  final boolean leads;
  final Role role;
  final long term;
  final long commit;
  final long[] log;
  final long[] durableLog;
  final long durableTerm;

  /** As a leader: what it takes for durable at each replica. */
  final long[] match;

  final ScopeMoves moves = new ScopeMoves();

  /** By number of the message: what is known of its meaning here; see {@link ScopeMessages}. */
  ScopeMessages.Standing[] standings = {};

  /** As a follower: its leader's session, and how far its messages have shown the logs to be equal; else zero. */
  private final long session;

  private final long verified;

  ScopeReplica(HarnessReplica replica, int number, long[] hashes) {
    this.replica = replica;
    this.position = (int) replica.id.value() - 1;
    this.number = number;
    this.hashes = hashes;
    CoreView core = replica.view();
    this.leads = replica.leads();
    this.role = core.currentRole();
    this.term = core.hardState().term();
    this.commit = core.commitIndex();
    this.log = new long[(int) core.lastEntry().index()];
    for (int i = 0; i < log.length; i++) {
      log[i] = core.termAt(i + 1);
    }
    this.durableLog = new long[(int) replica.disk.durableLastIndex()];
    for (int i = 0; i < durableLog.length; i++) {
      durableLog[i] = replica.disk.durableAt(i + 1).term();
    }
    this.durableTerm = replica.disk.durableHardState().term();
    this.match = new long[VOTERS.length];
    for (int i = 0; i < VOTERS.length; i++) {
      Progress progress = core.progressOf(new ReplicaId(i + 1));
      match[i] = progress == null ? 0 : progress.match();
    }
    boolean follows = role == Role.FOLLOWER && core.leader() != null;
    Object appends = follows ? ObjectGraph.get(roleOf(replica), "appends") : null;
    this.session = follows ? (long) ObjectGraph.get(appends, "session") : 0;
    this.verified = follows ? (long) ObjectGraph.get(appends, "verified") : 0;
  }

  private static RoleState roleOf(HarnessReplica replica) {
    return ((Transitions) ObjectGraph.get(replica.core(), "transitions")).current();
  }

  /** Whether a message of this replica's term says nothing that its leader hasn't told it. */
  boolean hasGot(ProtocolMessage message) {
    if (message instanceof AppendEntries m) {
      return m.session() == session && m.lastIndex() <= verified && m.commit() <= commit;
    }
    return session > 0 && message instanceof Heartbeat m && m.commit() <= commit;
  }

  static HarnessReplica first(int position, ScopeBounds bounds) {
    String name = VOTERS[position];
    HarnessReplica replica =
        new HarnessReplica(name, CoreHarness.id(name), CONSTANT, CoreHarness.voters(VOTERS));
    List<EntryBatch> entries = new ArrayList<>();
    for (long term : bounds.logs().get(position)) {
      EntryId place = new EntryId(term, entries.size() + 1);
      entries.add(Payloads.single(EntryType.COMMAND, new byte[0]).place(place, 0));
    }
    replica.disk.preset(new HardState(bounds.startTerm(), null), entries);
    replica.clockNanos = START_NANOS;
    replica.start(OPTIONS, TraceSink.OFF);
    return replica;
  }

  /** Copies the replica, lets the copy do something, and collects what it sends. */
  static Outcome run(ScopeReplica from, ScopeBounds bounds, ScopeInput input) {
    HarnessReplica copy = ObjectGraph.copy(from.replica);
    Run run = new Run(copy, bounds, from.commit, new ArrayList<>());
    try {
      run.apply(input);
      run.pump();
      return new Outcome(copy, run.sent, null);
    } catch (RuntimeException | AssertionError e) {
      return new Outcome(null, List.of(), e.toString());
    }
  }

  @Override
  public String toString() {
    return replica.name;
  }

  /**
   * What an input leads to.
   *
   * @param failure what went wrong, or null
   */
  record Outcome(HarnessReplica replica, List<ProtocolMessage> sent, String failure) {}

  /** One input and everything that follows from it in this replica. */
  private record Run(
      HarnessReplica replica, ScopeBounds bounds, long commitBefore, List<ProtocolMessage> sent) {

    void apply(ScopeInput input) {
      switch (input.kind()) {
        case DELIVER -> deliver(input.message());
        case PROPOSE -> core().propose(Payloads.single(EntryType.COMMAND, new byte[0]));
        case WRITE_DONE -> core().written(replica.disk.completeNext());
        case HEARTBEAT -> passTo(core().nextDeadlineNanos());
        case LOSE_CONTACT -> passTo(replica.clockNanos + ELECTION_NANOS);
        case CAMPAIGN -> campaign();
        case RESTART -> restart(input.survivingWrites());
      }
    }

    private RaftCore core() {
      return replica.core();
    }

    private void passTo(long nanos) {
      replica.clockNanos = Math.max(replica.clockNanos, nanos);
      core().advanceTo(replica.clockNanos, 0);
    }

    /** Votes are asked for when it matters: when nobody is protected any more. No time passes otherwise. */
    private void deliver(ProtocolMessage message) {
      boolean asks = message instanceof RequestVote || message instanceof RequestPreVote;
      if (asks && roleOf(replica) instanceof FollowerState follower) {
        ObjectGraph.set(follower, "lastHeardNanos", replica.clockNanos - STICKINESS_NANOS);
      }
      core().receive(message);
    }

    private void campaign() {
      passTo(core().nextDeadlineNanos());
      pump();
      if (bounds.preVotes() || replica.view().currentRole() != Role.PRE_CANDIDATE) {
        return;
      }
      long term = replica.view().hardState().term();
      for (String voter : VOTERS) {
        if (!voter.equals(replica.name)) {
          core()
              .receive(
                  new PreVoteResponse(CoreHarness.id(voter), replica.id, term, term + 1, true));
        }
      }
    }

    private void restart(int survivingWrites) {
      HardState before = replica.disk.durableHardState();
      replica.crash(survivingWrites);
      HardState after = replica.disk.durableHardState();
      if (bounds.fault() == ScopeBounds.Fault.VOTE_FORGOTTEN) {
        replica.disk.preset(new HardState(after.term(), null), entries());
      } else if (bounds.fault() == ScopeBounds.Fault.LAST_WRITE_LOST
          && !entries().isEmpty()) {
        List<EntryBatch> entries = entries();
        replica.disk.preset(before, entries.subList(0, entries.size() - 1));
      }
      replica.start(OPTIONS, TraceSink.OFF);
    }

    private List<EntryBatch> entries() {
      return replica.disk.writtenEntries();
    }

    void pump() {
      for (boolean more = true; more; ) {
        Ready ready = core().ready();
        more = !ready.isEmpty();
        ready.messages().forEach(this::send);
        if (ready.write() != null) {
          write(ready.write());
        }
        if (ready.committed() != null) {
          replica.apply(ready.committed());
        }
        for (Ready.Load load : ready.loads()) {
          core()
              .loaded(
                  load.follower(),
                  load.generation(),
                  replica.disk.read(load.fromIndex(), load.toIndex(), load.maxBytes()));
        }
      }
    }

    private void write(CoreWrite write) {
      HardState before = replica.disk.writtenHardState();
      HardState after = write.hardState();
      replica.check(
          after == null
              || after.term() > before.term()
              || (after.term() == before.term() && before.votedFor() == null)
              || after.equals(before),
          "goes from " + before + " to " + after);
      replica.check(
          write.truncateFrom() == 0 || write.truncateFrom() > commitBefore,
          "truncates what is committed: " + write);
      replica.disk.submit(write);
      if (!bounds.slowDisks()) {
        core().written(replica.disk.completeNext());
      }
    }

    /** What a message claims must survive a power loss. */
    private void send(ProtocolMessage message) {
      if (message instanceof RequestPreVote) {
        if (bounds.preVotes()) {
          sent.add(message);
        }
        return;
      }
      HardState durable = replica.disk.durableHardState();
      if (durable.term() < message.term()) {
        throw new AssertionError("its term is not durable: " + message);
      }
      if (durable.term() == message.term() && !isTrue(message, durable)) {
        throw new AssertionError("what it claims is not durable: " + message);
      }
      sent.add(falsified(message));
    }

    private boolean isTrue(ProtocolMessage message, HardState durable) {
      if (message instanceof VoteResponse response) {
        return !response.granted() || message.to().equals(durable.votedFor());
      } else if (message instanceof RequestVote request) {
        return replica.disk.holds(request.lastEntry());
      }
      return !(message instanceof AppendEntriesResponse response)
          || response.durableMatch() <= replica.disk.durableLastIndex();
    }

    /** Numbers that reads go by say nothing here but whether there is one. */
    private ProtocolMessage falsified(ProtocolMessage message) {
      if (message instanceof Heartbeat m) {
        long commit = bounds.fault() == ScopeBounds.Fault.COMMIT_TOO_FAR
            ? replica.view().lastEntry().index()
            : m.commit();
        return new Heartbeat(m.from(), m.to(), m.term(), Math.min(1, m.sequence()), commit, 0, 0);
      } else if (message instanceof HeartbeatResponse m) {
        return new HeartbeatResponse(
            m.from(), m.to(), m.term(), Math.min(1, m.sequence()), Math.min(1, m.stamp()));
      } else if (message instanceof AppendEntriesResponse m
          && bounds.fault() == ScopeBounds.Fault.ACKNOWLEDGES_TOO_MUCH
          && !m.isRejection()) {
        long all = replica.disk.durableLastIndex();
        return new AppendEntriesResponse(
            m.from(), m.to(), m.term(), m.session(), all, all, EntryId.NONE, EntryId.NONE);
      } else if (message instanceof VoteResponse m
          && bounds.fault() == ScopeBounds.Fault.REFUSAL_BECOMES_VOTE) {
        return new VoteResponse(m.from(), m.to(), m.term(), true);
      }
      return message;
    }
  }
}
