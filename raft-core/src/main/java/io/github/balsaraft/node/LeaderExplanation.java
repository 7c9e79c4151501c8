package io.github.balsaraft.node;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** How a leader is: whether it has a quorum, whether writes wait, and for whom. */
final class LeaderExplanation {

  /** Of entries that are as large on the average, each takes its time on disks and network, and what comes behind it waits. */
  private static final long LARGE_ENTRY_BYTES = 1 << 20;

  private final NodeStatus status;
  private final Duration patience;
  private final Reach reach;
  private final VoterCount here;
  private final List<Member> missing;
  private final String leads;

  LeaderExplanation(NodeStatus status, Duration patience) {
    this.status = status;
    this.patience = patience;
    this.reach = new Reach(status, patience);
    this.here = VoterCount.of(status.configuration(), reach::isHere);
    this.missing = Explanation.voters(status.configuration(), voter -> !reach.isHere(voter));
    this.leads = status.host() + " leads in term " + status.term();
  }

  String text() {
    Duration withoutQuorum = status.sinceLeaderContact().orElse(Duration.ZERO);
    if (withoutQuorum.compareTo(patience) > 0) {
      return withoutQuorum(withoutQuorum);
    }
    if (ownDiskHoldsUp()) {
      boolean othersGetOn = committedAndNotDurable() > 0;
      return ownDisk() + ", so writes " + (othersGetOn ? "and linearizable reads " : "")
          + "wait for it" + whoIsMissing() + "; look at the disk of " + status.host()
          + (status.transferTarget().isPresent()
              ? ", it hands leadership over to " + status.transferTarget().get()
              : othersGetOn ? " or hand leadership over" : "");
    }
    if (status.transferTarget().isPresent()) {
      return "Handing over: " + leads + " and hands leadership over to "
          + status.transferTarget().get()
          + ", writes are refused until that is done, for an election timeout at most"
          + whoIsMissing();
    }
    if (isJustElected()) {
      return "Just elected: " + leads + " and waits for the first answers of "
          + Wording.list(Explanation.hosts(missing));
    }
    if (writesWait()) {
      return "Writes wait: " + leads + " and " + Wording.bytes(status.uncommittedBytes())
          + inLargeEntries() + " wait for " + Wording.list(holdUps()) + whoIsMissing() + lookAt();
    }
    if (Explanation.isRestoring(status)) {
      return "Restoring: " + leads
          + " but its state is being restored from a snapshot, so writes and linearizable reads wait for it";
    }
    long toApply = status.commitIndex() - status.appliedIndex();
    Duration sinceApplyProgress = status.sinceApplyProgress().orElse(Duration.ZERO);
    if (sinceApplyProgress.compareTo(patience) > 0) {
      return "State machine stalled: " + leads + " but its state machine has applied nothing for "
          + Wording.duration(sinceApplyProgress) + " and has " + Wording.entries(toApply)
          + " to apply, so writes and linearizable reads wait for it; see in a thread dump what it does, or hand leadership over";
    }
    if (toApply > Explanation.FAR_BEHIND_ENTRIES) {
      return "Behind: " + leads + " and its state machine has " + Wording.entries(toApply)
          + " still to apply, so writes and linearizable reads wait for it";
    }
    if (!missing.isEmpty()) {
      int spare = here.spare();
      return "Degraded: " + leads + " with " + here.text() + whoIsMissing() + ", "
          + (spare <= 0 ? "no further voter" : "only " + spare + " more") + " may fail; "
          + Explanation.bringBack(missing, missing.size(), reach);
    }
    return "Healthy: " + leads + " " + healthy();
  }

  private String withoutQuorum(Duration since) {
    boolean writes = status.uncommittedBytes() > 0;
    return "No quorum: " + leads + " but has heard no quorum for " + Wording.duration(since) + ", "
        + (missing.isEmpty() ? "" : Explanation.areMissing(missing, reach) + ", ")
        + here.textAre() + " here and " + here.needed() + ", "
        + (writes
            ? Wording.bytes(status.uncommittedBytes()) + " of writes" + inLargeEntries()
                + " wait and "
            : "")
        + "it steps down unless they answer"
        + (missing.isEmpty()
            ? ""
            : "; " + Explanation.bringBack(missing, Math.max(1, here.missing()), reach));
  }

  /** Whether it was elected a moment ago: it is within its first election timeout and no voter has answered yet. */
  private boolean isJustElected() {
    return !here.isQuorum()
        && missing.stream().allMatch(voter -> {
          NodeStatus.Peer peer = reach.peer(voter.replica());
          return peer == null || peer.sinceContact().isEmpty();
        });
  }

  // ------------------------------------------------------------------ writes

  /** Whether what is appended waits for the disk here for long, or much of what others have committed does. */
  private boolean ownDiskHoldsUp() {
    return isDiskStalled() || committedAndNotDurable() > Explanation.FAR_BEHIND_ENTRIES;
  }

  private boolean isDiskStalled() {
    return status.lastIndex() > status.durableIndex()
        && sinceDiskProgress().compareTo(patience) > 0;
  }

  private String ownDisk() {
    String lacks = committedAndNotDurable() > 0
        ? Wording.entries(committedAndNotDurable()) + " that others have committed"
        : Wording.entries(status.lastIndex() - status.durableIndex());
    return isDiskStalled()
        ? "Disk stalled: " + leads + " but its own disk has finished no write for "
            + Wording.duration(sinceDiskProgress()) + " and lacks " + lacks
        : "Behind: " + leads + " but its own disk still has to write " + lacks;
  }

  private long committedAndNotDurable() {
    return status.commitIndex() - status.durableIndex();
  }

  private Duration sinceDiskProgress() {
    return status.sinceDiskProgress().orElse(Duration.ZERO);
  }

  /**
   * Whether the next entry can't commit before a voter that is far behind, or missing, has it. Entries that are merely on
   * their way are no reason to speak of waiting.
   */
  private boolean writesWait() {
    return status.uncommittedBytes() > 0
        && !VoterCount.of(
                status.configuration(),
                voter -> reach.isHere(voter)
                    && (hasNext(voter) || behind(voter) <= Explanation.FAR_BEHIND_ENTRIES))
            .isQuorum();
  }

  /** Whether the voter has the entry that is to commit next. */
  private boolean hasNext(Member voter) {
    return match(voter) > status.commitIndex();
  }

  private long match(Member member) {
    if (member.replica().equals(status.replica())) {
      return status.durableIndex();
    }
    NodeStatus.Peer peer = reach.peer(member.replica());
    return peer == null ? 0 : peer.matchIndex().orElse(0);
  }

  private long behind(Member member) {
    NodeStatus.Peer peer = reach.peer(member.replica());
    return status.lastIndex()
        - (peer == null ? match(member) : peer.presentIndex().orElse(0));
  }

  /** {@code  in 2 large entries}; nothing if those that wait aren't unusually large. */
  private String inLargeEntries() {
    long entries = status.lastIndex() - Math.min(status.commitIndex(), status.durableIndex());
    if (entries <= 0 || status.uncommittedBytes() / entries < LARGE_ENTRY_BYTES) {
      return "";
    }
    return entries == 1 ? " in 1 large entry" : " in " + entries + " large entries";
  }

  /** The voters that are here and lack the next entry, with what they lack. */
  private List<String> holdUps() {
    List<String> names = new ArrayList<>();
    for (Member voter :
        Explanation.voters(status.configuration(), any -> reach.isHere(any) && !hasNext(any))) {
      boolean self = voter.replica().equals(status.replica());
      names.add((self ? "its own disk" : voter.host().name()) + " ("
          + Wording.entries(behind(voter)) + " behind)");
    }
    return names.isEmpty() ? Explanation.hosts(missing) : names;
  }

  private String lookAt() {
    List<String> slow = Explanation.hosts(Explanation.voters(
        status.configuration(),
        voter -> reach.isHere(voter)
            && !hasNext(voter)
            && behind(voter) > Explanation.FAR_BEHIND_ENTRIES));
    String disks = slow.isEmpty() ? "" : "; look at disk and network of " + Wording.list(slow);
    String back = missing.isEmpty()
        ? ""
        : (disks.isEmpty() ? "; " : " or ") + Explanation.bringBack(missing, missing.size(), reach);
    return disks + back;
  }

  private String whoIsMissing() {
    return missing.isEmpty() ? "" : ", " + Explanation.areMissing(missing, reach);
  }

  // ------------------------------------------------------------------ all is well

  private String healthy() {
    boolean alone = status.configuration().members().size() == 1;
    String with = alone ? "as the only member" : "with " + here.text();
    String load = status.uncommittedBytes() == 0
        ? "no write waits"
        : Wording.bytes(status.uncommittedBytes()) + " of writes" + inLargeEntries()
            + " on the way to "
            + (alone ? "its disk" : "a quorum");
    List<String> others = new ArrayList<>();
    List<Member> members = status.configuration().members().stream()
        .sorted(Comparator.comparing(Member::host))
        .toList();
    for (Member member : members) {
      boolean learner = member.role() == MemberRole.LEARNER && !member.outgoingVoter();
      String name = (learner ? "learner " : "") + member.host();
      if (!reach.isHere(member)) {
        others.add((learner ? "learner " : "") + reach.withReason(member) + " is missing");
      } else if (behind(member) > Explanation.FAR_BEHIND_ENTRIES) {
        others.add(name + " is " + Wording.entries(behind(member)) + " behind and catches up");
      }
    }
    return with + ", " + load + (others.isEmpty() ? "" : ", " + Wording.list(others));
  }
}
