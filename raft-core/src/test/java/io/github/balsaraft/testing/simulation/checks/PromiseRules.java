package io.github.balsaraft.testing.simulation.checks;

import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.DURABILITY;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.TERM_OR_VOTE_REGRESSED;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.TRACE;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.InstallStatus;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.VoteResponse;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceState;

/**
 * Terms, votes and acknowledgements: what is told must be durable, and is never taken back, in whatever life (Raft paper,
 * figure 2).
 */
final class PromiseRules {

  private final Group group;
  private final CommitRules commits;

  PromiseRules(Group group, CommitRules commits) {
    this.group = group;
    this.commits = commits;
  }

  /** A process starts with a term and a vote that contradict nothing that was stored or told. */
  void started(ReplicaModel replica, TraceEvent.Started event) {
    Promises told = replica.promises;
    ReplicaId toldVote = told.voteIn(event.term());
    if (event.term() < told.term() || (toldVote != null && !toldVote.equals(event.vote()))) {
      throw Found.of(
          TERM_OR_VOTE_REGRESSED,
          replica,
          "starts in term " + event.term()
              + " with its vote for " + event.vote() + ", and has told of term " + told.term()
              + " and of a vote for " + toldVote);
    }
    StorageRules.requireNewer(replica, event.term(), event.vote());
  }

  /** Within a process the term never goes back, nor does a vote. */
  void step(ReplicaModel replica, TraceState state) {
    boolean voteStays =
        state.term() > replica.term || replica.vote == null || replica.vote.equals(state.vote());
    if (state.term() < replica.term || !voteStays) {
      throw Found.of(
          TERM_OR_VOTE_REGRESSED,
          replica,
          "with its vote for " + replica.vote + " goes on in term " + state.term()
              + " with its vote for " + state.vote());
    }
  }

  void onSent(Message sent) {
    // A pre-vote binds nobody, and its term is one that nobody is in yet.
    if (!(sent instanceof ProtocolMessage message) || sent instanceof RequestPreVote) {
      return;
    }
    ReplicaModel sender = group.find(message.from());
    if (sender == null) {
      throw Found.of(TRACE, "somebody sends and was never seen: " + message);
    }
    long storedTerm = sender.stored.hardState.term();
    if (storedTerm < message.term()) {
      throw notDurable(sender, message);
    }
    sender.promises.tellTerm(message.term());
    // Having moved on for good it can't take part in that term again, whatever it says of it.
    boolean movedOn = storedTerm > message.term();
    if (message instanceof AppendEntriesResponse response) {
      if (response.durableMatch() > 0 && !movedOn) {
        claimsDurable(sender, response);
      }
    } else if (message instanceof AppendEntries append) {
      commits.tells(sender, append.commit());
    } else if (message instanceof Heartbeat heartbeat) {
      commits.tells(sender, Math.max(heartbeat.commit(), heartbeat.leaderCommit()));
    } else if (message instanceof VoteResponse response) {
      if (response.granted()) {
        tellsVote(sender, message, response.to(), movedOn);
      }
    } else if (message instanceof RequestVote request) {
      sender.promises.tellCampaign(request.term(), request.lastEntry());
      tellsVote(sender, message, sender.id, movedOn);
      if (!movedOn && !group.entries.contains(sender.stored.last, request.lastEntry())) {
        throw notDurable(sender, message);
      }
    } else if (message instanceof InstallSnapshotResponse response
        && response.status() == InstallStatus.INSTALLED
        && !movedOn
        && !group.entries.contains(sender.stored.last, response.snapshot())) {
      throw notDurable(sender, message);
    }
  }

  private void tellsVote(
      ReplicaModel sender, ProtocolMessage message, ReplicaId candidate, boolean movedOn) {
    if (!sender.promises.tellVote(message.term(), candidate)) {
      throw Found.of(
          TERM_OR_VOTE_REGRESSED,
          sender,
          "has told that its vote of term "
              + message.term() + " went to " + sender.promises.voteIn(message.term())
              + ", and now says " + message);
    }
    if (!movedOn && !candidate.equals(sender.stored.hardState.votedFor())) {
      throw notDurable(sender, message);
    }
  }

  /** The leader counts this replica for everything in its own log up to there. */
  private void claimsDurable(ReplicaModel sender, AppendEntriesResponse response) {
    ReplicaModel leader = group.find(response.to());
    boolean holds = response.durableMatch() <= sender.stored.last.index();
    if (holds && leader != null && leader.leads() && leader.term == response.term()) {
      long term = group.entries.termAt(leader.last, response.durableMatch());
      holds = term == group.entries.termAt(sender.stored.last, response.durableMatch());
    }
    if (!holds) {
      throw notDurable(sender, response);
    }
  }

  private static Found notDurable(ReplicaModel sender, ProtocolMessage message) {
    return Found.of(DURABILITY, sender, "says " + message + ", but " + sender.stored);
  }
}
