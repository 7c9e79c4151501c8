package io.github.balsaraft.core;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.FetchEntries;
import io.github.balsaraft.model.FetchEntriesResponse;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.InstallSnapshot;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReadIndexRequest;
import io.github.balsaraft.model.ReadIndexResponse;
import io.github.balsaraft.model.RemovedNotice;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.TransferRevocation;
import io.github.balsaraft.model.TransferRevocationResponse;
import io.github.balsaraft.model.VoteResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Writes what happens as lines of text that a person can follow. */
final class TextTrace implements HarnessTrace {

  /** What can be told. */
  enum Topic {
    ROLES,
    MESSAGES,
    DELIVERIES,
    WRITES,
    APPLIED,
    LOADS,
    SNAPSHOTS,
    READS,
    CHANGES,
    TRANSFERS,
    LOST
  }

  private final List<String> lines = new ArrayList<>();
  private Set<Topic> topics = new TreeSet<>(Set.of(Topic.values()));

  void only(Set<Topic> wanted) {
    topics = new TreeSet<>(wanted);
  }

  /** The lines since the last call. */
  List<String> take() {
    List<String> taken = List.copyOf(lines);
    lines.clear();
    return taken;
  }

  /** Forgets all but the last lines. */
  void keepLast(int count) {
    if (lines.size() > 2 * count) {
      lines.subList(0, lines.size() - count).clear();
    }
  }

  private void add(Topic topic, String line) {
    if (topics.contains(topic)) {
      lines.add(line);
    }
  }

  void note(String line) {
    lines.add(line);
  }

  @Override
  public void delivered(ProtocolMessage message) {
    add(Topic.DELIVERIES, "  " + link(message) + " arrives: " + text(message));
  }

  @Override
  public void sent(ProtocolMessage message, boolean passes) {
    add(Topic.MESSAGES, link(message) + " " + text(message) + (passes ? "" : "  (lost)"));
  }

  @Override
  public void writes(HarnessReplica replica, CoreWrite write) {
    StringBuilder line = new StringBuilder(replica.name).append(" writes");
    if (write.hardState() != null) {
      line.append(" term=").append(write.hardState().term());
      line.append(" vote=").append(name(write.hardState().votedFor()));
    }
    if (write.truncateFrom() > 0) {
      line.append(" truncate=").append(write.truncateFrom());
    }
    if (write.base().index() > 0) {
      line.append(" base=").append(write.base());
    }
    if (!write.refill().isEmpty()) {
      line.append(" refill=").append(batches(write.refill()));
    }
    if (!write.append().isEmpty()) {
      line.append(" append=").append(batches(write.append()));
    }
    add(Topic.WRITES, line.toString());
  }

  @Override
  public void applied(HarnessReplica replica, Ready.Committed committed) {
    add(
        Topic.APPLIED,
        replica.name + " applies " + range(committed.fromIndex(), committed.toIndex()));
  }

  @Override
  public void fetches(HarnessReplica replica, Ready.Fetch fetch) {
    add(
        Topic.SNAPSHOTS,
        replica.name + " fetches a snapshot up to " + fetch.atLeast() + " or later from "
            + name(fetch.source()));
  }

  @Override
  public void installs(HarnessReplica replica, Ready.Install install) {
    SnapshotHeader header = install.header();
    add(
        Topic.SNAPSHOTS,
        replica.name + " installs the snapshot up to " + header.last() + " with configuration "
            + header.configuration() + " of " + header.configurationIndex());
  }

  @Override
  public void lost(HarnessReplica replica, long fromIndex) {
    add(
        Topic.LOST,
        replica.name + " no longer knows what becomes of its proposals from " + fromIndex + " on");
  }

  @Override
  public void loads(HarnessReplica replica, Ready.Load load) {
    add(
        Topic.LOADS,
        replica.name + " loads " + range(load.fromIndex(), load.toIndex()) + " for "
            + name(load.follower()));
  }

  @Override
  public void readEnded(HarnessReplica replica, Ready.ReadOutcome outcome) {
    String end = outcome.isConfirmed()
        ? "may be answered at " + outcome.index()
            + (outcome.leaseUntilNanos() == Long.MAX_VALUE
                ? ""
                : " until " + outcome.leaseUntilNanos() / CoreHarness.MILLIS + "ms")
        : "is refused: " + outcome.refusal();
    add(Topic.READS, replica.name + " read " + outcome.readId() + " " + end);
  }

  @Override
  public void changeEnded(HarnessReplica replica, Ready.ChangeOutcome outcome) {
    add(
        Topic.CHANGES,
        replica.name + " change " + outcome.changeId() + " is "
            + outcome.end().name().toLowerCase(Locale.ROOT)
            + (outcome.index() > 0 ? " at " + outcome.index() : "")
            + (outcome.detail().isEmpty() ? "" : ": " + outcome.detail()));
  }

  @Override
  public void transferEnded(HarnessReplica replica, Ready.TransferOutcome outcome) {
    String reason = outcome.reason().isEmpty() ? "" : ": " + outcome.reason();
    add(
        Topic.TRANSFERS,
        replica.name + " transfer " + outcome.transferId() + " to " + name(outcome.target())
            + " ends, " + outcome.end().name().toLowerCase(Locale.ROOT).replace('_', ' ') + reason);
  }

  @Override
  public void roleChanged(HarnessReplica replica, Ready.RoleChange change) {
    String following = change.leader() == null || change.leader().equals(replica.id)
        ? ""
        : " of " + name(change.leader());
    add(
        Topic.ROLES,
        replica.name + " is " + role(change) + following + " in term " + change.term() + ": "
            + change.reason());
  }

  private static String role(Ready.RoleChange change) {
    return change.role().name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  // ------------------------------------------------------------------ texts

  static String name(ReplicaId replica) {
    return replica == null ? "-" : CoreHarness.name(replica);
  }

  static String link(ProtocolMessage message) {
    return name(message.from()) + "->" + name(message.to());
  }

  static String range(long from, long to) {
    return from == to ? Long.toString(from) : from + ".." + to;
  }

  static String batches(List<EntryBatch> batches) {
    return batches.stream()
        .map(batch -> range(batch.firstIndex(), batch.lastIndex()) + "@" + batch.term())
        .collect(Collectors.joining(" ", "[", "]"));
  }

  /** A log as a replica sees it: its base if it was compacted, then one range for each term. */
  static String log(FakeDisk disk) {
    List<EntryBatch> entries = disk.writtenEntries();
    List<String> runs = new ArrayList<>();
    if (disk.writtenBase().index() > 0) {
      runs.add("(" + disk.writtenBase() + ")");
    }
    for (int from = 0; from < entries.size(); ) {
      int to = from;
      while (to + 1 < entries.size()
          && entries.get(to + 1).term() == entries.get(from).term()) {
        to++;
      }
      runs.add(range(entries.get(from).firstIndex(), entries.get(to).lastIndex()) + "@"
          + entries.get(from).term());
      from = to + 1;
    }
    return runs.isEmpty() ? "empty" : String.join(" ", runs);
  }

  static String text(ProtocolMessage message) {
    String term = " term=" + message.term();
    if (message instanceof RequestPreVote m) {
      return "RequestPreVote" + term + " last=" + m.lastEntry();
    } else if (message instanceof PreVoteResponse m) {
      return "PreVoteResponse" + term + " for=" + m.prospectiveTerm()
          + (m.granted() ? " granted" : " refused");
    } else if (message instanceof RequestVote m) {
      return "RequestVote" + term + " last=" + m.lastEntry()
          + (m.leadershipTransfer() ? " transfer" : "");
    } else if (message instanceof VoteResponse m) {
      return "VoteResponse" + term + (m.granted() ? " granted" : " refused");
    } else if (message instanceof AppendEntries m) {
      return "AppendEntries" + term + " previous=" + m.previous() + " entries="
          + batches(m.batches()) + " commit=" + m.commit();
    } else if (message instanceof AppendEntriesResponse m) {
      return response(m, term);
    } else if (message instanceof Heartbeat m) {
      return "Heartbeat" + term + " sequence=" + m.sequence() + " commit=" + m.commit();
    } else if (message instanceof HeartbeatResponse m) {
      return "HeartbeatResponse" + term + " sequence=" + m.sequence();
    } else if (message instanceof ReadIndexRequest) {
      return "ReadIndexRequest" + term;
    } else if (message instanceof ReadIndexResponse m) {
      return "ReadIndexResponse" + term + " index=" + m.index();
    } else if (message instanceof TimeoutNow m) {
      return "TimeoutNow" + term + " transfer=" + m.transfer() + " last=" + m.lastIndex();
    } else if (message instanceof TransferRevocation m) {
      return "TransferRevocation" + term + " transfer=" + m.transfer();
    } else if (message instanceof TransferRevocationResponse m) {
      return "TransferRevocationResponse" + term + " transfer=" + m.transfer();
    } else if (message instanceof InstallSnapshot m) {
      return "InstallSnapshot" + term + " snapshot=" + m.snapshot() + " source=" + name(m.source());
    } else if (message instanceof InstallSnapshotResponse m) {
      return "InstallSnapshotResponse" + term + " snapshot=" + m.snapshot() + " " + m.status();
    } else if (message instanceof FetchEntries m) {
      return "FetchEntries" + term + " entry=" + m.entry();
    } else if (message instanceof FetchEntriesResponse m) {
      return "FetchEntriesResponse" + term + " entries=" + batches(m.batches());
    } else if (message instanceof RemovedNotice m) {
      return "RemovedNotice" + term + " index=" + m.index();
    }
    throw new IllegalArgumentException("no text for " + message);
  }

  private static String response(AppendEntriesResponse m, String term) {
    EntryId rejected = m.rejectedPrevious();
    String end = m.isRejection() ? " rejected=" + rejected + " hint=" + m.hint() : "";
    return "AppendEntriesResponse" + term + " verified=" + m.verified() + " durable="
        + m.durableMatch() + end;
  }
}
