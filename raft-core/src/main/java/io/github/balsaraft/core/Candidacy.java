package io.github.balsaraft.core;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether this replica may stand for election, when it would, and whom it would ask. */
final class Candidacy {

  private final CoreContext context;

  /** Since it heard a leader. */
  private boolean hasLetOthersGoFirst;

  Candidacy(CoreContext context) {
    this.context = context;
  }

  /**
   * Whether this replica may stand for election: it has a vote in the configuration in force, and its priority allows it or
   * the others can't do without it (see {@link LastResort}). While that configuration is not known to be committed, a vote in
   * the one before is enough: if this replica was just removed it may hold the only copy of that, and the others can't do
   * without its vote (trap 6).
   */
  boolean isElectable() {
    if (context.removals.ownRemoval() > 0 || context.repair.isRecovering()) {
      return false;
    }
    Configuration fallback = context.configurations.fallback();
    return mayStand(context.configuration()) || (fallback != null && mayStand(fallback));
  }

  /** Whether this replica never stands for election of its own accord. */
  boolean hasPriorityZero() {
    Member member = context.configuration().member(context.self);
    return member != null && member.priority() == 0;
  }

  /** Whether this replica has a vote in what the configuration in force leads to. */
  boolean staysVoter() {
    Member member = context.configuration().member(context.self);
    return member != null && member.isVoter();
  }

  private boolean mayStand(Configuration under) {
    Member member = under.member(context.self);
    return member != null
        && member.isVoterInAnyHalf()
        && (member.priority() > 0 || context.lastResort.isDue(context.nowNanos()));
  }

  /** Whether this replica could become electable without hearing anything: see {@link LastResort}. */
  boolean mayHaveToStand() {
    return context.removals.ownRemoval() == 0
        && !context.repair.isRecovering()
        && context.configuration().isVoter(context.self);
  }

  /** How much longer than others this replica waits before each time that it stands. */
  long campaignDelayNanos() {
    Member member = context.configuration().member(context.self);
    return member == null ? 0 : member.campaignDelayMillis() * 1_000_000L;
  }

  /**
   * Whether others should stand first, now that this replica would: its state machine could not serve yet, which theirs may, and an
   * election asks for the log alone. Once is all until a leader is heard again: if none of them leads by then, none may be there, or
   * have the log, and who leads late is better than nobody.
   *
   * @param silentLeader who was not heard in time, and stands for nothing; null if there was none
   */
  boolean letsOthersGoFirst(@Nullable ReplicaId silentLeader) {
    boolean lets = !hasLetOthersGoFirst
        && context.applyPace.isLagging()
        && StandingOrder.standing(context).stream()
            .map(Member::replica)
            .anyMatch(other -> !other.equals(context.self) && !other.equals(silentLeader));
    hasLetOthersGoFirst |= lets;
    return lets;
  }

  void heardLeader() {
    hasLetOthersGoFirst = false;
  }

  /** The other members that have a vote in either half. */
  List<ReplicaId> otherVoters() {
    List<ReplicaId> voters = new ArrayList<>();
    for (Member member : context.configuration().members()) {
      if (member.isVoterInAnyHalf() && !member.replica().equals(context.self)) {
        voters.add(member.replica());
      }
    }
    return voters;
  }

  /**
   * A moment that lies a random election timeout ahead (Raft paper 5.2), and this member's campaign delay beyond that: a member
   * far from the rest waits longer before each attempt, so that leadership stays near.
   */
  long randomElectionDeadline() {
    long range =
        context.options.electionTimeoutMaxNanos() - context.options.electionTimeoutMinNanos();
    long minNanos =
        Math.max(context.options.electionTimeoutMinNanos(), context.leasePromise.windowNanos());
    return context.nowNanos() + minNanos + context.random.below(range) + campaignDelayNanos();
  }
}
