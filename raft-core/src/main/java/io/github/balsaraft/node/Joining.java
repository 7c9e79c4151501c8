package io.github.balsaraft.node;

import io.github.balsaraft.core.CoreView;
import io.github.balsaraft.core.FollowerView;
import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.core.membership.AdditionStatus;
import io.github.balsaraft.core.membership.ChangeVerdict;
import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.JoinAnswer;
import io.github.balsaraft.model.JoinAnswer.Status;
import io.github.balsaraft.model.JoinRequest;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Role;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A leader's side of letting a new replica in, in place of the one that its host carried before: it becomes what that one was,
 * a learner again or a voter with the same priority and delay (Raft thesis 4.2.1, paper 6).
 *
 * <p>The core does the work. Whoever leads after a change of leader goes on with it at the next request.
 */
final class Joining {

  private Joining() {}

  /**
   * Does what can be done for the request now, and says how it stands.
   *
   * @param begin hands a change to the core
   */
  static JoinAnswer nextStep(
      RaftCore core,
      JoinRequest request,
      long nowNanos,
      long silentForNanos,
      Consumer<MembershipChange> begin) {
    try {
      return step(core, request, nowNanos, silentForNanos, begin);
    } catch (IllegalArgumentException e) {
      // What is asked for can't be in a configuration. That is no reason to stop a leader.
      return answer(request, Status.REFUSED, String.valueOf(e.getMessage()));
    }
  }

  private static JoinAnswer step(
      RaftCore core,
      JoinRequest request,
      long nowNanos,
      long silentForNanos,
      Consumer<MembershipChange> begin) {
    if (core.view().currentRole() != Role.LEADER) {
      return notLeader(core.view(), request);
    }
    for (AdditionStatus addition : core.view().additions()) {
      if (addition.wanted().replica().equals(request.replica())) {
        return answer(request, Status.IN_PROGRESS, addition.detail());
      }
    }
    Configuration configuration = core.view().configuration();
    if (!core.view().mayBeginChange()) {
      return answer(
          request, Status.IN_PROGRESS, "a change of the configuration is being committed");
    }
    List<Member> earlier = configuration.membersOn(request.host()).stream()
        .filter(other -> !other.replica().equals(request.replica()))
        .toList();
    for (AdditionStatus addition : core.view().additions()) {
      if (!addition.wanted().host().equals(request.host())
          && earlier.stream().map(Member::replica).anyMatch(addition.replaces()::contains)) {
        // Else it would stay as a further member, though it was said to be replaced.
        return answer(
            request,
            Status.IN_PROGRESS,
            addition.wanted().host() + " is taking the place of " + request.host());
      }
    }
    boolean isMember = configuration.contains(request.replica());
    if (earlier.isEmpty()) {
      return isMember
          ? answer(request, Status.DONE, "")
          : answer(
              request,
              Status.REFUSED,
              request.host() + " is no member's host yet; the leader lets it in once it is added");
    }
    for (Member old : earlier) {
      FollowerView follower = core.view().follower(old.replica());
      boolean silent = follower != null && follower.isSilentFor(nowNanos, silentForNanos);
      if (!isMember && !silent) {
        return answer(
            request,
            Status.REFUSED,
            "the replica " + old.replica() + " of " + request.host()
                + " may still be there; it is taken for gone once it was not heard of for an election timeout");
      }
    }
    return begin(core, request, earlier, begin);
  }

  private static JoinAnswer begin(
      RaftCore core, JoinRequest request, List<Member> earlier, Consumer<MembershipChange> begin) {
    MembershipChange change = new MembershipChange.Add(
        inPlaceOf(earlier, request),
        earlier.stream().map(Member::replica).toList(),
        MembershipChange.NO_LIMIT);
    ChangeVerdict preview = core.view().previewChange(change);
    if (preview.isAllowed()) {
      begin.accept(change);
      return answer(request, Status.IN_PROGRESS, "being added as a learner");
    }
    return answer(
        request,
        ChangeRefusal.allPass(preview.refusals()) ? Status.IN_PROGRESS : Status.REFUSED,
        ChangeRefusal.details(preview.refusals()));
  }

  /**
   * What the new replica will be: what the old one was. If there are several, the voter is the one whose place is taken, and
   * the others came to take it and were lost on the way.
   */
  static Member inPlaceOf(List<Member> earlier, JoinRequest request) {
    return Configuration.principalOf(earlier)
        .replacedBy(request.replica(), request.host(), request.address());
  }

  /** Names the leader, of whom the new replica may not have heard. */
  private static JoinAnswer notLeader(CoreView core, JoinRequest request) {
    LeaderHint leader = LeaderHint.of(core);
    return new JoinAnswer(
        request.replica(),
        Status.NOT_LEADER,
        "this member is not the leader",
        leader.host(),
        Objects.requireNonNullElse(leader.address(), ""));
  }

  private static JoinAnswer answer(JoinRequest request, Status status, String detail) {
    return new JoinAnswer(request.replica(), status, detail);
  }
}
