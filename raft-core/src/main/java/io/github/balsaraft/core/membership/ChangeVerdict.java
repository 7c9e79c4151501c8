package io.github.balsaraft.core.membership;

import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.ChangeRefusal.Reason;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a change of the configuration would be made as things are, and if not, why not. The leader judges by the same rules
 * when a change is proposed and once more when it is appended.
 *
 * @param refusals all that speaks against it; empty if it is allowed
 * @param target what the group would be in the end; null if it can't be said
 * @param isJoint whether voters change, so that a joint configuration comes between (Raft paper 6)
 */
public record ChangeVerdict(
    List<ChangeRefusal> refusals, @Nullable Configuration target, boolean isJoint) {

  public ChangeVerdict {
    refusals = List.copyOf(refusals);
  }

  /** Whether it would be made. */
  public boolean isAllowed() {
    return refusals.isEmpty();
  }

  /** The same with one more thing that speaks against it. */
  public ChangeVerdict refusedToo(Reason reason, String detail) {
    List<ChangeRefusal> more = new ArrayList<>(refusals);
    more.add(new ChangeRefusal(reason, detail));
    return new ChangeVerdict(more, target, isJoint);
  }

  /** Judges a change. Nothing happens. */
  public static ChangeVerdict of(MembershipChange change, GroupView view) {
    ChangeRules rules = new ChangeRules(view);
    rules.requireOffice();
    // What it becomes without anybody doing anything.
    Configuration base = view.configuration().isJoint()
        ? view.configuration().leaveJoint(view.configurationIndex() + 1)
        : view.configuration();
    Configuration target = null;
    if (change instanceof MembershipChange.Reconfigure reconfigure) {
      rules.requireBase(reconfigure.basedOnIndex());
      target = reconfigure.target();
    } else if (change instanceof MembershipChange.Remove remove) {
      rules.requireSettled();
      target = rules.without(base, remove.replica());
    } else if (change instanceof MembershipChange.Add add) {
      // Needs no settled configuration: it waits for its turn.
      target = targetOf(add, base, rules);
      rules.assumeCaughtUp(add.wanted().replica());
    }
    if (target != null) {
      rules.requireFit(target, List.of());
    }
    boolean isJoint =
        target != null && !target.incomingVoters().equals(view.configuration().incomingVoters());
    return new ChangeVerdict(rules.refusals(), target, isJoint);
  }

  /**
   * Judges the next step of a change that is allowed as a whole.
   *
   * @param leaving members that the change removes in the end, so that a new one may stand beside them on their host
   */
  public static ChangeVerdict ofStep(
      Configuration target, List<ReplicaId> leaving, GroupView view) {
    ChangeRules rules = new ChangeRules(view);
    rules.requireOffice();
    rules.requireSettled();
    rules.requireFit(target, leaving);
    boolean isJoint = !target.incomingVoters().equals(view.configuration().incomingVoters());
    return new ChangeVerdict(rules.refusals(), target, isJoint);
  }

  private static @Nullable Configuration targetOf(
      MembershipChange.Add add, Configuration current, ChangeRules rules) {
    for (ReplicaId replaced : add.replaces()) {
      // Gone already: the change is asked for again.
      boolean isGone =
          current.removedAt(replaced) > 0 && current.contains(add.wanted().replica());
      if (!current.contains(replaced) && !isGone) {
        rules.refuse(Reason.UNKNOWN_MEMBER, replaced + " should be replaced and isn't a member");
      }
    }
    try {
      return goal(add, current);
    } catch (IllegalArgumentException e) {
      rules.refuse(Reason.IMPOSSIBLE, String.valueOf(e.getMessage()));
      return null;
    }
  }

  /**
   * The configuration that such a change leads to from here.
   *
   * @throws IllegalArgumentException if there can't be one
   */
  public static Configuration goal(MembershipChange.Add add, Configuration current) {
    // The new one first: a configuration must never be
    // without a voter, not even on the way to the next.
    Configuration goal = current.with(add.wanted());
    for (ReplicaId replaced : add.replaces()) {
      goal = goal.without(replaced);
    }
    return goal;
  }
}
