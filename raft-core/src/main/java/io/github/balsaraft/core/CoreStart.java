package io.github.balsaraft.core;

import io.github.balsaraft.core.log.TermStarts;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.ReplicaId;
import java.util.SortedMap;

/**
 * What a core starts from: what was durable when its process started.
 *
 * @param self the replica it is
 * @param hardState term and vote
 * @param terms the terms of its log
 * @param baseConfiguration the configuration in force before the first entry of the log
 * @param configurations the configurations in the log, by index
 * @param logTimeMillis the log time of the last entry, or zero
 * @param nowNanos the monotonic clock
 * @param wallMillis the wall clock
 */
public record CoreStart(
    ReplicaId self,
    HardState hardState,
    TermStarts terms,
    Configuration baseConfiguration,
    SortedMap<Long, Configuration> configurations,
    long logTimeMillis,
    long nowNanos,
    long wallMillis) {}
