package io.github.balsaraft.core;

import io.github.balsaraft.core.membership.CatchUp;
import io.github.balsaraft.core.membership.ChangeVerdict;
import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Removal;
import io.github.balsaraft.model.RemovedNotice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A leader's side of changing who belongs to the group (Raft paper 6, thesis 4): appends one configuration at a time, leaves
 * joint consensus, sees new members in, tells removed ones, and knows when this leader's own office ends.
 *
 * <p>Each change that was accepted ends in one {@link Ready.ChangeOutcome}.
 */
final class MembershipChanges {

  private final CoreContext context;
  private final Replicator replicator;
  private final Office office;
  private final ConfigurationSteps steps;
  private final Additions additions;

  /** The change in the log that is not an addition's, while it is not committed. */
  private @Nullable Long inLog;

  /** Not null while this leader is one that never stands for election, by the committed configuration. */
  private @Nullable CatchUp successorsPace;

  private boolean isSuccessorReady;

  /** Removals up to this index were told to those whom they concern. */
  private long noticedTo;

  MembershipChanges(CoreContext context, Replicator replicator, Office office) {
    this.context = context;
    this.replicator = replicator;
    this.office = office;
    this.steps = new ConfigurationSteps(context, replicator, office);
    this.additions = new Additions(context, replicator, steps);
    this.noticedTo = context.commitIndex();
  }

  // ------------------------------------------------------------------ proposals

  void propose(long changeId, MembershipChange change) {
    if (steps.isSettled()) {
      // The one before may have committed in the same batch
      // of inputs: it ends before this one begins.
      endReached();
    }
    if (additions.contains(changeId) || Long.valueOf(changeId).equals(inLog)) {
      throw new IllegalArgumentException("change " + changeId + " is under way already");
    }
    ChangeVerdict preview = preview(change);
    Configuration target = preview.target();
    if (!preview.isAllowed() || target == null) {
      refuse(changeId, preview.refusals());
    } else if (change instanceof MembershipChange.Add add) {
      additions.begin(changeId, add);
    } else {
      String problem = steps.appendTowards(target);
      if (problem == null) {
        inLog = changeId;
      } else {
        refuse(changeId, List.of(new ChangeRefusal(ChangeRefusal.Reason.IMPOSSIBLE, problem)));
      }
    }
  }

  ChangeVerdict preview(MembershipChange change) {
    ChangeVerdict preview = ChangeVerdict.of(change, steps.view());
    String ending = endOfOffice();
    if (ending != null) {
      preview =
          preview.refusedToo(ChangeRefusal.Reason.NOT_LEADER, "this leader hands over: " + ending);
    }
    if (office.isTransferring()) {
      preview =
          preview.refusedToo(ChangeRefusal.Reason.TRANSFERRING, "leadership is being handed over");
    }
    if (change instanceof MembershipChange.Add add) {
      Addition other = additions.of(add.wanted().replica());
      if (other != null) {
        preview = preview.refusedToo(
            ChangeRefusal.Reason.CHANGE_UNDER_WAY,
            "change " + other.changeId + " is adding that replica already");
      }
    }
    return preview;
  }

  Additions additions() {
    return additions;
  }

  // ------------------------------------------------------------------ steps

  /** Takes the steps that are due. */
  void step() {
    // While leadership is handed over nothing is appended: the target must not fall behind again,
    // and whoever leads next leaves joint consensus as well.
    if (context.configuration().isJoint()
        && office.hasCommittedInTerm()
        && context.isConfigurationCommitted()
        && !office.isTransferring()) {
      // Only now: the joint entry is committed under both majorities, and
      // this leader has committed an entry of its own term, so that no
      // other configuration can still come up (Raft paper 6; trap 33).
      steps.leaveJoint();
    }
    lookForSuccessor();
    if (steps.isSettled()) {
      endReached();
      for (Addition addition : additions.all()) {
        // What comes next is the business of the next leader once this one's office is over.
        if (steps.isSettled() && endOfOffice() == null && !office.isTransferring()) {
          additions.advance(addition);
        }
      }
    }
    tellRemoved();
  }

  /**
   * Under load nobody ever has the whole log. Who keeps pace with it soon has what is missing, as nothing is appended while
   * leadership is handed over.
   */
  private void lookForSuccessor() {
    Member self = context.configuration().member(context.self);
    isSuccessorReady = false;
    if (!steps.isSettled() || self == null || !self.isVoter() || self.priority() > 0) {
      successorsPace = null;
      return;
    }
    long lastIndex = context.log.lastIndex();
    if (successorsPace == null) {
      successorsPace =
          new CatchUp(context.nowNanos(), lastIndex, context.options.electionTimeoutMinNanos());
    }
    long match = Successor.bestMatch(context, replicator);
    isSuccessorReady = match == lastIndex
        || (match >= 0 && successorsPace.observe(match, lastIndex, context.nowNanos()));
  }

  /** The configuration is settled: changes that led to it are over. */
  private void endReached() {
    long index = context.configurations.latestIndex();
    if (inLog != null) {
      end(inLog, Ready.ChangeEnd.DONE, index, "");
      inLog = null;
    }
    additions.endReached(index);
  }

  // ------------------------------------------------------------------ ends

  private void refuse(long changeId, List<ChangeRefusal> refusals) {
    context.output.changeEnded(Ready.ChangeOutcome.refused(changeId, refusals));
  }

  private void end(long changeId, Ready.ChangeEnd end, long index, String detail) {
    context.output.changeEnded(new Ready.ChangeOutcome(changeId, end, index, detail));
  }

  /** Tells those that were removed, once that is committed: they are sent nothing else any more (trap 6). */
  private void tellRemoved() {
    long commit = context.commitIndex();
    if (commit <= noticedTo) {
      return;
    }
    for (Removal removal : context.configuration().removals()) {
      if (removal.index() > noticedTo
          && removal.index() <= commit
          && !removal.replica().equals(context.self)) {
        context.outbox.send(
            new RemovedNotice(context.self, removal.replica(), context.term(), removal.index()));
      }
    }
    noticedTo = commit;
  }

  /** Why this leader's office is over by the committed configuration, or null if it isn't. */
  @Nullable
  String endOfOffice() {
    if (!steps.isSettled()) {
      return null;
    }
    Member self = context.configuration().member(context.self);
    if (self == null || !self.isVoter()) {
      return "it is no longer a voter";
    }
    if (self.priority() == 0 && !office.isChosenDespitePriority() && isSuccessorReady) {
      return "it never stands for election, and another can take over";
    }
    return null;
  }

  /** The office is over, for whatever reason. What is in the log is the next leader's business. */
  void leave() {
    if (steps.isSettled()) {
      endReached();
    }
    if (inLog != null) {
      end(
          inLog,
          Ready.ChangeEnd.LOST,
          context.configurations.latestIndex(),
          "leadership was lost before the change was committed; it may still be");
      inLog = null;
    }
    additions.leave();
  }
}
