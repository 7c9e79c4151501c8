package io.github.balsaraft.transport.netty;

import com.google.protobuf.CodedInputStream;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.BirthAnswer;
import io.github.balsaraft.model.BirthQuery;
import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.FetchEntries;
import io.github.balsaraft.model.FetchEntriesResponse;
import io.github.balsaraft.model.ForwardedOutcomes;
import io.github.balsaraft.model.ForwardedProposals;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.InstallSnapshot;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.InstallStatus;
import io.github.balsaraft.model.JoinAnswer;
import io.github.balsaraft.model.JoinRequest;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ReadIndexRequest;
import io.github.balsaraft.model.ReadIndexResponse;
import io.github.balsaraft.model.RemovedNotice;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.SnapshotId;
import io.github.balsaraft.model.SnapshotRequest;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.TransferRevocation;
import io.github.balsaraft.model.TransferRevocationResponse;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.model.VoteResponse;
import io.github.balsaraft.transport.netty.wire.v1.Messages;
import io.github.balsaraft.transport.netty.wire.v1.Messages.Envelope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one message of a known kind: the counterpart of {@link MessageLayout}. Not thread-safe. */
final class MessageReader {

  private final WireFields fields = new WireFields();
  private final WireFields nestedFields = new WireFields();

  /** Whether a field of an {@code Envelope} holds a kind of message that this version reads. */
  static boolean isKnown(int kind) {
    return isBetween(
            kind, Envelope.REQUEST_PRE_VOTE_FIELD_NUMBER, Envelope.SNAPSHOT_CHUNK_FIELD_NUMBER)
        || isBetween(kind, Envelope.BIRTH_QUERY_FIELD_NUMBER, Envelope.JOIN_ANSWER_FIELD_NUMBER)
        || isBetween(kind, Envelope.TIMEOUT_NOW_FIELD_NUMBER, Envelope.REMOVED_NOTICE_FIELD_NUMBER);
  }

  private static boolean isBetween(int kind, int first, int last) {
    return first <= kind && kind <= last;
  }

  /**
   * Reads a message that ends at the limit.
   *
   * @param kind a field number of {@code Envelope} that is {@linkplain #isKnown known}
   * @throws IOException if the bytes are not well-formed
   * @throws IllegalArgumentException if they are, and contradict themselves
   * @throws io.github.balsaraft.model.CorruptDataException if entries fail their checksum
   * @throws UnknownFormatException if only a newer version knows a code in it
   * @throws UnreadableException if only a newer version can read its entries
   */
  Message read(int kind, CodedInputStream in) throws IOException, UnreadableException {
    return switch (kind) {
      case Envelope.APPEND_ENTRIES_FIELD_NUMBER -> appendEntries(in);
      case Envelope.FETCH_ENTRIES_RESPONSE_FIELD_NUMBER -> fetchEntriesResponse(in);
      case Envelope.FORWARDED_PROPOSALS_FIELD_NUMBER -> forwardedProposals(in);
      case Envelope.FORWARDED_OUTCOMES_FIELD_NUMBER -> forwardedOutcomes(in);
      case Envelope.INSTALL_SNAPSHOT_FIELD_NUMBER -> installSnapshot(in);
      case Envelope.SNAPSHOT_CHUNK_FIELD_NUMBER -> snapshotChunk(in);
      case Envelope.BIRTH_ANSWER_FIELD_NUMBER -> birthAnswer(in);
      case Envelope.BIRTH_QUERY_FIELD_NUMBER -> birthQuery(in);
      case Envelope.JOIN_REQUEST_FIELD_NUMBER -> joinRequest(in);
      case Envelope.JOIN_ANSWER_FIELD_NUMBER -> joinAnswer(in);
      default -> {
        fields.read(in, WireFields.NONE);
        yield ofNumbers(kind);
      }
    };
  }

  private Message ofNumbers(int kind) {
    return switch (kind) {
      case Envelope.REQUEST_PRE_VOTE_FIELD_NUMBER ->
        new RequestPreVote(
            from(),
            to(),
            term(),
            entryId(
                Messages.RequestPreVote.LAST_TERM_FIELD_NUMBER,
                Messages.RequestPreVote.LAST_INDEX_FIELD_NUMBER));
      case Envelope.PRE_VOTE_RESPONSE_FIELD_NUMBER ->
        new PreVoteResponse(
            from(),
            to(),
            term(),
            fields.number(Messages.PreVoteResponse.PROSPECTIVE_TERM_FIELD_NUMBER),
            fields.flag(Messages.PreVoteResponse.GRANTED_FIELD_NUMBER));
      case Envelope.REQUEST_VOTE_FIELD_NUMBER ->
        new RequestVote(
            from(),
            to(),
            term(),
            entryId(
                Messages.RequestVote.LAST_TERM_FIELD_NUMBER,
                Messages.RequestVote.LAST_INDEX_FIELD_NUMBER),
            fields.flag(Messages.RequestVote.LEADERSHIP_TRANSFER_FIELD_NUMBER));
      case Envelope.VOTE_RESPONSE_FIELD_NUMBER ->
        new VoteResponse(
            from(), to(), term(), fields.flag(Messages.VoteResponse.GRANTED_FIELD_NUMBER));
      case Envelope.APPEND_ENTRIES_RESPONSE_FIELD_NUMBER ->
        new AppendEntriesResponse(
            from(),
            to(),
            term(),
            fields.number(Messages.AppendEntriesResponse.SESSION_FIELD_NUMBER),
            fields.number(Messages.AppendEntriesResponse.VERIFIED_FIELD_NUMBER),
            fields.number(Messages.AppendEntriesResponse.DURABLE_MATCH_FIELD_NUMBER),
            entryId(
                Messages.AppendEntriesResponse.REJECTED_TERM_FIELD_NUMBER,
                Messages.AppendEntriesResponse.REJECTED_INDEX_FIELD_NUMBER),
            entryId(
                Messages.AppendEntriesResponse.HINT_TERM_FIELD_NUMBER,
                Messages.AppendEntriesResponse.HINT_INDEX_FIELD_NUMBER));
      case Envelope.HEARTBEAT_FIELD_NUMBER ->
        new Heartbeat(
            from(),
            to(),
            term(),
            fields.number(Messages.Heartbeat.SEQUENCE_FIELD_NUMBER),
            fields.number(Messages.Heartbeat.COMMIT_FIELD_NUMBER),
            fields.number(Messages.Heartbeat.LEADER_COMMIT_FIELD_NUMBER),
            fields.number(Messages.Heartbeat.ECHO_FIELD_NUMBER));
      case Envelope.HEARTBEAT_RESPONSE_FIELD_NUMBER ->
        new HeartbeatResponse(
            from(),
            to(),
            term(),
            fields.number(Messages.HeartbeatResponse.SEQUENCE_FIELD_NUMBER),
            fields.number(Messages.HeartbeatResponse.STAMP_FIELD_NUMBER),
            fields.flag(Messages.HeartbeatResponse.APPLY_LAGGING_FIELD_NUMBER));
      case Envelope.READ_INDEX_REQUEST_FIELD_NUMBER ->
        new ReadIndexRequest(
            from(), to(), term(), fields.number(Messages.ReadIndexRequest.REQUEST_FIELD_NUMBER));
      case Envelope.READ_INDEX_RESPONSE_FIELD_NUMBER ->
        new ReadIndexResponse(
            from(),
            to(),
            term(),
            fields.number(Messages.ReadIndexResponse.REQUEST_FIELD_NUMBER),
            fields.number(Messages.ReadIndexResponse.INDEX_FIELD_NUMBER),
            fields.flag(Messages.ReadIndexResponse.OVERLOADED_FIELD_NUMBER));
      case Envelope.TIMEOUT_NOW_FIELD_NUMBER ->
        new TimeoutNow(
            from(),
            to(),
            term(),
            fields.number(Messages.TimeoutNow.TRANSFER_FIELD_NUMBER),
            fields.number(Messages.TimeoutNow.LIFE_FIELD_NUMBER),
            fields.number(Messages.TimeoutNow.LAST_INDEX_FIELD_NUMBER));
      case Envelope.TRANSFER_REVOCATION_FIELD_NUMBER ->
        new TransferRevocation(
            from(), to(), term(), fields.number(Messages.TransferRevocation.TRANSFER_FIELD_NUMBER));
      case Envelope.TRANSFER_REVOCATION_RESPONSE_FIELD_NUMBER ->
        new TransferRevocationResponse(
            from(),
            to(),
            term(),
            fields.number(Messages.TransferRevocationResponse.TRANSFER_FIELD_NUMBER),
            fields.number(Messages.TransferRevocationResponse.LIFE_FIELD_NUMBER));
      case Envelope.INSTALL_SNAPSHOT_RESPONSE_FIELD_NUMBER ->
        new InstallSnapshotResponse(
            from(),
            to(),
            term(),
            fields.number(Messages.InstallSnapshotResponse.SESSION_FIELD_NUMBER),
            entryId(
                Messages.InstallSnapshotResponse.SNAPSHOT_TERM_FIELD_NUMBER,
                Messages.InstallSnapshotResponse.SNAPSHOT_INDEX_FIELD_NUMBER),
            InstallStatus.ofCode(fields.code(Messages.InstallSnapshotResponse.STATUS_FIELD_NUMBER)),
            fields.number(Messages.InstallSnapshotResponse.DONE_BYTES_FIELD_NUMBER));
      case Envelope.SNAPSHOT_REQUEST_FIELD_NUMBER ->
        new SnapshotRequest(
            from(),
            to(),
            fields.number(Messages.SnapshotRequest.FETCH_FIELD_NUMBER),
            entryId(
                Messages.SnapshotRequest.LAST_TERM_FIELD_NUMBER,
                Messages.SnapshotRequest.LAST_INDEX_FIELD_NUMBER),
            fields.number(Messages.SnapshotRequest.UNIQUE_FIELD_NUMBER),
            (int) fields.number(Messages.SnapshotRequest.FILE_FIELD_NUMBER),
            fields.number(Messages.SnapshotRequest.OFFSET_FIELD_NUMBER),
            (int) fields.number(Messages.SnapshotRequest.MAX_BYTES_FIELD_NUMBER));
      case Envelope.FETCH_ENTRIES_FIELD_NUMBER ->
        new FetchEntries(
            from(),
            to(),
            term(),
            fields.number(Messages.FetchEntries.REQUEST_FIELD_NUMBER),
            entryId(
                Messages.FetchEntries.ENTRY_TERM_FIELD_NUMBER,
                Messages.FetchEntries.ENTRY_INDEX_FIELD_NUMBER),
            (int) fields.number(Messages.FetchEntries.CHECKSUM_FIELD_NUMBER));
      case Envelope.REMOVED_NOTICE_FIELD_NUMBER ->
        new RemovedNotice(
            from(), to(), term(), fields.number(Messages.RemovedNotice.INDEX_FIELD_NUMBER));
      default -> throw new IllegalArgumentException("no reader for kind " + kind);
    };
  }

  private Message appendEntries(CodedInputStream in) throws IOException, UnreadableException {
    List<EntryBatch> batches = batches(in, Messages.AppendEntries.BATCHES_FIELD_NUMBER);
    return new AppendEntries(
        from(),
        to(),
        term(),
        fields.number(Messages.AppendEntries.SESSION_FIELD_NUMBER),
        entryId(
            Messages.AppendEntries.PREVIOUS_TERM_FIELD_NUMBER,
            Messages.AppendEntries.PREVIOUS_INDEX_FIELD_NUMBER),
        batches,
        fields.number(Messages.AppendEntries.COMMIT_FIELD_NUMBER));
  }

  private Message fetchEntriesResponse(CodedInputStream in)
      throws IOException, UnreadableException {
    List<EntryBatch> batches = batches(in, Messages.FetchEntriesResponse.BATCHES_FIELD_NUMBER);
    return new FetchEntriesResponse(
        from(),
        to(),
        term(),
        fields.number(Messages.FetchEntriesResponse.REQUEST_FIELD_NUMBER),
        fields.number(Messages.FetchEntriesResponse.COMMIT_FIELD_NUMBER),
        batches);
  }

  /** Reads all fields, and returns the batches among them. */
  private List<EntryBatch> batches(CodedInputStream in, int batchesField)
      throws IOException, UnreadableException {
    List<EntryBatch> batches = new ArrayList<>(2);
    List<String> unreadable = new ArrayList<>(0);
    fields.read(in, (field, content) -> {
      if (field != batchesField) {
        return false;
      }
      // The only copy on this side: from the connection's
      // buffer into the array that the batch keeps.
      byte[] stored = content.readByteArray();
      try {
        batches.add(EntryBatch.decode(stored));
      } catch (UnknownFormatException e) {
        unreadable.add(String.valueOf(e.getMessage()));
      }
      return true;
    });
    if (!unreadable.isEmpty()) {
      throw new UnreadableException(to(), term(), unreadable.get(0));
    }
    return batches;
  }

  private Message forwardedProposals(CodedInputStream in) throws IOException {
    List<byte[]> commands = new ArrayList<>();
    fields.read(
        in,
        (field, content) -> field == Messages.ForwardedProposals.COMMANDS_FIELD_NUMBER
            && commands.add(content.readByteArray()));
    byte type = fields.code(Messages.ForwardedProposals.ENTRY_TYPE_FIELD_NUMBER);
    return new ForwardedProposals(
        from(),
        to(),
        term(),
        fields.number(Messages.ForwardedProposals.ORIGIN_FIELD_NUMBER),
        fields.number(Messages.ForwardedProposals.FIRST_SEQUENCE_FIELD_NUMBER),
        type == 0 ? EntryType.COMMAND : EntryType.ofCode(type),
        commands);
  }

  private Message forwardedOutcomes(CodedInputStream in) throws IOException {
    List<ForwardedOutcomes.Outcome> outcomes = new ArrayList<>();
    fields.read(
        in,
        (field, content) -> field == Messages.ForwardedOutcomes.OUTCOMES_FIELD_NUMBER
            && outcomes.add(outcome(content)));
    return new ForwardedOutcomes(
        from(), to(), fields.number(Messages.ForwardedOutcomes.ORIGIN_FIELD_NUMBER), outcomes);
  }

  private ForwardedOutcomes.Outcome outcome(CodedInputStream in) throws IOException {
    int outer = in.pushLimit(in.readRawVarint32());
    Content bytes = new Content(Messages.Outcome.CONTENT_FIELD_NUMBER);
    nestedFields.read(in, bytes);
    in.popLimit(outer);
    return new ForwardedOutcomes.Outcome(
        nestedFields.number(Messages.Outcome.SEQUENCE_FIELD_NUMBER),
        ForwardedOutcomes.Kind.ofCode(nestedFields.code(Messages.Outcome.KIND_FIELD_NUMBER)),
        bytes.value,
        nestedFields.number(Messages.Outcome.RETRY_AFTER_MILLIS_FIELD_NUMBER));
  }

  private Message installSnapshot(CodedInputStream in) throws IOException {
    Text host = new Text(Messages.InstallSnapshot.SOURCE_HOST_FIELD_NUMBER);
    Text address = new Text(Messages.InstallSnapshot.SOURCE_ADDRESS_FIELD_NUMBER);
    fields.read(in, (field, content) -> host.read(field, content) || address.read(field, content));
    return new InstallSnapshot(
        from(),
        to(),
        term(),
        fields.number(Messages.InstallSnapshot.SESSION_FIELD_NUMBER),
        entryId(
            Messages.InstallSnapshot.SNAPSHOT_TERM_FIELD_NUMBER,
            Messages.InstallSnapshot.SNAPSHOT_INDEX_FIELD_NUMBER),
        replica(Messages.InstallSnapshot.SOURCE_FIELD_NUMBER),
        host.value.isEmpty() ? null : new HostId(host.value),
        address.value);
  }

  private Message snapshotChunk(CodedInputStream in) throws IOException {
    Content content = new Content(Messages.SnapshotChunk.CONTENT_FIELD_NUMBER);
    fields.read(in, content);
    return new SnapshotChunk(
        from(),
        to(),
        fields.number(Messages.SnapshotChunk.FETCH_FIELD_NUMBER),
        SnapshotChunk.Status.ofCode(fields.code(Messages.SnapshotChunk.STATUS_FIELD_NUMBER)),
        new SnapshotId(
            entryId(
                Messages.SnapshotChunk.LAST_TERM_FIELD_NUMBER,
                Messages.SnapshotChunk.LAST_INDEX_FIELD_NUMBER),
            fields.number(Messages.SnapshotChunk.UNIQUE_FIELD_NUMBER)),
        (int) fields.number(Messages.SnapshotChunk.FILE_FIELD_NUMBER),
        fields.number(Messages.SnapshotChunk.OFFSET_FIELD_NUMBER),
        fields.number(Messages.SnapshotChunk.FILE_BYTES_FIELD_NUMBER),
        (int) fields.number(Messages.SnapshotChunk.CHECKSUM_FIELD_NUMBER),
        content.value);
  }

  private Message birthAnswer(CodedInputStream in) throws IOException, UnreadableException {
    Content founding = new Content(Messages.BirthAnswer.FOUNDING_FIELD_NUMBER);
    fields.read(in, founding);
    long unborn = fields.number(Messages.BirthAnswer.UNBORN_FIELD_NUMBER);
    ReplicaId asker = replica(Messages.BirthAnswer.ASKER_FIELD_NUMBER);
    EntryBatch first;
    try {
      first = founding.value.length == 0 ? null : EntryBatch.decode(founding.value);
    } catch (UnknownFormatException e) {
      throw new UnreadableException(asker, 0, String.valueOf(e.getMessage()));
    }
    return new BirthAnswer(
        asker,
        fields.number(Messages.BirthAnswer.FOUNDERS_FIELD_NUMBER),
        unborn == 0 ? null : new ReplicaId(unborn),
        cluster(
            fields.number(Messages.BirthAnswer.CLUSTER_ID_FIELD_NUMBER),
            fields.number(Messages.BirthAnswer.CLUSTER_EPOCH_FIELD_NUMBER)),
        first);
  }

  private static @Nullable ClusterIdentity cluster(long id, long epoch) {
    return id == 0 ? null : new ClusterIdentity(id, (int) epoch);
  }

  private Message birthQuery(CodedInputStream in) throws IOException {
    Text address = new Text(Messages.BirthQuery.ADDRESS_FIELD_NUMBER);
    fields.read(in, address);
    return new BirthQuery(
        replica(Messages.BirthQuery.REPLICA_FIELD_NUMBER),
        fields.number(Messages.BirthQuery.FOUNDERS_FIELD_NUMBER),
        address.value);
  }

  private Message joinRequest(CodedInputStream in) throws IOException {
    Text host = new Text(Messages.JoinRequest.HOST_FIELD_NUMBER);
    Text address = new Text(Messages.JoinRequest.ADDRESS_FIELD_NUMBER);
    fields.read(in, (field, content) -> host.read(field, content) || address.read(field, content));
    return new JoinRequest(
        replica(Messages.JoinRequest.REPLICA_FIELD_NUMBER), new HostId(host.value), address.value);
  }

  private Message joinAnswer(CodedInputStream in) throws IOException {
    Text detail = new Text(Messages.JoinAnswer.DETAIL_FIELD_NUMBER);
    Text leader = new Text(Messages.JoinAnswer.LEADER_FIELD_NUMBER);
    Text address = new Text(Messages.JoinAnswer.LEADER_ADDRESS_FIELD_NUMBER);
    fields.read(
        in,
        (field, content) -> detail.read(field, content)
            || leader.read(field, content)
            || address.read(field, content));
    return new JoinAnswer(
        replica(Messages.JoinAnswer.REPLICA_FIELD_NUMBER),
        JoinAnswer.Status.ofCode(fields.code(Messages.JoinAnswer.STATUS_FIELD_NUMBER)),
        detail.value,
        leader.value.isEmpty() ? null : new HostId(leader.value),
        address.value);
  }

  // The head that all messages between replicas share.

  private ReplicaId from() {
    return replica(Messages.Heartbeat.FROM_FIELD_NUMBER);
  }

  private ReplicaId to() {
    return replica(Messages.Heartbeat.TO_FIELD_NUMBER);
  }

  private long term() {
    return fields.number(Messages.Heartbeat.TERM_FIELD_NUMBER);
  }

  private ReplicaId replica(int field) {
    return new ReplicaId(fields.number(field));
  }

  private EntryId entryId(int termField, int indexField) {
    long term = fields.number(termField);
    long index = fields.number(indexField);
    return term == 0 && index == 0 ? EntryId.NONE : new EntryId(term, index);
  }

  /** Keeps the bytes of one field; empty if it wasn't there. */
  private static final class Content implements WireFields.Delimited {
    private static final byte[] EMPTY = {};

    private final int wanted;
    private byte[] value = EMPTY;

    Content(int wanted) {
      this.wanted = wanted;
    }

    @Override
    public boolean read(int field, CodedInputStream in) throws IOException {
      if (field != wanted) {
        return false;
      }
      value = in.readByteArray();
      return true;
    }
  }

  /** Keeps the text of one field; empty if it wasn't there. */
  private static final class Text implements WireFields.Delimited {
    private final int wanted;
    private String value = "";

    Text(int wanted) {
      this.wanted = wanted;
    }

    @Override
    public boolean read(int field, CodedInputStream in) throws IOException {
      if (field != wanted) {
        return false;
      }
      value = in.readStringRequireUtf8();
      return true;
    }
  }
}
