package io.github.balsaraft.node;

import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.core.CoreView;
import io.github.balsaraft.core.ProposalResult;
import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.ForwardedOutcomes;
import io.github.balsaraft.model.ForwardedProposals;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of proposals through a replica: gathered during a turn of the mailbox, then appended, forwarded or refused
 * together, and handed to the state machine's thread with the entries that they became. Each ends exactly once.
 */
final class ProposalFlow {

  private final RaftOptions options;
  private final long maxMessageBytes;
  private final GroupPeers peers;
  private final ApplyPipeline pipeline;
  private final Forwarder forwarder;
  private final ForwardingIntake intake;
  private final NodeMetrics metrics;
  private final ProposalTracker appended = new ProposalTracker();
  private List<Proposal> gathered = new ArrayList<>();

  /** {@code maxMessageBytes} is the most bytes of entries in one message, whatever the options say. */
  ProposalFlow(
      RaftOptions options,
      long maxMessageBytes,
      GroupPeers peers,
      ApplyPipeline pipeline,
      Forwarder forwarder,
      ForwardingIntake intake,
      NodeMetrics metrics) {
    this.options = options;
    this.maxMessageBytes = maxMessageBytes;
    this.peers = peers;
    this.pipeline = pipeline;
    this.forwarder = forwarder;
    this.intake = intake;
    this.metrics = metrics;
  }

  void add(Proposal proposal) {
    gathered.add(proposal);
  }

  void onForwarded(ForwardedProposals message, CoreView core) {
    boolean leads = core.currentRole() == Role.LEADER;
    intake.onProposals(message, core.hardState().term(), leads, gathered::add);
  }

  void onOutcomes(ForwardedOutcomes message, CoreView core) {
    // Who refuses because it doesn't lead is not to be named as the leader.
    boolean isOfLeader = message.from().equals(core.leader());
    forwarder.onOutcomes(message, isOfLeader ? LeaderHint.NONE : LeaderHint.of(core));
  }

  /** Appends or forwards what was gathered, or refuses it. */
  void pass(RaftCore core, long nowNanos) {
    if (gathered.isEmpty()) {
      return;
    }
    List<Proposal> proposals = takeGathered();
    if (core.view().currentRole() == Role.LEADER) {
      append(core, proposals, nowNanos);
    } else {
      forwardOrRefuse(core.view(), proposals, nowNanos);
    }
  }

  private void forwardOrRefuse(CoreView core, List<Proposal> proposals, long nowNanos) {
    ReplicaId leader = core.leader();
    int start = 0;
    try {
      while (start < proposals.size()) {
        int end = endOfBatch(proposals, start, maxMessageBytes);
        List<Proposal> batch = proposals.subList(start, end);
        String unreachable = leader == null ? null : peers.unreachable(leader);
        if (leader == null || !isForwarded(batch.get(0))) {
          refuse(batch, notLeader(core, leader, ""));
          start = end;
        } else if (unreachable != null) {
          refuse(
              batch, notLeader(core, leader, ", and can't be reached from here: " + unreachable));
          start = end;
        } else {
          ForwardedProposals message =
              forwarder.forward(batch, leader, core.hardState().term(), nowNanos);
          // It may be sent even if sending it throws: the forwarder ends these.
          start = end;
          if (peers.trySend(leader, message)) {
            metrics.add(RaftMetric.PROPOSALS_FORWARDED, batch.size());
          } else {
            refuse(batch, wayIsFull(leader));
            forwarder.takeBack(message);
          }
        }
      }
    } catch (RuntimeException | Error e) {
      // This replica stops now, and refuses what is gathered: nobody else knows of these.
      gathered.addAll(proposals.subList(start, proposals.size()));
      throw e;
    }
  }

  /** What is applied once anyhow can be passed on without being asked. */
  private boolean isForwarded(Proposal proposal) {
    return options.forwardProposals() || proposal.type == EntryType.SESSION;
  }

  private OverloadedException wayIsFull(ReplicaId leader) {
    return new OverloadedException(
        "the way to the leader " + peers.nameOf(leader) + " takes no more for now");
  }

  private NotLeaderException notLeader(CoreView core, @Nullable ReplicaId leader, String addition) {
    HostId leaderHost = leader == null ? null : peers.hostOf(leader);
    Member member = leader == null ? null : core.configuration().member(leader);
    String reason = leaderHost == null ? "no leader is known" : leaderHost + " leads" + addition;
    return new NotLeaderException(leaderHost, member == null ? null : member.address(), reason);
  }

  /** Appends in as few batches as the size of a message allows, each with bytes of its own. */
  private void append(RaftCore core, List<Proposal> proposals, long nowNanos) {
    int start = 0;
    try {
      while (start < proposals.size()) {
        int end = endOfBatch(proposals, start, maxMessageBytes / 2);
        appendBatch(core, proposals.subList(start, end), nowNanos);
        start = end;
      }
    } catch (RuntimeException | Error e) {
      // This replica stops now, and from here on nobody else knows of them.
      end(proposals.subList(start, proposals.size()), "appending it failed: " + Wording.thrown(e));
      throw e;
    }
  }

  private void appendBatch(RaftCore core, List<Proposal> batch, long nowNanos) {
    long bytes = 0;
    for (Proposal proposal : batch) {
      bytes += entryBytes(proposal);
    }
    Payloads payloads = new Payloads(batch.get(0).type, Math.toIntExact(bytes));
    for (Proposal proposal : batch) {
      payloads.add(proposal.command, proposal.crc32c);
    }
    ProposalResult result = core.propose(payloads);
    if (result instanceof ProposalResult.Appended position) {
      metrics.add(RaftMetric.PROPOSALS_APPENDED, batch.size());
      appended.appended(position.first().index(), batch, nowNanos);
    } else {
      refuse(batch, refusal(core.view(), (ProposalResult.Refused) result));
    }
  }

  private NotAppendedException refusal(CoreView core, ProposalResult.Refused refused) {
    if (refused.reason() == ProposalResult.Reason.TRANSFERRING) {
      LeaderHint next = LeaderHint.of(core, core.transferTarget());
      return new NotLeaderException(next.host(), next.address(), refused.detail());
    }
    return new OverloadedException(refused.detail());
  }

  /** Where the batch ends that starts here, is of one type and takes at most so many bytes, or a single proposal. */
  private static int endOfBatch(List<Proposal> proposals, int start, long maxBytes) {
    long bytes = 0;
    int end = start;
    while (end < proposals.size()
        && proposals.get(end).type == proposals.get(start).type
        && (end == start || bytes + entryBytes(proposals.get(end)) <= maxBytes)) {
      bytes += entryBytes(proposals.get(end++));
    }
    return end;
  }

  private static long entryBytes(Proposal proposal) {
    return (long) proposal.command.length + Payloads.ENTRY_OVERHEAD_BYTES;
  }

  /** Entries may be applied; those that were proposed here are told their results. */
  void committed(Ready.Committed committed, long nowNanos) {
    List<ProposalTracker.Run> runs = appended.takeUpTo(committed.toIndex());
    for (ProposalTracker.Run run : runs) {
      metrics.record(
          RaftMetric.PROPOSE_TO_COMMIT_NANOS,
          nowNanos - run.proposedNanos(),
          run.proposals().size());
    }
    pipeline.committed(committed, runs);
  }

  /** Leadership was lost: what was appended from this index on may or may not be applied. */
  void lostFrom(long index) {
    end(appended.takeFrom(index), "leadership was lost before the entry was committed");
  }

  /**
   * Another role, or another leader: whoever a proposal was sent to before may have appended it, or not.
   *
   * @param leader null if none is known
   */
  void leaderIs(@Nullable ReplicaId leader, long term) {
    forwarder.leaderIs(leader, term);
  }

  /** Ends what has waited for the request timeout; it may still be applied. */
  void expire(long nowNanos) {
    forwarder.expire(nowNanos);
    long timeoutNanos = options.requestTimeout().toNanos();
    List<Proposal> late = appended.takeOlderThan(nowNanos - timeoutNanos);
    if (!late.isEmpty()) {
      // Asked in each turn: the text is made only if somebody gets it.
      end(late, "it was not committed within " + options.requestTimeout().toMillis() + " ms");
    }
  }

  long deadlineNanos() {
    long oldest = appended.oldestNanos();
    long appendedDeadline =
        oldest == Long.MAX_VALUE ? oldest : oldest + options.requestTimeout().toNanos();
    return Math.min(forwarder.deadlineNanos(), appendedDeadline);
  }

  /** Bytes of proposals that others forwarded and that have not ended, and of outcomes that are not on their way yet. */
  long forwardedBytes() {
    return intake.pendingBytes();
  }

  /** Refuses what was gathered in this turn. */
  void refuseGathered(NotAppendedException reason) {
    refuse(takeGathered(), reason);
  }

  /** Ends everything: what was not appended is refused, the rest has an unknown outcome. */
  void stop(NotAppendedException refusal, String reason) {
    try {
      refuseGathered(refusal);
      end(appended.takeFrom(1), reason);
    } finally {
      forwarder.loseAll(reason);
    }
  }

  private List<Proposal> takeGathered() {
    List<Proposal> taken = gathered;
    gathered = new ArrayList<>();
    return taken;
  }

  private void refuse(List<Proposal> proposals, NotAppendedException reason) {
    if (!proposals.isEmpty()) {
      metrics.refused(reason, proposals.size());
      pipeline.fail(proposals, reason);
    }
  }

  private void end(List<Proposal> proposals, String reason) {
    if (!proposals.isEmpty()) {
      metrics.add(RaftMetric.PROPOSALS_UNKNOWN, proposals.size());
      pipeline.fail(proposals, Proposal.unknownOutcome(reason));
    }
  }
}
