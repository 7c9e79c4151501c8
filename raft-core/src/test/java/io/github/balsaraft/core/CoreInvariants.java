package io.github.balsaraft.core;

import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.VoteResponse;
import java.util.ArrayList;
import java.util.Collection;
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
  private final Map<EntryId, Created> created = new HashMap<>();
  private final List<Committed> committed = new ArrayList<>();
  private final Map<ReplicaId, Seen> seen = new HashMap<>();

  private boolean forgery;

  CoreInvariants(Map<ReplicaId, HarnessReplica> replicas) {
    this.replicas = replicas;
  }

  /** From now on only what a single replica can see is checked: a test forges messages. */
  void allowForgery() {
    forgery = true;
  }

  /** The highest index that any replica has known to be committed. */
  long committedIndex() {
    return committed.size();
  }

  /** Who has led in each term. */
  Map<Long, ReplicaId> leaders() {
    return leaders;
  }

  /** A process starts: what it remembers must be what it had. */
  void started(HarnessReplica replica) {
    seen.put(replica.id, new Seen());
    afterStep(replica);
  }

  /** A log that was there before the story begins. */
  void preset(HarnessReplica replica) {
    logMatching(replica, EntryId.NONE, replica.disk.writtenEntries());
  }

  // ------------------------------------------------------------------ writes

  /** Called before a write reaches the disk. */
  void onWrite(HarnessReplica replica, CoreWrite write) {
    Seen last = seen.get(replica.id);
    replica.check(write.sequence() > last.writeSequence, "writes go back: " + write);
    last.writeSequence = write.sequence();
    if (write.truncateFrom() > 0) {
      replica.check(write.truncateFrom() > last.commit, "truncates what is committed: " + write);
      replica.check(!last.ledIn(replica.core().hardState().term()), "leader append-only: " + write);
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
      EntryId previous = replica.disk.writtenAt(write.append().get(0).firstIndex() - 1);
      logMatching(replica, previous, FakeDisk.singles(write.append()));
    }
  }

  /**
   * Log matching by induction: wherever an entry of this term and index turns up, its content and the entry before it are
   * the same.
   */
  private void logMatching(HarnessReplica replica, EntryId previous, List<EntryBatch> entries) {
    EntryId before = previous;
    for (EntryBatch entry : entries) {
      Created here = new Created(before, entry);
      Created there = created.putIfAbsent(entry.last(), here);
      replica.check(
          there == null || there.equals(here), "log matching: " + here + " and elsewhere " + there);
      before = entry.last();
    }
  }

  // ------------------------------------------------------------------ messages

  /** Called when a message leaves. What it discloses or claims must survive a power loss. */
  void onMessage(HarnessReplica sender, ProtocolMessage message) {
    if (message instanceof RequestPreVote) {
      return;
    }
    FakeDisk disk = sender.disk;
    HardState durable = disk.durableHardState();
    sender.check(
        durable.term() >= message.term(), "discloses a term that is not durable: " + message);
    // Having moved on for good, it can't take part in that term again, whatever the message
    // promises.
    boolean movedOn = durable.term() > message.term();
    if (message instanceof VoteResponse response && response.granted()) {
      sender.check(
          movedOn || message.to().equals(durable.votedFor()),
          "discloses a vote that is not durable: " + message);
    } else if (message instanceof RequestVote request) {
      sender.check(
          movedOn || sender.id.equals(durable.votedFor()),
          "campaigns without a durable vote: " + message);
      sender.check(
          movedOn || disk.holds(request.lastEntry()),
          "claims a log that is not durable: " + message);
    } else if (message instanceof AppendEntriesResponse response
        && response.durableMatch() > 0
        && !movedOn) {
      claimsDurable(sender, response);
    } else if (message instanceof Heartbeat heartbeat && heartbeat.commit() > 0) {
      HarnessReplica follower = replicas.get(heartbeat.to());
      boolean holds = follower.disk.durableHardState().term() > message.term()
          || follower.disk.durableLastIndex() >= heartbeat.commit();
      sender.check(forgery || holds, "commit is not capped at what the follower holds: " + message);
    }
  }

  private void claimsDurable(HarnessReplica sender, AppendEntriesResponse response) {
    sender.check(
        response.durableMatch() <= sender.disk.durableLastIndex(),
        "claims what is not durable: " + response);
    HarnessReplica leader = replicas.get(response.to());
    if (leader.leads() && leader.core().hardState().term() == response.term()) {
      EntryId claimed = leader.disk.writtenAt(response.durableMatch());
      sender.check(
          sender.disk.holds(claimed), "claims to hold the leader's " + claimed + ": " + response);
    }
  }

  // ------------------------------------------------------------------ states

  /** Called after every step of a replica. */
  void afterStep(HarnessReplica replica) {
    if (!replica.isUp()) {
      return;
    }
    RaftCore core = replica.core();
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
        core.durableIndex() <= replica.disk.durableLastIndex(), "takes for durable what is not");
    if (last.entries != replica.disk.writtenEntries()) {
      last.entries = replica.disk.writtenEntries();
      configurationIsInTheLog(replica);
      changesAreSteps(replica);
    }
    replica.check(
        replica.leads() || replica.changes.isEmpty(),
        "nobody says what became of changes " + replica.changes);
    if (core.currentRole() == Role.LEADER && !forgery) {
      electionSafety(replica, term);
      matchesAreDurable(replica, term);
    }
    if (!forgery) {
      commitment(replica, last, term);
    }
    if (!forgery) {
      isAsNewAsItSays(replica);
    }
    removalIsTrue(replica);
    proposalsEnd(replica, term);
    last.term = term;
    last.commit = core.commitIndex();
    last.leaderTerm = core.currentRole() == Role.LEADER ? term : 0;
    last.configuration = core.configuration();
  }

  /** What a change says of its end is true of what is committed. */
  void onChangeEnded(HarnessReplica replica, MembershipChange change, Ready.ChangeOutcome outcome) {
    if (outcome.end() != Ready.ChangeEnd.DONE) {
      return;
    }
    Configuration settled = committedConfiguration(replica, outcome.index());
    replica.check(!settled.isJoint(), "done, and still joint: " + outcome);
    if (change instanceof MembershipChange.Reconfigure reconfigure) {
      replica.check(
          settled.members().equals(reconfigure.target().members()),
          outcome + " for " + reconfigure + ", but the group is " + settled);
    } else if (change instanceof MembershipChange.Remove remove) {
      replica.check(
          settled.removedAt(remove.replica()) > 0 && !settled.contains(remove.replica()),
          outcome + " for " + remove + ", but the group is " + settled);
    } else if (change instanceof MembershipChange.Add add) {
      boolean inPlace = add.wanted().equals(settled.member(add.wanted().replica()))
          && add.replaces().stream().noneMatch(settled::contains);
      replica.check(inPlace, outcome + " for " + add + ", but the group is " + settled);
    }
  }

  private Configuration committedConfiguration(HarnessReplica replica, long index) {
    replica.check(
        index <= replica.core().commitIndex(), "configuration " + index + " isn't committed");
    if (index == 0) {
      return replica.birthConfiguration;
    }
    EntryBatch entry = replica.disk.writtenEntries().get((int) index - 1);
    return Configuration.decode(entry.singlePayload());
  }

  /** Who says that it was removed was, by a configuration that is committed. */
  private void removalIsTrue(HarnessReplica replica) {
    long index = replica.core().removedAt();
    if (index == 0 || forgery) {
      return;
    }
    replica.check(index <= committed.size(), "removed at " + index + ", which isn't committed");
    EntryBatch entry = created.get(committed.get((int) index - 1).id).entry;
    Configuration without = Configuration.decode(entry.singlePayload());
    replica.check(without.removedAt(replica.id) == index, "removed at " + index + " by " + without);
    // A leader that removed itself may be in office until it has handed over.
    replica.check(
        replica.core().currentRole() == Role.FOLLOWER || replica.leads(),
        "was removed at " + index + " and campaigns");
  }

  /** From each configuration in a log to the next: two halves overlap, and nobody comes back (Raft paper 6, trap 29). */
  private void changesAreSteps(HarnessReplica replica) {
    Configuration before = replica.birthConfiguration;
    for (EntryBatch entry : replica.disk.writtenEntries()) {
      if (entry.type() != EntryType.CONFIGURATION) {
        continue;
      }
      Configuration next = Configuration.decode(entry.singlePayload());
      if (before.isEmpty()) {
        before = next;
        continue;
      }
      boolean step = before.isJoint()
          ? !next.isJoint() && next.incomingVoters().equals(before.incomingVoters())
          : next.isJoint()
              ? next.outgoingVoters().equals(before.incomingVoters())
              : next.incomingVoters().equals(before.incomingVoters());
      replica.check(step, "no step: " + before + " to " + next);
      for (Member member : next.members()) {
        replica.check(next.removedAt(member.replica()) == 0, "a removed replica is back: " + next);
      }
      before = next;
    }
  }

  private void configurationIsInTheLog(HarnessReplica replica) {
    Configuration inLog = replica.disk.writtenConfiguration();
    Configuration expected = inLog == null ? replica.birthConfiguration : inLog;
    replica.check(
        replica.core().configuration().equals(expected),
        "goes by " + replica.core().configuration() + ", its log says " + expected);
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
    for (Committed entry : committed) {
      if (entry.inTerm < term) {
        leader.check(
            leader.disk.writtenAt(entry.id.index()).equals(entry.id),
            "leads in term " + term + " without the committed " + entry.id);
      }
    }
  }

  /** What a leader takes for durable at a member is. A member that has moved on acknowledges nothing any more. */
  private void matchesAreDurable(HarnessReplica leader, long term) {
    for (HarnessReplica follower : replicas.values()) {
      Progress progress = leader.core().progressOf(follower.id);
      if (progress == null
          || progress.match() == 0
          || follower.disk.durableHardState().term() > term) {
        continue;
      }
      EntryId match = leader.disk.writtenAt(progress.match());
      leader.check(
          match.index() > 0 && follower.disk.holds(match),
          "takes " + match + " for durable at " + follower);
      leader.check(progress.next() > progress.match(), "next is not above match for " + follower);
    }
  }

  private void commitment(HarnessReplica replica, Seen last, long term) {
    long commit = replica.core().commitIndex();
    for (long index = last.commit + 1; index <= commit; index++) {
      EntryId entry = replica.disk.writtenAt(index);
      if (index <= committed.size()) {
        EntryId earlier = committed.get((int) index - 1).id;
        replica.check(
            earlier.equals(entry),
            "state machine safety: commits " + entry + " where " + earlier + " was");
      } else {
        // It may have stepped down in the same step.
        replica.check(
            replica.leads() || last.leaderTerm > 0,
            "learns that " + entry + " is committed before any leader does");
        committed.add(new Committed(entry, replica.leads() ? term : last.leaderTerm));
      }
    }
    if (commit > last.commit && replica.leads() && last.leaderTerm == term) {
      EntryId entry = replica.disk.writtenAt(commit);
      replica.check(entry.term() == term, "commits " + entry + " by counting (figure 8)");
      boolean durable = onQuorum(entry, replica.core().configuration())
          || (last.configuration != null && onQuorum(entry, last.configuration));
      replica.check(durable, "commits " + entry + ", which is not durable on a quorum");
    }
  }

  /** What was committed anywhere, by whatever leader, at the moment that it names is at the index that it names or below. */
  private static void isAsNewAsItSays(HarnessReplica replica) {
    long since = replica.core().completeSinceNanos();
    Map.Entry<Long, Long> then = replica.committedWhen.floorEntry(since);
    if (since >= 0 && then != null) {
      replica.check(
          replica.core().completeCommitIndex() >= then.getValue(),
          "says that index " + replica.core().completeCommitIndex()
              + " holds all that was committed at " + since + " ns, which was up to "
              + then.getValue());
    }
  }

  private boolean onQuorum(EntryId entry, Configuration configuration) {
    Collection<Member> members = configuration.members();
    List<ReplicaId> incoming =
        members.stream().filter(Member::isVoter).map(Member::replica).toList();
    List<ReplicaId> outgoing =
        members.stream().filter(Member::outgoingVoter).map(Member::replica).toList();
    return onMajority(entry, incoming) && (outgoing.isEmpty() || onMajority(entry, outgoing));
  }

  private boolean onMajority(EntryId entry, List<ReplicaId> voters) {
    long holding =
        voters.stream().filter(voter -> replicas.get(voter).disk.holds(entry)).count();
    return 2 * holding > voters.size();
  }

  /** A leader that is none any more has told which of its proposals have an unknown outcome. */
  private void proposalsEnd(HarnessReplica replica, long term) {
    for (EntryId proposal : replica.outstanding.values()) {
      boolean open = replica.leads() && proposal.term() == term;
      replica.check(
          open || proposal.index() <= replica.core().commitIndex(),
          "nobody says what became of proposal " + proposal);
    }
  }

  private record Created(EntryId previous, EntryBatch entry) {}

  private record Committed(EntryId id, long inTerm) {}

  /** What was last seen of one process. */
  private static final class Seen {
    long term;
    long commit;
    long leaderTerm;
    long writeSequence;
    Configuration configuration;
    List<EntryBatch> entries;

    boolean ledIn(long term) {
      return leaderTerm > 0 && leaderTerm == term;
    }
  }
}
