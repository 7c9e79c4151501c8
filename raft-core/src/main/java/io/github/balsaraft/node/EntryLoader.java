package io.github.balsaraft.node;

import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.node.RateLimitedLog.Subject;
import io.github.balsaraft.storage.LogStoreException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads old entries from the log store for other members, on a thread of its own: neither a state machine that
 * hangs nor one that is slow keeps a follower from catching up. What can't be read is tried again after pauses
 * that grow: asked for again at once, it would keep disk and threads busy for nothing. Each failure is logged, also of what was
 * compacted away: that happens once while the log is being compacted, and if it goes on somebody has to know. Thread-safe.
 */
final class EntryLoader {

  private final ReplicaContext context;
  private final LoopOutput.Completions completions;

  /** How often in a row it has failed, by the member that is waiting. */
  private final Map<ReplicaId, Integer> failures = new ConcurrentHashMap<>();

  EntryLoader(ReplicaContext context, LoopOutput.Completions completions) {
    this.context = context;
    this.completions = completions;
  }

  /** Reads, and reports what was found. */
  void load(Ready.Load load) {
    context.environment().loads().execute(() -> {
      try {
        List<EntryBatch> batches = read(load);
        failures.remove(load.follower());
        completions.loaded(load, batches);
      } catch (UnknownFormatException e) {
        completions.broken(e);
      } catch (Throwable e) {
        failed(load, e);
      }
    });
  }

  private List<EntryBatch> read(Ready.Load load) {
    List<EntryBatch> batches = context
        .host()
        .store()
        .read(context.group(), load.fromIndex(), load.toIndex(), load.maxBytes());
    if (batches.isEmpty()) {
      throw new LogStoreException("the log store returned nothing");
    }
    return batches;
  }

  private void failed(Ready.Load load, Throwable cause) {
    int times = failures.merge(load.follower(), 1, Integer::sum);
    long pauseNanos = pauseNanos(times);
    long nowNanos = context.nowNanos();
    context
        .log()
        .warn(
            nowNanos,
            Subject.OLD_ENTRIES,
            "reading the entries from " + load.fromIndex() + " to " + load.toIndex() + " for "
                + context.peers().nameOf(load.follower()) + " failed"
                + (times == 1 ? "" : " " + times + " times in a row") + " and is tried again in "
                + Wording.duration(Duration.ofNanos(pauseNanos)) + " if it is still needed: "
                + Wording.thrown(cause));
    // Nothing, so that the core asks again.
    context
        .environment()
        .schedule(nowNanos + pauseNanos, () -> completions.loaded(load, List.of()));
  }

  /** From the heartbeat interval on, doubled each time, up to the maximum election timeout. */
  private long pauseNanos(int times) {
    long shortest = context.options().heartbeatInterval().toNanos();
    long longest = context.options().electionTimeoutMax().toNanos();
    return Math.min(longest, shortest << Math.min(times - 1, 20));
  }
}
