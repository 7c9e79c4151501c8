package io.github.balsaraft;

import io.github.balsaraft.api.RaftListener;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.trace.TraceSink;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.SnapshotStore;
import io.github.balsaraft.transport.Transport;
import java.time.Duration;

/**
 * Builds a {@link RaftNode} with a host of its own. For several groups in one process see {@link RaftHost}. Not thread-safe.
 */
public final class RaftNodeBuilder {

  private final RaftHost.Builder host = RaftHost.builder();
  private final GroupBuilder group = new GroupBuilder(GroupId.DEFAULT, null);

  RaftNodeBuilder() {}

  /** The stable name of this host, unique in the cluster, such as {@code n1}. */
  public RaftNodeBuilder id(String id) {
    host.id(id);
    return this;
  }

  /** See {@link GroupBuilder#bootstrap}. */
  public RaftNodeBuilder bootstrap(String... founders) {
    group.bootstrap(founders);
    return this;
  }

  /** See {@link GroupBuilder#join}. */
  public RaftNodeBuilder join(String... members) {
    group.join(members);
    return this;
  }

  /** See {@link GroupBuilder#leases}. */
  public RaftNodeBuilder leases(LeaseRules rules) {
    group.leases(rules);
    return this;
  }

  /**
   * The application's state, empty: it is restored from the latest snapshot after each start, and the commands after that are applied
   * anew. One that keeps its state by itself is an {@link io.github.balsaraft.api.OnDiskStateMachine}.
   */
  public RaftNodeBuilder stateMachine(StateMachine stateMachine) {
    group.stateMachine(stateMachine);
    return this;
  }

  /** Where the log is kept. The node closes it. */
  public RaftNodeBuilder logStore(LogStore logStore) {
    host.logStore(logStore);
    return this;
  }

  /** See {@link RaftHost.Builder#snapshots}. The node closes it. */
  public RaftNodeBuilder snapshots(SnapshotStore store) {
    host.snapshots(store);
    return this;
  }

  /** How the others are reached. The node closes it. */
  public RaftNodeBuilder transport(Transport transport) {
    host.transport(transport);
    return this;
  }

  /** See {@link RaftHost.Builder#closeTimeout}. */
  public RaftNodeBuilder closeTimeout(Duration timeout) {
    host.closeTimeout(timeout);
    return this;
  }

  /** Settings; the defaults suit a local network. */
  public RaftNodeBuilder options(RaftOptions options) {
    group.options(options);
    return this;
  }

  /** See {@link GroupBuilder#traceTo}. */
  public RaftNodeBuilder traceTo(TraceSink sink) {
    group.traceTo(sink);
    return this;
  }

  /** See {@link GroupBuilder#listener}. */
  public RaftNodeBuilder listener(RaftListener listener) {
    group.listener(listener);
    return this;
  }

  /**
   * Starts the node. It may take a while until there is a leader: see {@link RaftNode#awaitLeader}.
   *
   * @throws IllegalStateException if something is missing; the message says what
   * @throws IllegalArgumentException if this host is not among the founders, or the rules for leases don't fit the options
   * @throws io.github.balsaraft.storage.LogStoreException if the log can't be opened, or belongs to another host
   * @throws io.github.balsaraft.transport.TransportException if the transport can't listen
   */
  public RaftNode start() {
    group.checkComplete();
    // Before the host claims the folder for its name.
    group.checkNamed(host.name());
    RaftHost started = host.start();
    try {
      return group.start(started, (node, handover) -> {
        if (handover == null) {
          started.close();
        } else {
          started.close(handover);
        }
      });
    } catch (RuntimeException | Error e) {
      started.close();
      throw e;
    }
  }
}
