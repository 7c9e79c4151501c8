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

  /** Whether this replica has left the office in which the open request came, and knows of no leader since. */
  private boolean isOfficeLost;

  TransferRequests(ReplicaId self) {
    this.self = self;
  }

  /** A transfer that was asked for begins. There is at most one. */
  void begun(long transferId, ReplicaId target, long deadlineNanos) {
    open = new Open(transferId, target, deadlineNanos, false);
    isOfficeLost = false;
  }

  /** It doesn't begin, and won't as things are. */
  void refuse(long transferId, @Nullable ReplicaId target, String reason) {
    outcomes.add(new Ready.TransferOutcome(transferId, End.REFUSED, target, reason, false));
  }

  /** It doesn't begin; it may a little later, or at another member. */
  void notNow(long transferId, @Nullable ReplicaId target, String reason) {
    outcomes.add(new Ready.TransferOutcome(transferId, End.NOT_NOW, target, reason, false));
  }

  /** The leader tells a target to campaign. Nobody may have asked for that, or for another target a moment ago. */
  void told(ReplicaId target) {
    if (open != null && open.target.equals(target)) {
      open = new Open(open.transferId, open.target, open.deadlineNanos, true);
    }
  }

  /** The leader has given it up because the target can't lead any more. */
  void aborted(String reason) {
    end(End.ABORTED, reason);
  }

  /** This replica has another role, or another leader. */
  void roleChanged(@Nullable ReplicaId leader) {
    if (open == null) {
      return;
    }
    if (leader == null) {
      isOfficeLost = true;
      return;
    }
    if (leader.equals(open.target)) {
      end(End.TRANSFERRED, "");
    } else {
      end(End.SUPERSEDED, leader.equals(self) ? "this member leads again" : "another member leads");
    }
  }

  void expire(long nowNanos) {
    if (open == null || open.deadlineNanos > nowNanos) {
      return;
    }
    if (isOfficeLost && !open.targetTold) {
      end(End.SUPERSEDED, "leadership was lost before the target was told to take over");
    } else {
      end(
          End.TIMED_OUT,
          open.targetTold
              ? "the target was not heard to lead in time"
              : "the target did not answer or catch up in time, and was not told to take over");
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

  /**
   * Whether the target of a request was certainly not told to campaign. Of a request whose outcome was taken, or that never was
   * one, nothing is certain.
   */
  boolean isUntold(long transferId) {
    return (open != null && open.transferId == transferId && !open.targetTold)
        || outcomes.stream()
            .anyMatch(outcome -> outcome.transferId() == transferId && !outcome.targetTold());
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
