package io.github.balsaraft.testing.simulation.checks;

import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.ELECTION_SAFETY;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.LEADER_COMPLETENESS;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.trace.TraceState;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One leader in a term, chosen by a quorum, with everything that is committed (Raft paper 5.2, 5.4). */
final class ElectionRules {

  private final Group group;
  private final TreeMap<Long, Elected> leaders = new TreeMap<>();

  ElectionRules(Group group) {
    this.group = group;
  }

  /** Who was elected in a term; null if nobody was. */
  @Nullable
  ReplicaId leaderOf(long term) {
    Elected elected = leaders.get(term);
    return elected == null ? null : elected.leader.id;
  }

  /** Who was elected in the highest term so far; null before the first election. */
  @Nullable
  ReplicaModel latestLeader() {
    return leaders.isEmpty() ? null : leaders.lastEntry().getValue().leader;
  }

  void roleChanged(ReplicaModel replica, TraceState state) {
    if (state.role() == Role.LEADER) {
      elected(replica, state.term());
    }
  }

  private void elected(ReplicaModel replica, long term) {
    Elected other = leaders.putIfAbsent(term, new Elected(replica, replica.last));
    if (other != null) {
      throw Found.of(ELECTION_SAFETY, replica, "becomes leader, as " + other.leader + " has");
    }
    Configuration configuration = group.entries.configurationOf(replica.last).configuration();
    if (!Quorums.isQuorum(configuration, voter -> votesFor(replica, voter, term))) {
      throw Found.of(
          ELECTION_SAFETY,
          replica,
          "becomes leader without a quorum of " + configuration + " that has promised its vote");
    }
    requireComplete(
        replica, replica.last, term, group.committed.reachedBy(term - 1), group.committed.last());
  }

  /** Others have told where their vote went; the candidate's own must be durable. */
  private boolean votesFor(ReplicaModel candidate, ReplicaId voter, long term) {
    if (voter.equals(candidate.id)) {
      return candidate.stored.hardState.term() == term
          && candidate.id.equals(candidate.stored.hardState.votedFor());
    }
    ReplicaModel other = group.find(voter);
    return other != null && candidate.id.equals(other.promises.voteIn(term));
  }

  private void requireComplete(
      ReplicaModel leader, EntryId log, long term, long reached, EntryId committed) {
    EntryId last = group.entries.at(committed, reached);
    if (!group.entries.contains(log, last)) {
      throw Found.of(
          LEADER_COMPLETENESS,
          leader,
          "leads term " + term + " with a log up to " + log + " that lacks the committed " + last);
    }
  }

  /** Nobody is voted for whose log isn't at least as new as the voter's (Raft paper 5.4.1). */
  void voted(ReplicaModel voter, TraceState state, ReplicaId candidate) {
    ReplicaModel other = group.find(candidate);
    EntryId claimed = other == null ? null : other.promises.campaignIn(state.term());
    if (claimed == null) {
      throw Found.of(ELECTION_SAFETY, voter, "votes for " + candidate + ", which didn't ask");
    }
    if (claimed.compareTo(voter.last) < 0) {
      throw Found.of(
          LEADER_COMPLETENESS,
          voter,
          "has a log up to " + voter.last + " and votes for " + other + ", whose log ends at "
              + claimed);
    }
  }

  /** Whoever leads a later term than the leader that commits this had it when it was elected. */
  void committed(EntryId entry, long byLeaderOfTerm) {
    for (Map.Entry<Long, Elected> later : leaders.tailMap(byLeaderOfTerm, false).entrySet()) {
      Elected elected = later.getValue();
      requireComplete(elected.leader, elected.log, later.getKey(), entry.index(), entry);
    }
  }

  /** Who leads, and the end of the log with which it was elected. */
  private record Elected(ReplicaModel leader, EntryId log) {}
}
