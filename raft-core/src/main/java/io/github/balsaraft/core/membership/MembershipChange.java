package io.github.balsaraft.core.membership;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import java.util.List;
import java.util.Objects;

/** What somebody wants of the configuration. All go through one mechanism, and joint consensus if voters change. */
public sealed interface MembershipChange {

  /** A time limit that never ends. */
  long NO_LIMIT = Long.MAX_VALUE;

  /** The configuration in force is asked for, whatever its index. */
  long ANY_INDEX = -1;

  /**
   * This configuration, in one change: to promote and demote, to remove several, to change priorities, delays, addresses or the
   * rules for leases.
   *
   * @param target what the group should be in the end; not joint
   * @param basedOnIndex the index of the configuration that the target was made from: if another is in force meanwhile, the
   *     change is refused instead of undoing that; {@link #ANY_INDEX} for no such check
   */
  record Reconfigure(Configuration target, long basedOnIndex) implements MembershipChange {
    public Reconfigure {
      Objects.requireNonNull(target, "target");
    }
  }

  /** Without this member. Ends when that is committed. */
  record Remove(ReplicaId replica) implements MembershipChange {
    public Remove {
      Objects.requireNonNull(replica, "replica");
    }
  }

  /**
   * With this member, in place of others if any are named. It enters as a learner, and once it has caught up it gets its
   * role, in the same change that removes those which it replaces (Raft thesis 4.2.1).
   *
   * <p>Asked for again it goes on where it stands: a learner that is there already is not added twice.
   *
   * @param wanted the member as it should be in the end
   * @param replaces members that leave when it takes their place; a learner among them leaves at once, it counts nowhere
   * @param timeLimitNanos a member that this change has added and that gets no further with catching up for so long is removed
   *     again, as is one that can't have its role for so long once it has caught up; {@link #NO_LIMIT} to wait for as long as this
   *     leader is in office
   */
  record Add(Member wanted, List<ReplicaId> replaces, long timeLimitNanos)
      implements MembershipChange {
    public Add {
      Objects.requireNonNull(wanted, "wanted");
      replaces = List.copyOf(replaces);
      if (timeLimitNanos <= 0) {
        throw new IllegalArgumentException(
            "a time limit is above zero, not " + timeLimitNanos + " ns");
      }
    }
  }

  /** The change to this configuration, whatever it is made from. */
  static MembershipChange to(Configuration target) {
    return new Reconfigure(target, ANY_INDEX);
  }

  /** One more member. */
  static MembershipChange add(Member wanted, long timeLimitNanos) {
    return new Add(wanted, List.of(), timeLimitNanos);
  }

  /** One member in place of another. */
  static MembershipChange replace(ReplicaId old, Member wanted, long timeLimitNanos) {
    return new Add(wanted, List.of(old), timeLimitNanos);
  }
}
