package io.github.balsaraft.core;

import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.TransferRevocation;
import io.github.balsaraft.model.TransferRevocationResponse;

/**
 * A target's side of leadership transfers (Raft thesis 3.10): which of its leader's it has promised not to act on. The promise
 * is what lets a leader trust its lease again after a transfer that came to nothing (trap 26).
 *
 * <p>It is kept in memory only. A later process of this replica has another {@link #life}, so that a {@link TimeoutNow} to this
 * one means nothing to it. And a target that has campaigned made a later term durable before anybody heard of that: it can't
 * answer a revocation of the old term any more.
 */
final class TransferTarget {

  private final CoreContext context;

  /** Names this process; drawn at its start. */
  private final long life;

  private long revokedTerm;

  /** In {@link #revokedTerm}: transfers up to this one are void. */
  private long revoked;

  TransferTarget(CoreContext context) {
    this.context = context;
    this.life = context.random.nextLong();
  }

  /** Whether the leader of this term means this process, and has not taken the transfer back. */
  boolean accepts(TimeoutNow message) {
    return message.life() == life && message.transfer() > revokedIn(message.term());
  }

  /** Promises, to the leader of the current term, never to act on these transfers. */
  void onRevocation(TransferRevocation message) {
    revoked = Math.max(message.transfer(), revokedIn(message.term()));
    revokedTerm = message.term();
    context.outbox.send(new TransferRevocationResponse(
        context.self, message.from(), message.term(), message.transfer(), life));
  }

  private long revokedIn(long term) {
    return term == revokedTerm ? revoked : 0;
  }
}
