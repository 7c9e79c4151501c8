package io.github.balsaraft.core;

import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.FetchEntriesResponse;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.InstallStatus;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.TransferRevocationResponse;
import io.github.balsaraft.model.VoteResponse;
import java.util.LinkedHashSet;
import java.util.Set;

/** What a message discloses or claims must survive a power loss, and be true of the disks. */
final class MessageInvariants {

  private final KnownHistory history;

  /** Requests to campaign that their targets have not promised to ignore. */
  private final Set<TimeoutNow> handovers = new LinkedHashSet<>();

  MessageInvariants(KnownHistory history) {
    this.history = history;
  }

  /** Called when a message leaves. What it discloses or claims must survive a power loss. */
  void onMessage(HarnessReplica sender, ProtocolMessage message) {
    FakeDisk disk = sender.disk;
    boolean campaigns = message instanceof RequestPreVote || message instanceof RequestVote;
    boolean grants = (message instanceof PreVoteResponse preVote && preVote.granted())
        || (message instanceof VoteResponse vote && vote.granted());
    if (campaigns || grants) {
      sender.check(!sender.view().isRecovering(), "takes part in elections: " + message);
    }
    if (message instanceof RequestPreVote) {
      return;
    }
    HardState durable = disk.durableHardState();
    sender.check(
        durable.term() >= message.term(), "discloses a term that is not durable: " + message);
    // Having moved on for good, it can't take part in that term again, whatever the message
    // promises.
    boolean movedOn = durable.term() > message.term();
    if (message instanceof VoteResponse response && response.granted()) {
      sender.check(
          movedOn || message.to().equals(durable.votedFor()),
          "discloses a vote that is not durable: " + message);
    } else if (message instanceof RequestVote request) {
      isIntact(sender, request.lastEntry().index(), message);
      sender.check(
          movedOn || sender.id.equals(durable.votedFor()),
          "campaigns without a durable vote: " + message);
      sender.check(
          movedOn || disk.holds(request.lastEntry()),
          "claims a log that is not durable: " + message);
      if (request.leadershipTransfer() && !history.isForged()) {
        succeeds(sender, request);
      }
    } else if (message instanceof TimeoutNow told) {
      handsOver(sender, told);
    } else if (message instanceof TransferRevocationResponse promise) {
      handovers.removeIf(told -> told.to().equals(promise.from())
          && told.term() == promise.term()
          && told.transfer() <= promise.transfer());
    } else if (message instanceof AppendEntriesResponse response
        && response.durableMatch() > 0
        && !movedOn) {
      claimsDurable(sender, response);
    } else if (message instanceof InstallSnapshotResponse response
        && response.status() == InstallStatus.INSTALLED
        && !movedOn) {
      claimsInstalled(sender, response);
    } else if (message instanceof FetchEntriesResponse response) {
      for (EntryBatch entry : FakeDisk.singles(response.batches())) {
        sender.check(
            !disk.damaged().contains(entry.firstIndex())
                && history.entry(entry.last()).equals(entry),
            "gives away what is damaged: " + response);
      }
    } else if (message instanceof Heartbeat heartbeat && heartbeat.commit() > 0) {
      HarnessReplica follower = history.replicas.get(heartbeat.to());
      boolean holds = follower.disk.durableHardState().term() > message.term()
          || follower.disk.durableLastIndex() >= heartbeat.commit();
      sender.check(
          history.isForged() || holds,
          "commit is not capped at what the follower holds: " + message);
    }
  }

  /** What others may rely on, a member whose disk has damaged it doesn't promise. */
  private static void isIntact(HarnessReplica sender, long upTo, ProtocolMessage message) {
    sender.check(
        sender.disk.lacking().headSet(upTo + 1).isEmpty(), "promises what is damaged: " + message);
  }

  private void claimsDurable(HarnessReplica sender, AppendEntriesResponse response) {
    isIntact(sender, response.durableMatch(), response);
    sender.check(
        response.durableMatch() <= sender.disk.durableLastIndex(),
        "claims what is not durable: " + response);
    HarnessReplica leader = history.replicas.get(response.to());
    if (leader.leads() && leader.view().hardState().term() == response.term()) {
      EntryId claimed = history.entryOf(leader, response.durableMatch());
      sender.check(
          history.holds(sender, claimed),
          "claims to hold the leader's " + claimed + ": " + response);
    }
  }

  /** Installed means: the snapshot is durable, and so is the log's new start (trap 40). */
  private void claimsInstalled(HarnessReplica sender, InstallSnapshotResponse response) {
    EntryId claimed = response.snapshot();
    isIntact(sender, claimed.index(), response);
    sender.check(
        sender.disk.durableLastIndex() >= claimed.index() && history.holds(sender, claimed),
        "claims to have installed what is not durable: " + response);
  }

  private void handsOver(HarnessReplica leader, TimeoutNow told) {
    boolean isInOffice = leader.leads() && leader.view().hardState().term() == told.term();
    leader.check(
        history.isForged()
            || !isInOffice
            || leader.view().lastEntry().equals(new EntryId(told.term(), told.lastIndex())),
        "asks for another log than its own: " + told);
    handovers.add(told);
  }

  /**
   * A successor has the whole log of the leader that has told it to campaign, and nothing beyond: that leader would have gone on
   * by then (Raft thesis 3.10).
   */
  private void succeeds(HarnessReplica successor, RequestVote request) {
    long term = request.term() - 1;
    boolean wasTold = handovers.stream()
        .anyMatch(told -> told.to().equals(successor.id)
            && told.term() == term
            && request.lastEntry().equals(new EntryId(term, told.lastIndex())));
    successor.check(
        wasTold, "was not told to campaign with this log, or has promised not to: " + request);
  }
}
