package io.github.balsaraft.core;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All that was ever appended and committed anywhere, and what each disk holds of it. A test may forbid to rely on it. */
final class KnownHistory {

  final Map<ReplicaId, HarnessReplica> replicas;
  private final Map<EntryId, Created> created = new HashMap<>();
  private final List<Committed> committed = new ArrayList<>();
  private boolean forgery;

  KnownHistory(Map<ReplicaId, HarnessReplica> replicas) {
    this.replicas = replicas;
  }

  /** From now on it can't be relied on: a test forges messages. */
  void allowForgery() {
    forgery = true;
  }

  boolean isForged() {
    return forgery;
  }

  /** The highest index that any replica has known to be committed. */
  long committedIndex() {
    return committed.size();
  }

  EntryId committedAt(long index) {
    return committed.get((int) index - 1).id;
  }

  boolean isCommitted(EntryId entry) {
    return entry.index() <= committed.size() && committedAt(entry.index()).equals(entry);
  }

  /** An entry is committed that nobody knew of before, by the leader of this term. */
  void commit(EntryId entry, long inTerm) {
    committed.add(new Committed(entry, inTerm));
  }

  List<Committed> committed() {
    return committed;
  }

  /** An entry that was appended somewhere. */
  EntryBatch entry(EntryId id) {
    return created.get(id).entry;
  }

  /** A state is what the group has committed, up to some index. */
  void isCommittedPrefix(HarnessReplica replica, List<EntryId> applied) {
    replica.check(applied.size() <= committed.size(), "has the state of what nobody committed");
    for (int i = 0; i < applied.size(); i++) {
      EntryId expected = committed.get(i).id;
      replica.check(
          applied.get(i).equals(expected),
          "has applied " + applied.get(i) + " where " + expected + " is committed");
    }
  }

  /**
   * Log matching by induction: wherever an entry of this term and index turns up, its content and the entry before it are
   * the same.
   */
  void logMatching(HarnessReplica replica, EntryId previous, List<EntryBatch> entries) {
    EntryId before = previous;
    for (EntryBatch entry : entries) {
      Created here = new Created(before, entry);
      Created there = created.putIfAbsent(entry.last(), here);
      replica.check(
          there == null || there.equals(here), "log matching: " + here + " and elsewhere " + there);
      before = entry.last();
    }
  }

  /** An entry as a replica sees its log; below its base the committed one. */
  EntryId entryOf(HarnessReplica replica, long index) {
    return index > 0 && index < replica.disk.writtenBase().index() && !forgery
        ? committedAt(index)
        : replica.disk.writtenAt(index);
  }

  /** Whether an entry is durable at a replica, in its log or in what a snapshot stands in for. */
  boolean holds(HarnessReplica replica, EntryId entry) {
    if (entry.index() > 0 && entry.index() < replica.disk.durableBase().index()) {
      return forgery || committedAt(entry.index()).equals(entry);
    }
    return replica.disk.holds(entry);
  }

  boolean onQuorum(EntryId entry, Configuration configuration) {
    Collection<Member> members = configuration.members();
    List<ReplicaId> incoming =
        members.stream().filter(Member::isVoter).map(Member::replica).toList();
    List<ReplicaId> outgoing =
        members.stream().filter(Member::outgoingVoter).map(Member::replica).toList();
    return onMajority(entry, incoming) && (outgoing.isEmpty() || onMajority(entry, outgoing));
  }

  private boolean onMajority(EntryId entry, List<ReplicaId> voters) {
    long holding =
        voters.stream().filter(voter -> holds(replicas.get(voter), entry)).count();
    return 2 * holding > voters.size();
  }

  private record Created(EntryId previous, EntryBatch entry) {}

  /**
   * A committed entry.
   *
   * @param inTerm of the leader that has committed it
   */
  record Committed(EntryId id, long inTerm) {}
}
