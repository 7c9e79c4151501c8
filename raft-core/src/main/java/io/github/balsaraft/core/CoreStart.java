package io.github.balsaraft.core;

import io.github.balsaraft.core.log.TermStarts;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotHeader;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a core starts from: what was durable when its process started.
 *
 * @param self the replica it is
 * @param hardState term and vote
 * @param terms the terms of its log, which starts at or before the entry after the snapshot's last
 * @param snapshot its newest verified snapshot, from which its state machine starts; null if there is none. It may be newer
 *     than the log, if the process ended before the log followed it
 * @param birthConfiguration the configuration in force before the first entry of a log without a snapshot
 * @param configurations the configurations in the log, by index
 * @param logTimeMillis the log time of the last entry, or zero
 * @param nowNanos the monotonic clock
 * @param wallMillis the wall clock
 * @param damaged the entries of the log that can't be read any more, while term and vote and the positions of all entries can.
 *     {@code configurations} has none of them. Where even that is lost, or it isn't known how much is, the replica must not
 *     start: a new one takes its place
 */
public record CoreStart(
    ReplicaId self,
    HardState hardState,
    TermStarts terms,
    @Nullable SnapshotHeader snapshot,
    Configuration birthConfiguration,
    SortedMap<Long, Configuration> configurations,
    long logTimeMillis,
    long nowNanos,
    long wallMillis,
    List<DamagedEntry> damaged) {

  public CoreStart {
    damaged = List.copyOf(damaged);
  }

  /** With a log of which every entry can be read. */
  public CoreStart(
      ReplicaId self,
      HardState hardState,
      TermStarts terms,
      @Nullable SnapshotHeader snapshot,
      Configuration birthConfiguration,
      SortedMap<Long, Configuration> configurations,
      long logTimeMillis,
      long nowNanos,
      long wallMillis) {
    this(
        self,
        hardState,
        terms,
        snapshot,
        birthConfiguration,
        configurations,
        logTimeMillis,
        nowNanos,
        wallMillis,
        List.of());
  }
}
