package io.github.balsaraft.testing.simulation.checks;

import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.COMMIT_REGRESSED;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.COMMIT_RULE;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.STATE_MACHINE_SAFETY;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.trace.TraceState;

/** What may be taken for committed, by leaders and by those who hear of it (Raft paper 5.3, 5.4). */
final class CommitRules {

  private final Group group;
  private final EntryHistory entries;
  private final CommittedLog committed;
  private final ElectionRules elections;

  CommitRules(Group group, ElectionRules elections) {
    this.group = group;
    this.entries = group.entries;
    this.committed = group.committed;
    this.elections = elections;
  }

  /** Within a process it never goes back. */
  void step(ReplicaModel replica, TraceState state) {
    if (state.commitIndex() < replica.commitIndex) {
      throw Found.of(
          COMMIT_REGRESSED,
          replica,
          "goes back from commit index " + replica.commitIndex + " to " + state.commitIndex());
    }
  }

  void committed(ReplicaModel replica, TraceState state, long index) {
    EntryId entry = ownEntry(replica, index);
    if (state.role() == Role.LEADER) {
      decides(replica, state.term(), entry);
    }
    isCommitted(replica, entry);
  }

  /** A leader decides. Only entries of its own term are committed by counting (Raft paper 5.4.2, figure 8). */
  private void decides(ReplicaModel leader, long term, EntryId entry) {
    if (entry.term() != term) {
      throw Found.of(COMMIT_RULE, leader, "commits " + entry + " by counting (figure 8)");
    }
    Configuration configuration = entries.configurationOf(leader.last).configuration();
    if (!Quorums.isQuorum(configuration, voter -> holds(voter, entry))) {
      throw Found.of(
          COMMIT_RULE,
          leader,
          "commits " + entry + ", which is durable on no quorum of " + configuration);
    }
    if (entry.index() > committed.last().index()) {
      if (!entries.contains(entry, committed.last())) {
        throw Found.of(
            STATE_MACHINE_SAFETY,
            leader,
            "commits " + entry + " of a log without the " + "committed " + committed.last());
      }
      elections.committed(entry, term);
      committed.commit(entry, term);
    }
  }

  private boolean holds(ReplicaId voter, EntryId entry) {
    ReplicaModel replica = group.find(voter);
    return replica != null && entries.contains(replica.stored.last, entry);
  }

  private EntryId ownEntry(ReplicaModel replica, long index) {
    if (index > replica.last.index()) {
      throw Found.of(
          COMMIT_RULE, replica, "commits index " + index + " and has a log up to " + replica.last);
    }
    return entries.at(replica.last, index);
  }

  /** Somebody takes its own log for committed up to there. */
  void isCommitted(ReplicaModel replica, long index) {
    isCommitted(replica, ownEntry(replica, index));
  }

  /** Somebody takes an entry for committed, and with it everything before. */
  void isCommitted(ReplicaModel replica, EntryId entry) {
    if (entry.index() > committed.last().index()) {
      throw Found.of(
          COMMIT_RULE,
          replica,
          "takes " + entry + " for committed before any leader " + "has committed more than "
              + committed.last());
    }
    if (!entries.contains(committed.last(), entry)) {
      throw Found.of(
          STATE_MACHINE_SAFETY,
          replica,
          "takes " + entry + " for committed where " + entries.at(committed.last(), entry.index())
              + " is");
    }
  }

  /** A leader tells others up to where they may apply. */
  void tells(ReplicaModel leader, long index) {
    if (index > committed.last().index()) {
      throw Found.of(
          COMMIT_RULE,
          leader,
          "tells others that index " + index + " is committed, but "
              + "no leader has committed more than " + committed.last());
    }
  }
}
