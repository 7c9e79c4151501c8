package io.github.balsaraft.node;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.core.CompactionRules;
import io.github.balsaraft.core.CoreOptions;
import io.github.balsaraft.core.CoreStart;
import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.core.log.TermStarts;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.trace.TraceSink;
import io.github.balsaraft.storage.RecoveredGroup;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes a core from what is stored. */
final class CoreStarter {

  private static final int MAX_WAITING_READS = 1 << 16;

  private CoreStarter() {}

  /** What is stored of a replica at the moment of its birth. */
  static RecoveredGroup newborn(ReplicaId self, @Nullable EntryBatch founding) {
    if (founding == null) {
      return new RecoveredGroup(
          Birth.bornRecord(self),
          HardState.INITIAL,
          EntryId.NONE,
          EntryId.NONE,
          List.of(),
          List.of(),
          0);
    }
    EntryId position = Birth.FOUNDING_ENTRY;
    return new RecoveredGroup(
        Birth.bornRecord(self),
        Birth.FOUNDING_STATE,
        EntryId.NONE,
        position,
        List.of(position),
        List.of(founding),
        founding.logTimeMillis());
  }

  /** Over a transport that takes messages of any size. */
  static RaftCore start(
      RecoveredGroup from, RaftOptions options, HostEnvironment environment, TraceSink trace) {
    return start(from, null, options, options.maxMessageBytes(), environment, trace);
  }

  /** {@code maxMessageBytes} is the most bytes of entries in one message, whatever the options say. */
  static RaftCore start(
      RecoveredGroup from,
      @Nullable SnapshotHeader snapshot,
      RaftOptions options,
      long maxMessageBytes,
      HostEnvironment environment,
      TraceSink trace) {
    TreeMap<Long, Configuration> configurations = new TreeMap<>();
    for (EntryBatch batch : from.configurations()) {
      configurations.put(batch.firstIndex(), Configuration.decode(batch.singlePayload()));
    }
    CoreStart start = new CoreStart(
        from.replica().replica(),
        from.hardState(),
        new TermStarts(from.base(), from.termStarts(), from.last().index()),
        snapshot,
        Configuration.EMPTY,
        configurations,
        from.lastLogTimeMillis(),
        environment.nowNanos(),
        environment.wallMillis());
    return new RaftCore(
        coreOptions(options, maxMessageBytes), environment::nextRandom, start, trace);
  }

  private static CoreOptions coreOptions(RaftOptions options, long maxMessageBytes) {
    return new CoreOptions(
        options.electionTimeoutMin().toNanos(),
        options.electionTimeoutMax().toNanos(),
        options.heartbeatInterval().toNanos(),
        maxMessageBytes,
        options.maxInflightMessages(),
        options.maxInflightBytes(),
        options.maxUncommittedBytes(),
        options.logWindowBytes(),
        MAX_WAITING_READS,
        options.failureHints(),
        new CompactionRules(
            options.snapshots().retainedEntries(),
            options.snapshots().maxRetainedEntries(),
            options.snapshots().maxRetainedBytes(),
            options.snapshots().maxTakeoverBytes()));
  }
}
