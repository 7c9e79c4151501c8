package io.github.balsaraft.simulation;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceHeader;
import io.github.balsaraft.model.trace.TraceState;
import io.github.balsaraft.model.trace.TracedEntries;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.testing.MadeUpCommand;
import io.github.balsaraft.testing.simulation.world.Observer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One replica of a {@link Story}. It does what it is told, right or wrong, and says truly what that has led to. */
final class StoryReplica {

  final HostId host;
  final ReplicaId id;
  private final Observer observer;

  long term = 1;

  @Nullable
  ReplicaId vote;

  Role role = Role.FOLLOWER;

  @Nullable
  ReplicaId leader;

  long commitIndex;
  final List<EntryBatch> log = new ArrayList<>();

  private int life;
  private long number;
  private long writes;
  private long messages;

  /** What is on the disk, and what the next write does. */
  private HardState stored = new HardState(1, null);

  private final List<EntryBatch> storedLog = new ArrayList<>();
  private long truncateFrom;

  StoryReplica(int number, Observer observer) {
    this(new HostId("n" + number), new ReplicaId(0xa0 + number), observer);
  }

  private StoryReplica(HostId host, ReplicaId id, Observer observer) {
    this.host = host;
    this.id = id;
    this.observer = observer;
  }

  ReplicaRecord record() {
    return new ReplicaRecord(id, ReplicaRecord.State.MEMBER);
  }

  Member asVoter() {
    return Member.voter(id, host, host.name());
  }

  Member asLearner() {
    return Member.learner(id, host, host.name());
  }

  // ------------------------------------------------------------------ lives

  void isBorn(Configuration founding) {
    log.add(Story.placed(Story.configuration(founding), 1, 1));
    stores(new GroupWrite(GroupId.DEFAULT, record(), stored, 0, EntryId.NONE, List.copyOf(log)));
    storedLog.addAll(log);
    starts();
  }

  /** The disk of its host is wiped, and another replica joins from there. */
  StoryReplica isReplacedByANewReplica() {
    StoryReplica next = new StoryReplica(host, new ReplicaId(id.value() + 0x100), observer);
    next.term = 0;
    next.life = life;
    next.stored = HardState.INITIAL;
    next.stores(
        new GroupWrite(GroupId.DEFAULT, next.record(), next.stored, 0, EntryId.NONE, List.of()));
    next.starts();
    return next;
  }

  /** A new process finds what is stored. */
  void restarts() {
    term = stored.term();
    vote = stored.votedFor();
    log.clear();
    log.addAll(storedLog);
    starts();
  }

  /** A new process goes by what was said before. */
  void starts() {
    role = Role.FOLLOWER;
    leader = null;
    commitIndex = 0;
    truncateFrom = 0;
    number = 0;
    life++;
    observer.onStart(host, life);
    List<EntryId> termStarts = new ArrayList<>();
    TreeMap<Long, Configuration> configurations = new TreeMap<>();
    configurations.put(0L, Configuration.EMPTY);
    for (EntryBatch entry : log) {
      if (termStarts.isEmpty() || termStarts.get(termStarts.size() - 1).term() < entry.term()) {
        termStarts.add(entry.last());
      }
      if (entry.type() == EntryType.CONFIGURATION) {
        configurations.put(entry.lastIndex(), Configuration.decode(entry.singlePayload()));
      }
    }
    step(new TraceEvent.Started(
        header(),
        term,
        vote,
        EntryId.NONE,
        termStarts,
        last(),
        last().index(),
        commitIndex,
        configurations));
  }

  // ------------------------------------------------------------------ steps

  TraceHeader header() {
    long configurationIndex = log.stream()
        .filter(entry -> entry.type() == EntryType.CONFIGURATION)
        .mapToLong(EntryBatch::lastIndex)
        .max()
        .orElse(0);
    return header(configurationIndex);
  }

  TraceHeader header(long configurationIndex) {
    number++;
    TraceState state =
        new TraceState(term, vote, role, leader, commitIndex, last(), configurationIndex);
    return new TraceHeader(id, number, 1000L * life + number, state);
  }

  void step(TraceEvent event) {
    observer.onStep(host, life, event);
  }

  /** A step is taken and not told. */
  void forgetsAStep() {
    number++;
  }

  EntryId last() {
    return log.isEmpty() ? EntryId.NONE : log.get(log.size() - 1).last();
  }

  void becomes(Role newRole, long newTerm, @Nullable ReplicaId newLeader) {
    if (newTerm != term) {
      vote = newRole == Role.CANDIDATE ? id : null;
    }
    role = newRole;
    term = newTerm;
    leader = newLeader;
    step(new TraceEvent.RoleChanged(header(), role, term, leader, "as the story has it"));
  }

  void campaigns(long newTerm) {
    becomes(Role.CANDIDATE, newTerm, null);
  }

  void leads() {
    becomes(Role.LEADER, term, id);
  }

  /** Follows in a term, unless it does already. */
  void sees(long newTerm) {
    if (newTerm > term) {
      becomes(Role.FOLLOWER, newTerm, null);
    }
  }

  void votesFor(StoryReplica candidate) {
    vote = candidate.id;
    step(new TraceEvent.Voted(header(), candidate.id));
  }

  /** Appends one entry of its own term. */
  void appends(Payloads payloads) {
    appends(Story.placed(payloads, term, last().index() + 1));
  }

  void appends(EntryBatch entry) {
    log.add(entry);
    if (entry.type() == EntryType.CONFIGURATION) {
      step(new TraceEvent.ConfigurationAppended(
          header(), entry.last(), Configuration.decode(entry.singlePayload())));
    } else {
      step(new TraceEvent.Appended(header(), TracedEntries.of(entry)));
    }
  }

  void truncates(long fromIndex) {
    log.subList((int) fromIndex - 1, log.size()).clear();
    truncateFrom = truncateFrom == 0 ? fromIndex : Math.min(truncateFrom, fromIndex);
    step(new TraceEvent.Truncated(header(), fromIndex));
  }

  /** Appends what the leader's log has beyond its own, and first removes what differs. */
  void copies(StoryReplica from) {
    for (EntryBatch entry : from.log) {
      int place = (int) entry.lastIndex() - 1;
      if (place < log.size() && log.get(place).term() != entry.term()) {
        truncates(entry.lastIndex());
      }
      if (place >= log.size()) {
        appends(entry);
      }
    }
  }

  void commits(long index) {
    commitIndex = index;
    step(new TraceEvent.Committed(header(), index));
  }

  void countsDurable(long durableIndex) {
    writes++;
    step(new TraceEvent.Written(header(), writes, durableIndex));
  }

  // ------------------------------------------------------------------ what others see

  void asksForVote(StoryReplica voter) {
    sends(new RequestVote(id, voter.id, term, last(), false));
  }

  void sends(ProtocolMessage message) {
    messages++;
    observer.onSent(
        host, new HostId("other"), new GroupMessage(GroupId.DEFAULT, message), messages);
  }

  /** All that it has by now becomes durable. */
  void stores() {
    int kept =
        truncateFrom == 0 ? storedLog.size() : Math.min(storedLog.size(), (int) truncateFrom - 1);
    List<EntryBatch> appended = List.copyOf(log.subList(kept, log.size()));
    storesTerm();
    stores(new GroupWrite(GroupId.DEFAULT, null, null, truncateFrom, EntryId.NONE, appended));
    storedLog.clear();
    storedLog.addAll(log);
    truncateFrom = 0;
  }

  /** Only term and vote become durable. */
  void storesTerm() {
    stored = new HardState(term, vote);
    stores(new GroupWrite(GroupId.DEFAULT, null, stored, 0, EntryId.NONE, List.of()));
  }

  void stores(GroupWrite write) {
    observer.onDurable(host, life, LogWrite.of(List.of(write)));
  }

  /** Its state machine applies the entry that its log has at this index. */
  void applies(long index, int result) {
    EntryBatch entry = log.get((int) index - 1);
    applies(index, entry.term(), entry.logTimeMillis(), entry.singlePayload(), result);
  }

  void applies(long index, long ofTerm, long logTimeMillis, byte[] payload, int result) {
    observer.onApplied(
        host,
        life,
        new MadeUpCommand(index, ofTerm, logTimeMillis, payload),
        ByteBuffer.allocate(4).putInt(result).array());
  }

  /** Its state machine is written down as it is after this command. */
  void captures(long index, long contentChecksum) {
    observer.onCaptured(host, life, index, contentChecksum);
  }

  /** Its state machine takes its state from a snapshot. */
  void isRestored(long index, long contentChecksum) {
    observer.onRestored(host, life, index, contentChecksum);
  }

  /** Its state machine says that its state on disk is of this entry. */
  void holds(EntryId entry) {
    observer.onHeld(host, life, entry);
  }
}
