package io.github.balsaraft.testing.simulation.checks;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.SessionAnswer;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.model.SnapshotRequest;
import io.github.balsaraft.model.VoteResponse;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.testing.simulation.world.Mishap;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.Served;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts what has happened in one run, or in many whose counts are added. What never happens was never tested: see {@link
 * #neverHappened}. Not thread-safe.
 */
public final class Coverage implements Observer {

  private final EnumMap<Happening, Long> counts = new EnumMap<>(Happening.class);
  private final EnumMap<Mishap, Long> mishaps = new EnumMap<>(Mishap.class);
  private final MessageCounts messages = new MessageCounts();

  /** Asked for by id and never gone through, so that their order doesn't matter. */
  private final Map<ReplicaId, CountedReplica> replicas = new HashMap<>();

  private final CountedFetches fetches = new CountedFetches(this::add);
  private final CountedSessions sessions = new CountedSessions(this::add);
  private final CountedGroup group = new CountedGroup(this::add);

  /** Those that were seen last, of each process. Asked for by key and never gone through. */
  private final Map<ProcessId, Long> leaseReadsRefused = new HashMap<>();

  /** Which process of a host was the last to find a state on disk. Asked for by key and never gone through. */
  private final Map<HostId, Integer> holders = new HashMap<>();

  /** Hosts with a process that has no core yet, and whether that has asked for a snapshot. Asked for by key and never gone through. */
  private final Map<HostId, Boolean> coreless = new HashMap<>();

  /** Nothing has happened. */
  public Coverage() {}

  /** The latest term of which each replica has got anything. Asked for by id and never gone through. */
  private final Map<ReplicaId, Long> latestTerms = new HashMap<>();

  private record ProcessId(HostId host, int life) {}

  /** How often something has happened. */
  public long count(Happening what) {
    return counts.getOrDefault(what, 0L);
  }

  /** How often something has gone wrong, because of whatever fault. */
  public long count(Mishap what) {
    return mishaps.getOrDefault(what, 0L);
  }

  /** What both count, added. The sum counts no further run. */
  public Coverage plus(Coverage other) {
    Coverage sum = new Coverage();
    for (Coverage part : List.of(this, other)) {
      for (Happening what : Happening.values()) {
        sum.add(what, part.count(what));
      }
      part.mishaps.forEach((what, times) -> sum.mishaps.merge(what, times, Long::sum));
      sum.messages.add(part.messages);
    }
    return sum;
  }

  /** The names of all that has not happened once; messages by their kind. */
  public List<String> neverHappened() {
    List<String> never = new ArrayList<>();
    for (Happening what : Happening.values()) {
      if (count(what) == 0) {
        never.add(what.label());
      }
    }
    for (Mishap what : Mishap.values()) {
      if (count(what) == 0) {
        never.add(what.label());
      }
    }
    never.addAll(messages.neverSent());
    return never;
  }

  /** A table. */
  @Override
  public String toString() {
    StringBuilder table = new StringBuilder();
    for (Happening what : Happening.values()) {
      table.append(line(what.label(), count(what)));
    }
    table.append(String.format(Locale.ROOT, "%n"));
    for (Mishap what : Mishap.values()) {
      table.append(line(what.label(), count(what)));
    }
    return table.append(messages).toString();
  }

  private static String line(String what, long times) {
    return String.format(Locale.ROOT, "%-64s %,12d%n", what, times);
  }

  private void add(Happening what, long times) {
    counts.merge(what, times, Long::sum);
  }

  private void add(Happening what) {
    add(what, 1);
  }

  @Override
  public void onStep(HostId host, int life, TraceEvent step) {
    if (step instanceof TraceEvent.Started && Boolean.TRUE.equals(coreless.remove(host))) {
      add(Happening.SNAPSHOT_RECOVERED);
    }
    step.deliverTo(replicas.computeIfAbsent(
        step.header().replica(), id -> new CountedReplica(id, group, this::add)));
  }

  @Override
  public void onDurable(HostId host, int life, LogWrite write) {
    add(Happening.WRITE_DURABLE);
  }

  @Override
  public void onApplied(HostId host, int life, Command command, byte[] result) {
    add(Happening.COMMAND_APPLIED);
    sessions.applied(command.index());
  }

  @Override
  public void onSessionAsks(long number, SessionEntry entry) {
    sessions.asks(number, entry);
  }

  @Override
  public void onSessionAnswered(long number, SessionAnswer answer) {
    sessions.answered(number, answer);
  }

  @Override
  public void onCaptured(HostId host, int life, long index, long contentChecksum) {
    add(Happening.SNAPSHOT_TAKEN);
  }

  @Override
  public void onRestored(HostId host, int life, long index, long contentChecksum) {
    add(Happening.SNAPSHOT_RESTORED);
    if (Integer.valueOf(life).equals(holders.get(host))) {
      add(Happening.STATE_REPLACED);
    }
  }

  @Override
  public void onHeld(HostId host, int life, EntryId entry) {
    if (entry.index() > 0) {
      add(Happening.STATE_HELD);
      holders.put(host, life);
    }
  }

  @Override
  public void onStatus(HostId host, int life, NodeStatus status) {
    long refused = status.counters().leaseReadsRefused();
    Long before = leaseReadsRefused.put(new ProcessId(host, life), refused);
    add(Happening.READ_LEASE_REFUSED, refused - (before == null ? 0 : before));
  }

  @Override
  public void onStart(HostId host, int life) {
    coreless.put(host, false);
    add(Happening.START);
  }

  @Override
  public void onEnd(HostId host, int life, String how) {
    add(how.equals("crash") ? Happening.CRASH : Happening.START_REFUSED);
  }

  @Override
  public void onServed(HostId host, Served what) {
    add(
        switch (what) {
          case STALE_READ -> Happening.STALE_READ;
          case READ_AFTER -> Happening.READ_AFTER;
          case AWAITED_APPLIED -> Happening.AWAITED_APPLIED;
          case AWAITED_LEADER -> Happening.AWAITED_LEADER;
          case OBSERVED_ENTRY -> Happening.OBSERVED_ENTRY;
          case VIEW_OF_MEMBERS -> Happening.VIEW_OF_MEMBERS;
          case STOP_AFTER_HANDOVER -> Happening.STOP_AFTER_HANDOVER;
        });
  }

  @Override
  public void onFault(String what) {
    add(Happening.FAULT);
  }

  @Override
  public void onMishap(Mishap mishap, HostId host, @Nullable HostId other) {
    mishaps.merge(mishap, 1L, Long::sum);
  }

  @Override
  public void onNote(HostId host, String what) {
    if (what.equals("wiped")) {
      add(Happening.DISK_WIPED);
    } else if (what.equals("killed between two writes")) {
      add(Happening.KILLED_BETWEEN_WRITES);
    } else if (what.equals("overloaded")) {
      add(Happening.OVERLOADED);
    } else if (what.equals("link is full")) {
      add(Happening.LINK_FULL);
    } else if (what.equals("message to an earlier process")) {
      add(Happening.LATE_AFTER_RESTART);
    }
  }

  @Override
  public void onSent(HostId from, HostId to, GroupMessage sent, long number) {
    Message message = sent.message();
    messages.sent(message);
    if (message instanceof SnapshotRequest request) {
      fetches.requested(request);
      coreless.replace(from, false, true);
    } else if (message instanceof AppendEntriesResponse response && response.isRejection()) {
      add(Happening.CONFLICT);
    } else if (message instanceof VoteResponse response) {
      add(response.granted() ? Happening.VOTE_GRANTED : Happening.VOTE_REFUSED);
    } else if (message instanceof PreVoteResponse response && !response.granted()) {
      add(Happening.PRE_VOTE_REFUSED);
    }
  }

  @Override
  public void onArrived(HostId from, HostId to, GroupMessage message, long number) {
    messages.arrived(message.message(), number);
    // The term of a pre-vote is nobody's yet.
    if (message.message() instanceof ProtocolMessage protocol
        && !(protocol instanceof RequestPreVote)
        && !(protocol instanceof PreVoteResponse)
        && latestTerms.merge(protocol.to(), protocol.term(), Math::max) > protocol.term()) {
      add(Happening.LATE_IN_LATER_TERM);
    }
  }

  @Override
  public void onLost(HostId from, HostId to, GroupMessage message, long number) {
    messages.lost(message.message());
  }
}
