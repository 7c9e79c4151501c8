package io.github.balsaraft.model;

/**
 * A replica without data asks a fellow founder what it knows of the group. Repeated until the replica is born.
 *
 * @param replica the id that the asker has drawn and made durable
 * @param founders a digest of the founders that the asker was started with; all must have been given the same
 * @param address where the asker's host listens: whoever is asked may never have heard of it, and owes it an answer
 */
public record BirthQuery(ReplicaId replica, long founders, String address)
    implements ServiceMessage {}
