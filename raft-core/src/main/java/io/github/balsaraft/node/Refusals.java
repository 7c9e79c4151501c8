package io.github.balsaraft.node;

import io.github.balsaraft.api.ChangeRefusal;
import io.github.balsaraft.api.ChangeRefusal.Reason;
import java.util.List;

/** What speaks against changes, from the core's words into those of the API. */
final class Refusals {

  private Refusals() {}

  static List<ChangeRefusal> of(List<io.github.balsaraft.core.membership.ChangeRefusal> refusals) {
    return refusals.stream()
        .map(refusal -> new ChangeRefusal(reason(refusal.reason()), refusal.detail()))
        .toList();
  }

  static Reason reason(io.github.balsaraft.core.membership.ChangeRefusal.Reason reason) {
    return switch (reason) {
      case NOT_LEADER -> Reason.NOT_LEADER;
      case NOT_READY -> Reason.NOT_READY;
      case TRANSFERRING -> Reason.TRANSFERRING;
      case CHANGE_UNDER_WAY -> Reason.CHANGE_UNDER_WAY;
      case OUTDATED -> Reason.OUTDATED;
      case IMPOSSIBLE -> Reason.IMPOSSIBLE;
      case REMOVED_BEFORE -> Reason.REMOVED_BEFORE;
      case UNKNOWN_MEMBER -> Reason.UNKNOWN_MEMBER;
      case HOST_TWICE -> Reason.HOST_TWICE;
      case REPLICA_MOVED -> Reason.REPLICA_MOVED;
      case NO_CANDIDATE -> Reason.NO_CANDIDATE;
      case EMPTY_MAJORITY -> Reason.EMPTY_MAJORITY;
      case NO_LIVE_MAJORITY -> Reason.NO_LIVE_MAJORITY;
    };
  }

  static ChangeRefusal underWay(String detail) {
    return new ChangeRefusal(Reason.CHANGE_UNDER_WAY, detail);
  }

  static ChangeRefusal impossible(String detail) {
    return new ChangeRefusal(Reason.IMPOSSIBLE, detail);
  }
}
