package io.github.balsaraft.core;

import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.FetchEntriesResponse;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.InstallStatus;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.TimeoutNow;
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

  /** Who was told to campaign, in which term, and how far that leader's log reached the first time. */
  private final Map<ReplicaId, TreeMap<Long, Long>> handovers = new HashMap<>();

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

  boolean isCommitted(EntryId entry) {
    return entry.index() <= committed.size()
        && committed.get((int) entry.index() - 1).id.equals(entry);
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
    if (!forgery && start.commit > 0) {
      isCommittedPrefix(replica, replica.applied);
    }
  }

  private static long snapshotIndex(HarnessReplica replica) {
    FakeSnapshot snapshot = replica.disk.snapshot();
    return snapshot == null ? 0 : snapshot.lastIndex();
  }

  /** A state is what the group has committed, up to some index. */
  private void isCommittedPrefix(HarnessReplica replica, List<EntryId> applied) {
    replica.check(applied.size() <= committed.size(), "has the state of what nobody committed");
    for (int i = 0; i < applied.size(); i++) {
      EntryId expected = committed.get(i).id;
      replica.check(
          applied.get(i).equals(expected),
          "has applied " + applied.get(i) + " where " + expected + " is committed");
    }
  }

  /** A snapshot has taken the place of the state machine's state. */
  void onInstall(HarnessReplica replica) {
    Seen last = seen.get(replica.id);
    // Where entries are damaged, less may be applied than is known to be committed.
    replica.check(
        replica.applied.size() > last.commit || !replica.disk.damaged().isEmpty(),
        "goes back to an older snapshot");
    if (!forgery) {
      isCommittedPrefix(replica, replica.applied);
    }
    last.commit = Math.max(last.commit, replica.applied.size());
  }

  /** A log that was there before the story begins. */
  void preset(HarnessReplica replica) {
    logMatching(replica, EntryId.NONE, replica.disk.writtenEntries());
  }

  /** A successor has the whole log of the leader that has told it to campaign (Raft thesis 3.10). */
  private void succeeds(HarnessReplica successor, RequestVote request) {
    Long lastIndex = handovers.getOrDefault(successor.id, new TreeMap<>()).get(request.term() - 1);
    successor.check(lastIndex != null, "was not told to campaign: " + request);
    successor.check(
        request.lastEntry().index() >= lastIndex
            && request.lastEntry().term() == request.term() - 1,
        "lacks entries up to " + lastIndex + " of the leader it succeeds: " + request);
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
      logMatching(replica, previous, FakeDisk.singles(write.append()));
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
    FakeDisk disk = sender.disk;
    boolean campaigns = message instanceof RequestPreVote || message instanceof RequestVote;
    boolean grants = (message instanceof PreVoteResponse preVote && preVote.granted())
        || (message instanceof VoteResponse vote && vote.granted());
    if (campaigns || grants) {
      sender.check(!sender.view().isRecovering(), "takes part in elections: " + message);
    }
    if (message instanceof RequestPreVote) {
      return;
    }
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
      isIntact(sender, request.lastEntry().index(), message);
      sender.check(
          movedOn || sender.id.equals(durable.votedFor()),
          "campaigns without a durable vote: " + message);
      sender.check(
          movedOn || disk.holds(request.lastEntry()),
          "claims a log that is not durable: " + message);
      if (request.leadershipTransfer() && !forgery) {
        succeeds(sender, request);
      }
    } else if (message instanceof TimeoutNow handover && !forgery && !movedOn) {
      handovers
          .computeIfAbsent(message.to(), target -> new TreeMap<>())
          .merge(message.term(), handover.lastIndex(), Math::min);
    } else if (message instanceof AppendEntriesResponse response
        && response.durableMatch() > 0
        && !movedOn) {
      claimsDurable(sender, response);
    } else if (message instanceof InstallSnapshotResponse response
        && response.status() == InstallStatus.INSTALLED
        && !movedOn) {
      claimsInstalled(sender, response);
    } else if (message instanceof FetchEntriesResponse response) {
      for (EntryBatch entry : FakeDisk.singles(response.batches())) {
        sender.check(
            !disk.damaged().contains(entry.firstIndex())
                && created.get(entry.last()).entry.equals(entry),
            "gives away what is damaged: " + response);
      }
    } else if (message instanceof Heartbeat heartbeat && heartbeat.commit() > 0) {
      HarnessReplica follower = replicas.get(heartbeat.to());
      boolean holds = follower.disk.durableHardState().term() > message.term()
          || follower.disk.durableLastIndex() >= heartbeat.commit();
      sender.check(forgery || holds, "commit is not capped at what the follower holds: " + message);
    }
  }

  /** What others may rely on, a member whose disk has damaged it doesn't promise. */
  private static void isIntact(HarnessReplica sender, long upTo, ProtocolMessage message) {
    sender.check(
        sender.disk.lacking().headSet(upTo + 1).isEmpty(), "promises what is damaged: " + message);
  }

  private void claimsDurable(HarnessReplica sender, AppendEntriesResponse response) {
    isIntact(sender, response.durableMatch(), response);
    sender.check(
        response.durableMatch() <= sender.disk.durableLastIndex(),
        "claims what is not durable: " + response);
    HarnessReplica leader = replicas.get(response.to());
    if (leader.leads() && leader.view().hardState().term() == response.term()) {
      EntryId claimed = entryOf(leader, response.durableMatch());
      sender.check(
          holds(sender, claimed), "claims to hold the leader's " + claimed + ": " + response);
    }
  }

  /** Installed means: the snapshot is durable, and so is the log's new start (trap 40). */
  private void claimsInstalled(HarnessReplica sender, InstallSnapshotResponse response) {
    EntryId claimed = response.snapshot();
    isIntact(sender, claimed.index(), response);
    sender.check(
        sender.disk.durableLastIndex() >= claimed.index() && holds(sender, claimed),
        "claims to have installed what is not durable: " + response);
  }

  /** An entry as a replica sees its log; below its base the committed one. */
  private EntryId entryOf(HarnessReplica replica, long index) {
    return index > 0 && index < replica.disk.writtenBase().index() && !forgery
        ? committed.get((int) index - 1).id
        : replica.disk.writtenAt(index);
  }

  /** Whether an entry is durable at a replica, in its log or in what a snapshot stands in for. */
  private boolean holds(HarnessReplica replica, EntryId entry) {
    if (entry.index() > 0 && entry.index() < replica.disk.durableBase().index()) {
      return forgery || committed.get((int) entry.index() - 1).id.equals(entry);
    }
    return replica.disk.holds(entry);
  }

  // ------------------------------------------------------------------ states

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
      configurationIsInTheLog(replica);
      changesAreSteps(replica);
    }
    replica.check(
        replica.leads() || replica.changes.isEmpty(),
        "nobody says what became of changes " + replica.changes);
    replica.check(
        core.currentRole() == Role.FOLLOWER || !core.isRecovering(),
        "is recovering, and " + core.currentRole());
    replica.check(
        core.isRecovering() || replica.disk.writtenLacking().isEmpty(), "takes itself for intact");
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
    transfersEnd(replica);
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
        index <= replica.view().commitIndex(), "configuration " + index + " isn't committed");
    if (index == 0) {
      return replica.birthConfiguration;
    }
    long base = replica.disk.writtenBase().index();
    EntryBatch entry = index > base
        ? replica.disk.writtenEntries().get((int) (index - base) - 1)
        : created.get(committed.get((int) index - 1).id).entry;
    return Configuration.decode(entry.singlePayload());
  }

  /** Who says that it was removed was, by a configuration that is committed. */
  private void removalIsTrue(HarnessReplica replica) {
    long index = replica.view().removedAt();
    if (index == 0 || forgery) {
      return;
    }
    replica.check(index <= committed.size(), "removed at " + index + ", which isn't committed");
    EntryBatch entry = created.get(committed.get((int) index - 1).id).entry;
    Configuration without = Configuration.decode(entry.singlePayload());
    replica.check(without.removedAt(replica.id) == index, "removed at " + index + " by " + without);
    // A leader that removed itself may be in office until it has handed over.
    replica.check(
        replica.view().currentRole() == Role.FOLLOWER || replica.leads(),
        "was removed at " + index + " and campaigns");
  }

  /** From each configuration in a log to the next: two halves overlap, and nobody comes back (Raft paper 6, trap 29). */
  private void changesAreSteps(HarnessReplica replica) {
    Configuration before = configurationBefore(replica);
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
    Configuration expected = inLog == null ? configurationBefore(replica) : inLog;
    replica.check(
        replica.view().configuration().equals(expected),
        "goes by " + replica.view().configuration() + ", its log says " + expected);
  }

  /** The configuration in force where a replica's log starts (trap 32). */
  private Configuration configurationBefore(HarnessReplica replica) {
    long base = replica.disk.writtenBase().index();
    for (long index = Math.min(base, committed.size()); index > 0; index--) {
      EntryBatch entry = created.get(committed.get((int) index - 1).id).entry;
      if (entry.type() == EntryType.CONFIGURATION) {
        return Configuration.decode(entry.singlePayload());
      }
    }
    return base == 0 ? replica.birthConfiguration : foundersConfiguration();
  }

  /** Who joined later was born with none. */
  private Configuration foundersConfiguration() {
    return replicas.values().stream()
        .map(founder -> founder.birthConfiguration)
        .filter(birth -> !birth.isEmpty())
        .findFirst()
        .orElseThrow();
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
            entryOf(leader, entry.id.index()).equals(entry.id),
            "leads in term " + term + " without the committed " + entry.id);
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
      EntryId match = entryOf(leader, progress.match());
      leader.check(
          match.index() > 0 && holds(follower, match),
          "takes " + match + " for durable at " + follower);
      leader.check(progress.next() > progress.match(), "next is not above match for " + follower);
    }
  }

  private void commitment(HarnessReplica replica, Seen last, long term) {
    long commit = replica.view().commitIndex();
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
      boolean durable = onQuorum(entry, replica.view().configuration())
          || (last.configuration != null && onQuorum(entry, last.configuration))
          || configurationsAfter(replica, last.commit).stream()
              .anyMatch(between -> onQuorum(entry, between));
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
        voters.stream().filter(voter -> holds(replicas.get(voter), entry)).count();
    return 2 * holding > voters.size();
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

  /** Trap 34: no transfer is older than its deadline, and none goes to somebody who could not lead. */
  private void transfersEnd(HarnessReplica replica) {
    CoreView core = replica.view();
    ReplicaId target = core.transferTarget();
    if (target != null) {
      replica.check(
          core.transferDeadlineNanos() > replica.clockNanos, "a transfer outlives its deadline");
      Member member = core.configuration().member(target);
      replica.check(member != null && member.isVoter(), "hands over to " + target);
    }
    replica.check(replica.transfers.size() <= 1, "transfers are forgotten: " + replica.transfers);
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
    Object written;

    boolean ledIn(long term) {
      return leaderTerm > 0 && leaderTerm == term;
    }
  }
}
