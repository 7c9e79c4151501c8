package io.github.balsaraft.model.trace;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.trace.TraceEvent.Appended;
import io.github.balsaraft.model.trace.TraceEvent.ChangeEnded;
import io.github.balsaraft.model.trace.TraceEvent.Committed;
import io.github.balsaraft.model.trace.TraceEvent.Compacted;
import io.github.balsaraft.model.trace.TraceEvent.ConfigurationAppended;
import io.github.balsaraft.model.trace.TraceEvent.ConfigurationApplied;
import io.github.balsaraft.model.trace.TraceEvent.Installed;
import io.github.balsaraft.model.trace.TraceEvent.LeaseRead;
import io.github.balsaraft.model.trace.TraceEvent.ReadBegun;
import io.github.balsaraft.model.trace.TraceEvent.ReadEnded;
import io.github.balsaraft.model.trace.TraceEvent.Received;
import io.github.balsaraft.model.trace.TraceEvent.Refilled;
import io.github.balsaraft.model.trace.TraceEvent.RoleChanged;
import io.github.balsaraft.model.trace.TraceEvent.Sent;
import io.github.balsaraft.model.trace.TraceEvent.Started;
import io.github.balsaraft.model.trace.TraceEvent.TransferBegun;
import io.github.balsaraft.model.trace.TraceEvent.TransferEnded;
import io.github.balsaraft.model.trace.TraceEvent.TransferGivenUp;
import io.github.balsaraft.model.trace.TraceEvent.Truncated;
import io.github.balsaraft.model.trace.TraceEvent.Voted;
import io.github.balsaraft.model.trace.TraceEvent.Written;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One life of one replica, rebuilt from what its events say has changed. Each event is also held to what the protocol
 * allows (Raft paper, figures 2 and 3, as far as one replica can see).
 */
final class ReplayedReplica implements TraceEvent.Handler {

  private final ReplicaId self;
  private final ReplayedLog log = new ReplayedLog();

  /** By index; at the bottom the latest that is known to be committed. */
  private final TreeMap<Long, Configuration> configurations = new TreeMap<>();

  private final TreeSet<Long> openReads = new TreeSet<>();

  /** As a leader: to whom it hands its office over, and since it leads, the number of the latest transfer. */
  private @Nullable ReplicaId transferTarget;

  private long lastTransfer;

  private long events;
  private long nowNanos;
  private long term;
  private @Nullable ReplicaId vote;
  private Role role = Role.FOLLOWER;
  private @Nullable ReplicaId leader;
  private long commitIndex;
  private long durableIndex;

  ReplayedReplica(ReplicaId self) {
    this.self = self;
  }

  ReplayedState state() {
    return new ReplayedState(
        term,
        vote,
        role,
        leader,
        commitIndex,
        log.last(),
        durableIndex,
        configurations.lastKey(),
        configurations.lastEntry().getValue());
  }

  void replay(TraceEvent event) {
    TraceHeader header = event.header();
    try {
      check(
          header.number() == events + 1,
          () -> header.number() == events + 2
              ? "event " + (events + 1) + " is missing"
              : "event " + header.number() + " follows event " + events);
      check(
          events == 0 || header.atNanos() - nowNanos >= 0,
          () -> "time goes back from " + nowNanos + " to " + header.atNanos());
      events = header.number();
      nowNanos = header.atNanos();
      event.deliverTo(this);
      TraceState rebuilt = new TraceState(
          term, vote, role, leader, commitIndex, log.last(), configurations.lastKey());
      check(rebuilt.equals(header.state()), () -> "the events lead to " + rebuilt);
    } catch (TraceMismatchException e) {
      throw new TraceMismatchException(
          self + ": " + e.getMessage() + ", but the trace says " + TraceFormat.format(event));
    }
  }

  private static void check(boolean holds, String message) {
    if (!holds) {
      throw new TraceMismatchException(message);
    }
  }

  /** Nearly always it holds, and then no text is made. */
  private static void check(boolean holds, Supplier<String> message) {
    if (!holds) {
      throw new TraceMismatchException(message.get());
    }
  }

  // ------------------------------------------------------------------ what changes the state

  @Override
  public void onStarted(Started event) {
    term = event.term();
    vote = event.vote();
    log.start(event.base(), event.termStarts(), event.last());
    check(log.last().term() <= term, "the log is ahead of the stored term");
    commitIndex = event.commitIndex();
    durableIndex = event.durableIndex();
    check(
        commitIndex >= event.base().index() && commitIndex <= event.last().index(),
        "the commit index is outside of the log");
    check(durableIndex <= event.last().index(), "durable is more than the log has");
    configurations.putAll(event.configurations());
    check(
        !configurations.isEmpty()
            && configurations.firstKey() <= commitIndex
            && configurations.lastKey() <= event.last().index(),
        "no configuration is in force, or one is outside of the log");
  }

  @Override
  public void onRoleChanged(RoleChanged event) {
    check(event.term() >= term, () -> "the term goes back from " + term);
    if (event.term() > term) {
      term = event.term();
      vote = event.role() == Role.CANDIDATE ? self : null;
    } else {
      check(event.role() != Role.CANDIDATE, "a candidate campaigns in a new term");
    }
    check(
        event.role() != Role.LEADER || (role == Role.CANDIDATE && self.equals(event.leader())),
        "only a candidate becomes leader");
    check((event.role() == Role.LEADER) == self.equals(event.leader()), "who leads is the leader");
    role = event.role();
    leader = event.leader();
    transferTarget = null;
    lastTransfer = 0;
  }

  @Override
  public void onVoted(Voted event) {
    check(vote == null, () -> "its vote of term " + term + " went to " + vote);
    vote = event.candidate();
  }

  @Override
  public void onAppended(Appended event) {
    TracedEntries entries = event.entries();
    append(entries.term(), entries.firstIndex(), entries.lastIndex());
  }

  @Override
  public void onConfigurationAppended(ConfigurationAppended event) {
    EntryId entry = event.entry();
    append(entry.term(), entry.index(), entry.index());
    configurations.put(entry.index(), event.configuration());
  }

  private void append(long entryTerm, long firstIndex, long lastIndex) {
    check(entryTerm <= term, () -> "an entry of a later term than " + term);
    check(
        role != Role.LEADER || entryTerm == term, "a leader appends entries of its own term only");
    check(transferTarget == null, "nothing is appended while leadership is handed over");
    log.append(entryTerm, firstIndex, lastIndex);
  }

  @Override
  public void onTruncated(Truncated event) {
    check(event.fromIndex() > commitIndex, () -> "entries up to " + commitIndex + " are committed");
    check(role != Role.LEADER, "a leader removes nothing");
    log.truncateFrom(event.fromIndex());
    configurations.tailMap(event.fromIndex(), true).clear();
    durableIndex = Math.min(durableIndex, event.fromIndex() - 1);
  }

  @Override
  public void onCompacted(Compacted event) {
    check(
        event.base().index() <= Math.min(commitIndex, durableIndex),
        () -> "committed is only what is up to " + commitIndex + ", durable up to " + durableIndex);
    log.compactTo(event.base());
  }

  @Override
  public void onInstalled(Installed event) {
    check(role == Role.FOLLOWER, "only a follower takes over a snapshot");
    check(
        event.base().index() > commitIndex
            && event.configurationIndex() <= event.base().index(),
        () -> "entries up to " + commitIndex + " are committed");
    check(event.base().term() <= term, () -> "a snapshot of a later term than " + term);
    durableIndex = Math.min(durableIndex, log.base().index());
    log.startAfter(event.base());
    commitIndex = event.base().index();
    configurations.clear();
    configurations.put(event.configurationIndex(), event.configuration());
  }

  @Override
  public void onRefilled(Refilled event) {
    long index = event.entry().index();
    check(index > log.base().index() && index <= log.last().index(), "the log has no such entry");
    Configuration configuration = event.configuration();
    if (configuration != null && index > configurations.firstKey()) {
      configurations.put(index, configuration);
      configurations.headMap(configurations.floorKey(commitIndex), false).clear();
    }
  }

  @Override
  public void onWritten(Written event) {
    check(
        event.durableIndex() >= durableIndex
            && event.durableIndex() <= log.last().index(),
        () -> "the log is durable up to " + durableIndex + " and ends at " + log.last());
    durableIndex = event.durableIndex();
  }

  @Override
  public void onCommitted(Committed event) {
    check(
        event.index() > commitIndex && event.index() <= log.last().index(),
        () -> "entries up to " + commitIndex + " are committed and the log ends at " + log.last());
    commitIndex = event.index();
  }

  @Override
  public void onConfigurationApplied(ConfigurationApplied event) {
    check(
        event.index() <= commitIndex
            && event.index() > configurations.firstKey()
            && configurations.containsKey(event.index()),
        () -> "no such configuration among " + configurations.keySet() + " was just committed");
    configurations.headMap(event.index(), false).clear();
  }

  // ------------------------------------------------------------------ what only shows it

  @Override
  public void onSent(Sent event) {
    TracedMessage message = event.message();
    check(message.from().equals(self), () -> "a message of " + message.from());
    boolean prospective = message.kind().equals("RequestPreVote");
    check(
        message.term() <= (prospective ? term + 1 : term),
        () -> "a message of a later term than " + term);
  }

  @Override
  public void onReceived(Received event) {
    check(
        event.message().to().equals(self),
        () -> "a message for " + event.message().to());
  }

  @Override
  public void onReadBegun(ReadBegun event) {
    check(openReads.add(event.readId()), () -> "read " + event.readId() + " has begun already");
  }

  @Override
  public void onReadEnded(ReadEnded event) {
    check(openReads.remove(event.readId()), () -> "read " + event.readId() + " has not begun");
    check(
        event.index() < 0 || event.refusal().isEmpty(),
        "a read that may be answered is not refused");
  }

  @Override
  public void onLeaseRead(LeaseRead event) {
    check(openReads.contains(event.readId()), () -> "read " + event.readId() + " has not begun");
    check(role == Role.LEADER, "only a leader has a lease");
    check(event.untilNanos() > nowNanos, "a lease that is over");
  }

  @Override
  public void onTransferBegun(TransferBegun event) {
    check(role == Role.LEADER && !event.target().equals(self), "a leader hands over to another");
    check(
        transferTarget == null && event.transfer() == lastTransfer + 1,
        () -> "after transfer " + lastTransfer + " to " + transferTarget);
    transferTarget = event.target();
    lastTransfer = event.transfer();
  }

  @Override
  public void onTransferGivenUp(TransferGivenUp event) {
    check(
        event.target().equals(transferTarget) && event.transfer() == lastTransfer,
        () -> "it is handing over to " + transferTarget + " by transfer " + lastTransfer);
    transferTarget = null;
  }

  @Override
  public void onTransferEnded(TransferEnded event) {
    check(
        switch (event.end()) {
          case TRANSFERRED -> event.target() != null && event.reason().isEmpty();
          case REFUSED, ABORTED, TIMED_OUT -> !event.reason().isEmpty();
          case DONE, LOST -> false;
        },
        "no transfer ends like this");
  }

  @Override
  public void onChangeEnded(ChangeEnded event) {
    check(
        switch (event.end()) {
          case DONE -> event.index() <= commitIndex && event.detail().isEmpty();
          case REFUSED, ABORTED, LOST -> !event.detail().isEmpty();
          case TRANSFERRED, TIMED_OUT -> false;
        },
        () -> "committed is what is up to " + commitIndex + ", and no change ends like this");
    check(
        (event.end() == TraceEvent.End.REFUSED) != event.refusals().isEmpty(),
        "what is refused, and only that, has reasons");
  }
}
