package io.github.balsaraft.node;

import io.github.balsaraft.core.LostEntries;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.node.RateLimitedLog.Subject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Says in the log, once for each loss, that a member has lost entries which it had acknowledged: it is mended in a moment, and nobody
 * would know that a disk there is not to be trusted. Used by the mailbox's thread only.
 */
final class LossLog {

  private final RateLimitedLog log;
  private final LongSupplier nowNanos;
  private final Function<ReplicaId, String> names;

  /**
   * The last entry of the loss that was told, by member. Only of those that are not mended: the next loss may be of the same entries,
   * and members come and go.
   */
  private final Map<ReplicaId, Long> told = new HashMap<>();

  LossLog(RateLimitedLog log, LongSupplier nowNanos, Function<ReplicaId, String> names) {
    this.log = log;
    this.nowNanos = nowNanos;
    this.names = names;
  }

  /** Asked after each batch, of all that is not mended yet. */
  void observe(List<LostEntries> losses) {
    told.keySet()
        .removeIf(member -> losses.stream().noneMatch(loss -> loss.member().equals(member)));
    for (LostEntries loss : losses) {
      Long before = told.put(loss.member(), loss.toIndex());
      if (before == null || before != loss.toIndex()) {
        log.warn(
            nowNanos.getAsLong(),
            Subject.LOSS,
            Wording.lostEntries(names.apply(loss.member()), loss.fromIndex(), loss.toIndex()));
      }
    }
  }
}
