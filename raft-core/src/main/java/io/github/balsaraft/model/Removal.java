package io.github.balsaraft.model;

/**
 * A replica that was a member once. It is kept, so that whoever meets that replica later can tell it what happened; its id is
 * never used again.
 *
 * @param replica who
 * @param index of the configuration entry that removed it
 */
public record Removal(ReplicaId replica, long index) {}
