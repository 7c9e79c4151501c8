package io.github.balsaraft.testing.simulation.faults;

/** The kinds of faults, and of other things that a cluster has to bear. */
public enum FaultKind {
  /** The network loses, repeats and delays messages for a while. */
  BAD_WEATHER,
  /** Nothing gets from one host to another for a while, but the other way. */
  ONE_WAY_CUT,
  /** A host is cut off from all others for a while. */
  ISOLATION,
  /** The hosts fall into two parts for a while. */
  SPLIT,
  /** A process is killed, and started again after a while. */
  CRASH,
  /** All processes are killed at once, and started again after a while. */
  POWER_CUT,
  /** A process is stopped as an init system does it, and started again after a while. */
  STOP,
  /** A process does nothing for a while; sometimes it is cut off too, and stays so for as long again. */
  PAUSE,
  /** A disk is slow for a while. */
  SLOW_DISK,
  /** One write takes very long. */
  STALLED_DISK,
  /** A write fails; the process is started again after a while. */
  FAILING_WRITE,
  /** A disk is full for a while; the process is started again then. */
  FULL_DISK,
  /** A bit changes on a disk. */
  BIT_FLIP,
  /** A disk is replaced by an empty one. */
  WIPED_DISK,
  /** A state machine is slow for a while; sometimes its host is cut off too. */
  SLOW_APPLY,
  /** A host has little processor time for a while; sometimes it is cut off too. */
  SLOW_HOST,
  /** A monotonic clock runs too fast or too slow for a while. */
  CLOCK_DRIFT,
  /** A wall clock jumps. */
  CLOCK_JUMP,
  /** An operator adds a member. */
  ADD_MEMBER,
  /** An operator removes a member. */
  REMOVE_MEMBER,
  /** An operator replaces a member. */
  REPLACE_MEMBER,
  /** An operator makes a learner a voter, or a voter a learner. */
  CHANGE_ROLE,
  /** An operator changes a priority. */
  UPDATE_MEMBER,
  /** An operator permits or forbids leases. */
  CHANGE_LEASES,
  /** An operator hands leadership over; sometimes the old leader is cut off while that goes on. */
  TRANSFER,
  /** For a while an operator asks each new leader for changes at once, and doesn't wait for the first before the second. */
  EAGER_OPERATOR,
  /** Something that is done with the files of snapshots fails. */
  FAILING_SNAPSHOT,
  /** A bit of a snapshot changes on a disk; half of the time the process is killed then, and started again after a while. */
  SNAPSHOT_BIT_FLIP,
  /** What is sent to the leader takes about an election timeout longer; then nothing that it sends arrives any more. */
  LATE_ANSWERS,
  /**
   * Nearly half of the voters don't hear the leader for a while; when these would elect another, those that hear it are started
   * anew, all at once, and it is cut off.
   */
  VOTERS_RESTARTED,
  /**
   * The leader and one follower are left to themselves with a change of the members that nobody else gets; the old leader leads
   * again then, and what the follower has said arrives at last.
   */
  ABANDONED_LEADER,
  /** A member is told to take over, and nobody gets what it sends for a while. */
  STRAY_CANDIDATE,
  /** A host is cut off until the others may have cut their logs, and then killed while it fetches a snapshot, several times. */
  INTERRUPTED_FETCH,
  /** What is done with the files of snapshots is slow for a while, as it is when they are large. */
  SLOW_SNAPSHOTS,
  /** Something that a state machine does with its own files fails; the process is started again after a while. */
  FAILING_STATE,
  /** An operator asks what would become of a change, and sometimes for that change at the same moment. */
  PREVIEW_CHANGE,
  /** An operator adds a member, and calls that off after a while. */
  CALL_OFF_CHANGE,
  /** A bit of a stored term and vote changes; the process is started anew after a while, and can't be. */
  HARD_STATE_BIT_FLIP,
  /** A process is killed, a bit of what its state machine has on disk changes, and a process is started again after a while. */
  STATE_BIT_FLIP,
  /** One of several groups is stopped at a host, while the others there go on; the process is stopped and started again after a while. */
  STOPPED_GROUP,
  /** The state machine of one of several groups does nothing for a while, while those of the others go on. */
  STALLED_GROUP;

  /** Whether it comes only where several groups share their hosts. */
  public boolean isOfSeveralGroups() {
    return this == STOPPED_GROUP || this == STALLED_GROUP;
  }

  /** Whether it takes several steps that would hardly ever come together by themselves. */
  public boolean isAmbush() {
    return switch (this) {
      case LATE_ANSWERS, VOTERS_RESTARTED, ABANDONED_LEADER, STRAY_CANDIDATE -> true;
      default -> false;
    };
  }
}
