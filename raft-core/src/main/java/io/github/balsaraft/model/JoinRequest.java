package io.github.balsaraft.model;

/**
 * A new replica asks to be let in: in place of the one that its host carried before, or as soon as an operator adds its host.
 * Repeated until the replica is a member by a committed configuration, so nothing is lost when leaders change.
 *
 * @param replica the new replica
 * @param host its host
 * @param address where that host listens
 */
public record JoinRequest(ReplicaId replica, HostId host, String address)
    implements ServiceMessage {}
