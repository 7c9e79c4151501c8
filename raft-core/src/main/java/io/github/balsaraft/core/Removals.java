package io.github.balsaraft.core;

import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.FetchEntries;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReadIndexRequest;
import io.github.balsaraft.model.RemovedNotice;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import java.util.function.Predicate;

/**
 * What a replica knows of its own removal, and what it tells others of theirs (trap 6). Only committed removals count: until
 * then a removed member may hold the only copy of the configuration without it, and the others need its vote.
 */
final class Removals {

  /** How long a replica that can't find out by standing for election waits until it asks again, in election timeouts. */
  static final int CALM_ELECTION_TIMEOUTS = 2;

  private final CoreContext context;
  private long noticed;

  Removals(CoreContext context) {
    this.context = context;
  }

  /**
   * The index of the committed configuration that removed this replica; 0 if it knows of none. Not stored: after a restart
   * it asks again, and is told again.
   */
  long ownRemoval() {
    if (noticed > 0 || context.configuration().contains(context.self)) {
      return noticed;
    }
    return committedRemovalOf(context.self);
  }

  /**
   * Whether this replica, if it hears no leader, must find out whether that one is gone or has nothing to say to it any more. Who
   * stands for election asks the other voters anyway, and who lacks damaged entries everybody.
   */
  boolean mayHaveMissedOwn() {
    return ownRemoval() == 0
        && !context.repair.isRecovering()
        && !context.configuration().isEmpty();
  }

  /** Asks the other members, without standing for election. Who knows that this replica was removed says so. */
  void askMembers() {
    ask(member -> true);
  }

  /**
   * As {@link #askMembers}, but only those that a candidate doesn't ask. Perhaps the voters that this replica knows were removed
   * as it was, and a learner that it knows leads now.
   */
  void askLearners() {
    ask(member -> !member.isVoterInAnyHalf());
  }

  private void ask(Predicate<Member> whom) {
    for (Member member : context.configuration().members()) {
      if (!member.replica().equals(context.self) && whom.test(member)) {
        context.outbox.send(new RequestPreVote(
            context.self, member.replica(), RequestPreVote.NO_CAMPAIGN, context.lastEntry()));
      }
    }
  }

  /** The index of the committed configuration that removed a replica; 0 if this one knows of none. */
  long committedRemovalOf(ReplicaId replica) {
    long index = context.configuration().removedAt(replica);
    return index <= context.commitIndex() ? index : 0;
  }

  /**
   * Takes in what another replica says. It is believed whoever says it: who has been away for long may know none of those
   * that are members now, strangers don't get past the cluster's handshake, and it only makes a replica fall silent.
   *
   * @return whether it is news; not if this replica knows better, because it knows that index to be committed
   */
  boolean learn(RemovedNotice notice) {
    boolean contradicts =
        notice.index() <= context.commitIndex() && context.configuration().contains(context.self);
    if (notice.index() <= 0 || contradicts || ownRemoval() > 0) {
      return false;
    }
    noticed = notice.index();
    return true;
  }

  /**
   * Answers a replica that asks or reports something and doesn't know that it was removed. One answer for each message, so
   * that it can't be made to send more than it gets.
   *
   * @return whether that was all there is to say to it
   */
  boolean tell(ProtocolMessage message) {
    long index = committedRemovalOf(message.from());
    if (index == 0 || !isOfAMember(message)) {
      return false;
    }
    context.outbox.send(new RemovedNotice(context.self, message.from(), context.term(), index));
    return true;
  }

  /**
   * Whether only members have reason to send it. What leaders send is not among it: a leader that removes itself is in
   * office until it has handed over.
   */
  private static boolean isOfAMember(ProtocolMessage message) {
    return message instanceof RequestPreVote
        || message instanceof RequestVote
        || message instanceof ReadIndexRequest
        || message instanceof FetchEntries
        || message instanceof AppendEntriesResponse
        || message instanceof InstallSnapshotResponse
        || message instanceof HeartbeatResponse;
  }
}
