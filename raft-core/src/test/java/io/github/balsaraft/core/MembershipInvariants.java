package io.github.balsaraft.core;

import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;

/** Configurations in the logs, and what is said of changes, removals and transfers (Raft paper 6, thesis 3.10). */
final class MembershipInvariants {

  private final KnownHistory history;

  MembershipInvariants(KnownHistory history) {
    this.history = history;
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
        : history.entry(history.committedAt(index));
    return Configuration.decode(entry.singlePayload());
  }

  /** Who says that it was removed was, by a configuration that is committed. */
  void removalIsTrue(HarnessReplica replica) {
    long index = replica.view().removedAt();
    if (index == 0 || history.isForged()) {
      return;
    }
    replica.check(
        index <= history.committedIndex(), "removed at " + index + ", which isn't committed");
    EntryBatch entry = history.entry(history.committedAt(index));
    Configuration without = Configuration.decode(entry.singlePayload());
    replica.check(without.removedAt(replica.id) == index, "removed at " + index + " by " + without);
    // A leader that removed itself may be in office until it has handed over.
    replica.check(
        replica.view().currentRole() == Role.FOLLOWER || replica.leads(),
        "was removed at " + index + " and campaigns");
  }

  /** From each configuration in a log to the next: two halves overlap, and nobody comes back (Raft paper 6, trap 29). */
  void changesAreSteps(HarnessReplica replica) {
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

  void configurationIsInTheLog(HarnessReplica replica) {
    Configuration inLog = replica.disk.writtenConfiguration();
    Configuration expected = inLog == null ? configurationBefore(replica) : inLog;
    replica.check(
        replica.view().configuration().equals(expected),
        "goes by " + replica.view().configuration() + ", its log says " + expected);
  }

  /** The configuration in force where a replica's log starts (trap 32). */
  private Configuration configurationBefore(HarnessReplica replica) {
    long base = replica.disk.writtenBase().index();
    for (long index = Math.min(base, history.committedIndex()); index > 0; index--) {
      EntryBatch entry = history.entry(history.committedAt(index));
      if (entry.type() == EntryType.CONFIGURATION) {
        return Configuration.decode(entry.singlePayload());
      }
    }
    return base == 0 ? replica.birthConfiguration : foundersConfiguration();
  }

  /** Who joined later was born with none. */
  private Configuration foundersConfiguration() {
    return history.replicas.values().stream()
        .map(founder -> founder.birthConfiguration)
        .filter(birth -> !birth.isEmpty())
        .findFirst()
        .orElseThrow();
  }

  /** Trap 34: no transfer is older than its deadline, and none goes to somebody who could not lead. */
  void transfersEnd(HarnessReplica replica) {
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
}
