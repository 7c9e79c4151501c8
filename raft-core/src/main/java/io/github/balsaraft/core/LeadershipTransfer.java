package io.github.balsaraft.core;

import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.TransferRevocation;
import io.github.balsaraft.model.TransferRevocationResponse;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A leader's side of handing its office over (Raft thesis 3.10). While the target is sent what it lacks, it is asked for the
 * name of its process. Then it is told to campaign, right behind the last entry: it waits until it has that one, which is
 * sooner than its acknowledgement could be back here. Nothing is proposed meanwhile, or the target would never catch up.
 *
 * <p>Whoever was told to campaign may do so until it has promised not to, because the message may be on its way for long,
 * whatever this leader has decided since. Until then this leader relies on no lease (trap 26).
 *
 * <p>Invariant: at the end of each step no transfer is older than its deadline (trap 34).
 */
final class LeadershipTransfer {

  private final CoreContext context;
  private final Replicator replicator;

  /** Transfers of this term are numbered from 1 on. */
  private long lastNumber;

  private @Nullable UnderWay underWay;

  /** Who was told to campaign and has not promised not to: the highest transfer of each. Part of no configuration, perhaps. */
  private final TreeMap<ReplicaId, Long> unrevoked = new TreeMap<>();

  /** The processes of those that have named them. One may have been started anew since. */
  private final TreeMap<ReplicaId, Long> lives = new TreeMap<>();

  /** Of the configuration for which possible targets were asked for the names of their processes. */
  private long preparedIndex;

  LeadershipTransfer(CoreContext context, Replicator replicator) {
    this.context = context;
    this.replicator = replicator;
  }

  /** To whom leadership is being handed; null if it isn't. */
  @Nullable
  ReplicaId target() {
    return underWay == null ? null : underWay.target;
  }

  /** Until when at most; {@link Long#MAX_VALUE} if no transfer is under way. */
  long deadlineNanos() {
    return underWay == null ? Long.MAX_VALUE : underWay.deadlineNanos;
  }

  /** Whether somebody may still campaign because this leader has asked for it, so that voters would not protect it. */
  boolean mayBeDeposed() {
    return !unrevoked.isEmpty();
  }

  /** Whether the target of the transfer under way was told to campaign. */
  boolean isTold() {
    return underWay != null && underWay.told;
  }

  /**
   * Begins.
   *
   * @param wanted to whom, or null for the most suitable
   * @return why not, or null if it has begun
   */
  @Nullable
  Refusal begin(@Nullable ReplicaId wanted, long deadlineNanos) {
    if (underWay != null) {
      return new Refusal("a transfer is under way already", true);
    }
    ReplicaId target = wanted == null ? Successor.best(context, replicator) : wanted;
    return target == null ? noSuccessor() : begin(target, wanted != null, deadlineNanos);
  }

  /** Begins because this leader can't stay in office: to the most suitable. */
  void beginOfItself(long deadlineNanos) {
    ReplicaId target = Successor.best(context, replicator);
    if (underWay == null && target != null) {
      Refusal unused = begin(target, false, deadlineNanos);
    }
  }

  private Refusal noSuccessor() {
    return Successor.exists(context)
        ? new Refusal("no other voter that may lead answers", true)
        : new Refusal("there is no other voter that may lead", false);
  }

  private @Nullable Refusal begin(ReplicaId target, boolean chosen, long deadlineNanos) {
    String unfit = whyUnfit(target, chosen);
    if (unfit != null) {
      return new Refusal(unfit, false);
    }
    underWay = new UnderWay(
        target, chosen, ++lastNumber, deadlineNanos, context.configurations.latestIndex());
    context.trace.transferBegun(target, lastNumber);
    Long life = lives.get(target);
    if (life != null && isHeardOf(target)) {
      underWay.lifeKnown = true;
      underWay.life = life;
    }
    askForLife(underWay);
    return null;
  }

  /** Leadership will be handed over before long: whoever may be the target is asked for the name of its process already. */
  void prepare() {
    long configurationIndex = context.configurations.latestIndex();
    // What is asked for takes back the transfers so far,
    // and must not take back one that is under way.
    if (underWay != null || preparedIndex == configurationIndex) {
      return;
    }
    preparedIndex = configurationIndex;
    for (Member member : StandingOrder.standing(context)) {
      if (!member.replica().equals(context.self)) {
        revoke(member.replica(), lastNumber);
      }
    }
  }

  /** Whether it answers: to tell one that doesn't would cost the lease for nothing. */
  private boolean isHeardOf(ReplicaId replica) {
    Progress progress = replicator.progressOf(replica);
    return progress != null
        && progress.contact().isLive(context.nowNanos(), 2 * context.options.heartbeatNanos());
  }

  /** Whether it was sent the whole log; some of it may be on its way. */
  private boolean isSentAll(ReplicaId replica) {
    Progress progress = replicator.progressOf(replica);
    return progress != null
        && progress.mode() == Progress.Mode.REPLICATE
        && progress.next() > context.log.lastIndex();
  }

  /** Why the configuration in force doesn't let it lead; null if it does. */
  private @Nullable String whyUnfit(ReplicaId target, boolean chosen) {
    Member member = context.configuration().member(target);
    if (target.equals(context.self)) {
      return "this member leads already";
    } else if (member == null) {
      return "the target is no member";
    } else if (!member.isVoter()) {
      return "the target is no voter";
    } else if (member.priority() == 0 && !chosen) {
      return "the target has priority 0";
    }
    return null;
  }

  /** Goes on with it, or gives it up. Called after each batch of inputs. */
  void step() {
    UnderWay transfer = underWay;
    if (transfer == null) {
      return;
    }
    if (context.nowNanos() >= transfer.deadlineNanos) {
      abort(transfer);
      return;
    }
    if (transfer.configurationIndex != context.configurations.latestIndex()) {
      transfer.configurationIndex = context.configurations.latestIndex();
      String unfit = whyUnfit(transfer.target, transfer.chosen);
      if (unfit != null) {
        context.transfers.aborted(unfit + " any more");
        abort(transfer);
        return;
      }
    }
    if (!transfer.told) {
      tell(transfer);
    }
  }

  /** Repeats what may have been lost. Called with each regular heartbeat. */
  void repeat() {
    UnderWay transfer = underWay;
    if (transfer != null) {
      // Also once its life is known: a new process of the target has another.
      askForLife(transfer);
      tell(transfer);
    }
    unrevoked.keySet().removeIf(this::canNotWin);
    for (Map.Entry<ReplicaId, Long> entry : unrevoked.entrySet()) {
      if (transfer == null || !transfer.target.equals(entry.getKey())) {
        revoke(entry.getKey(), entry.getValue());
      }
    }
  }

  /**
   * Whether it may be forgotten that a replica was told to campaign. It is told to do so only up to the last entry of that time, and nothing is
   * appended during a transfer, so that the configuration without it comes later: with that in its log it doesn't campaign, and without
   * it a majority of those who could elect it has the longer log. It may never answer again, if it was removed because its disk is lost.
   */
  private boolean canNotWin(ReplicaId told) {
    return context.removals.committedRemovalOf(told) > 0;
  }

  void onResponse(TransferRevocationResponse message) {
    Long told = unrevoked.get(message.from());
    if (told != null && message.transfer() >= told) {
      unrevoked.remove(message.from());
    }
    lives.put(message.from(), message.life());
    UnderWay transfer = underWay;
    if (transfer != null && transfer.target.equals(message.from())) {
      if (!transfer.lifeKnown || transfer.life != message.life()) {
        transfer.lifeKnown = true;
        transfer.life = message.life();
        transfer.told = false;
      }
    }
  }

  private void askForLife(UnderWay transfer) {
    revoke(transfer.target, transfer.number - 1);
  }

  private void revoke(ReplicaId target, long upTo) {
    context.outbox.send(new TransferRevocation(context.self, target, context.term(), upTo));
  }

  /** Tells the target to campaign, if it was sent the whole log and its process is known. */
  private void tell(UnderWay transfer) {
    if (transfer.lifeKnown && isSentAll(transfer.target)) {
      transfer.told = true;
      context.transfers.told(transfer.target);
      unrevoked.put(transfer.target, transfer.number);
      context.outbox.send(new TimeoutNow(
          context.self,
          transfer.target,
          context.term(),
          transfer.number,
          transfer.life,
          context.log.lastIndex()));
    }
  }

  private void abort(UnderWay transfer) {
    underWay = null;
    context.trace.transferGivenUp(transfer.target, transfer.number);
    Long told = unrevoked.get(transfer.target);
    if (told != null) {
      revoke(transfer.target, told);
    }
  }

  /**
   * Why a transfer doesn't begin.
   *
   * @param passes whether that passes by itself, so that asking again may help
   */
  record Refusal(String reason, boolean passes) {}

  /** One transfer. */
  private static final class UnderWay {
    final ReplicaId target;
    final boolean chosen;
    final long number;
    final long deadlineNanos;

    /** Of the configuration for which the target was found fit. */
    long configurationIndex;

    boolean lifeKnown;
    long life;

    /** Whether this life was told to campaign; it may have got lost. */
    boolean told;

    UnderWay(
        ReplicaId target,
        boolean chosen,
        long number,
        long deadlineNanos,
        long configurationIndex) {
      this.target = target;
      this.chosen = chosen;
      this.number = number;
      this.deadlineNanos = deadlineNanos;
      this.configurationIndex = configurationIndex;
    }
  }
}
