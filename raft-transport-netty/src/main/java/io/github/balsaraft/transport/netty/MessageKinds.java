package io.github.balsaraft.transport.netty;

import static java.util.Map.entry;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.BirthAnswer;
import io.github.balsaraft.model.BirthQuery;
import io.github.balsaraft.model.FetchEntries;
import io.github.balsaraft.model.FetchEntriesResponse;
import io.github.balsaraft.model.ForwardedOutcomes;
import io.github.balsaraft.model.ForwardedProposals;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.InstallSnapshot;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.JoinAnswer;
import io.github.balsaraft.model.JoinRequest;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ReadIndexRequest;
import io.github.balsaraft.model.ReadIndexResponse;
import io.github.balsaraft.model.RemovedNotice;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.SnapshotRequest;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.TransferRevocation;
import io.github.balsaraft.model.TransferRevocationResponse;
import io.github.balsaraft.model.VoteResponse;
import io.github.balsaraft.transport.netty.wire.v1.Messages.Envelope;
import java.util.Map;

/** Which field of an {@code Envelope} a kind of message stands in. */
final class MessageKinds {

  private static final Map<Class<? extends Message>, Integer> FIELDS = Map.ofEntries(
      entry(RequestPreVote.class, Envelope.REQUEST_PRE_VOTE_FIELD_NUMBER),
      entry(PreVoteResponse.class, Envelope.PRE_VOTE_RESPONSE_FIELD_NUMBER),
      entry(RequestVote.class, Envelope.REQUEST_VOTE_FIELD_NUMBER),
      entry(VoteResponse.class, Envelope.VOTE_RESPONSE_FIELD_NUMBER),
      entry(AppendEntries.class, Envelope.APPEND_ENTRIES_FIELD_NUMBER),
      entry(AppendEntriesResponse.class, Envelope.APPEND_ENTRIES_RESPONSE_FIELD_NUMBER),
      entry(Heartbeat.class, Envelope.HEARTBEAT_FIELD_NUMBER),
      entry(HeartbeatResponse.class, Envelope.HEARTBEAT_RESPONSE_FIELD_NUMBER),
      entry(ReadIndexRequest.class, Envelope.READ_INDEX_REQUEST_FIELD_NUMBER),
      entry(ReadIndexResponse.class, Envelope.READ_INDEX_RESPONSE_FIELD_NUMBER),
      entry(ForwardedProposals.class, Envelope.FORWARDED_PROPOSALS_FIELD_NUMBER),
      entry(ForwardedOutcomes.class, Envelope.FORWARDED_OUTCOMES_FIELD_NUMBER),
      entry(SnapshotRequest.class, Envelope.SNAPSHOT_REQUEST_FIELD_NUMBER),
      entry(SnapshotChunk.class, Envelope.SNAPSHOT_CHUNK_FIELD_NUMBER),
      entry(TimeoutNow.class, Envelope.TIMEOUT_NOW_FIELD_NUMBER),
      entry(TransferRevocation.class, Envelope.TRANSFER_REVOCATION_FIELD_NUMBER),
      entry(TransferRevocationResponse.class, Envelope.TRANSFER_REVOCATION_RESPONSE_FIELD_NUMBER),
      entry(InstallSnapshot.class, Envelope.INSTALL_SNAPSHOT_FIELD_NUMBER),
      entry(InstallSnapshotResponse.class, Envelope.INSTALL_SNAPSHOT_RESPONSE_FIELD_NUMBER),
      entry(FetchEntries.class, Envelope.FETCH_ENTRIES_FIELD_NUMBER),
      entry(FetchEntriesResponse.class, Envelope.FETCH_ENTRIES_RESPONSE_FIELD_NUMBER),
      entry(RemovedNotice.class, Envelope.REMOVED_NOTICE_FIELD_NUMBER),
      entry(BirthQuery.class, Envelope.BIRTH_QUERY_FIELD_NUMBER),
      entry(BirthAnswer.class, Envelope.BIRTH_ANSWER_FIELD_NUMBER),
      entry(JoinRequest.class, Envelope.JOIN_REQUEST_FIELD_NUMBER),
      entry(JoinAnswer.class, Envelope.JOIN_ANSWER_FIELD_NUMBER));

  private MessageKinds() {}

  static int fieldOf(Message message) {
    Integer field = FIELDS.get(message.getClass());
    if (field == null) {
      throw new IllegalArgumentException("no field for " + message.getClass());
    }
    return field;
  }
}
