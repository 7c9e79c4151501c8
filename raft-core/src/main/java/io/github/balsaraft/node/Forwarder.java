package io.github.balsaraft.node;

import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.model.ForwardedOutcomes;
import io.github.balsaraft.model.ForwardedProposals;
import io.github.balsaraft.model.ReplicaId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A follower's side of forwarding: passes proposals on to the leader and keeps the promise that each ends exactly
 * once. Whatever was sent and not answered when the leader changes, or goes away, has an unknown outcome.
 */
final class Forwarder {

  private final ReplicaId self;
  private final long origin;
  private final long timeoutNanos;
  private final Consumer<Runnable> callbacks;

  /** Sent and not answered, by sequence number; those sent earlier have lower numbers. */
  private final TreeMap<Long, Sent> sent = new TreeMap<>();

  private long lastSequence;

  /**
   * @param origin drawn at random for this process, so that the leader can tell its numbers from an earlier one's
   * @param callbacks runs what tells proposers, on an apply thread
   */
  Forwarder(ReplicaId self, long origin, long timeoutNanos, Consumer<Runnable> callbacks) {
    this.self = self;
    this.origin = origin;
    this.timeoutNanos = timeoutNanos;
    this.callbacks = callbacks;
  }

  /** The message that passes these on, which are of one type. If it throws, none of them is known here, and none is sent. */
  ForwardedProposals forward(List<Proposal> proposals, ReplicaId leader, long term, long nowNanos) {
    List<byte[]> commands = new ArrayList<>(proposals.size());
    for (Proposal proposal : proposals) {
      commands.add(SealedCommand.seal(proposal));
    }
    long firstSequence = lastSequence + 1;
    ForwardedProposals message = new ForwardedProposals(
        self, leader, term, origin, firstSequence, proposals.get(0).type, commands);
    try {
      for (Proposal proposal : proposals) {
        sent.put(++lastSequence, new Sent(proposal, leader, term, nowNanos));
      }
    } catch (RuntimeException | Error e) {
      sent.tailMap(firstSequence).clear();
      throw e;
    }
    return message;
  }

  /** The message was not sent after all: whoever made these proposals is told by somebody else. Their numbers are not used again. */
  void takeBack(ForwardedProposals message) {
    long first = message.firstSequence();
    sent.subMap(first, first + message.commands().size()).clear();
  }

  /**
   * What the leader of that time says of what it was passed.
   *
   * @param now who leads by now, for those who have to ask again
   */
  void onOutcomes(ForwardedOutcomes message, LeaderHint now) {
    if (message.origin() != origin) {
      return;
    }
    callbacks.accept(reporting(message.outcomes(), now));
  }

  private Runnable reporting(List<ForwardedOutcomes.Outcome> outcomes, LeaderHint now) {
    List<Runnable> reports = new ArrayList<>(outcomes.size());
    for (ForwardedOutcomes.Outcome outcome : outcomes) {
      Sent waiting = sent.remove(outcome.sequence());
      if (waiting != null) {
        reports.add(() -> report(waiting.proposal, outcome, now));
      }
    }
    return () -> reports.forEach(Runnable::run);
  }

  private static void report(Proposal proposal, ForwardedOutcomes.Outcome outcome, LeaderHint now) {
    String detail = outcome.kind() == ForwardedOutcomes.Kind.APPLIED
        ? ""
        : new String(outcome.bytes(), StandardCharsets.UTF_8);
    switch (outcome.kind()) {
      case APPLIED -> proposal.applied(outcome.bytes());
      case NOT_LEADER ->
        proposal.notAppended(new NotLeaderException(now.host(), now.address(), detail));
      case OVERLOADED -> proposal.notAppended(new OverloadedException(detail, retryAfter(outcome)));
      case REJECTED -> proposal.rejected(new CommandRejectedException(detail));
      case UNKNOWN -> proposal.unknown(detail);
      case TOO_LARGE -> tooLarge(proposal, detail);
      case ANSWER_TOO_LARGE -> proposal.answerTooLarge(detail);
    }
  }

  /** Whatever the leader says: nobody is told to wait for longer than a minute, nor for no time. */
  private static Duration retryAfter(ForwardedOutcomes.Outcome outcome) {
    return outcome.retryAfterMillis() <= 0
        ? OverloadedException.RETRY_AFTER
        : Duration.ofMillis(Math.min(60_000, outcome.retryAfterMillis()));
  }

  private static void tooLarge(Proposal proposal, String limitBytes) {
    try {
      proposal.notAppended(
          new CommandTooLargeException(proposal.command.length, Integer.parseInt(limitBytes)));
    } catch (NumberFormatException e) {
      proposal.unknown("the leader answered that the limit is " + limitBytes);
    }
  }

  /** Nothing that was sent so far will be answered any more. */
  void loseAll(String reason) {
    lose(new ArrayList<>(sent.values()), reason);
    sent.clear();
  }

  /**
   * Whatever was sent to another leader, or in another term, will not be answered any more. What this one was sent was sent in the step in which it
   * was first heard of.
   *
   * @param leader null if none is known
   */
  void leaderIs(@Nullable ReplicaId leader, long term) {
    List<Sent> lost = new ArrayList<>();
    sent.values().removeIf(waiting -> {
      boolean isLost = waiting.term != term || !waiting.leader.equals(leader);
      if (isLost) {
        lost.add(waiting);
      }
      return isLost;
    });
    lose(lost, "the leader changed before it answered");
  }

  private void lose(List<Sent> lost, String reason) {
    if (!lost.isEmpty()) {
      callbacks.accept(() -> lost.forEach(waiting -> waiting.proposal.unknown(reason)));
    }
  }

  /** Gives up on what has waited too long. */
  void expire(long nowNanos) {
    if (sent.isEmpty()) {
      return;
    }
    List<Sent> late = new ArrayList<>();
    while (!sent.isEmpty() && nowNanos - sent.firstEntry().getValue().sinceNanos >= timeoutNanos) {
      late.add(sent.pollFirstEntry().getValue());
    }
    if (!late.isEmpty()) {
      callbacks.accept(() ->
          late.forEach(waiting -> waiting.proposal.unknown("the leader did not answer in time")));
    }
  }

  long deadlineNanos() {
    return sent.isEmpty() ? Long.MAX_VALUE : sent.firstEntry().getValue().sinceNanos + timeoutNanos;
  }

  private record Sent(Proposal proposal, ReplicaId leader, long term, long sinceNanos) {}
}
