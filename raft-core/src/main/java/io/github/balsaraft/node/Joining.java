package io.github.balsaraft.node;

import io.github.balsaraft.core.ProposalResult;
import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.JoinAnswer;
import io.github.balsaraft.model.JoinAnswer.Status;
import io.github.balsaraft.model.JoinRequest;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Role;
import java.util.List;

/**
 * A leader's side of letting a new replica in, in place of the one that its host carried before: first as a learner, then,
 * once it has caught up, as a voter in one joint change that removes the old one (Raft thesis 4.2.1, paper 6).
 *
 * <p>Each request takes the next step, whatever it is. So nothing needs to be remembered, and a change of leader in between
 * does no harm.
 */
final class Joining {

  /** A learner that misses no more entries than these counts as caught up: the rest arrives while the change commits. */
  private static final long CAUGHT_UP_WITHIN_ENTRIES = 32_768;

  private Joining() {}

  static JoinAnswer nextStep(
      RaftCore core, JoinRequest request, long nowNanos, long silentForNanos) {
    try {
      return step(core, request, nowNanos, silentForNanos);
    } catch (IllegalArgumentException e) {
      // What is asked for can't be in a configuration. That is no reason to stop a leader.
      return answer(request, Status.REFUSED, String.valueOf(e.getMessage()));
    }
  }

  private static JoinAnswer step(
      RaftCore core, JoinRequest request, long nowNanos, long silentForNanos) {
    if (core.currentRole() != Role.LEADER) {
      return answer(request, Status.NOT_LEADER, "this member is not the leader");
    }
    Configuration configuration = core.configuration();
    boolean settled = !configuration.isJoint() && core.configurationIndex() <= core.commitIndex();
    Member member = configuration.member(request.replica());
    if (!settled || !core.hasCommittedInTerm()) {
      return answer(
          request, Status.IN_PROGRESS, "a change of the configuration is being committed");
    }
    if (member != null && member.isVoter()) {
      return answer(request, Status.DONE, "");
    }
    List<Member> earlier = configuration.membersOn(request.host()).stream()
        .filter(other -> !other.replica().equals(request.replica()))
        .toList();
    if (member == null) {
      if (earlier.isEmpty()) {
        return answer(
            request, Status.REFUSED, request.host() + " is not a member's host; add it first");
      }
      for (Member old : earlier) {
        Progress progress = core.progressOf(old.replica());
        if (progress == null || nowNanos - progress.lastContactNanos() < silentForNanos) {
          return answer(
              request,
              Status.REFUSED,
              "the replica " + old.replica() + " of " + request.host()
                  + " was heard a moment ago; if its disk is gone it will fall silent");
        }
      }
      Configuration target =
          configuration.with(Member.learner(request.replica(), request.host(), request.address()));
      for (Member old : earlier) {
        // A host that loses its disk again and again must not fill the configuration.
        if (!old.isVoter()) {
          target = target.without(old.replica());
        }
      }
      return stepTaken(request, core.changeConfiguration(target), "added as a learner");
    }
    Progress progress = core.progressOf(request.replica());
    long match = progress == null ? 0 : progress.match();
    long missing = core.lastEntry().index() - match;
    // A replica that has nothing yet may not even be there, however short the log is.
    if (match == 0 || missing > CAUGHT_UP_WITHIN_ENTRIES) {
      return answer(request, Status.IN_PROGRESS, "catching up, " + missing + " entries to go");
    }
    // The new voter first: a configuration must never be without one, not even on the way to the
    // next.
    Configuration target =
        configuration.with(Member.voter(request.replica(), request.host(), request.address()));
    for (Member old : earlier) {
      target = target.without(old.replica());
    }
    return stepTaken(request, core.changeConfiguration(target), "being made a voter");
  }

  private static JoinAnswer stepTaken(JoinRequest request, ProposalResult result, String step) {
    if (result instanceof ProposalResult.Refused refused) {
      return answer(request, Status.REFUSED, refused.detail());
    }
    return answer(request, Status.IN_PROGRESS, step);
  }

  private static JoinAnswer answer(JoinRequest request, Status status, String detail) {
    return new JoinAnswer(request.replica(), status, detail);
  }
}
