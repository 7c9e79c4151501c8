package io.github.balsaraft.node;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.SnapshotStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Why the log of a node is not cut, if there is a reason that is worth a word. */
final class LogExplanation {

  /** A log that grows without snapshots is as its application wants it, until it is so large. */
  private static final long LARGE_LOG_BYTES = 1L << 30;

  /** A snapshot that takes longer is worth a word. */
  private static final Duration LONG = Duration.ofMinutes(1);

  private LogExplanation() {}

  static List<String> of(NodeStatus status) {
    List<String> clauses = new ArrayList<>();
    SnapshotStatus snapshots = status.snapshots();
    if (!snapshots.enabled()) {
      if (snapshots.logBytesSince() > LARGE_LOG_BYTES) {
        clauses.add("its log is never cut and has grown by "
            + Wording.bytes(snapshots.logBytesSince()) + " since the start"
            + inParentheses(snapshots.problem()));
      }
      return clauses;
    }
    if (!snapshots.problem().isEmpty()) {
      clauses.add("no snapshot could be taken lately, so the log is not cut"
          + inParentheses(snapshots.problem()));
    }
    snapshots
        .taking()
        .filter(taking -> taking.since().compareTo(LONG) > 0)
        .ifPresent(taking -> clauses.add("it has been writing a snapshot for "
            + Wording.duration(taking.since()) + " (" + Wording.bytes(taking.bytes())
            + " so far), and cuts the log only after that"));
    snapshots.last().ifPresent(last -> addWhoHoldsIt(status, last, clauses));
    return clauses;
  }

  /** Of what a snapshot covers a leader keeps some for members that lag behind, so that they need no snapshot. */
  private static void addWhoHoldsIt(
      NodeStatus status, SnapshotStatus.Last snapshot, List<String> clauses) {
    long kept = snapshot.index() - status.snapshots().firstIndex() + 1;
    if (kept <= Explanation.FAR_BEHIND_ENTRIES) {
      return;
    }
    List<String> lagging = new ArrayList<>();
    for (NodeStatus.Peer peer : status.peers()) {
      long match = peer.matchIndex().orElse(Long.MAX_VALUE);
      if (match < snapshot.index() - Explanation.FAR_BEHIND_ENTRIES) {
        lagging.add(
            peer.host().name() + " (" + Wording.entries(status.lastIndex() - match) + " behind)");
      }
    }
    if (!lagging.isEmpty()) {
      clauses.add("the log keeps " + Wording.entries(kept) + " that its snapshot covers, for "
          + Wording.list(lagging));
    }
  }

  private static String inParentheses(String problem) {
    return problem.isEmpty() ? "" : " (" + Wording.detail(problem) + ")";
  }
}
