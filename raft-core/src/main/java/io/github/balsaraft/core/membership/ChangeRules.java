package io.github.balsaraft.core.membership;

import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.ChangeRefusal.Reason;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which changes of a configuration are allowed. Collects what speaks against one. */
final class ChangeRules {

  private final GroupView view;
  private final Configuration current;
  private final List<ChangeRefusal> refusals = new ArrayList<>();
  private @Nullable ReplicaId assumedCaughtUp;

  ChangeRules(GroupView view) {
    this.view = view;
    this.current = view.configuration();
  }

  List<ChangeRefusal> refusals() {
    return refusals;
  }

  void refuse(Reason reason, String detail) {
    refusals.add(new ChangeRefusal(reason, detail));
  }

  void requireOffice() {
    if (!view.leads()) {
      refuse(Reason.NOT_LEADER, "this member is not the leader");
    } else if (!view.hasCommittedInTerm()) {
      // Else two leaders could start from the same configuration and part ways (trap 29).
      refuse(Reason.NOT_READY, "this leader has not committed an entry of its own term yet");
    }
  }

  /** One uncommitted change at a time (Raft paper 6, thesis 4.1). */
  void requireSettled() {
    if (!view.isSettled()) {
      refuse(Reason.CHANGE_UNDER_WAY, "another change is under way");
    }
  }

  void requireBase(long index) {
    requireSettled();
    if (index != MembershipChange.ANY_INDEX && index != view.configurationIndex()) {
      refuse(
          Reason.OUTDATED,
          "it was made from the configuration at " + index + ", the one in force is at "
              + view.configurationIndex());
    }
  }

  /** The member is only given its role once it has caught up. */
  void assumeCaughtUp(ReplicaId replica) {
    assumedCaughtUp = replica;
  }

  /** The configuration without a member, or null with a refusal. */
  @Nullable
  Configuration without(Configuration configuration, ReplicaId replica) {
    if (!configuration.contains(replica)) {
      long removedAt = configuration.removedAt(replica);
      String when = removedAt > 0 ? "; it was removed at index " + removedAt : "";
      refuse(Reason.UNKNOWN_MEMBER, replica + " isn't a member" + when);
      return null;
    }
    try {
      return configuration.without(replica);
    } catch (IllegalArgumentException e) {
      refuse(Reason.IMPOSSIBLE, String.valueOf(e.getMessage()));
      return null;
    }
  }

  /** What holds for every configuration that is proposed. */
  void requireFit(Configuration target, List<ReplicaId> leaving) {
    if (target.isJoint() || target.isEmpty()) {
      refuse(
          Reason.IMPOSSIBLE,
          "a change names the members that it wants in the end, and at least one voter");
      return;
    }
    for (Member member : target.members()) {
      requireIdentity(member);
      requireOwnHost(member, target, leaving);
    }
    requireCandidate(target);
    requireLeaseRules(target);
    requireMajority(target, Reason.EMPTY_MAJORITY, "hold the log", this::holdsLog);
    requireMajority(target, Reason.NO_LIVE_MAJORITY, "be heard of", this::isLive);
  }

  /**
   * Somebody must stand for election. If the leader goes, it must be one who is there: without it the others wait, however many
   * they are. A leader that stays a voter leads on until another can, whatever its priority.
   */
  private void requireCandidate(Configuration target) {
    List<Member> candidates = target.members().stream()
        .filter(voter -> voter.isVoter() && voter.priority() > 0)
        .toList();
    if (candidates.isEmpty()) {
      refuse(Reason.NO_CANDIDATE, "no voter would ever stand for election: all have priority 0");
    } else if (!target.isVoter(view.self())
        && candidates.stream().noneMatch(member -> isLive(member.replica()))) {
      refuse(
          Reason.NO_CANDIDATE,
          "no voter that is heard of would stand for election: only " + names(candidates)
              + " may, the others have priority 0");
    }
  }

  /** What the group has agreed on already doesn't hold up other changes, whatever this member's own settings are. */
  private void requireLeaseRules(Configuration target) {
    String problem = target.leaseRules().equals(current.leaseRules())
        ? null
        : view.leaseBounds().problem(target.leaseRules());
    if (problem != null) {
      refuse(Reason.LEASE_RULES, problem);
    }
  }

  private void requireIdentity(Member member) {
    ReplicaId replica = member.replica();
    Member before = current.member(replica);
    long removedAt = current.removedAt(replica);
    if (before == null && removedAt > 0) {
      refuse(
          Reason.REMOVED_BEFORE,
          "replica " + replica + " was removed at index " + removedAt
              + " and never comes back; a member on " + member.host() + " needs a new replica");
    }
    if (before != null && before.role() == MemberRole.LEAVING) {
      // Out as soon as joint consensus is left, and it will be left.
      refuse(
          Reason.REMOVED_BEFORE,
          "replica " + replica + " is being removed and never comes back; a member on "
              + member.host() + " needs a new replica");
    }
    if (before != null && !before.host().equals(member.host())) {
      refuse(
          Reason.REPLICA_MOVED,
          "replica " + replica + " is on " + before.host() + ", not on " + member.host());
    }
  }

  private void requireOwnHost(Member member, Configuration target, List<ReplicaId> leaving) {
    List<Member> others = target.membersOn(member.host()).stream()
        .filter(other -> other.replica().compareTo(member.replica()) > 0)
        .toList();
    for (Member other : others) {
      boolean replacing = leaving.contains(other.replica()) || leaving.contains(member.replica());
      // Left over from a replacement whose leader was lost: that doesn't forbid other changes.
      boolean asBefore = !(member.isVoter() && other.isVoter())
          && current.contains(member.replica())
          && current.contains(other.replica());
      if (!replacing && !asBefore) {
        refuse(
            Reason.HOST_TWICE,
            member.host() + " would carry two members, " + member.replica() + " and "
                + other.replica());
      }
    }
  }

  private boolean isLive(ReplicaId replica) {
    return replica.equals(assumedCaughtUp) || view.isLive(replica);
  }

  private boolean holdsLog(ReplicaId replica) {
    return replica.equals(assumedCaughtUp) || view.holdsLog(replica);
  }

  private void requireMajority(
      Configuration target, Reason reason, String what, Predicate<ReplicaId> condition) {
    List<Member> voters = target.members().stream().filter(Member::isVoter).toList();
    List<Member> fit =
        voters.stream().filter(voter -> condition.test(voter.replica())).toList();
    if (2 * fit.size() <= voters.size()) {
      refuse(
          reason,
          "a majority of the voters " + names(voters) + " would have to " + what + ", but "
              + (fit.isEmpty() ? "none does" : "only " + names(fit) + " can be counted on"));
    }
  }

  private static String names(List<Member> members) {
    return members.stream()
        .map(member -> member.host().name())
        .sorted()
        .collect(Collectors.joining(" "));
  }
}
