package io.github.balsaraft.core.membership;

import io.github.balsaraft.model.ChangeRefusal.Reason;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.Removal;
import io.github.balsaraft.model.ReplicaId;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The rules of {@link ChangeRules} a second time: in sets of members, and with majorities that are found by trying every set of
 * voters. Slow, and written to be compared with the sentences of docs/protocol.md rather than with the other one.
 */
final class NaiveChangeRules {

  /**
   * What is said of a change.
   *
   * @param reasons all that speaks against it
   * @param target the members in the end; null if it can't be said
   * @param isJoint whether a joint configuration comes between
   */
  record Verdict(Set<Reason> reasons, Set<Member> target, boolean isJoint) {}

  private final GroupView view;
  private final Set<Member> current;
  private final Set<Reason> reasons = EnumSet.noneOf(Reason.class);

  /** Who is given its role only once it is there, live and with the log. */
  private ReplicaId newcomer;

  private LeaseRules wantedLeases;

  private NaiveChangeRules(GroupView view) {
    this.view = view;
    this.current = Set.copyOf(view.configuration().members());
    this.wantedLeases = view.configuration().leaseRules();
  }

  static Verdict judge(MembershipChange change, GroupView view) {
    return new NaiveChangeRules(view).judge(change);
  }

  static Verdict judgeStep(Configuration target, List<ReplicaId> leaving, GroupView view) {
    NaiveChangeRules rules = new NaiveChangeRules(view);
    rules.office();
    rules.nothingUnderWay();
    rules.wantedLeases = target.leaseRules();
    return rules.verdict(Set.copyOf(target.members()), Set.copyOf(leaving));
  }

  private Verdict judge(MembershipChange change) {
    office();
    if (change instanceof MembershipChange.Reconfigure reconfigure) {
      nothingUnderWay();
      boolean anyBase = reconfigure.basedOnIndex() == MembershipChange.ANY_INDEX;
      if (!anyBase && reconfigure.basedOnIndex() != view.configurationIndex()) {
        reasons.add(Reason.OUTDATED);
      }
      wantedLeases = reconfigure.target().leaseRules();
      return verdict(Set.copyOf(reconfigure.target().members()), Set.of());
    } else if (change instanceof MembershipChange.Remove remove) {
      nothingUnderWay();
      return verdict(remove(remove.replica()), Set.of());
    } else {
      MembershipChange.Add add = (MembershipChange.Add) change;
      newcomer = add.wanted().replica();
      return verdict(add(add), Set.of());
    }
  }

  private void office() {
    if (!view.leads()) {
      reasons.add(Reason.NOT_LEADER);
    }
    if (view.leads() && !view.hasCommittedInTerm()) {
      reasons.add(Reason.NOT_READY);
    }
  }

  private void nothingUnderWay() {
    if (!view.isSettled()) {
      reasons.add(Reason.CHANGE_UNDER_WAY);
    }
  }

  /** Who is left when joint consensus is, which needs nobody's doing. */
  private Set<Member> afterwards() {
    Set<Member> left = new HashSet<>();
    for (Member member : current) {
      if (member.role() != MemberRole.LEAVING) {
        left.add(member.withRole(member.role(), false));
      }
    }
    return left;
  }

  private Set<Member> remove(ReplicaId replica) {
    Set<Member> rest = afterwards();
    if (!rest.removeIf(member -> member.replica().equals(replica))) {
      reasons.add(Reason.UNKNOWN_MEMBER);
      return null;
    }
    return possible(rest);
  }

  private Set<Member> add(MembershipChange.Add add) {
    Set<Member> base = afterwards();
    Set<ReplicaId> ids = ids(base);
    Set<ReplicaId> goneEver = new HashSet<>();
    view.configuration().removals().forEach(removal -> goneEver.add(removal.replica()));
    current.stream()
        .filter(member -> member.role() == MemberRole.LEAVING)
        .forEach(member -> goneEver.add(member.replica()));
    for (ReplicaId replaced : add.replaces()) {
      boolean askedAgain = goneEver.contains(replaced) && ids.contains(newcomer);
      if (!ids.contains(replaced) && !askedAgain) {
        reasons.add(Reason.UNKNOWN_MEMBER);
      }
    }
    Set<Member> target = new HashSet<>(base);
    target.removeIf(member -> member.replica().equals(newcomer));
    target.add(add.wanted());
    // One after the other, as an operator would think of it: nobody may be without a voter on the
    // way.
    for (int done = 0; done <= add.replaces().size(); done++) {
      if (done > 0) {
        ReplicaId replaced = add.replaces().get(done - 1);
        target.removeIf(member -> member.replica().equals(replaced));
      }
      if (possible(target) == null) {
        return null;
      }
    }
    return target;
  }

  /** The members, or null with a refusal if these can't be a configuration. */
  private Set<Member> possible(Set<Member> members) {
    boolean hasVoter = members.stream().anyMatch(member -> member.role() == MemberRole.VOTER);
    if (!hasVoter && !members.isEmpty()) {
      reasons.add(Reason.IMPOSSIBLE);
      return null;
    }
    return members;
  }

  private Verdict verdict(Set<Member> target, Set<ReplicaId> leaving) {
    if (target == null) {
      return new Verdict(reasons, null, false);
    }
    if (target.isEmpty() || target.stream().anyMatch(Member::outgoingVoter)) {
      reasons.add(Reason.IMPOSSIBLE);
    } else {
      identities(target);
      hosts(target, leaving);
      candidates(target);
      leases();
      Set<ReplicaId> voters = voters(target);
      if (noQuorumOf(voters, this::holdsLog)) {
        reasons.add(Reason.EMPTY_MAJORITY);
      }
      if (noQuorumOf(voters, this::isLive)) {
        reasons.add(Reason.NO_LIVE_MAJORITY);
      }
    }
    return new Verdict(reasons, target, !voters(target).equals(voters(current)));
  }

  /** Somebody must be willing to lead; and be there, if the leader doesn't stay among the voters. */
  private void candidates(Set<Member> target) {
    Set<Member> willing = new HashSet<>(target);
    willing.removeIf(member -> !isVoter(member) || member.priority() == 0);
    Set<Member> there = new HashSet<>(willing);
    there.removeIf(member -> !isLive(member.replica()));
    boolean leaderGoes = !voters(target).contains(view.self());
    if (willing.isEmpty() || (leaderGoes && there.isEmpty())) {
      reasons.add(Reason.NO_CANDIDATE);
    }
  }

  private void identities(Set<Member> target) {
    Set<ReplicaId> known = ids(current);
    for (Member member : target) {
      for (Removal removal : view.configuration().removals()) {
        if (removal.replica().equals(member.replica()) && !known.contains(member.replica())) {
          reasons.add(Reason.REMOVED_BEFORE);
        }
      }
      for (Member before : current) {
        if (before.replica().equals(member.replica())) {
          if (!before.host().equals(member.host())) {
            reasons.add(Reason.REPLICA_MOVED);
          }
          if (before.role() == MemberRole.LEAVING) {
            reasons.add(Reason.REMOVED_BEFORE);
          }
        }
      }
    }
  }

  /** Host by host: two on one are allowed while one makes room for the other, or if they were there before and don't both vote. */
  private void hosts(Set<Member> target, Set<ReplicaId> leaving) {
    Set<HostId> hosts = new TreeSet<>();
    target.forEach(member -> hosts.add(member.host()));
    for (HostId host : hosts) {
      List<Member> there =
          target.stream().filter(member -> member.host().equals(host)).toList();
      for (Member one : there) {
        for (Member other : there) {
          boolean makesRoom = leaving.contains(one.replica()) || leaving.contains(other.replica());
          boolean leftOver = ids(current).containsAll(ids(new HashSet<>(List.of(one, other))))
              && !(isVoter(one) && isVoter(other));
          if (!one.equals(other) && !makesRoom && !leftOver) {
            reasons.add(Reason.HOST_TWICE);
          }
        }
      }
    }
  }

  /** New rules with leases must be true of some clock, and of use: two rounds in each lease, none longer than an office lasts. */
  private void leases() {
    if (wantedLeases.equals(view.configuration().leaseRules()) || !wantedLeases.permitted()) {
      return;
    }
    BigDecimal windowMillis = BigDecimal.valueOf(wantedLeases.windowMillis());
    BigDecimal drift = BigDecimal.valueOf(wantedLeases.maxClockDriftPpm(), 6);
    BigDecimal leaseMillis = windowMillis.subtract(windowMillis.multiply(drift));
    BigDecimal twoRoundsMillis = millis(view.leaseBounds().heartbeatNanos())
        .add(millis(view.leaseBounds().heartbeatNanos()));
    BigDecimal officeMillis = millis(view.leaseBounds().electionTimeoutMaxNanos());
    boolean isTrue = drift.signum() > 0;
    boolean isOfUse =
        twoRoundsMillis.compareTo(leaseMillis) <= 0 && windowMillis.compareTo(officeMillis) <= 0;
    if (!isTrue || !isOfUse) {
      reasons.add(Reason.LEASE_RULES);
    }
  }

  private static BigDecimal millis(long nanos) {
    return BigDecimal.valueOf(nanos, 6);
  }

  private boolean isLive(ReplicaId replica) {
    GroupView.Standing standing = view.members().get(replica);
    return replica.equals(view.self())
        || replica.equals(newcomer)
        || (standing != null && standing.isLive());
  }

  private boolean holdsLog(ReplicaId replica) {
    GroupView.Standing standing = view.members().get(replica);
    boolean votesAlready = current.stream()
        .anyMatch(member ->
            member.replica().equals(replica) && (isVoter(member) || member.outgoingVoter()));
    boolean caughtUp = standing != null
        && standing.match() != 0
        && standing.missing() < GroupView.CAUGHT_UP_WITHIN_ENTRIES + 1;
    return replica.equals(view.self()) || replica.equals(newcomer) || votesAlready || caughtUp;
  }

  /** Tries every set of voters: is none more than half of them, and fit throughout? */
  private static boolean noQuorumOf(Set<ReplicaId> voters, Predicate<ReplicaId> fit) {
    List<ReplicaId> list = new ArrayList<>(voters);
    for (int set = 0; set < 1 << list.size(); set++) {
      int size = 0;
      int unfit = 0;
      for (int i = 0; i < list.size(); i++) {
        if ((set >> i & 1) == 1) {
          size++;
          unfit += fit.test(list.get(i)) ? 0 : 1;
        }
      }
      if (size > list.size() - size && unfit == 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isVoter(Member member) {
    return member.role() == MemberRole.VOTER;
  }

  private static Set<ReplicaId> voters(Set<Member> members) {
    Set<Member> voting = new HashSet<>(members);
    voting.removeIf(member -> !isVoter(member));
    return ids(voting);
  }

  private static Set<ReplicaId> ids(Set<Member> members) {
    Set<ReplicaId> ids = new TreeSet<>();
    members.forEach(member -> ids.add(member.replica()));
    return ids;
  }
}
