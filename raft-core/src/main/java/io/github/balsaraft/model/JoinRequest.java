package io.github.balsaraft.model;

/**
 * A new replica asks to be made a member in place of the one that its host carried before. Repeated until the replica sees
 * itself as a voter; the leader takes one step of the change each time, so nothing is lost when leaders change.
 *
 * @param replica the new replica
 * @param host its host
 * @param address where that host listens
 */
public record JoinRequest(ReplicaId replica, HostId host, String address)
    implements ServiceMessage {}
