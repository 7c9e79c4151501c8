package io.github.balsaraft.model.trace;

import io.github.balsaraft.model.ReplicaId;

/**
 * What all events begin with.
 *
 * @param replica whose step it is
 * @param number counts the events of one life of this replica, from 1, without gaps
 * @param atNanos the replica's monotonic clock
 * @param state the state just after the step, before anything that follows from it
 */
public record TraceHeader(ReplicaId replica, long number, long atNanos, TraceState state) {}
