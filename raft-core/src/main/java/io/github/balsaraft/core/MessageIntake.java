package io.github.balsaraft.core;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.FetchEntries;
import io.github.balsaraft.model.FetchEntriesResponse;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.InstallSnapshot;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.InstallStatus;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReadIndexRequest;
import io.github.balsaraft.model.ReadIndexResponse;
import io.github.balsaraft.model.RemovedNotice;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.TransferRevocation;
import io.github.balsaraft.model.TransferRevocationResponse;
import io.github.balsaraft.model.VoteResponse;
import org.jspecify.annotations.Nullable;

/**
 * The rules for messages that hold in every role: whom a message is for, and what its term means (Raft paper, figure 2,
 * "rules for servers"). What passes goes on to the role.
 */
final class MessageIntake implements ProtocolMessage.Handler {

  private static final long NEVER = Long.MIN_VALUE;

  /** Sessions are numbered anew in each term: the answer to a message of an earlier term must name none of a later one. */
  private static final long NO_SESSION = AppendEntriesResponse.NO_SESSION;

  private final CoreContext context;
  private final Transitions transitions;
  private final SnapshotIntake snapshots;
  private final Refilling refilling;
  private final EntryAnswers answers;

  /** When this replica last moved above a member's term while it led. */
  private long movedAboveNanos = NEVER;

  MessageIntake(
      CoreContext context,
      Transitions transitions,
      SnapshotIntake snapshots,
      Refilling refilling,
      EntryAnswers answers) {
    this.context = context;
    this.transitions = transitions;
    this.snapshots = snapshots;
    this.refilling = refilling;
    this.answers = answers;
  }

  /** Nonsense is dropped and counted. */
  void receive(ProtocolMessage message) {
    if (!message.to().equals(context.self)
        || message.from().equals(context.self)
        || !MessageRules.isAllowed(message)) {
      context.counts.dropped();
      return;
    }
    context.trace.received(message);
    if (context.configuration().contains(message.from())) {
      context.contacts.heardFrom(message.from(), context.nowNanos());
    } else if (context.removals.tell(message)) {
      return;
    }
    message.deliverTo(this);
  }

  private RoleState role() {
    return transitions.current();
  }

  @Override
  public void onRequestPreVote(RequestPreVote message) {
    boolean granted = !isLeaderProtectedFrom(message.from())
        && VotingRules.wouldVote(context, message.term(), message.lastEntry());
    if (message.term() != RequestPreVote.NO_CAMPAIGN) {
      noteShorterLog(message.from(), message.lastEntry());
    }
    context.outbox.send(
        new PreVoteResponse(context.self, message.from(), context.term(), message.term(), granted));
    if (granted) {
      role().preVoteGranted(message);
    }
  }

  private boolean isLeaderProtectedFrom(ReplicaId candidate) {
    return role().protectsLeaderFrom(candidate) || context.leasePromise.forbids(candidate);
  }

  @Override
  public void onRequestVote(RequestVote message) {
    // A leader that asks for its own succession needs no protection: it has given up its lease.
    // Nothing else gets past a voter that has heard its leader (traps 26, 27).
    boolean refused = message.term() < context.term()
        || (!message.leadershipTransfer() && isLeaderProtectedFrom(message.from()));
    noteShorterLog(message.from(), message.lastEntry());
    if (refused) {
      context.outbox.send(new VoteResponse(context.self, message.from(), context.term(), false));
      return;
    }
    if (message.term() > context.term()) {
      transitions.becomeFollowerIn(
          message.term(), null, "a candidate asked for its vote in term " + message.term());
    }
    boolean granted = VotingRules.mayVote(context, message.from(), message.lastEntry());
    if (granted) {
      context.voteFor(message.from());
      if (role() instanceof PreCandidateState) {
        transitions.becomeFollower(null, "it gave its vote to another candidate");
      }
      if (role() instanceof FollowerState follower) {
        follower.voteGiven();
      }
    }
    context.outbox.send(new VoteResponse(context.self, message.from(), context.term(), granted));
  }

  /** Somebody asks for this replica's vote while nobody leads, and can't have it: see {@link LastResort}. */
  private void noteShorterLog(ReplicaId candidate, EntryId candidateLast) {
    if (role().leader() == null
        && context.configuration().isVoter(candidate)
        && !VotingRules.isUpToDate(candidateLast, context.lastEntry())) {
      context.lastResort.needed(context.nowNanos());
    }
  }

  @Override
  public void onAppendEntries(AppendEntries message) {
    if (message.term() < context.term()) {
      // The old leader learns of the new term from this.
      context.outbox.send(new AppendEntriesResponse(
          context.self,
          message.from(),
          context.term(),
          NO_SESSION,
          0,
          0,
          EntryId.NONE,
          EntryId.NONE));
    } else {
      FollowerState follower = followSender(message);
      if (follower != null) {
        follower.onAppendEntries(message);
      }
    }
  }

  @Override
  public void onHeartbeat(Heartbeat message) {
    if (message.term() < context.term()) {
      context.outbox.send(new HeartbeatResponse(
          context.self,
          message.from(),
          context.term(),
          message.sequence(),
          HeartbeatResponse.NOT_FOLLOWING));
    } else {
      FollowerState follower = followSender(message);
      if (follower != null) {
        follower.onHeartbeat(message);
      }
    }
  }

  /**
   * Takes the sender for the leader of its term. Returns this replica in the role of its follower; or null if that term has
   * another leader, or this replica knows that it was removed, and counts the message as dropped.
   */
  private @Nullable FollowerState followSender(ProtocolMessage message) {
    if (context.removals.ownRemoval() > 0 && role() instanceof FollowerState) {
      // Sent before that was decided, and late: whoever leads now counts it nowhere (trap 6).
      context.counts.dropped();
      return null;
    }
    if (message.term() > context.term()) {
      return transitions.becomeFollowerIn(
          message.term(), message.from(), "term " + message.term() + " has a leader");
    }
    ReplicaId leader = role().leader();
    if (leader == null) {
      return transitions.becomeFollower(message.from(), "a leader was heard");
    }
    if (leader.equals(message.from()) && role() instanceof FollowerState follower) {
      return follower;
    }
    context.counts.dropped();
    return null;
  }

  @Override
  public void onPreVoteResponse(PreVoteResponse message) {
    role().onPreVoteResponse(message);
  }

  @Override
  public void onVoteResponse(VoteResponse message) {
    if (acceptTerm(message)) {
      role().onVoteResponse(message);
    }
  }

  @Override
  public void onAppendEntriesResponse(AppendEntriesResponse message) {
    if (acceptTerm(message)) {
      role().onAppendEntriesResponse(message);
    }
  }

  @Override
  public void onHeartbeatResponse(HeartbeatResponse message) {
    if (acceptTerm(message)) {
      role().onHeartbeatResponse(message);
    }
  }

  @Override
  public void onReadIndexRequest(ReadIndexRequest message) {
    if (acceptTerm(message)) {
      role().onReadIndexRequest(message);
    }
  }

  @Override
  public void onReadIndexResponse(ReadIndexResponse message) {
    if (acceptTerm(message)) {
      role().onReadIndexResponse(message);
    }
  }

  @Override
  public void onTimeoutNow(TimeoutNow message) {
    if (acceptFromLeader(message)) {
      role().onTimeoutNow(message);
    }
  }

  /** Whether a message that only the leader of this term can have sent is its own. That of a later term is heard of in other ways. */
  private boolean acceptFromLeader(ProtocolMessage message) {
    ReplicaId leader = role().leader();
    boolean accepted =
        message.term() == context.term() && (leader == null || leader.equals(message.from()));
    if (!accepted) {
      context.counts.dropped();
    }
    return accepted;
  }

  @Override
  public void onTransferRevocation(TransferRevocation message) {
    // A promise not to campaign can be given in whatever role.
    if (acceptFromLeader(message)) {
      context.transferTarget.onRevocation(message);
    }
  }

  @Override
  public void onTransferRevocationResponse(TransferRevocationResponse message) {
    if (acceptTerm(message)) {
      role().onTransferRevocationResponse(message);
    }
  }

  @Override
  public void onInstallSnapshot(InstallSnapshot message) {
    if (message.term() < context.term()) {
      // The old leader learns of the new term from this.
      context.outbox.send(new InstallSnapshotResponse(
          context.self,
          message.from(),
          context.term(),
          NO_SESSION,
          message.snapshot(),
          InstallStatus.FAILED));
    } else {
      FollowerState follower = followSender(message);
      if (follower != null) {
        follower.onInstallSnapshot();
        snapshots.onRequest(message);
      }
    }
  }

  @Override
  public void onInstallSnapshotResponse(InstallSnapshotResponse message) {
    if (acceptTerm(message)) {
      role().onInstallSnapshotResponse(message);
    }
  }

  @Override
  public void onFetchEntries(FetchEntries message) {
    // Of whatever term: an entry that is durable here is what it is.
    answers.onRequest(message);
  }

  @Override
  public void onFetchEntriesResponse(FetchEntriesResponse message) {
    refilling.onResponse(message);
  }

  @Override
  public void onRemovedNotice(RemovedNotice message) {
    if (!context.removals.learn(message)) {
      context.counts.dropped();
    } else {
      transitions.becomeFollower(null, "it was removed at index " + message.index());
    }
  }

  /** Whether a message that needs no answer belongs to this term; moves to its term if that is the thing to do. */
  private boolean acceptTerm(ProtocolMessage message) {
    if (message.term() > context.term()) {
      onLaterTerm(message);
      return false;
    }
    if (message.term() < context.term()) {
      context.counts.dropped();
      return false;
    }
    return true;
  }

  private void onLaterTerm(ProtocolMessage message) {
    if (role() instanceof LeaderState leader) {
      moveAbove(message, leader);
    } else if (role() instanceof CandidateState) {
      transitions.becomeFollowerIn(
          message.term(), null, "another replica is in term " + message.term());
    } else {
      // Followers learn of later terms from leaders and
      // candidates, pre-candidates from answers to their question.
      context.counts.dropped();
    }
  }

  /**
   * A member is in a later term than its leader, and so can't follow it. The leader moves to a term above and gets
   * elected again, so that the member isn't locked out; at most once in an election timeout, so that it isn't
   * disturbed at will; and for nobody who isn't a member (trap 5). It stands again whatever its priority: it was elected all
   * the same, and perhaps nobody else can be. But if the term is the one in which it told its successor to stand, that one gets
   * the time to win.
   */
  private void moveAbove(ProtocolMessage message, LeaderState leader) {
    boolean tooSoon = movedAboveNanos != NEVER
        && context.nowNanos() - movedAboveNanos < context.options.electionTimeoutMaxNanos();
    if (tooSoon || !context.configuration().contains(message.from())) {
      context.counts.dropped();
      return;
    }
    movedAboveNanos = context.nowNanos();
    boolean isSuccessors = leader.hasToldSuccessor() && message.term() == context.term() + 1;
    FollowerState follower = transitions.becomeFollowerIn(
        message.term(),
        null,
        isSuccessors
            ? "its successor stands in term " + message.term()
            : "a member is in term " + message.term() + " and can't follow");
    if (!isSuccessors) {
      follower.campaignAgain(leader.isChosenDespitePriority());
    }
  }
}
