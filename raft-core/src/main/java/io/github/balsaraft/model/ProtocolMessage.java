package io.github.balsaraft.model;

/**
 * A message between the cores of two replicas. Each record calls its own method on a {@link Handler}: a message that is
 * added then fails to compile until every role has an answer to it.
 */
public sealed interface ProtocolMessage extends Message
    permits RequestPreVote,
        PreVoteResponse,
        RequestVote,
        VoteResponse,
        AppendEntries,
        AppendEntriesResponse,
        Heartbeat,
        HeartbeatResponse,
        ReadIndexRequest,
        ReadIndexResponse,
        TimeoutNow,
        TransferRevocation,
        TransferRevocationResponse,
        InstallSnapshot,
        InstallSnapshotResponse,
        FetchEntries,
        FetchEntriesResponse,
        RemovedNotice {

  /** The replica that sent it. */
  ReplicaId from();

  /** The replica it is meant for; any other drops it. */
  ReplicaId to();

  /** The sender's term; the prospective one in a {@link RequestPreVote}. */
  long term();

  /** Calls the handler's method for this kind of message. */
  void deliverTo(Handler handler);

  /** One method for each kind of message. */
  interface Handler {
    void onRequestPreVote(RequestPreVote message);

    void onPreVoteResponse(PreVoteResponse message);

    void onRequestVote(RequestVote message);

    void onVoteResponse(VoteResponse message);

    void onAppendEntries(AppendEntries message);

    void onAppendEntriesResponse(AppendEntriesResponse message);

    void onHeartbeat(Heartbeat message);

    void onHeartbeatResponse(HeartbeatResponse message);

    void onReadIndexRequest(ReadIndexRequest message);

    void onReadIndexResponse(ReadIndexResponse message);

    void onTimeoutNow(TimeoutNow message);

    void onTransferRevocation(TransferRevocation message);

    void onTransferRevocationResponse(TransferRevocationResponse message);

    void onInstallSnapshot(InstallSnapshot message);

    void onInstallSnapshotResponse(InstallSnapshotResponse message);

    void onFetchEntries(FetchEntries message);

    void onFetchEntriesResponse(FetchEntriesResponse message);

    void onRemovedNotice(RemovedNotice message);
  }
}
