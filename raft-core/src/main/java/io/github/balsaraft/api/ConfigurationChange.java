package io.github.balsaraft.api;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import java.time.Duration;
import java.util.Objects;

/** What an operator wants of a group's configuration. See {@link Membership}. */
public sealed interface ConfigurationChange {

  /**
   * One more member.
   *
   * @param host the new one; its node is started with {@code join}, before or within the time limit
   */
  record Add(HostId host, AddOptions options) implements ConfigurationChange {
    public Add {
      Objects.requireNonNull(host, "host");
      Objects.requireNonNull(options, "options");
    }
  }

  /**
   * A learner becomes a voter.
   *
   * @param timeLimit if it gets no further with catching up for so long it stays a learner
   */
  record Promote(HostId host, Duration timeLimit) implements ConfigurationChange {
    public Promote {
      Objects.requireNonNull(host, "host");
      Limits.checkTimeLimit(timeLimit);
    }
  }

  /** A voter becomes a learner. */
  record Demote(HostId host) implements ConfigurationChange {
    public Demote {
      Objects.requireNonNull(host, "host");
    }
  }

  /** A member leaves. Its replica never comes back: a host that is added again carries a new one, in an empty folder. */
  record Remove(HostId host) implements ConfigurationChange {
    public Remove {
      Objects.requireNonNull(host, "host");
    }
  }

  /**
   * A new host takes the place of a member, with its role, priority and campaign delay. Both are members until the new one has
   * caught up; the group never counts both at once.
   *
   * @param old who leaves; it may be dead
   * @param replacement who comes; its node is started with {@code join}, before or within the time limit
   * @param timeLimit if its host has not asked within that, or gets no further with catching up for so long, it is removed again, and
   *     the old member stays
   */
  record Replace(HostId old, HostId replacement, Duration timeLimit)
      implements ConfigurationChange {
    public Replace {
      Objects.requireNonNull(old, "old");
      Objects.requireNonNull(replacement, "replacement");
      Limits.checkTimeLimit(timeLimit);
    }
  }

  /**
   * Other rules for leases (Raft thesis 6.4.1). In force as soon as they are appended: a leader has a lease once a quorum has
   * promised the new window, and a voter keeps what it has promised under the old one.
   *
   * @param rules judged by the settings of the leader: a window between two heartbeat intervals and the maximum of the election
   *     timeout, and a drift bound above 0; {@link LeaseRules#FORBIDDEN} for no leases
   */
  record SetLeases(LeaseRules rules) implements ConfigurationChange {
    public SetLeases {
      Objects.requireNonNull(rules, "rules");
    }
  }

  /** Other options for a member. */
  record Update(HostId host, MemberOptions options) implements ConfigurationChange {
    public Update {
      Objects.requireNonNull(host, "host");
      Objects.requireNonNull(options, "options");
    }
  }
}
