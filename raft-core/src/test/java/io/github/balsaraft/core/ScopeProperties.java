package io.github.balsaraft.core;

import java.util.Arrays;

/** The properties of Raft (paper, figure 3) in the states of a {@link ScopeSearch}, by nothing but the logs. */
final class ScopeProperties {

  private ScopeProperties() {}

  /** Thrown where one doesn't hold. */
  static final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Violation(String message) {
      super(message);
    }
  }

  /** Checks a step of one replica; returns the history with what it has added. */
  static long check(ScopeReplica[] replicas, ScopeReplica before, ScopeReplica now, long history) {
    long after = history;
    if (now.leads && ScopeHistory.leader(after, now.term) != now.position) {
      require(
          ScopeHistory.leader(after, now.term) < 0,
          now,
          "election safety: a second leader in term " + now.term);
      after = ScopeHistory.withLeader(after, now.term, now.position);
    }
    if (before.leads && now.leads && before.term == now.term) {
      require(
          now.log.length >= before.log.length
              && Arrays.equals(now.log, 0, before.log.length, before.log, 0, before.log.length),
          now,
          "leader append-only: it has changed what it had in its log");
    }
    after = commitment(replicas, before, now, after);
    for (int index = 1; index <= now.commit; index++) {
      require(
          ScopeHistory.committed(after, index) == now.log[index - 1],
          now,
          "state machine safety: the entry at " + index + " was another when it committed");
    }
    for (ScopeReplica other : replicas) {
      if (other != now) {
        logMatching(now, other);
        if (now.leads) {
          matchIsDurable(now, other);
        }
        if (other.leads) {
          matchIsDurable(other, now);
        }
      }
    }
    for (ScopeReplica leader : replicas) {
      if (leader.leads) {
        leaderCompleteness(leader, after);
      }
    }
    return after;
  }

  private static long commitment(
      ScopeReplica[] replicas, ScopeReplica before, ScopeReplica now, long history) {
    long after = history;
    for (int index = (int) Math.min(before.commit, now.commit) + 1; index <= now.commit; index++) {
      if (ScopeHistory.committed(after, index) != 0) {
        continue;
      }
      long term = now.log[index - 1];
      require(now.leads || before.leads, now, "learns of a commitment before any leader does");
      long inTerm = now.leads ? now.term : before.term;
      int top = (int) now.commit;
      require(now.log[top - 1] == inTerm, now, "commits an entry of an earlier term by counting");
      int holding = 0;
      for (ScopeReplica replica : replicas) {
        holding += replica.durableLog.length >= index
                && Arrays.equals(replica.durableLog, 0, index, now.log, 0, index)
            ? 1
            : 0;
      }
      require(2 * holding > replicas.length, now, "commits what is not durable on a quorum");
      after = ScopeHistory.withCommitted(after, index, term, inTerm);
    }
    return after;
  }

  /** Where the terms of two entries at an index agree, so do all before them. */
  private static void logMatching(ScopeReplica one, ScopeReplica other) {
    int last = Math.min(one.log.length, other.log.length);
    while (last > 0 && one.log[last - 1] != other.log[last - 1]) {
      last--;
    }
    require(Arrays.equals(one.log, 0, last, other.log, 0, last), one, "log matching with " + other);
  }

  private static void matchIsDurable(ScopeReplica leader, ScopeReplica follower) {
    int match = (int) leader.match[follower.position];
    require(
        follower.durableTerm > leader.term
            || (follower.durableLog.length >= match
                && Arrays.equals(follower.durableLog, 0, match, leader.log, 0, match)),
        leader,
        "takes entries up to " + match + " for durable at " + follower);
  }

  private static void leaderCompleteness(ScopeReplica leader, long history) {
    for (int index = 1; ScopeHistory.committed(history, index) != 0; index++) {
      require(
          ScopeHistory.committedIn(history, index) > leader.term
              || (leader.log.length >= index
                  && leader.log[index - 1] == ScopeHistory.committed(history, index)),
          leader,
          "leader completeness: it lacks the committed entry at " + index);
    }
  }

  private static void require(boolean holds, ScopeReplica where, String property) {
    if (!holds) {
      throw new Violation(where + ": " + property);
    }
  }
}
