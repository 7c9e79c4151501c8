package io.github.balsaraft.core;

import io.github.balsaraft.core.reads.RemoteReads;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ReadIndexRequest;
import io.github.balsaraft.model.ReadIndexResponse;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.TimeoutNow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Follows a leader, or waits for one (Raft paper 5.2). Learners and members that never stand are followers for ever. */
final class FollowerState extends RoleState {

  private final Transitions transitions;
  private final @Nullable ReplicaId leader;
  private final AppendHandling appends;
  private final RemoteReads reads;

  private long electionDeadlineNanos;
  private long lastHeardNanos;

  /** The highest commit index that this leader has named; zero if it hasn't known one yet. */
  private long leaderCommit;

  private long completeSinceNanos = AnswerStamps.UNKNOWN;

  /** The leader hands over to this replica, which lacks the end of its log yet. */
  private @Nullable TimeoutNow succession;

  /** It led until now, and stands once more for the office that it was elected to, although it never stands. */
  private boolean standsAgain;

  /** In that office it was {@link CampaignState#named}. */
  private boolean wasNamed;

  /** The leader's process seems to be gone: until this moment, neither campaigning nor voting waits for timeouts. */
  private long hintedUntilNanos;

  FollowerState(CoreContext context, Transitions transitions, @Nullable ReplicaId leader) {
    super(context);
    this.transitions = transitions;
    this.leader = leader;
    this.appends = new AppendHandling(context);
    long drawn = context.random.nextLong();
    this.reads = new RemoteReads(drawn);
    context.stamps.startAt(drawn);
    this.lastHeardNanos = context.nowNanos();
    this.electionDeadlineNanos = isAlone()
        ? Math.max(context.nowNanos(), context.leasePromise.untilNanos())
        : context.candidacy.randomElectionDeadline();
  }

  /** The only voter has nobody to wait for. */
  private boolean isAlone() {
    return context.candidacy.isElectable() && context.candidacy.otherVoters().isEmpty();
  }

  @Override
  Role role() {
    return Role.FOLLOWER;
  }

  @Override
  @Nullable
  ReplicaId leader() {
    return leader;
  }

  /** When the leader was last heard; meaningful only if there is one. */
  long lastHeardNanos() {
    return lastHeardNanos;
  }

  /** See {@link CoreView#completeSinceNanos}. */
  long completeSinceNanos() {
    return completeSinceNanos;
  }

  /** See {@link CoreView#completeCommitIndex}. */
  long leaderCommit() {
    return leaderCommit;
  }

  /**
   * Campaigns without waiting for the timeout, having led until now.
   *
   * @param named see {@link CampaignState#named}
   */
  void campaignAgain(boolean named) {
    electionDeadlineNanos = context.nowNanos();
    standsAgain = !context.candidacy.isElectable() && context.candidacy.mayHaveToStand();
    wasNamed = named;
  }

  /** A vote was given: that candidate gets the time to win (Raft paper 5.2). */
  void voteGiven() {
    electionDeadlineNanos = context.candidacy.randomElectionDeadline();
  }

  @Override
  long deadlineNanos() {
    long readDeadline =
        reads.isEmpty() ? Long.MAX_VALUE : context.nowNanos() + context.options.heartbeatNanos();
    // Who may not stand still notices that its leader is silent, and asks the others then.
    return leader != null || context.removals.mayHaveMissedOwn()
        ? Math.min(electionDeadlineNanos, readDeadline)
        : readDeadline;
  }

  @Override
  void onDeadline() {
    if (!standsAgain && !context.candidacy.isElectable()) {
      electionDeadlineNanos = context.candidacy.randomElectionDeadline();
      if (leader != null) {
        transitions.becomeFollower(null, "the leader was not heard in time");
      } else if (!context.candidacy.mayHaveToStand()) {
        // Whether a learner hears of its removal a little later makes no difference to anybody.
        electionDeadlineNanos +=
            Removals.CALM_ELECTION_TIMEOUTS * context.options.electionTimeoutMaxNanos();
        context.removals.askMembers();
      } else if (context.lastResort.wantsToKnow(context.nowNanos())) {
        context.removals.askMembers();
      }
    } else if (context.leasePromise.forbids(context.self)) {
      // Its own vote is as good as any.
      electionDeadlineNanos = context.candidacy.randomElectionDeadline();
    } else if (standsAgain) {
      transitions.becomePreCandidateAgain(wasNamed, "it led until now");
    } else if (context.candidacy.letsOthersGoFirst(leader)) {
      transitions.standBack(
          hintedUntilNanos, "its state machine is behind, and others may stand first");
    } else if (isHinted()) {
      transitions.becomePreCandidate(
          hintedUntilNanos, "the connection to the leader broke and it can't be reached");
    } else {
      transitions.becomePreCandidate(
          0, leader == null ? "no leader was found in time" : "the leader was not heard in time");
    }
  }

  @Override
  void onPreVoteResponse(PreVoteResponse message) {
    Member answering = context.configuration().member(message.from());
    boolean isNews = leader == null
        && !context.candidacy.isElectable()
        && context.candidacy.mayHaveToStand()
        && answering != null
        && answering.isVoterInAnyHalf()
        && answering.priority() > 0;
    if (isNews) {
      context.lastResort.needed(context.nowNanos());
    } else {
      context.counts.dropped();
    }
  }

  @Override
  boolean protectsLeaderFrom(ReplicaId candidate) {
    return leader != null
        && !leader.equals(candidate)
        && !isHinted()
        && context.nowNanos() - lastHeardNanos < context.options.electionTimeoutMinNanos();
  }

  private void heardLeader() {
    lastHeardNanos = context.nowNanos();
    context.leasePromise.heard(leader);
    context.candidacy.heardLeader();
    hintedUntilNanos = 0;
    electionDeadlineNanos = context.candidacy.randomElectionDeadline();
  }

  /** From the leader that it follows. */
  void onAppendEntries(AppendEntries message) {
    heardLeader();
    appends.onAppendEntries(message);
  }

  /** From the leader that it follows. */
  void onInstallSnapshot() {
    heardLeader();
  }

  @Override
  void installed() {
    appends.restart();
  }

  /** From the leader that it follows. */
  void onHeartbeat(Heartbeat message) {
    heardLeader();
    if (message.leaderCommit() > 0) {
      leaderCommit = Math.max(leaderCommit, message.leaderCommit());
      // Not the moment of arrival: the message may be old, and so may its sender's leadership.
      completeSinceNanos = Math.max(completeSinceNanos, context.stamps.givenNanos(message.echo()));
    }
    if (message.commit() > context.log.lastIndex()) {
      // Capped at what the leader knows to be durable here,
      // so only a disk that lost entries gets to this point.
      context.counts.dropped();
    }
    appends.onCommitNamed(message.from(), message.commit());
    context.applyPace.committed(message.leaderCommit());
    if (message.sequence() > 0) {
      context.outbox.send(new HeartbeatResponse(
          context.self,
          message.from(),
          context.term(),
          message.sequence(),
          context.stamps.give(context.nowNanos()),
          context.applyPace.isLagging()));
    }
  }

  @Override
  void onTimeoutNow(TimeoutNow message) {
    if (mayTakeOver(message)) {
      succession = message;
      takeOverIfComplete();
    } else {
      context.counts.dropped();
    }
  }

  private boolean mayTakeOver(TimeoutNow message) {
    // Its priority was for the leader to judge, which may have been told to choose it all the same.
    return message.from().equals(leader)
        && !isOlderThanWaiting(message)
        && !hasGoneOn(message)
        && context.removals.ownRemoval() == 0
        && !context.repair.isRecovering()
        && context.transferTarget.accepts(message);
  }

  /** Whether a later transfer of its leader waits already: the earlier one is over, and its message is late. */
  private boolean isOlderThanWaiting(TimeoutNow message) {
    return succession != null && message.transfer() < succession.transfer();
  }

  /**
   * Whether its leader has appended more since, as it does only once it hands over no longer (Raft thesis 3.10). As long as it
   * hasn't, this replica has the vote that the leader has seen: the configuration is the same.
   */
  private boolean hasGoneOn(TimeoutNow message) {
    EntryId last = context.lastEntry();
    return last.term() == message.term() && last.index() > message.lastIndex();
  }

  /**
   * Campaigns once the leader's whole log is durable here. Called after that was acknowledged: with it the leader commits
   * what its clients wait for before it hears of the next term.
   */
  private void takeOverIfComplete() {
    TimeoutNow message = succession;
    if (message != null && isDurable(message.lastIndex(), message.term())) {
      succession = null;
      // Asked again: it may have been taken back meanwhile, or be over.
      if (mayTakeOver(message)) {
        transitions.becomeSuccessor("its leader hands over to it");
      }
    }
  }

  /** A leader's last entry is of its own term. Where the logs agree on that, they agree on everything before. */
  private boolean isDurable(long index, long term) {
    return context.log.durableIndex() >= index && context.log.contains(new EntryId(term, index));
  }

  @Override
  void onDurable() {
    if (leader != null) {
      appends.acknowledgeDurable(leader);
    }
    takeOverIfComplete();
  }

  @Override
  void onPeerGone(ReplicaId peer) {
    // While leases are permitted a hint shortens nothing.
    if (!peer.equals(leader)
        || !context.options.failureHints()
        || context.leasePromise.windowNanos() > 0) {
      return;
    }
    hintedUntilNanos = lastHeardNanos + context.options.electionTimeoutMaxNanos();
    electionDeadlineNanos = Math.min(
        electionDeadlineNanos,
        context.nowNanos()
            + StandingOrder.rankWithout(peer, context) * CoreOptions.HINT_STAGGER_NANOS
            + context.candidacy.campaignDelayNanos());
  }

  private boolean isHinted() {
    return context.nowNanos() < hintedUntilNanos;
  }

  /** Another candidate goes first. After a hint it need not take long to see whether it wins. */
  void standBack(long newHintedUntilNanos) {
    hintedUntilNanos = newHintedUntilNanos;
    electionDeadlineNanos = isHinted()
        ? context.nowNanos()
            + CoreOptions.HINT_PATIENCE_NANOS
            + context.random.below(CoreOptions.HINT_PATIENCE_NANOS)
            + context.candidacy.campaignDelayNanos()
        : context.candidacy.randomElectionDeadline();
  }

  @Override
  void preVoteGranted(RequestPreVote request) {
    if (isHinted()) {
      standBack(hintedUntilNanos);
    }
  }

  @Override
  void read(long readId) {
    if (leader == null) {
      super.read(readId);
    } else if (reads.size() >= context.options.maxWaitingReads()) {
      context.output.readEnded(Ready.ReadOutcome.tooMany(readId));
    } else {
      reads.add(readId, context.nowNanos());
    }
  }

  @Override
  void beforeOutput() {
    for (long expired :
        reads.expire(context.nowNanos(), context.options.electionTimeoutMaxNanos())) {
      refuse(expired, "the leader did not confirm the read in time");
    }
    // Repeated, because messages get lost; under a new number each time.
    if (leader != null
        && reads.wantsRequest(context.nowNanos(), 2 * context.options.heartbeatNanos())) {
      long request = reads.newRequest(context.nowNanos());
      context.outbox.send(new ReadIndexRequest(context.self, leader, context.term(), request));
    }
  }

  @Override
  void onReadIndexResponse(ReadIndexResponse message) {
    List<Long> answered = reads.answered(message.request());
    if (answered.isEmpty()) {
      context.counts.dropped();
    }
    for (long readId : answered) {
      if (message.index() > 0) {
        context.output.readEnded(new Ready.ReadOutcome(readId, message.index(), ""));
      } else if (message.overloaded()) {
        context.output.readEnded(Ready.ReadOutcome.tooMany(readId));
      } else {
        refuse(readId, "the leader could not confirm the read");
      }
    }
  }

  private void refuse(long readId, String reason) {
    context.output.readEnded(new Ready.ReadOutcome(readId, -1, reason));
  }

  @Override
  void leave() {
    for (long readId : reads.drain()) {
      refuse(readId, "the leader changed before it confirmed the read");
    }
  }
}
