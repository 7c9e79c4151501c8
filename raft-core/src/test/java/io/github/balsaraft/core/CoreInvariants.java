package io.github.balsaraft.core;

import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What always holds, and what never goes back (Raft paper, figure 3). It knows every disk and every message, and uses none
 * of the core's own arithmetic.
 */
final class CoreInvariants {

  private final Map<ReplicaId, HarnessReplica> replicas;
  private final TreeMap<Long, ReplicaId> leaders = new TreeMap<>();
  private final KnownHistory history;
  private final MessageInvariants messages;
  private final MembershipInvariants membership;
  private final Map<ReplicaId, Seen> seen = new HashMap<>();

  CoreInvariants(Map<ReplicaId, HarnessReplica> replicas) {
    this.replicas = replicas;
    this.history = new KnownHistory(replicas);
    this.messages = new MessageInvariants(history);
    this.membership = new MembershipInvariants(history);
  }

  /** From now on only what a single replica can see is checked: a test forges messages. */
  void allowForgery() {
    history.allowForgery();
  }

  /** The highest index that any replica has known to be committed. */
  long committedIndex() {
    return history.committedIndex();
  }

  boolean isCommitted(EntryId entry) {
    return history.isCommitted(entry);
  }

  /** Who has led in each term. */
  Map<Long, ReplicaId> leaders() {
    return leaders;
  }

  /** A process starts: what it remembers must be what it had. */
  void started(HarnessReplica replica) {
    Seen start = new Seen();
    start.commit = snapshotIndex(replica);
    seen.put(replica.id, start);
    if (!history.isForged() && start.commit > 0) {
      history.isCommittedPrefix(replica, replica.applied);
    }
  }

  private static long snapshotIndex(HarnessReplica replica) {
    FakeSnapshot snapshot = replica.disk.snapshot();
    return snapshot == null ? 0 : snapshot.lastIndex();
  }

  /** A snapshot has taken the place of the state machine's state. */
  void onInstall(HarnessReplica replica) {
    Seen last = seen.get(replica.id);
    // Where entries are damaged, less may be applied than is known to be committed.
    replica.check(
        replica.applied.size() > last.commit || !replica.disk.damaged().isEmpty(),
        "goes back to an older snapshot");
    if (!history.isForged()) {
      history.isCommittedPrefix(replica, replica.applied);
    }
    last.commit = Math.max(last.commit, replica.applied.size());
  }

  /** A log that was there before the story begins. */
  void preset(HarnessReplica replica) {
    history.logMatching(replica, EntryId.NONE, replica.disk.writtenEntries());
  }

  // ------------------------------------------------------------------ writes

  /** Called before a write reaches the disk. */
  void onWrite(HarnessReplica replica, CoreWrite write) {
    Seen last = seen.get(replica.id);
    replica.check(write.sequence() > last.writeSequence, "writes go back: " + write);
    last.writeSequence = write.sequence();
    EntryId base = write.base();
    if (base.index() > 0) {
      compaction(replica, base);
    }
    boolean installs = base.index() > 0 && !replica.disk.writtenAt(base.index()).equals(base);
    if (installs) {
      replica.check(base.index() >= last.commit, "a snapshot replaces what is committed");
    } else if (write.truncateFrom() > 0 && write.truncateFrom() <= base.index()) {
      // What is on the disk there was truncated before; the snapshot comes from later leaders.
      replica.check(base.index() == snapshotIndex(replica), "truncates below its base: " + write);
    } else if (write.truncateFrom() > 0) {
      replica.check(write.truncateFrom() > last.commit, "truncates what is committed: " + write);
      replica.check(!last.ledIn(replica.view().hardState().term()), "leader append-only: " + write);
    }
    if (write.hardState() != null) {
      HardState before = replica.disk.writtenHardState();
      HardState after = write.hardState();
      replica.check(after.term() >= before.term(), "the term goes back: " + before + ", " + after);
      replica.check(
          after.term() > before.term()
              || before.votedFor() == null
              || before.votedFor().equals(after.votedFor()),
          "a second vote in one term: " + before + ", " + after);
    }
    if (!write.append().isEmpty()) {
      long before = write.append().get(0).firstIndex() - 1;
      EntryId previous = before == base.index() ? base : replica.disk.writtenAt(before);
      history.logMatching(replica, previous, FakeDisk.singles(write.append()));
    }
  }

  /** The log forgets only what is committed and in a snapshot that is durable here (trap 42). */
  private void compaction(HarnessReplica replica, EntryId base) {
    replica.check(
        base.index() <= snapshotIndex(replica),
        "compacts to " + base + ", its snapshot reaches to " + snapshotIndex(replica));
    replica.check(
        replica.disk.snapshot().applied().get((int) base.index() - 1).equals(base),
        "compacts to " + base + ", which its snapshot doesn't have");
  }

  // ------------------------------------------------------------------ messages, changes and states

  /** Called when a message leaves. */
  void onMessage(HarnessReplica sender, ProtocolMessage message) {
    messages.onMessage(sender, message);
  }

  /** Called when somebody is told what became of a change. */
  void onChangeEnded(HarnessReplica replica, MembershipChange change, Ready.ChangeOutcome outcome) {
    membership.onChangeEnded(replica, change, outcome);
  }

  /** Called after every step of a replica. */
  void afterStep(HarnessReplica replica) {
    if (!replica.isUp()) {
      return;
    }
    CoreView core = replica.view();
    Seen last = seen.get(replica.id);
    long term = core.hardState().term();
    replica.check(term >= last.term, "the term goes back from " + last.term + " to " + term);
    replica.check(
        core.commitIndex() >= last.commit, "the commit index goes back from " + last.commit);
    replica.check(
        core.hardState().equals(replica.disk.writtenHardState()),
        "its hard state was not handed to the disk");
    replica.check(
        core.lastEntry().equals(replica.disk.writtenAt(replica.disk.writtenLastIndex())),
        "its log ends at " + core.lastEntry() + ", that on its disk elsewhere");
    replica.check(core.commitIndex() <= core.lastEntry().index(), "commits what it doesn't have");
    replica.check(
        core.baseEntry().equals(replica.disk.writtenBase()),
        "its log starts after " + core.baseEntry() + ", that on its disk elsewhere");
    replica.check(
        core.durableIndex() <= replica.disk.durableLastIndex(), "takes for durable what is not");
    if (last.written != replica.disk.writtenVersion()) {
      last.written = replica.disk.writtenVersion();
      membership.configurationIsInTheLog(replica);
      membership.changesAreSteps(replica);
    }
    replica.check(
        replica.leads() || replica.changes.isEmpty(),
        "nobody says what became of changes " + replica.changes);
    replica.check(
        core.currentRole() == Role.FOLLOWER || !core.isRecovering(),
        "is recovering, and " + core.currentRole());
    replica.check(
        core.isRecovering() || replica.disk.writtenLacking().isEmpty(), "takes itself for intact");
    if (core.currentRole() == Role.LEADER && !history.isForged()) {
      electionSafety(replica, term);
      matchesAreDurable(replica, term);
    }
    if (!history.isForged()) {
      commitment(replica, last, term);
    }
    if (!history.isForged()) {
      isAsNewAsItSays(replica);
    }
    membership.removalIsTrue(replica);
    proposalsEnd(replica, term);
    membership.transfersEnd(replica);
    last.term = term;
    last.commit = core.commitIndex();
    last.leaderTerm = core.currentRole() == Role.LEADER ? term : 0;
    last.configuration = core.configuration();
  }

  private void electionSafety(HarnessReplica replica, long term) {
    ReplicaId other = leaders.putIfAbsent(term, replica.id);
    replica.check(
        other == null || other.equals(replica.id),
        "a second leader in term " + term + " besides " + other);
    if (other == null) {
      leaderCompleteness(replica, term);
    }
  }

  private void leaderCompleteness(HarnessReplica leader, long term) {
    for (KnownHistory.Committed entry : history.committed()) {
      if (entry.inTerm() < term) {
        leader.check(
            history.entryOf(leader, entry.id().index()).equals(entry.id()),
            "leads in term " + term + " without the committed " + entry.id());
      }
    }
  }

  /** What a leader takes for durable at a member is. A member that has moved on acknowledges nothing any more. */
  private void matchesAreDurable(HarnessReplica leader, long term) {
    for (HarnessReplica follower : replicas.values()) {
      Progress progress = leader.view().progressOf(follower.id);
      if (progress == null
          || progress.match() == 0
          || follower.disk.durableHardState().term() > term) {
        continue;
      }
      EntryId match = history.entryOf(leader, progress.match());
      leader.check(
          match.index() > 0 && history.holds(follower, match),
          "takes " + match + " for durable at " + follower);
      leader.check(
          progress.present() <= progress.match() && progress.next() > progress.present(),
          "next is not above what is present at " + follower);
    }
  }

  private void commitment(HarnessReplica replica, Seen last, long term) {
    long commit = replica.view().commitIndex();
    for (long index = last.commit + 1; index <= commit; index++) {
      EntryId entry = replica.disk.writtenAt(index);
      if (index <= history.committedIndex()) {
        EntryId earlier = history.committedAt(index);
        replica.check(
            earlier.equals(entry),
            "state machine safety: commits " + entry + " where " + earlier + " was");
      } else {
        // It may have stepped down in the same step.
        replica.check(
            replica.leads() || last.leaderTerm > 0,
            "learns that " + entry + " is committed before any leader does");
        history.commit(entry, replica.leads() ? term : last.leaderTerm);
      }
    }
    if (commit > last.commit && replica.leads() && last.leaderTerm == term) {
      EntryId entry = replica.disk.writtenAt(commit);
      replica.check(entry.term() == term, "commits " + entry + " by counting (figure 8)");
      boolean durable = history.onQuorum(entry, replica.view().configuration())
          || (last.configuration != null && history.onQuorum(entry, last.configuration))
          || configurationsAfter(replica, last.commit).stream()
              .anyMatch(between -> history.onQuorum(entry, between));
      replica.check(durable, "commits " + entry + ", which is not durable on a quorum");
    }
  }

  /** What was committed anywhere, by whatever leader, at the moment that it names is at the index that it names or below. */
  private static void isAsNewAsItSays(HarnessReplica replica) {
    long since = replica.view().completeSinceNanos();
    Map.Entry<Long, Long> then = replica.committedWhen.floorEntry(since);
    if (since >= 0 && then != null) {
      replica.check(
          replica.view().completeCommitIndex() >= then.getValue(),
          "says that index " + replica.view().completeCommitIndex()
              + " holds all that was committed at " + since + " ns, which was up to "
              + then.getValue());
    }
  }

  /** A leader that needs nobody else may append and commit several in one step. */
  private static List<Configuration> configurationsAfter(HarnessReplica replica, long index) {
    return replica.disk.writtenEntries().stream()
        .filter(entry -> entry.type() == EntryType.CONFIGURATION && entry.firstIndex() > index)
        .map(entry -> Configuration.decode(entry.singlePayload()))
        .toList();
  }

  /** A leader that is none any more has told which of its proposals have an unknown outcome. */
  private void proposalsEnd(HarnessReplica replica, long term) {
    for (EntryId proposal : replica.outstanding.values()) {
      boolean open = replica.leads() && proposal.term() == term;
      replica.check(
          open || proposal.index() <= replica.view().commitIndex(),
          "nobody says what became of proposal " + proposal);
    }
  }

  /** What was last seen of one process. */
  private static final class Seen {
    long term;
    long commit;
    long leaderTerm;
    long writeSequence;
    Configuration configuration;
    Object written;

    boolean ledIn(long term) {
      return leaderTerm > 0 && leaderTerm == term;
    }
  }
}
