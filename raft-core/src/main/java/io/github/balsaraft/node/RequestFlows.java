package io.github.balsaraft.node;

import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.core.CoreView;
import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.storage.RecoveredGroup;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The ways that callers' requests take through one replica, side by side. Whatever happens to the replica, each request ends.
 * Used by the mailbox's thread only.
 *
 * @param pipeline applies what is committed, and tells callers how things ended
 * @param outcomes of proposals that others have forwarded, as far as they wait for the way back
 * @param leaderWaits callers that wait for a leader
 */
record RequestFlows(
    ApplyPipeline pipeline,
    ProposalFlow proposals,
    OutcomeQueue outcomes,
    ReadFlow reads,
    TransferFlow transfers,
    MembershipFlow memberships,
    LeaderWaits leaderWaits) {

  /** What a request to a replica without a log is told. */
  static final String UNBORN = "this replica is not born yet";

  static final String RECOVERING =
      "this replica lacks the snapshot that its log goes on from, and fetches another";

  /**
   * The ways through a replica whose state machine is empty.
   *
   * @param onApplyFailure hears, on an apply thread, that nothing is applied any more
   * @param confirmAfterAll takes, on an apply thread, a read whose lease was over before it was answered
   */
  static RequestFlows of(
      ReplicaContext context,
      @Nullable RecoveredGroup recovered,
      BiConsumer<String, Throwable> onApplyFailure,
      Consumer<PendingRead> confirmAfterAll) {
    RaftOptions options = context.options();
    GroupPeers peers = context.peers();
    HostEnvironment environment = context.environment();
    long termAtStart = recovered == null ? 0 : recovered.hardState().term();
    OutcomeQueue outcomes = new OutcomeQueue(
        context.self(),
        options.maxPendingProposalBytes(),
        context.host().transport().maxMessageBytes(),
        options.requestTimeout().toNanos(),
        environment::nowNanos,
        environment::schedule,
        peers::trySend);
    ForwardingIntake intake = new ForwardingIntake(
        termAtStart,
        options.maxPendingProposalBytes(),
        options.maxCommandBytes(),
        context.host().transport().maxMessageBytes(),
        outcomes,
        context.metrics());
    ApplyPipeline pipeline = new ApplyPipeline(
        context.group(),
        context.settings().stateMachine(),
        context.host().store(),
        0,
        options.maxApplyQueueBytes(),
        environment,
        onApplyFailure,
        outcomes::flush);
    Forwarder forwarder = new Forwarder(
        context.self(),
        context.host().nonZeroRandom(),
        options.requestTimeout().toNanos(),
        pipeline::run);
    return new RequestFlows(
        pipeline,
        new ProposalFlow(
            options,
            context.maxMessageBytes(),
            peers,
            pipeline,
            forwarder,
            intake,
            context.metrics()),
        outcomes,
        new ReadFlow(
            pipeline, environment::nowNanos, options.requestTimeout().toNanos(), confirmAfterAll),
        new TransferFlow(
            pipeline, new TransferLog(context.self(), context.log(), environment::nowNanos)),
        new MembershipFlow(
            pipeline, peers.guests(), new ChangeLog(context.log(), environment::nowNanos)),
        new LeaderWaits(LeaderWaits.MAX_WAITS));
  }

  /** Hands the core what was gathered in this turn. */
  void pass(RaftCore core, long nowNanos) {
    proposals.pass(core, nowNanos);
    reads.pass(core);
    memberships.step(core, nowNanos);
  }

  /** There is no core yet to hand to what was gathered in this turn. */
  void refuseAll(String reason) {
    proposals.refuseGathered(new NotLeaderException(null, reason));
    reads.refuseGathered(reason);
  }

  /** When something ends that has waited too long. */
  long deadlineNanos() {
    return Math.min(proposals.deadlineNanos(), memberships.deadlineNanos());
  }

  /** Completes the future once there is a leader. */
  void awaitLeader(CompletableFuture<Void> known) {
    OverloadedException refusal = leaderWaits.add(known);
    if (refusal != null) {
      pipeline.run(() -> known.completeExceptionally(refusal));
    }
  }

  /** Tells those who await a leader, if there is one. */
  void tellOfLeader(CoreView core) {
    // A leader can do its work only once it knows what is committed.
    boolean ready =
        core.currentRole() == Role.LEADER ? core.hasCommittedInTerm() : core.leader() != null;
    if (ready && !leaderWaits.isEmpty()) {
      List<CompletableFuture<Void>> told = leaderWaits.take();
      pipeline.run(() -> told.forEach(known -> known.complete(null)));
    }
  }

  /** This replica won't hear of a leader any more. */
  void refuseToAwait(NotAppendedException refusal) {
    List<CompletableFuture<Void>> refused = leaderWaits.take();
    pipeline.run(() -> refused.forEach(known -> known.completeExceptionally(refusal)));
  }

  /**
   * Ends everything.
   *
   * @param refusal for what was not appended
   * @param reason the same for people
   * @param core null if there is none yet
   */
  void stop(NotAppendedException refusal, String reason, @Nullable CoreView core) {
    try {
      proposals.stop(refusal, reason);
      reads.stop(reason);
      transfers.stop(core, reason);
      memberships.stop(refusal);
      refuseToAwait(refusal);
    } finally {
      // Whatever becomes of those: nothing more is applied, and who waits there is told.
      pipeline.stop(reason);
      pipeline.run(outcomes::close);
    }
  }
}
