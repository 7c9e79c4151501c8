package io.github.balsaraft.testing.simulation.cluster;

import io.github.balsaraft.api.TransferFailedException;
import io.github.balsaraft.model.HostId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an operator was told of transfers of leadership, held against who has led and who was told to campaign: of one that was called done
 * the named host has led in a later term than the leader that was asked, and of one that has certainly moved nothing the target was not
 * told.
 */
public final class AnsweredTransfers {

  private final Map<HostId, Long> latestTerms = new TreeMap<>();
  private final List<Transfer> open = new ArrayList<>();

  /** No transfers yet. */
  public AnsweredTransfers() {}

  /** One that was asked for. */
  public static final class Transfer {
    private final HostId leader;
    private final int life;
    private final long term;
    private final @Nullable HostId target;
    private long number;
    private long numberedIn;
    private boolean amongOthers;
    private boolean told;

    private Transfer(HostId leader, int life, long term, @Nullable HostId target) {
      this.leader = leader;
      this.life = life;
      this.term = term;
      this.target = target;
    }

    @Override
    public String toString() {
      return "the transfer to " + target + " that " + leader + " was asked for in term " + term;
    }
  }

  /** A leader is asked to hand over, in the term in which it leads. */
  public Transfer asked(HostId leader, int life, long term, @Nullable HostId target) {
    Transfer asked = new Transfer(leader, life, term, target);
    for (Transfer other : open) {
      if (other.leader.equals(leader) && other.life == life) {
        // Nobody knows from outside which of them it is that begins.
        other.amongOthers = true;
        asked.amongOthers = true;
      }
    }
    open.add(asked);
    return asked;
  }

  /** Somebody leads. */
  public void leads(HostId host, long term) {
    latestTerms.merge(host, term, Math::max);
  }

  /** A leader begins a transfer, which has this number in its term. The first after a request is the one that was asked for. */
  public void begun(HostId leader, int life, long term, long number) {
    for (Transfer one : open) {
      if (one.leader.equals(leader) && one.life == life && one.number == 0) {
        one.number = number;
        one.numberedIn = term;
      }
    }
  }

  /** A leader tells a target to campaign. */
  public void told(HostId leader, HostId target, long term, long number) {
    for (Transfer one : open) {
      if (one.leader.equals(leader)
          && (one.target == null || target.equals(one.target))
          && one.numberedIn == term
          && one.number == number) {
        one.told = true;
      }
    }
  }

  /** No answer will come any more. */
  public void forgotten(Transfer transfer) {
    open.remove(transfer);
  }

  /** A transfer was called done. Returns what is not true of that; null if all is. */
  public @Nullable String done(Transfer transfer, HostId named) {
    open.remove(transfer);
    if (transfer.target != null && !transfer.target.equals(named)) {
      return transfer + " was called done, with " + named + " as the leader";
    }
    return latestTerms.getOrDefault(named, 0L) > transfer.term
        ? null
        : transfer + " was called done, and " + named + " has not led since";
  }

  /** A transfer has failed. Returns what is not true of that; null if all is. */
  public @Nullable String failed(Transfer transfer, TransferFailedException answer) {
    open.remove(transfer);
    boolean isUnknown = answer.failure() == TransferFailedException.Failure.OUTCOME_UNKNOWN;
    return isUnknown || transfer.amongOthers || isOfAnother(answer) || !transfer.told
        ? null
        : transfer + " was answered with " + answer.failure() + " (" + answer.getMessage()
            + "), and the target was told to campaign";
  }

  /** A leader hands over of its own accord too, and then does nothing of what it is asked for meanwhile. */
  private static boolean isOfAnother(TransferFailedException answer) {
    return String.valueOf(answer.getMessage()).contains("under way already");
  }
}
