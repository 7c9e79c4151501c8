package io.github.balsaraft.testing.simulation.cluster;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which disks may be destroyed: so few that every acknowledged entry stays intact on a replica that can be elected. That is so as
 * long as each half of each configuration that is in force, or may come to be, keeps a majority of intact replicas (what was
 * acknowledged is on a majority, and two majorities meet), one of which may lead: those of priority 0 never do by themselves.
 */
public final class DamageBudget {

  private final ClusterView view;
  private final Set<ReplicaId> destroyed = new HashSet<>();

  /** Hosts whose vote somebody wants to take away, or whose priority, which shows in no configuration yet. */
  private final List<HostId> leaving = new ArrayList<>();

  /** Those of all groups on the same hosts, this one among them: a disk holds something of each. */
  private List<DamageBudget> all = List.of(this);

  DamageBudget(ClusterView view) {
    this.view = view;
  }

  /** The same disks hold what other groups have. */
  void sharesDisksWith(List<DamageBudget> budgetsOfAll) {
    all = List.copyOf(budgetsOfAll);
  }

  /**
   * Takes what a host holds out of the budget for good, since it is lost with the disk; false, and nothing taken, if that would be too
   * much. What is no member has nothing to lose.
   */
  public boolean takeDisk(HostId host) {
    return takeDisk(host, all);
  }

  /** The same of the other groups on this disk alone: what it holds of this one is lost already. */
  boolean takeDiskOfOthers(HostId host) {
    return takeDisk(host, all.stream().filter(budget -> budget != this).toList());
  }

  private static boolean takeDisk(HostId host, List<DamageBudget> budgets) {
    if (!budgets.stream().allMatch(budget -> budget.mayLoseDisk(host))) {
      return false;
    }
    budgets.forEach(budget -> budget.takeHere(host));
    return true;
  }

  private boolean mayLoseDisk(HostId host) {
    ClusterView.Replica replica = view.replicaOn(host);
    return whySparedHere(host) == null
        || (replica != null && isGroupThere() && (!replica.isOnDisk() || !isMember(replica.id())));
  }

  private void takeHere(HostId host) {
    ClusterView.Replica replica = view.replicaOn(host);
    if (replica != null && whySparedHere(host) == null) {
      destroyed.add(replica.id());
    }
  }

  private boolean isGroupThere() {
    Configuration committed = view.committed();
    return committed != null && !committed.isEmpty();
  }

  private boolean isMember(ReplicaId replica) {
    return view.possible().stream().anyMatch(configuration -> configuration.contains(replica));
  }

  /**
   * Takes what a host holds out of the budget, as something that is damaged and stays there; false, and nothing taken, if that would be too
   * much, or if the host may be let in later, when others are damaged already.
   */
  public boolean take(HostId host) {
    if (whySpared(host) != null) {
      return false;
    }
    all.forEach(budget -> budget.takeHere(host));
    return true;
  }

  /** Why what a host holds may not be damaged now, for people; null if it may. */
  public @Nullable String whySpared(HostId host) {
    for (DamageBudget budget : all) {
      String spared = budget.whySparedHere(host);
      if (spared != null) {
        return spared;
      }
    }
    return null;
  }

  private @Nullable String whySparedHere(HostId host) {
    // Before there is a group nobody knows who holds what: a founder without its disk would found
    // another one. Nor does anybody know who comes to be on a new disk, or becomes a member: it
    // would be damaged, and count as intact.
    ClusterView.Replica replica = view.replicaOn(host);
    if (replica == null) {
      return "nobody has been there yet";
    }
    if (!isGroupThere()) {
      return "nobody knows yet that there is a group";
    }
    if (!replica.isOnDisk()) {
      return "nobody has been on its new disk yet";
    }
    if (!isMember(replica.id())) {
      return "it is no member";
    }
    Set<ReplicaId> then = new HashSet<>(destroyed);
    then.add(replica.id());
    return isWithin(then, leaving) ? null : "too much would be lost";
  }

  /** Whether what this host holds was taken out of the budget: it may be lost already, or be lost at its next start. */
  boolean isDestroyed(HostId host) {
    ClusterView.Replica replica = view.replicaOn(host);
    return replica != null && destroyed.contains(replica.id());
  }

  /**
   * Somebody wants to take this host's vote away, or to keep it from leading: a group that has lost disks needs the others all the more, and does not know of
   * damage that nobody has met yet.
   *
   * @return whether that can be borne; if so, {@link #stays} has to be called in the end
   */
  boolean mayLeave(HostId host) {
    List<HostId> then = new ArrayList<>(leaving);
    then.add(host);
    if (!isWithin(destroyed, then)) {
      return false;
    }
    leaving.add(host);
    return true;
  }

  /** Nobody tries to take this host's vote away any more: it has happened, and shows, or will not. */
  void stays(HostId host) {
    leaving.remove(host);
  }

  private boolean isWithin(Set<ReplicaId> lost, List<HostId> gone) {
    for (Configuration configuration : view.possible()) {
      if (!survives(configuration, configuration.incomingVoters(), lost, gone)
          || (configuration.isJoint()
              && !survives(configuration, configuration.outgoingVoters(), lost, gone))) {
        return false;
      }
    }
    return true;
  }

  private static boolean survives(
      Configuration configuration,
      List<ReplicaId> voters,
      Set<ReplicaId> destroyed,
      List<HostId> gone) {
    int count = 0;
    int lost = 0;
    int electable = 0;
    for (Member member : configuration.members()) {
      // The worst that may come: the intact ones that may leave do, and no lost one does, even if
      // it is a learner so far, since nobody may have met the damage.
      if (destroyed.contains(member.replica())) {
        count++;
        lost++;
      } else if (voters.contains(member.replica()) && !gone.contains(member.host())) {
        count++;
        electable += member.priority() > 0 ? 1 : 0;
      }
    }
    return electable > 0 && (lost == 0 || lost <= (count - 1) / 2);
  }
}
