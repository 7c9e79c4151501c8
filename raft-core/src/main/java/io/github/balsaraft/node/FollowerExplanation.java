package io.github.balsaraft.node;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.transport.PeerConnection.State;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a node is that follows a leader. */
final class FollowerExplanation {

  private FollowerExplanation() {}

  static String of(NodeStatus status, Duration patience) {
    HostId leader = status.leader().orElseThrow();
    String follows = Explanation.self(status) + " follows " + leader + " in term " + status.term();
    Duration silence = status.sinceLeaderContact().orElse(null);
    if (silence == null || silence.compareTo(patience) > 0) {
      return leaderIsSilent(status, leader, follows, silence);
    }
    long toApply = status.commitIndex() - status.appliedIndex();
    long toWrite = status.lastIndex() - status.durableIndex();
    Duration sinceDiskProgress = status.sinceDiskProgress().orElse(Duration.ZERO);
    if (toWrite > 0 && sinceDiskProgress.compareTo(patience) > 0) {
      return "Disk stalled: " + follows + " but its disk has finished no write for "
          + Wording.duration(sinceDiskProgress) + " and lacks " + Wording.entries(toWrite)
          + ", so " + leader + " can't count on it; look at the disk of " + status.host();
    }
    if (Explanation.isRestoring(status)) {
      return "Restoring: " + follows
          + " but its state is being restored from a snapshot, so local reads are old and linearizable reads here wait";
    }
    Duration sinceApplyProgress = status.sinceApplyProgress().orElse(Duration.ZERO);
    // What it does instead is said behind this.
    boolean isBusyOtherwise =
        status.snapshots().fetching().isPresent() || !status.healthDetail().isEmpty();
    if (!isBusyOtherwise && sinceApplyProgress.compareTo(patience) > 0) {
      return "State machine stalled: " + follows + " but its state machine has applied nothing for "
          + Wording.duration(sinceApplyProgress) + " and has " + Wording.entries(toApply)
          + " to apply, so local reads are old and linearizable reads here wait; see in a thread dump what it does";
    }
    if (toApply > Explanation.FAR_BEHIND_ENTRIES) {
      return "Behind: " + follows + " and its state machine has " + Wording.entries(toApply)
          + " still to apply, so local reads are old and linearizable reads here wait";
    }
    if (toWrite > Explanation.FAR_BEHIND_ENTRIES) {
      return "Behind: " + follows + " and its disk has " + Wording.entries(toWrite)
          + " still to write, so " + leader + " can't count on it; look at the disk of "
          + status.host();
    }
    return "Healthy: " + follows + Explanation.ageOfLocalReads(status);
  }

  private static String leaderIsSilent(
      NodeStatus status, @Nullable HostId leader, String follows, @Nullable Duration silence) {
    Reach reach = new Reach(status, null);
    String why = status.peers().stream()
        .filter(peer -> peer.host().equals(leader) && peer.connection().state() != State.CONNECTED)
        .map(peer -> status.configuration().member(peer.replica()))
        .flatMap(member -> member == null
            ? List.<String>of().stream()
            : List.of(reach.withReason(member)).stream())
        .findFirst()
        .orElse("it");
    String since = silence == null ? " yet" : " for " + Wording.duration(silence);
    return "Silent leader: " + follows + " but has not heard " + why + since
        + Explanation.ageOfLocalReads(status)
        + "; the voters elect another one unless it comes back";
  }
}
