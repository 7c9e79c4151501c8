package io.github.balsaraft.core;

import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.RequestVote;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages on their way out. Keeps back what depends on a write until that is durable: nothing leaves that a power loss
 * could make untrue (Raft paper, figure 2; what waits for what is the table in docs/protocol.md).
 */
final class Outbox {

  private List<ProtocolMessage> ready = new ArrayList<>();
  private final HeldMessages held = new HeldMessages();
  private final CoreContext context;

  Outbox(CoreContext context) {
    this.context = context;
  }

  /** Sends once the sender's term and vote are durable: every message carries a term. */
  void send(ProtocolMessage message) {
    sendOnceWritten(context.writes.hardStateGate(), message);
  }

  /** Sends once everything that the log and the hard state hold at this moment is durable. */
  void sendOnceAllIsDurable(ProtocolMessage message) {
    sendOnceWritten(context.writes.everythingGate(context.hasUnwritten()), message);
  }

  private void sendOnceWritten(long sequence, ProtocolMessage message) {
    if (sequence <= context.writes.durable()) {
      setFree(message);
    } else {
      held.add(sequence, message);
    }
  }

  private void setFree(ProtocolMessage message) {
    ready.add(message);
    context.trace.sent(message);
  }

  /** Takes back what a candidate still holds that is none any more: its log may change before it would be sent. */
  void withdrawVoteRequests() {
    held.removeIf(RequestVote.class::isInstance);
  }

  /** More writes are durable. */
  void release() {
    held.release(context.writes.durable(), this::setFree);
  }

  List<ProtocolMessage> take() {
    if (ready.isEmpty()) {
      return List.of();
    }
    List<ProtocolMessage> taken = ready;
    ready = new ArrayList<>();
    return taken;
  }
}
