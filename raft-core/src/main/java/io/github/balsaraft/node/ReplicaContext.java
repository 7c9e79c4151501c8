package io.github.balsaraft.node;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.ReplicaId;

/**
 * What the parts of one replica share: who it is, where it runs, and whom it knows.
 *
 * @param host the process that carries it
 * @param settings what it was started with
 * @param self its id
 * @param log says what it does
 * @param peers the others; but for what it says otherwise, used by the mailbox's thread only
 * @param metrics counts and measures; on any thread
 * @param events tells the listeners; used by the mailbox's thread only
 */
record ReplicaContext(
    HostRuntime host,
    GroupSettings settings,
    ReplicaId self,
    RateLimitedLog log,
    GroupPeers peers,
    NodeMetrics metrics,
    NodeEvents events) {

  GroupId group() {
    return settings.group();
  }

  RaftOptions options() {
    return settings.options();
  }

  BirthPlan plan() {
    return settings.birth();
  }

  HostEnvironment environment() {
    return host.environment();
  }

  long nowNanos() {
    return host.environment().nowNanos();
  }
}
