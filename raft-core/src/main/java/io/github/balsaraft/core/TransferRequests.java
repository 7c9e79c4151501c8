package io.github.balsaraft.core;

import io.github.balsaraft.core.Ready.TransferOutcome.End;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who asked this replica to hand leadership over, and what became of it: each request ends in exactly one {@link
 * Ready.TransferOutcome}. It outlives the office of the leader that was asked, because only then it turns out who
 * follows.
 */
final class TransferRequests {

  private final ReplicaId self;
  private List<Ready.TransferOutcome> outcomes = new ArrayList<>();
  private @Nullable Open open;

  TransferRequests(ReplicaId self) {
    this.self = self;
  }

  /** A transfer that was asked for begins. There is at most one. */
  void begun(long transferId, ReplicaId target, long deadlineNanos) {
    open = new Open(transferId, target, deadlineNanos, false);
  }

  /** It doesn't begin, and won't as things are. */
  void refuse(long transferId, @Nullable ReplicaId target, String reason) {
    outcomes.add(new Ready.TransferOutcome(transferId, End.REFUSED, target, reason, false));
  }

  /** It doesn't begin, for a reason that passes by itself. */
  void notNow(long transferId, @Nullable ReplicaId target, String reason) {
    outcomes.add(new Ready.TransferOutcome(transferId, End.NOT_NOW, target, reason, false));
  }

  /** The leader tells this member to campaign, because somebody asked for it or of its own accord. */
  void told(ReplicaId target) {
    if (open != null && open.target.equals(target)) {
      open = new Open(open.transferId, open.target, open.deadlineNanos, true);
    }
  }

  /** The leader has given it up. */
  void aborted(String reason) {
    end(End.ABORTED, reason);
  }

  /** This replica has another role, or another leader. */
  void roleChanged(@Nullable ReplicaId leader) {
    if (open == null || leader == null) {
      return;
    }
    if (leader.equals(open.target)) {
      end(End.TRANSFERRED, "");
    } else {
      aborted(leader.equals(self) ? "this member leads again" : "another member leads");
    }
  }

  void expire(long nowNanos) {
    if (open != null && open.deadlineNanos <= nowNanos) {
      end(End.TIMED_OUT, "the target was not heard to lead in time");
    }
  }

  /** When the open request ends at the latest; {@link Long#MAX_VALUE} without one. */
  long deadlineNanos() {
    return open == null ? Long.MAX_VALUE : open.deadlineNanos;
  }

  private void end(End end, String reason) {
    if (open != null) {
      outcomes.add(
          new Ready.TransferOutcome(open.transferId, end, open.target, reason, open.targetTold));
      open = null;
    }
  }

  List<Ready.TransferOutcome> take() {
    if (outcomes.isEmpty()) {
      return List.of();
    }
    List<Ready.TransferOutcome> taken = outcomes;
    outcomes = new ArrayList<>();
    return taken;
  }

  private record Open(long transferId, ReplicaId target, long deadlineNanos, boolean targetTold) {}
}
