package io.github.balsaraft.node;

import io.github.balsaraft.api.TransferFailedException;
import io.github.balsaraft.api.TransferFailedException.Failure;
import io.github.balsaraft.core.CoreView;
import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.core.Ready.TransferOutcome.End;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The way of requests to hand leadership over through a replica. Each ends exactly once. */
final class TransferFlow {

  private final ApplyPipeline pipeline;
  private final Map<Long, CompletableFuture<HostId>> asked = new LinkedHashMap<>();
  private final Map<Long, TransferLog.Cause> causes = new HashMap<>();
  private final TransferLog log;
  private long lastId;

  TransferFlow(ApplyPipeline pipeline, TransferLog log) {
    this.pipeline = pipeline;
    this.log = log;
  }

  /**
   * Asks the core. While a host's replica is being replaced, its voter is meant.
   *
   * @param cause why somebody asks
   */
  void begin(
      RaftCore core,
      @Nullable HostId target,
      TransferLog.Cause cause,
      CompletableFuture<HostId> transferred) {
    if (core.view().currentRole() != Role.LEADER) {
      fail(
          transferred,
          LeaderHint.of(core.view()),
          Failure.NOT_DONE,
          "this member is not the leader");
      return;
    }
    if (cause == TransferLog.Cause.STOPS && !hasSuccessor(core.view())) {
      // Without a word: that there is nobody else is as it should be, and nobody has asked.
      fail(transferred, LeaderHint.NONE, Failure.NOT_DONE, "there is no other voter that may lead");
      return;
    }
    ReplicaId replica = null;
    if (target != null) {
      Member member = core.view().configuration().principalOn(target);
      if (member == null || !member.isVoter()) {
        fail(transferred, LeaderHint.of(core.view()), Failure.REFUSED, "no voter is on " + target);
        return;
      }
      replica = member.replica();
    }
    asked.put(++lastId, transferred);
    causes.put(lastId, cause);
    log.asked(cause);
    core.transferLeadership(lastId, replica);
    observe(core.view());
  }

  /** Whether the configuration has another that may lead, heard of or not. */
  private static boolean hasSuccessor(CoreView leading) {
    ReplicaId leader = leading.leader();
    return leading.configuration().members().stream()
        .anyMatch(member ->
            member.isVoter() && member.priority() > 0 && !member.replica().equals(leader));
  }

  /** After each batch: one may have begun or ended of the leader's own accord. */
  void observe(CoreView core) {
    log.observe(
        core.currentRole() == Role.LEADER,
        core.transferTarget(),
        core.leader(),
        core.configuration());
  }

  void ended(Ready.TransferOutcome outcome, CoreView core) {
    TransferLog.Cause cause = causes.remove(outcome.transferId());
    log.ended(outcome, cause == null ? TransferLog.Cause.OPERATOR : cause, core.configuration());
    CompletableFuture<HostId> transferred = asked.remove(outcome.transferId());
    if (transferred == null) {
      return;
    }
    ReplicaId target = outcome.target();
    HostId host = target == null ? null : core.configuration().hostOf(target).orElse(null);
    if (outcome.end() == End.TRANSFERRED && host != null) {
      pipeline.run(() -> transferred.complete(host));
    } else {
      String reason = outcome.end() == End.TRANSFERRED
          ? "the target leads, and is not a member any more"
          : outcome.reason();
      fail(transferred, LeaderHint.of(core), failure(outcome), reason);
    }
  }

  private static Failure failure(Ready.TransferOutcome outcome) {
    if (outcome.targetTold()) {
      return Failure.OUTCOME_UNKNOWN;
    }
    return switch (outcome.end()) {
      case REFUSED, ABORTED, TIMED_OUT -> Failure.REFUSED;
      case NOT_NOW, SUPERSEDED -> Failure.NOT_DONE;
      case TRANSFERRED -> Failure.OUTCOME_UNKNOWN;
    };
  }

  /** By a replica that takes no part, and knows of no leader. */
  void refuse(CompletableFuture<HostId> transferred, String reason) {
    fail(transferred, LeaderHint.NONE, Failure.NOT_DONE, reason);
  }

  private void fail(
      CompletableFuture<HostId> transferred, LeaderHint leader, Failure failure, String reason) {
    pipeline.run(() -> transferred.completeExceptionally(
        new TransferFailedException(leader.host(), leader.address(), failure, reason)));
  }

  /**
   * Nobody will hear more of those under way.
   *
   * @param core null if this replica has none, and so none is under way
   */
  void stop(@Nullable CoreView core, String reason) {
    asked.forEach((id, transferred) -> {
      boolean certain = core != null && core.isTransferTargetUntold(id);
      fail(
          transferred,
          LeaderHint.NONE,
          certain ? Failure.NOT_DONE : Failure.OUTCOME_UNKNOWN,
          reason);
    });
    asked.clear();
    causes.clear();
  }
}
