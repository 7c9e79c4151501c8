package io.github.balsaraft.core;

import java.util.List;

/**
 * How far a {@link ScopeSearch} goes.
 *
 * @param logs the terms of the entries that each replica's log starts with
 * @param startTerm the term that they all are in
 * @param maxTerm nobody campaigns in a later one
 * @param maxEntries no command is proposed to a longer log
 * @param proposals how many commands at most
 * @param restarts how many crashes with a restart, all replicas together
 * @param heartbeats how many times a leader's heartbeat is due, all leaders together; the first of a term excepted
 * @param slowDisks whether a write is done some time after it was asked for; else at once
 * @param preVotes whether pre-votes are asked for and answered; else a candidacy needs none
 * @param fault what is wrong with the world around the core
 */
record ScopeBounds(
    List<List<Long>> logs,
    int startTerm,
    int maxTerm,
    int maxEntries,
    int proposals,
    int restarts,
    int heartbeats,
    boolean slowDisks,
    boolean preVotes,
    Fault fault) {

  /** Faults from outside that the protocol can't survive: whoever searches must find out. */
  enum Fault {
    NONE,
    /** A restart forgets whom the vote was given to. */
    VOTE_FORGOTTEN,
    /** A crash loses the last write that was reported as done. */
    LAST_WRITE_LOST,
    /** A follower acknowledges its whole log instead of what a message has proven. */
    ACKNOWLEDGES_TOO_MUCH,
    /** A refused vote is told as a granted one. */
    REFUSAL_BECOMES_VOTE,
    /** A leader names its whole log as committed. */
    COMMIT_TOO_FAR
  }

  /** Three empty logs, two terms and three entries, and nothing else happens but messages. */
  static final ScopeBounds SMALL = new ScopeBounds(
      List.of(List.of(), List.of(), List.of()), 0, 2, 3, 1, 0, 0, false, false, Fault.NONE);

  /** Two terms above three logs of which no two agree (Raft paper, figure 8). */
  static final ScopeBounds FIGURE_8 = new ScopeBounds(
      List.of(List.of(1L, 2L), List.of(1L, 3L), List.of(1L)),
      3,
      5,
      4,
      0,
      0,
      0,
      false,
      false,
      Fault.NONE);

  ScopeBounds withTerms(int newMaxTerm) {
    return new ScopeBounds(
        logs,
        startTerm,
        newMaxTerm,
        maxEntries,
        proposals,
        restarts,
        heartbeats,
        slowDisks,
        preVotes,
        fault);
  }

  ScopeBounds withProposals(int newProposals) {
    return new ScopeBounds(
        logs,
        startTerm,
        maxTerm,
        maxEntries,
        newProposals,
        restarts,
        heartbeats,
        slowDisks,
        preVotes,
        fault);
  }

  ScopeBounds withRestarts(int newRestarts) {
    return new ScopeBounds(
        logs,
        startTerm,
        maxTerm,
        maxEntries,
        proposals,
        newRestarts,
        heartbeats,
        slowDisks,
        preVotes,
        fault);
  }

  ScopeBounds withHeartbeats(int newHeartbeats) {
    return new ScopeBounds(
        logs,
        startTerm,
        maxTerm,
        maxEntries,
        proposals,
        restarts,
        newHeartbeats,
        slowDisks,
        preVotes,
        fault);
  }

  ScopeBounds withSlowDisks() {
    return new ScopeBounds(
        logs,
        startTerm,
        maxTerm,
        maxEntries,
        proposals,
        restarts,
        heartbeats,
        true,
        preVotes,
        fault);
  }

  ScopeBounds withPreVotes() {
    return new ScopeBounds(
        logs,
        startTerm,
        maxTerm,
        maxEntries,
        proposals,
        restarts,
        heartbeats,
        slowDisks,
        true,
        fault);
  }

  ScopeBounds with(Fault newFault) {
    return new ScopeBounds(
        logs,
        startTerm,
        maxTerm,
        maxEntries,
        proposals,
        restarts,
        heartbeats,
        slowDisks,
        preVotes,
        newFault);
  }

  /** Whether renaming the replicas changes nothing: pre-votes go by ids. */
  boolean isSymmetric() {
    return !preVotes;
  }

  @Override
  public String toString() {
    return "terms " + (startTerm + 1) + ".." + maxTerm + ", " + proposals + " proposals, "
        + restarts + " restarts, " + heartbeats + " heartbeats"
        + (slowDisks ? ", slow disks" : "") + (preVotes ? ", pre-votes" : "")
        + (fault == Fault.NONE ? "" : ", fault " + fault);
  }
}
