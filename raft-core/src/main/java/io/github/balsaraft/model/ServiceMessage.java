package io.github.balsaraft.model;

/**
 * A message between the runtimes of two hosts, which the cores never see: birth of replicas, forwarding, and the transfer of
 * snapshots.
 */
public sealed interface ServiceMessage extends Message
    permits BirthQuery,
        BirthAnswer,
        JoinRequest,
        JoinAnswer,
        ForwardedProposals,
        ForwardedOutcomes,
        SnapshotRequest,
        SnapshotChunk {}
