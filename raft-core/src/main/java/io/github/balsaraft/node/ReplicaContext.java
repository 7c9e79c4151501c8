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

  /** This part of a message is for what goes before each batch in it. Two bytes do before the smallest, of 48 bytes, and that is a 24th. */
  private static final int PART_FOR_HEADERS = 16;

  /** And this for what goes before all of them. */
  private static final int HEADER_BYTES = 1024;

  GroupId group() {
    return settings.group();
  }

  RaftOptions options() {
    return settings.options();
  }

  /**
   * The most bytes of entries in one message, unless a single one is larger: as many as the options say, if the transport takes such messages.
   */
  long maxMessageBytes() {
    long taken = host.transport().maxMessageBytes();
    long room = taken - taken / PART_FOR_HEADERS - HEADER_BYTES;
    return Math.min(options().maxMessageBytes(), Math.max(1, room));
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
