package io.github.balsaraft.transport.netty;

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
import io.github.balsaraft.model.JoinAnswer;
import io.github.balsaraft.model.JoinRequest;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReadIndexRequest;
import io.github.balsaraft.model.ReadIndexResponse;
import io.github.balsaraft.model.RemovedNotice;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.ServiceMessage;
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.SnapshotRequest;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.TransferRevocation;
import io.github.balsaraft.model.TransferRevocationResponse;
import io.github.balsaraft.model.VoteResponse;
import io.github.balsaraft.transport.netty.wire.v1.Messages;

/** Says the fields of each message to a {@link FieldSink}, by the numbers of {@code messages.proto}. */
final class MessageLayout implements ProtocolMessage.Handler {

  private final FieldSink sink;

  MessageLayout(FieldSink sink) {
    this.sink = sink;
  }

  void describe(Message message) {
    if (message instanceof ProtocolMessage protocol) {
      // The head that all of them share.
      sink.fixed(Messages.Heartbeat.FROM_FIELD_NUMBER, protocol.from().value());
      sink.fixed(Messages.Heartbeat.TO_FIELD_NUMBER, protocol.to().value());
      sink.number(Messages.Heartbeat.TERM_FIELD_NUMBER, protocol.term());
      protocol.deliverTo(this);
    } else {
      describeService((ServiceMessage) message);
    }
  }

  private void describeService(ServiceMessage message) {
    if (message instanceof ForwardedProposals proposals) {
      onForwardedProposals(proposals);
    } else if (message instanceof ForwardedOutcomes outcomes) {
      onForwardedOutcomes(outcomes);
    } else if (message instanceof SnapshotRequest request) {
      onSnapshotRequest(request);
    } else if (message instanceof SnapshotChunk chunk) {
      onSnapshotChunk(chunk);
    } else if (message instanceof BirthQuery query) {
      sink.fixed(Messages.BirthQuery.REPLICA_FIELD_NUMBER, query.replica().value());
      sink.fixed(Messages.BirthQuery.FOUNDERS_FIELD_NUMBER, query.founders());
      sink.text(Messages.BirthQuery.ADDRESS_FIELD_NUMBER, query.address());
    } else if (message instanceof BirthAnswer answer) {
      onBirthAnswer(answer);
    } else if (message instanceof JoinRequest request) {
      sink.fixed(Messages.JoinRequest.REPLICA_FIELD_NUMBER, request.replica().value());
      sink.text(Messages.JoinRequest.HOST_FIELD_NUMBER, request.host().name());
      sink.text(Messages.JoinRequest.ADDRESS_FIELD_NUMBER, request.address());
    } else if (message instanceof JoinAnswer answer) {
      sink.fixed(Messages.JoinAnswer.REPLICA_FIELD_NUMBER, answer.replica().value());
      sink.number(Messages.JoinAnswer.STATUS_FIELD_NUMBER, answer.status().code());
      sink.text(Messages.JoinAnswer.DETAIL_FIELD_NUMBER, answer.detail());
      HostId leader = answer.leader();
      sink.text(Messages.JoinAnswer.LEADER_FIELD_NUMBER, leader == null ? "" : leader.name());
      sink.text(Messages.JoinAnswer.LEADER_ADDRESS_FIELD_NUMBER, answer.leaderAddress());
    } else {
      throw new IllegalArgumentException("no layout for " + message.getClass());
    }
  }

  @Override
  public void onRequestPreVote(RequestPreVote message) {
    entryId(
        Messages.RequestPreVote.LAST_TERM_FIELD_NUMBER,
        Messages.RequestPreVote.LAST_INDEX_FIELD_NUMBER,
        message.lastEntry());
  }

  @Override
  public void onPreVoteResponse(PreVoteResponse message) {
    sink.number(Messages.PreVoteResponse.PROSPECTIVE_TERM_FIELD_NUMBER, message.prospectiveTerm());
    sink.flag(Messages.PreVoteResponse.GRANTED_FIELD_NUMBER, message.granted());
  }

  @Override
  public void onRequestVote(RequestVote message) {
    entryId(
        Messages.RequestVote.LAST_TERM_FIELD_NUMBER,
        Messages.RequestVote.LAST_INDEX_FIELD_NUMBER,
        message.lastEntry());
    sink.flag(Messages.RequestVote.LEADERSHIP_TRANSFER_FIELD_NUMBER, message.leadershipTransfer());
  }

  @Override
  public void onVoteResponse(VoteResponse message) {
    sink.flag(Messages.VoteResponse.GRANTED_FIELD_NUMBER, message.granted());
  }

  @Override
  public void onAppendEntries(AppendEntries message) {
    sink.number(Messages.AppendEntries.SESSION_FIELD_NUMBER, message.session());
    entryId(
        Messages.AppendEntries.PREVIOUS_TERM_FIELD_NUMBER,
        Messages.AppendEntries.PREVIOUS_INDEX_FIELD_NUMBER,
        message.previous());
    sink.number(Messages.AppendEntries.COMMIT_FIELD_NUMBER, message.commit());
    for (EntryBatch batch : message.batches()) {
      sink.batch(Messages.AppendEntries.BATCHES_FIELD_NUMBER, batch);
    }
  }

  @Override
  public void onAppendEntriesResponse(AppendEntriesResponse message) {
    sink.number(Messages.AppendEntriesResponse.SESSION_FIELD_NUMBER, message.session());
    sink.number(Messages.AppendEntriesResponse.VERIFIED_FIELD_NUMBER, message.verified());
    sink.number(Messages.AppendEntriesResponse.DURABLE_MATCH_FIELD_NUMBER, message.durableMatch());
    entryId(
        Messages.AppendEntriesResponse.REJECTED_TERM_FIELD_NUMBER,
        Messages.AppendEntriesResponse.REJECTED_INDEX_FIELD_NUMBER,
        message.rejectedPrevious());
    entryId(
        Messages.AppendEntriesResponse.HINT_TERM_FIELD_NUMBER,
        Messages.AppendEntriesResponse.HINT_INDEX_FIELD_NUMBER,
        message.hint());
  }

  @Override
  public void onHeartbeat(Heartbeat message) {
    sink.number(Messages.Heartbeat.SEQUENCE_FIELD_NUMBER, message.sequence());
    sink.number(Messages.Heartbeat.COMMIT_FIELD_NUMBER, message.commit());
    sink.number(Messages.Heartbeat.LEADER_COMMIT_FIELD_NUMBER, message.leaderCommit());
    sink.fixed(Messages.Heartbeat.ECHO_FIELD_NUMBER, message.echo());
  }

  @Override
  public void onHeartbeatResponse(HeartbeatResponse message) {
    sink.number(Messages.HeartbeatResponse.SEQUENCE_FIELD_NUMBER, message.sequence());
    sink.fixed(Messages.HeartbeatResponse.STAMP_FIELD_NUMBER, message.stamp());
    sink.flag(Messages.HeartbeatResponse.APPLY_LAGGING_FIELD_NUMBER, message.applyLagging());
  }

  @Override
  public void onReadIndexRequest(ReadIndexRequest message) {
    sink.fixed(Messages.ReadIndexRequest.REQUEST_FIELD_NUMBER, message.request());
  }

  @Override
  public void onReadIndexResponse(ReadIndexResponse message) {
    sink.fixed(Messages.ReadIndexResponse.REQUEST_FIELD_NUMBER, message.request());
    sink.number(Messages.ReadIndexResponse.INDEX_FIELD_NUMBER, message.index());
    sink.flag(Messages.ReadIndexResponse.OVERLOADED_FIELD_NUMBER, message.overloaded());
  }

  @Override
  public void onTimeoutNow(TimeoutNow message) {
    sink.number(Messages.TimeoutNow.TRANSFER_FIELD_NUMBER, message.transfer());
    sink.fixed(Messages.TimeoutNow.LIFE_FIELD_NUMBER, message.life());
    sink.number(Messages.TimeoutNow.LAST_INDEX_FIELD_NUMBER, message.lastIndex());
  }

  @Override
  public void onTransferRevocation(TransferRevocation message) {
    sink.number(Messages.TransferRevocation.TRANSFER_FIELD_NUMBER, message.transfer());
  }

  @Override
  public void onTransferRevocationResponse(TransferRevocationResponse message) {
    sink.number(Messages.TransferRevocationResponse.TRANSFER_FIELD_NUMBER, message.transfer());
    sink.fixed(Messages.TransferRevocationResponse.LIFE_FIELD_NUMBER, message.life());
  }

  @Override
  public void onInstallSnapshot(InstallSnapshot message) {
    sink.number(Messages.InstallSnapshot.SESSION_FIELD_NUMBER, message.session());
    entryId(
        Messages.InstallSnapshot.SNAPSHOT_TERM_FIELD_NUMBER,
        Messages.InstallSnapshot.SNAPSHOT_INDEX_FIELD_NUMBER,
        message.snapshot());
    sink.fixed(Messages.InstallSnapshot.SOURCE_FIELD_NUMBER, message.source().value());
    HostId host = message.sourceHost();
    sink.text(Messages.InstallSnapshot.SOURCE_HOST_FIELD_NUMBER, host == null ? "" : host.name());
    sink.text(Messages.InstallSnapshot.SOURCE_ADDRESS_FIELD_NUMBER, message.sourceAddress());
  }

  @Override
  public void onInstallSnapshotResponse(InstallSnapshotResponse message) {
    sink.number(Messages.InstallSnapshotResponse.SESSION_FIELD_NUMBER, message.session());
    entryId(
        Messages.InstallSnapshotResponse.SNAPSHOT_TERM_FIELD_NUMBER,
        Messages.InstallSnapshotResponse.SNAPSHOT_INDEX_FIELD_NUMBER,
        message.snapshot());
    sink.number(
        Messages.InstallSnapshotResponse.STATUS_FIELD_NUMBER, message.status().code());
    sink.number(Messages.InstallSnapshotResponse.DONE_BYTES_FIELD_NUMBER, message.doneBytes());
  }

  @Override
  public void onFetchEntries(FetchEntries message) {
    sink.fixed(Messages.FetchEntries.REQUEST_FIELD_NUMBER, message.request());
    entryId(
        Messages.FetchEntries.ENTRY_TERM_FIELD_NUMBER,
        Messages.FetchEntries.ENTRY_INDEX_FIELD_NUMBER,
        message.entry());
    sink.number(
        Messages.FetchEntries.CHECKSUM_FIELD_NUMBER, Integer.toUnsignedLong(message.checksum()));
  }

  @Override
  public void onFetchEntriesResponse(FetchEntriesResponse message) {
    sink.fixed(Messages.FetchEntriesResponse.REQUEST_FIELD_NUMBER, message.request());
    sink.number(Messages.FetchEntriesResponse.COMMIT_FIELD_NUMBER, message.commit());
    for (EntryBatch batch : message.batches()) {
      sink.batch(Messages.FetchEntriesResponse.BATCHES_FIELD_NUMBER, batch);
    }
  }

  @Override
  public void onRemovedNotice(RemovedNotice message) {
    sink.number(Messages.RemovedNotice.INDEX_FIELD_NUMBER, message.index());
  }

  private void onForwardedProposals(ForwardedProposals message) {
    sink.fixed(Messages.ForwardedProposals.FROM_FIELD_NUMBER, message.from().value());
    sink.fixed(Messages.ForwardedProposals.TO_FIELD_NUMBER, message.to().value());
    sink.number(Messages.ForwardedProposals.TERM_FIELD_NUMBER, message.term());
    sink.fixed(Messages.ForwardedProposals.ORIGIN_FIELD_NUMBER, message.origin());
    sink.number(Messages.ForwardedProposals.FIRST_SEQUENCE_FIELD_NUMBER, message.firstSequence());
    if (message.type() != EntryType.COMMAND) {
      sink.number(
          Messages.ForwardedProposals.ENTRY_TYPE_FIELD_NUMBER, message.type().code());
    }
    for (byte[] command : message.commands()) {
      sink.element(Messages.ForwardedProposals.COMMANDS_FIELD_NUMBER, command);
    }
  }

  private void onForwardedOutcomes(ForwardedOutcomes message) {
    sink.fixed(Messages.ForwardedOutcomes.FROM_FIELD_NUMBER, message.from().value());
    sink.fixed(Messages.ForwardedOutcomes.TO_FIELD_NUMBER, message.to().value());
    sink.fixed(Messages.ForwardedOutcomes.ORIGIN_FIELD_NUMBER, message.origin());
    for (ForwardedOutcomes.Outcome outcome : message.outcomes()) {
      FieldSink.Size size = new FieldSink.Size();
      describeOutcome(outcome, size);
      sink.nested(Messages.ForwardedOutcomes.OUTCOMES_FIELD_NUMBER, (int) size.bytes());
      describeOutcome(outcome, sink);
    }
  }

  private static void describeOutcome(ForwardedOutcomes.Outcome outcome, FieldSink to) {
    to.number(Messages.Outcome.SEQUENCE_FIELD_NUMBER, outcome.sequence());
    to.number(Messages.Outcome.KIND_FIELD_NUMBER, outcome.kind().code());
    to.bytes(Messages.Outcome.CONTENT_FIELD_NUMBER, outcome.bytes());
    to.number(Messages.Outcome.RETRY_AFTER_MILLIS_FIELD_NUMBER, outcome.retryAfterMillis());
  }

  private void onSnapshotRequest(SnapshotRequest request) {
    sink.fixed(Messages.SnapshotRequest.FROM_FIELD_NUMBER, request.from().value());
    sink.fixed(Messages.SnapshotRequest.TO_FIELD_NUMBER, request.to().value());
    sink.fixed(Messages.SnapshotRequest.FETCH_FIELD_NUMBER, request.fetch());
    entryId(
        Messages.SnapshotRequest.LAST_TERM_FIELD_NUMBER,
        Messages.SnapshotRequest.LAST_INDEX_FIELD_NUMBER,
        request.atLeast());
    sink.fixed(Messages.SnapshotRequest.UNIQUE_FIELD_NUMBER, request.unique());
    sink.number(Messages.SnapshotRequest.FILE_FIELD_NUMBER, request.file());
    sink.number(Messages.SnapshotRequest.OFFSET_FIELD_NUMBER, request.offset());
    sink.number(Messages.SnapshotRequest.MAX_BYTES_FIELD_NUMBER, request.maxBytes());
  }

  private void onSnapshotChunk(SnapshotChunk chunk) {
    sink.fixed(Messages.SnapshotChunk.FROM_FIELD_NUMBER, chunk.from().value());
    sink.fixed(Messages.SnapshotChunk.TO_FIELD_NUMBER, chunk.to().value());
    sink.fixed(Messages.SnapshotChunk.FETCH_FIELD_NUMBER, chunk.fetch());
    sink.number(Messages.SnapshotChunk.STATUS_FIELD_NUMBER, chunk.status().code());
    entryId(
        Messages.SnapshotChunk.LAST_TERM_FIELD_NUMBER,
        Messages.SnapshotChunk.LAST_INDEX_FIELD_NUMBER,
        chunk.snapshot().last());
    sink.fixed(Messages.SnapshotChunk.UNIQUE_FIELD_NUMBER, chunk.snapshot().unique());
    sink.number(Messages.SnapshotChunk.FILE_FIELD_NUMBER, chunk.file());
    sink.number(Messages.SnapshotChunk.OFFSET_FIELD_NUMBER, chunk.offset());
    sink.number(Messages.SnapshotChunk.FILE_BYTES_FIELD_NUMBER, chunk.fileBytes());
    sink.number(
        Messages.SnapshotChunk.CHECKSUM_FIELD_NUMBER, Integer.toUnsignedLong(chunk.checksum()));
    sink.bytes(Messages.SnapshotChunk.CONTENT_FIELD_NUMBER, chunk.bytes());
  }

  private void onBirthAnswer(BirthAnswer message) {
    sink.fixed(Messages.BirthAnswer.ASKER_FIELD_NUMBER, message.asker().value());
    sink.fixed(Messages.BirthAnswer.FOUNDERS_FIELD_NUMBER, message.founders());
    if (message.unborn() != null) {
      sink.fixed(Messages.BirthAnswer.UNBORN_FIELD_NUMBER, message.unborn().value());
    }
    ClusterIdentity cluster = message.cluster();
    if (cluster != null) {
      sink.fixed(Messages.BirthAnswer.CLUSTER_ID_FIELD_NUMBER, cluster.id());
      sink.number(Messages.BirthAnswer.CLUSTER_EPOCH_FIELD_NUMBER, cluster.epoch());
    }
    if (message.founding() != null) {
      sink.batch(Messages.BirthAnswer.FOUNDING_FIELD_NUMBER, message.founding());
    }
  }

  private void entryId(int termField, int indexField, EntryId id) {
    sink.number(termField, id.term());
    sink.number(indexField, id.index());
  }
}
