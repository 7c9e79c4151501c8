package io.github.balsaraft.core;

import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.ProtocolMessage;
import java.util.List;

/** Carries out what a core asks for, as a runtime would, and shows it to the invariants and to whoever listens. */
final class HarnessOutputs {

  private final CoreHarness cluster;

  HarnessOutputs(CoreHarness cluster) {
    this.cluster = cluster;
  }

  /** Returns whether a write was done at once, which is an input again. */
  boolean carryOut(HarnessReplica replica, Ready ready) {
    for (Ready.RoleChange change : ready.roleChanges()) {
      replica.check(
          TransitionTable.instance().allows(replica.role, change.role()),
          "goes from " + replica.role + " to " + change.role() + ", which the table of transitions"
              + " doesn't have");
      replica.role = change.role();
      cluster.trace().roleChanged(replica, change);
    }
    for (ProtocolMessage message : ready.messages()) {
      cluster.invariants().onMessage(replica, message);
      cluster.trace().sent(message, cluster.network().send(message));
    }
    if (ready.write() != null) {
      cluster.invariants().onWrite(replica, ready.write());
      replica.disk.submit(ready.write());
      cluster.trace().writes(replica, ready.write());
    }
    if (ready.lostProposalsFrom() > 0) {
      replica.outstanding.tailMap(ready.lostProposalsFrom()).clear();
      cluster.trace().lost(replica, ready.lostProposalsFrom());
    }
    if (ready.install() != null) {
      replica.install(ready.install());
      cluster.invariants().onInstall(replica);
      cluster.trace().installs(replica, ready.install());
    }
    if (ready.committed() != null) {
      replica.apply(ready.committed());
      cluster.trace().applied(replica, ready.committed());
    }
    if (ready.repaired()) {
      replica.check(!replica.view().isRecovering(), "says that all is repaired while it recovers");
      cluster.trace().repaired(replica);
    }
    ready.reads().forEach(outcome -> endOfRead(replica, outcome));
    ready.changes().forEach(outcome -> endOfChange(replica, outcome));
    for (Ready.TransferOutcome outcome : ready.transfers()) {
      replica.check(
          replica.transfers.remove(outcome.transferId()), "a transfer ends twice: " + outcome);
      cluster.trace().transferEnded(replica, outcome);
    }
    for (Ready.Load load : ready.loads()) {
      cluster.trace().loads(replica, load);
      List<EntryBatch> found = replica.disk.read(load.fromIndex(), load.toIndex(), load.maxBytes());
      if (replica.autoLoads) {
        replica.core().loaded(load.follower(), load.generation(), found);
      } else {
        replica.loads.add(new HarnessReplica.PendingLoad(load, found));
      }
    }
    boolean doneAtOnce = false;
    if (ready.fetch() != null) {
      cluster.trace().fetches(replica, ready.fetch());
      if (replica.autoFetch) {
        cluster.endFetch(replica, replica.core(), ready.fetch());
        doneAtOnce = true;
      } else {
        replica.fetches.add(ready.fetch());
      }
    }
    while (replica.autoDisk && replica.disk.pendingWrites() > 0) {
      replica.core().written(replica.disk.completeNext());
      doneAtOnce = true;
    }
    return doneAtOnce;
  }

  /** A change ends once; if it says that it is done, it is. */
  private void endOfChange(HarnessReplica replica, Ready.ChangeOutcome outcome) {
    MembershipChange change = replica.changes.remove(outcome.changeId());
    replica.check(change != null, "a change ends twice: " + outcome);
    cluster.invariants().onChangeEnded(replica, change, outcome);
    replica.outcomes.add(outcome);
    cluster.trace().changeEnded(replica, outcome);
  }

  /** A read ends once, and never with an index below what was committed when it began: that would be stale. */
  private void endOfRead(HarnessReplica replica, Ready.ReadOutcome outcome) {
    Long floor = replica.reads.remove(outcome.readId());
    replica.check(floor != null, "a read ends twice: " + outcome);
    replica.check(
        !outcome.isConfirmed() || outcome.index() >= floor,
        "stale read: " + outcome + ", but " + floor + " was committed when it began");
    replica.check(
        outcome.leaseUntilNanos() > replica.clockNanos, "a lease that is over: " + outcome);
    cluster.trace().readEnded(replica, outcome);
  }
}
