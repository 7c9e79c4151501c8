package io.github.balsaraft.core;

import io.github.balsaraft.model.ProtocolMessage;
import java.util.ArrayList;
import java.util.List;

/** What became of transfers of leadership, and all that was sent, of all replicas of a harness. */
final class TransferRecorder implements HarnessTrace {
  final List<Ready.TransferOutcome> outcomes = new ArrayList<>();
  final List<ProtocolMessage> sent = new ArrayList<>();

  @Override
  public void transferEnded(HarnessReplica replica, Ready.TransferOutcome outcome) {
    outcomes.add(outcome);
  }

  @Override
  public void sent(ProtocolMessage message, boolean passes) {
    sent.add(message);
  }
}
