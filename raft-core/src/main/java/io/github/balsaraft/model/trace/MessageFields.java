package io.github.balsaraft.model.trace;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.FetchEntries;
import io.github.balsaraft.model.FetchEntriesResponse;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.InstallSnapshot;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReadIndexRequest;
import io.github.balsaraft.model.ReadIndexResponse;
import io.github.balsaraft.model.RemovedNotice;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.TransferRevocation;
import io.github.balsaraft.model.TransferRevocationResponse;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.model.VoteResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which fields of each kind of message stand in a trace. */
final class MessageFields implements ProtocolMessage.Handler {

  /** The kinds, and the names of their fields besides sender, receiver and term. */
  enum Kind {
    REQUEST_PRE_VOTE("RequestPreVote", "lastEntry"),
    PRE_VOTE_RESPONSE("PreVoteResponse", "prospectiveTerm", "granted"),
    REQUEST_VOTE("RequestVote", "lastEntry", "leadershipTransfer"),
    VOTE_RESPONSE("VoteResponse", "granted"),
    APPEND_ENTRIES("AppendEntries", "session", "previous", "entries", "commit"),
    APPEND_ENTRIES_RESPONSE(
        "AppendEntriesResponse", "session", "verified", "durableMatch", "rejectedPrevious", "hint"),
    HEARTBEAT("Heartbeat", "sequence", "commit", "leaderCommit", "echo"),
    HEARTBEAT_RESPONSE("HeartbeatResponse", "sequence", "stamp", "applyLagging"),
    READ_INDEX_REQUEST("ReadIndexRequest", "request"),
    READ_INDEX_RESPONSE("ReadIndexResponse", "request", "index", "overloaded"),
    TIMEOUT_NOW("TimeoutNow", "transfer", "life", "lastIndex"),
    TRANSFER_REVOCATION("TransferRevocation", "transfer"),
    TRANSFER_REVOCATION_RESPONSE("TransferRevocationResponse", "transfer", "life"),
    INSTALL_SNAPSHOT(
        "InstallSnapshot", "session", "snapshot", "source", "sourceHost", "sourceAddress"),
    INSTALL_SNAPSHOT_RESPONSE(
        "InstallSnapshotResponse", "session", "snapshot", "status", "doneBytes"),
    FETCH_ENTRIES("FetchEntries", "request", "entry", "checksum"),
    FETCH_ENTRIES_RESPONSE("FetchEntriesResponse", "request", "commit", "entries"),
    REMOVED_NOTICE("RemovedNotice", "index");

    private final String text;

    @SuppressWarnings("ImmutableEnumChecker") // It comes from List.of.
    private final List<String> names;

    Kind(String text, String... names) {
      this.text = text;
      this.names = List.of(names);
    }

    String text() {
      return text;
    }

    List<String> names() {
      return names;
    }

    private TracedMessage of(ProtocolMessage message, Object... values) {
      if (values.length != names.size()) {
        throw new IllegalStateException(text + " has the fields " + names);
      }
      Map<String, Object> fields = new LinkedHashMap<>();
      for (int i = 0; i < values.length; i++) {
        fields.put(names.get(i), values[i]);
      }
      return new TracedMessage(text, message.from(), message.to(), message.term(), fields);
    }
  }

  private @Nullable TracedMessage described;

  private MessageFields() {}

  static TracedMessage describe(ProtocolMessage message) {
    MessageFields fields = new MessageFields();
    message.deliverTo(fields);
    TracedMessage described = fields.described;
    if (described == null) {
      throw new IllegalStateException("nothing is known of " + message);
    }
    return described;
  }

  /**
   * Checks that a message which was read from a trace has the fields that its kind has.
   *
   * @throws UnknownFormatException if the kind, or a field, is not known
   * @throws CorruptDataException if a field is missing
   */
  static void check(String kind, Map<String, Object> fields) {
    for (Kind known : Kind.values()) {
      if (known.text.equals(kind)) {
        for (String name : fields.keySet()) {
          if (!known.names.contains(name)) {
            throw new UnknownFormatException(kind + " has an unknown field \"" + name + "\"");
          }
        }
        for (String name : known.names) {
          if (!fields.containsKey(name)) {
            throw new CorruptDataException(kind + " lacks its field \"" + name + "\"");
          }
        }
        return;
      }
    }
    throw new UnknownFormatException("there is no message \"" + kind + "\"");
  }

  private static List<Object> entries(List<EntryBatch> batches) {
    List<Object> entries = new ArrayList<>();
    for (EntryBatch batch : batches) {
      entries.add(TraceValues.of(TracedEntries.of(batch)));
    }
    return entries;
  }

  @Override
  public void onRequestPreVote(RequestPreVote m) {
    described = Kind.REQUEST_PRE_VOTE.of(m, TraceValues.of(m.lastEntry()));
  }

  @Override
  public void onPreVoteResponse(PreVoteResponse m) {
    described = Kind.PRE_VOTE_RESPONSE.of(m, m.prospectiveTerm(), m.granted());
  }

  @Override
  public void onRequestVote(RequestVote m) {
    described = Kind.REQUEST_VOTE.of(m, TraceValues.of(m.lastEntry()), m.leadershipTransfer());
  }

  @Override
  public void onVoteResponse(VoteResponse m) {
    described = Kind.VOTE_RESPONSE.of(m, m.granted());
  }

  @Override
  public void onAppendEntries(AppendEntries m) {
    described = Kind.APPEND_ENTRIES.of(
        m, m.session(), TraceValues.of(m.previous()), entries(m.batches()), m.commit());
  }

  @Override
  public void onAppendEntriesResponse(AppendEntriesResponse m) {
    described = Kind.APPEND_ENTRIES_RESPONSE.of(
        m,
        m.session(),
        m.verified(),
        m.durableMatch(),
        TraceValues.of(m.rejectedPrevious()),
        TraceValues.of(m.hint()));
  }

  @Override
  public void onHeartbeat(Heartbeat m) {
    described = Kind.HEARTBEAT.of(
        m, m.sequence(), m.commit(), m.leaderCommit(), TraceValues.opaque(m.echo()));
  }

  @Override
  public void onHeartbeatResponse(HeartbeatResponse m) {
    described = Kind.HEARTBEAT_RESPONSE.of(
        m, m.sequence(), TraceValues.opaque(m.stamp()), m.applyLagging());
  }

  @Override
  public void onReadIndexRequest(ReadIndexRequest m) {
    described = Kind.READ_INDEX_REQUEST.of(m, TraceValues.opaque(m.request()));
  }

  @Override
  public void onReadIndexResponse(ReadIndexResponse m) {
    described =
        Kind.READ_INDEX_RESPONSE.of(m, TraceValues.opaque(m.request()), m.index(), m.overloaded());
  }

  @Override
  public void onTimeoutNow(TimeoutNow m) {
    described = Kind.TIMEOUT_NOW.of(m, m.transfer(), TraceValues.opaque(m.life()), m.lastIndex());
  }

  @Override
  public void onTransferRevocation(TransferRevocation m) {
    described = Kind.TRANSFER_REVOCATION.of(m, m.transfer());
  }

  @Override
  public void onTransferRevocationResponse(TransferRevocationResponse m) {
    described = Kind.TRANSFER_REVOCATION_RESPONSE.of(m, m.transfer(), TraceValues.opaque(m.life()));
  }

  @Override
  public void onInstallSnapshot(InstallSnapshot m) {
    HostId sourceHost = m.sourceHost();
    described = Kind.INSTALL_SNAPSHOT.of(
        m,
        m.session(),
        TraceValues.of(m.snapshot()),
        TraceValues.of(m.source()),
        sourceHost == null ? "" : sourceHost.name(),
        m.sourceAddress());
  }

  @Override
  public void onInstallSnapshotResponse(InstallSnapshotResponse m) {
    described = Kind.INSTALL_SNAPSHOT_RESPONSE.of(
        m, m.session(), TraceValues.of(m.snapshot()), TraceValues.of(m.status()), m.doneBytes());
  }

  @Override
  public void onFetchEntries(FetchEntries m) {
    described = Kind.FETCH_ENTRIES.of(
        m,
        TraceValues.opaque(m.request()),
        TraceValues.of(m.entry()),
        Integer.toUnsignedLong(m.checksum()));
  }

  @Override
  public void onFetchEntriesResponse(FetchEntriesResponse m) {
    described = Kind.FETCH_ENTRIES_RESPONSE.of(
        m, TraceValues.opaque(m.request()), m.commit(), entries(m.batches()));
  }

  @Override
  public void onRemovedNotice(RemovedNotice m) {
    described = Kind.REMOVED_NOTICE.of(m, m.index());
  }
}
