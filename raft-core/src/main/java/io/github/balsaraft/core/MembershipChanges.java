package io.github.balsaraft.core;

import io.github.balsaraft.core.membership.AdditionStatus;
import io.github.balsaraft.core.membership.CatchUp;
import io.github.balsaraft.core.membership.ChangePreview;
import io.github.balsaraft.core.membership.GroupView;
import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.Removal;
import io.github.balsaraft.model.RemovedNotice;
import io.github.balsaraft.model.ReplicaId;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A leader's side of changing who belongs to the group (Raft paper 6, thesis 4): appends one configuration at a time, leaves
 * joint consensus, sees new members in, tells removed ones, and knows when this leader's own office ends.
 *
 * <p>Each change that was accepted ends in one {@link Ready.ChangeOutcome}.
 */
final class MembershipChanges {

  /** What the leader does for it. */
  interface Office {

    EntryId append(Payloads payloads);

    boolean hasCommittedInTerm();

    /** Whether somebody wanted it to lead although it never stands of its own accord. */
    boolean isChosenDespitePriority();

    /** Whether it hands its office over: the log must not grow then. */
    boolean isTransferring();
  }

  private final CoreContext context;
  private final Replicator replicator;
  private final Office office;

  /** Members on their way in. */
  private final TreeMap<Long, Addition> additions = new TreeMap<>();

  /** The change in the log that is not an addition's, while it is not committed. */
  private @Nullable Long inLog;

  /** Removals up to this index were told to those whom they concern. */
  private long noticedTo;

  MembershipChanges(CoreContext context, Replicator replicator, Office office) {
    this.context = context;
    this.replicator = replicator;
    this.office = office;
    this.noticedTo = context.commitIndex();
  }

  // ------------------------------------------------------------------ proposals

  void propose(long changeId, MembershipChange change) {
    if (isSettled()) {
      // The one before may have committed in the same batch of inputs: it ends before this one
      // begins.
      endReached();
    }
    if (additions.containsKey(changeId) || Long.valueOf(changeId).equals(inLog)) {
      throw new IllegalArgumentException("change " + changeId + " is under way already");
    }
    ChangePreview preview = preview(change);
    Configuration target = preview.target();
    if (!preview.isAllowed() || target == null) {
      refuse(changeId, preview.refusals());
    } else if (change instanceof MembershipChange.Add add) {
      boolean isMember = context.configuration().contains(add.wanted().replica());
      additions.put(changeId, new Addition(changeId, add, context.nowNanos(), isMember));
    } else {
      String problem = appendTowards(target);
      if (problem == null) {
        inLog = changeId;
      } else {
        refuse(changeId, List.of(new ChangeRefusal(ChangeRefusal.Reason.IMPOSSIBLE, problem)));
      }
    }
  }

  ChangePreview preview(MembershipChange change) {
    ChangePreview preview = ChangePreview.of(change, view());
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
      for (Addition other : additions.values()) {
        if (other.replica().equals(add.wanted().replica())) {
          preview = preview.refusedToo(
              ChangeRefusal.Reason.CHANGE_UNDER_WAY,
              "change " + other.changeId + " is adding that replica already");
        }
      }
    }
    return preview;
  }

  private GroupView view() {
    TreeMap<ReplicaId, GroupView.Standing> members = new TreeMap<>();
    for (Progress progress : replicator.all()) {
      members.put(
          progress.replica(),
          new GroupView.Standing(
              isLive(progress), progress.match(), context.log.lastIndex() - progress.match()));
    }
    return new GroupView(
        context.self,
        true,
        office.hasCommittedInTerm(),
        context.configuration(),
        context.configurations.latestIndex(),
        isSettled(),
        members,
        context.options.leaseBounds());
  }

  private boolean isLive(Progress progress) {
    return progress.everContacted()
        && context.nowNanos() - progress.lastContactNanos()
            < context.options.electionTimeoutMaxNanos();
  }

  /**
   * Gives up an addition that is not decided yet. Its outcome follows once the member is out again.
   *
   * @return false if there is no such addition, or it can't be taken back any more
   */
  boolean abort(long changeId) {
    Addition addition = additions.get(changeId);
    if (addition == null || addition.decided) {
      return false;
    }
    if (addition.abortReason == null) {
      addition.abortReason = "it was called off";
    }
    return true;
  }

  List<AdditionStatus> additions() {
    return additions.values().stream().map(this::status).toList();
  }

  private AdditionStatus status(Addition addition) {
    Progress progress = replicator.progressOf(addition.replica());
    CatchUp catchUp = addition.catchUp;
    long match = progress == null ? 0 : progress.match();
    long missing = context.log.lastIndex() - match;
    AdditionStatus.Phase phase;
    String detail;
    if (addition.abortReason != null) {
      phase = AdditionStatus.Phase.ABORTING;
      detail = "being removed again: " + addition.abortReason;
    } else if (addition.decided) {
      phase = AdditionStatus.Phase.TAKING_ROLE;
      detail = "the change that gives it its role is being committed";
    } else if (catchUp != null) {
      phase = AdditionStatus.Phase.CATCHING_UP;
      detail = "catching up, " + missing + " entries to go";
    } else {
      phase = AdditionStatus.Phase.WAITING;
      detail = "a change of the configuration is being committed";
    }
    return new AdditionStatus(
        addition.changeId,
        addition.change.wanted(),
        phase,
        catchUp == null ? 0 : catchUp.round(),
        match,
        missing,
        detail);
  }

  // ------------------------------------------------------------------ steps

  /** Takes the steps that are due. */
  void step() {
    // While leadership is handed over nothing is appended: the target must not fall behind again,
    // and
    // whoever leads next leaves joint consensus as well.
    if (context.configuration().isJoint()
        && office.hasCommittedInTerm()
        && isCommitted()
        && !office.isTransferring()) {
      // Only now: the joint entry is committed under both majorities, and this leader has committed
      // an entry of its own term, so that no other configuration can still come up (Raft paper 6;
      // trap 33).
      append(context.configuration().leaveJoint(context.log.lastIndex() + 1));
    }
    if (isSettled()) {
      endReached();
      for (Addition addition : List.copyOf(additions.values())) {
        // What comes next is the business of the next leader once this one's office is over.
        if (isSettled() && endOfOffice() == null && !office.isTransferring()) {
          advance(addition);
        }
      }
    }
    tellRemoved();
  }

  private boolean isSettled() {
    return !context.configuration().isJoint() && isCommitted() && office.hasCommittedInTerm();
  }

  private boolean isCommitted() {
    return context.configurations.latestIndex() <= context.commitIndex();
  }

  /** The configuration is settled: changes that led to it are over. */
  private void endReached() {
    long index = context.configurations.latestIndex();
    if (inLog != null) {
      end(inLog, Ready.ChangeEnd.DONE, index, "");
      inLog = null;
    }
    for (Addition addition : List.copyOf(additions.values())) {
      if (addition.isReachedBy(context.configuration())) {
        end(addition, Ready.ChangeEnd.DONE, index, "");
      }
    }
  }

  private void advance(Addition addition) {
    Configuration current = context.configuration();
    addition.decided = false;
    if (addition.abortReason == null && addition.isOverdue(context.nowNanos())) {
      addition.abortReason = "it did not catch up in time";
    }
    if (addition.abortReason != null) {
      takeBack(addition, current);
    } else if (addition.added && !current.contains(addition.replica())) {
      end(
          addition,
          Ready.ChangeEnd.ABORTED,
          current.removedAt(addition.replica()),
          "another change removed it");
    } else if (addition.wantsStaging(current)) {
      if (appendStep(addition, addition.staging(current), addition.change.replaces())) {
        addition.added = !addition.wasMember;
      }
    } else if (isCaughtUp(addition, current)) {
      addition.decided = appendStep(addition, addition.goal(current), List.of());
    }
  }

  private void takeBack(Addition addition, Configuration current) {
    Member member = current.member(addition.replica());
    String reason = String.valueOf(addition.abortReason);
    if (member == null) {
      end(addition, Ready.ChangeEnd.ABORTED, current.removedAt(addition.replica()), reason);
    } else if (!addition.added || member.isVoter()) {
      end(addition, Ready.ChangeEnd.ABORTED, 0, reason + "; it stays what it was before");
    } else {
      String problem = appendTowards(current.without(addition.replica()));
      if (problem != null) {
        end(addition, Ready.ChangeEnd.ABORTED, 0, reason + "; it stays, because " + problem);
      }
    }
  }

  private boolean isCaughtUp(Addition addition, Configuration current) {
    Progress progress = replicator.progressOf(addition.replica());
    if (progress == null || current.isVoter(addition.replica())) {
      return true;
    }
    CatchUp catchUp = addition.catchUp;
    if (catchUp == null) {
      catchUp = new CatchUp(
          context.nowNanos(), context.log.lastIndex(), context.options.electionTimeoutMinNanos());
      addition.catchUp = catchUp;
    }
    return catchUp.isDone(progress.match(), context.log.lastIndex(), context.nowNanos());
  }

  /** Judged again: since the change was proposed others may have been made. */
  private boolean appendStep(Addition addition, Configuration target, List<ReplicaId> leaving) {
    List<ChangeRefusal> refusals = ChangePreview.ofStep(target, leaving, view()).refusals();
    if (refusals.isEmpty()) {
      String problem = appendTowards(target);
      if (problem != null) {
        addition.abortReason = problem;
      }
      return problem == null;
    }
    if (!ChangeRefusal.allPass(refusals)) {
      addition.abortReason = ChangeRefusal.details(refusals);
    }
    return false;
  }

  /** Appends the first step towards a configuration; returns what is wrong with it instead if it can't be one. */
  private @Nullable String appendTowards(Configuration target) {
    Configuration next;
    try {
      next = context.configuration().jointTowards(target, context.log.lastIndex() + 1);
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
    append(next);
    return null;
  }

  private void append(Configuration next) {
    office.append(Payloads.single(EntryType.CONFIGURATION, next.encode()));
    // In force from here on, before it is committed (Raft paper 6; trap 30).
    replicator.follow(next);
  }

  // ------------------------------------------------------------------ ends

  private void refuse(long changeId, List<ChangeRefusal> refusals) {
    context.changeOutcomes.add(Ready.ChangeOutcome.refused(changeId, refusals));
  }

  private void end(Addition addition, Ready.ChangeEnd end, long index, String detail) {
    additions.remove(addition.changeId);
    end(addition.changeId, end, index, detail);
  }

  private void end(long changeId, Ready.ChangeEnd end, long index, String detail) {
    context.changeOutcomes.add(new Ready.ChangeOutcome(changeId, end, index, detail));
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
    if (!isSettled()) {
      return null;
    }
    Member self = context.configuration().member(context.self);
    if (self == null || !self.isVoter()) {
      return "it is no longer a voter";
    }
    if (self.priority() == 0
        && !office.isChosenDespitePriority()
        && Successor.isReady(context, replicator)) {
      return "it never stands for election, and another can take over";
    }
    return null;
  }

  /** The office is over, for whatever reason. What is in the log is the next leader's business. */
  void leave() {
    if (isSettled()) {
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
    for (Addition addition : List.copyOf(additions.values())) {
      end(addition, Ready.ChangeEnd.LOST, 0, whatRemainsOf(addition));
    }
  }

  private String whatRemainsOf(Addition addition) {
    if (!context.configuration().contains(addition.replica())) {
      return "leadership was lost before it was a member";
    }
    return addition.decided
        ? "leadership was lost before the change that gives it its role was committed; it may still be"
        : "leadership was lost; it remains a learner, and asking again goes on from there";
  }
}
