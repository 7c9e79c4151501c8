package io.github.balsaraft.core;

import io.github.balsaraft.core.membership.AdditionStatus;
import io.github.balsaraft.core.membership.CatchUp;
import io.github.balsaraft.core.membership.ChangeVerdict;
import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.ReplicaId;
import java.util.List;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Members on their way in, at their leader (Raft thesis 4.2.1): each becomes a learner, catches up, and gets its role; or is
 * taken out again. Each ends in one {@link Ready.ChangeOutcome}.
 */
final class Additions {

  private final CoreContext context;
  private final Replicator replicator;
  private final ConfigurationSteps steps;
  private final TreeMap<Long, Addition> additions = new TreeMap<>();

  Additions(CoreContext context, Replicator replicator, ConfigurationSteps steps) {
    this.context = context;
    this.replicator = replicator;
    this.steps = steps;
  }

  // ------------------------------------------------------------------ what is under way

  boolean contains(long changeId) {
    return additions.containsKey(changeId);
  }

  /** That of a replica; null if nobody is adding it. */
  @Nullable
  Addition of(ReplicaId replica) {
    for (Addition addition : additions.values()) {
      if (addition.replica().equals(replica)) {
        return addition;
      }
    }
    return null;
  }

  /** In the order of their numbers, as it is at the moment. */
  List<Addition> all() {
    return additions.isEmpty() ? List.of() : List.copyOf(additions.values());
  }

  List<AdditionStatus> statuses() {
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
      detail = heldUp(addition, "catching up, " + missing + " entries to go");
    } else {
      phase = AdditionStatus.Phase.WAITING;
      detail = heldUp(addition, "a change of the configuration is being committed");
    }
    return new AdditionStatus(
        addition.changeId,
        addition.change.wanted(),
        addition.change.replaces(),
        phase,
        catchUp == null ? 0 : catchUp.round(),
        match,
        missing,
        detail);
  }

  private static String heldUp(Addition addition, String otherwise) {
    return addition.heldUpBy.isEmpty()
        ? otherwise
        : "held up: " + ChangeRefusal.details(addition.heldUpBy);
  }

  // ------------------------------------------------------------------ steps

  /** The next step follows when the configuration is settled. */
  void begin(long changeId, MembershipChange.Add add) {
    boolean isMember = context.configuration().contains(add.wanted().replica());
    additions.put(changeId, new Addition(changeId, add, context.nowNanos(), isMember));
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

  /** Takes the next step of one. The configuration is settled. */
  void advance(Addition addition) {
    Configuration current = context.configuration();
    addition.decided = false;
    Progress progress = replicator.progressOf(addition.replica());
    if (progress != null) {
      addition.gotOn(progress.gotOnNanos());
      addition.lacks(context.log.lastIndex() - progress.match(), context.nowNanos());
    }
    if (addition.abortReason == null && addition.isOverdue(context.nowNanos())) {
      addition.abortReason = heldUp(addition, "it did not catch up in time");
    }
    addition.heldUpBy = List.of();
    if (addition.abortReason != null) {
      takeBack(addition, current);
    } else if (addition.isGoneFrom(current)) {
      end(
          addition,
          Ready.ChangeEnd.ABORTED,
          current.removedAt(addition.replica()),
          "another change came in between; " + whatIsSpent(addition, current));
    } else if (addition.wantsStaging(current)) {
      if (appendStep(addition, addition::staging, addition.change.replaces())) {
        addition.added = !addition.wasMember;
        // A learner gets its role with this first step.
        addition.decided = addition.change.wanted().role() == MemberRole.LEARNER;
      }
    } else if (observeCatchUp(addition, current)) {
      addition.decided = appendStep(addition, addition::goal, List.of());
    }
  }

  private void takeBack(Addition addition, Configuration current) {
    Member member = current.member(addition.replica());
    String reason = String.valueOf(addition.abortReason);
    if (member == null) {
      String remains = addition.added ? "; " + whatIsSpent(addition, current) : "";
      end(
          addition,
          Ready.ChangeEnd.ABORTED,
          current.removedAt(addition.replica()),
          reason + remains);
    } else if (!addition.added || member.isVoter()) {
      end(addition, Ready.ChangeEnd.ABORTED, 0, reason + "; it stays what it was before");
    } else {
      String problem = steps.appendTowards(current.without(addition.replica()));
      if (problem != null) {
        end(addition, Ready.ChangeEnd.ABORTED, 0, reason + "; it stays, because " + problem);
      }
    }
  }

  /**
   * A replica that was removed never comes back (trap 36), so that asking again would wait for it in vain: unless its host has lost its
   * disk, and another one of it is here already.
   */
  private static String whatIsSpent(Addition addition, Configuration current) {
    String host = addition.change.wanted().host().name();
    if (addition.isHostIn(current)) {
      return host
          + " came back with an empty folder, and its new replica took the place of the one that was"
          + " being added: ask again, and it goes on from there";
    }
    return host + " was removed again at index " + current.removedAt(addition.replica())
        + ": empty its data folder before you add it again";
  }

  /** Begins or goes on with the rounds of its catch-up; returns whether it has caught up. */
  private boolean observeCatchUp(Addition addition, Configuration current) {
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
    boolean caughtUp =
        catchUp.observe(progress.match(), context.log.lastIndex(), context.nowNanos());
    addition.hasCaughtUp |= caughtUp;
    return caughtUp;
  }

  /** Judged again: since the change was proposed others may have been made, and it may have become impossible. */
  private boolean appendStep(
      Addition addition, UnaryOperator<Configuration> step, List<ReplicaId> leaving) {
    Configuration target;
    try {
      target = step.apply(context.configuration());
    } catch (IllegalArgumentException e) {
      addition.abortReason = String.valueOf(e.getMessage());
      return false;
    }
    List<ChangeRefusal> refusals =
        ChangeVerdict.ofStep(target, leaving, steps.view()).refusals();
    addition.heldUpBy = ChangeRefusal.allPass(refusals) ? refusals : List.of();
    if (refusals.isEmpty()) {
      String problem = steps.appendTowards(target);
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

  // ------------------------------------------------------------------ ends

  /** The configuration is settled: those that it has brought to their end are over. */
  void endReached(long index) {
    for (Addition addition : all()) {
      if (addition.isReachedBy(context.configuration())) {
        end(addition, Ready.ChangeEnd.DONE, index, "");
      }
    }
  }

  /** The leader's office is over. What is in the log is the next leader's business. */
  void leave() {
    for (Addition addition : all()) {
      end(addition, Ready.ChangeEnd.LOST, 0, whatRemainsOf(addition));
    }
  }

  private String whatRemainsOf(Addition addition) {
    if (!context.configuration().contains(addition.replica())) {
      if (addition.isHostIn(context.configuration())) {
        return "leadership was lost while a new replica of "
            + addition.change.wanted().host().name()
            + ", which came back with an empty folder, took its place; ask again";
      }
      return addition.added
          ? "leadership was lost before its removal was committed; it may still be, and then its data folder"
              + " must be emptied before it is added again"
          : "leadership was lost before it was a member";
    }
    return addition.decided
        ? "leadership was lost before the change that gives it its role was committed; it may still be"
        : "leadership was lost; it remains a learner, and asking again goes on from there";
  }

  private void end(Addition addition, Ready.ChangeEnd end, long index, String detail) {
    additions.remove(addition.changeId);
    context.output.changeEnded(new Ready.ChangeOutcome(addition.changeId, end, index, detail));
  }
}
