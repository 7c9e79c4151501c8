package io.github.balsaraft.core;

import io.github.balsaraft.model.ProtocolMessage;

/** Is told what happens in a {@link CoreHarness}. */
interface HarnessTrace {

  HarnessTrace NONE = new HarnessTrace() {};

  default void delivered(ProtocolMessage message) {}

  /** A message was sent, and if not {@code passes} lost on a cut link. */
  default void sent(ProtocolMessage message, boolean passes) {}

  default void writes(HarnessReplica replica, CoreWrite write) {}

  default void applied(HarnessReplica replica, Ready.Committed committed) {}

  default void fetches(HarnessReplica replica, Ready.Fetch fetch) {}

  default void installs(HarnessReplica replica, Ready.Install install) {}

  default void lost(HarnessReplica replica, long fromIndex) {}

  default void loads(HarnessReplica replica, Ready.Load load) {}

  default void readEnded(HarnessReplica replica, Ready.ReadOutcome outcome) {}

  default void changeEnded(HarnessReplica replica, Ready.ChangeOutcome outcome) {}

  default void transferEnded(HarnessReplica replica, Ready.TransferOutcome outcome) {}

  default void repaired(HarnessReplica replica) {}

  default void roleChanged(HarnessReplica replica, Ready.RoleChange change) {}
}
