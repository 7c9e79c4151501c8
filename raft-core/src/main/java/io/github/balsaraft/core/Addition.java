package io.github.balsaraft.core;

import io.github.balsaraft.core.membership.CatchUp;
import io.github.balsaraft.core.membership.ChangeVerdict;
import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.ReplicaId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One member on its way in, as its leader remembers it. What was decided is in the log; the rest may be forgotten with the leader. */
final class Addition {

  final long changeId;
  final MembershipChange.Add change;

  /** It was a member before, so that giving up leaves it as it was. */
  final boolean wasMember;

  /** When the member last got further with catching up; at first, when this began. */
  private long gotOnNanos;

  /** The fewest entries that it has lacked. */
  private long leastLacking = Long.MAX_VALUE;

  /** It had caught up, if only for a moment: what holds its role up since isn't that it lacks something. */
  boolean hasCaughtUp;

  /** It was made a learner by this change. */
  boolean added;

  /** The change that gives it its role is in the log. */
  boolean decided;

  /** Begins when the learner's configuration is committed; null before. */
  @Nullable
  CatchUp catchUp;

  /** Why it is given up; null as long as it isn't. */
  @Nullable
  String abortReason;

  /** What speaks against its next step and passes by itself; empty unless that holds it up. */
  List<ChangeRefusal> heldUpBy = List.of();

  Addition(long changeId, MembershipChange.Add change, long startNanos, boolean wasMember) {
    this.changeId = changeId;
    this.change = change;
    this.gotOnNanos = startNanos;
    this.wasMember = wasMember;
  }

  ReplicaId replica() {
    return change.wanted().replica();
  }

  /** The member is closer than before since then. What comes once it has caught up says nothing of how that goes. */
  void gotOn(long atNanos) {
    if (!hasCaughtUp) {
      gotOnNanos = Math.max(gotOnNanos, atNanos);
    }
  }

  /** So many entries of the log are missing there: who takes them more slowly than others come doesn't get on. */
  void lacks(long entries, long nowNanos) {
    if (entries < leastLacking) {
      leastLacking = entries;
      gotOn(nowNanos);
    }
  }

  /** Whether it has got no further for as long as it may take: how much there is to send must not decide who can be added. */
  boolean isOverdue(long nowNanos) {
    return change.timeLimitNanos() != MembershipChange.NO_LIMIT
        && nowNanos - gotOnNanos >= change.timeLimitNanos();
  }

  /**
   * The group as it should be in the end.
   *
   * @throws IllegalArgumentException if there can't be such a group any more
   */
  Configuration goal(Configuration current) {
    return ChangeVerdict.goal(change, current);
  }

  /** Whether it was a member, by this change or before, and is none any more. */
  boolean isGoneFrom(Configuration current) {
    return (added || wasMember) && !current.contains(replica());
  }

  /** Whether its host carries a member that came after those which this one was to replace. */
  boolean isHostIn(Configuration current) {
    return current.membersOn(change.wanted().host()).stream()
        .anyMatch(member -> !change.replaces().contains(member.replica()));
  }

  boolean isReachedBy(Configuration current) {
    Member member = current.member(replica());
    return member != null
        && member.equals(change.wanted())
        && change.replaces().stream().noneMatch(current::contains);
  }

  /** Whether the member must be a learner first, or a learner that can be reached elsewhere. */
  boolean wantsStaging(Configuration current) {
    Member member = current.member(replica());
    return member == null || (member.role() == MemberRole.LEARNER && !member.equals(asLearner()));
  }

  /**
   * The group with the new member as a learner. Who is replaced and counts nowhere makes room at once.
   *
   * @throws IllegalArgumentException if there can't be such a group any more
   */
  Configuration staging(Configuration current) {
    if (change.wanted().role() == MemberRole.LEARNER) {
      return goal(current);
    }
    Configuration staging = current.with(asLearner());
    for (ReplicaId replaced : change.replaces()) {
      if (!current.isVoter(replaced)) {
        staging = staging.without(replaced);
      }
    }
    return staging;
  }

  private Member asLearner() {
    return change.wanted().withRole(MemberRole.LEARNER, false);
  }
}
