package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.RaftNode;
import io.github.balsaraft.RaftNodeBuilder;
import io.github.balsaraft.TraceWriter;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.examples.kv.server.KvBackend;
import io.github.balsaraft.examples.kv.server.KvServer;
import io.github.balsaraft.examples.kv.state.Batch;
import io.github.balsaraft.examples.kv.state.KvStateMachine;
import io.github.balsaraft.model.trace.TraceSink;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.rocksdb.RocksDbLogStore;
import io.github.balsaraft.transport.netty.NettyTransport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server of the key-value store, put together: a state machine, a Raft node on RocksDB and Netty, and a listener for
 * Redis clients. Shows how an application embeds the library.
 */
final class KvNode implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(KvNode.class);

  /** How long commands under way may take to end when the server stops. */
  private static final Duration DRAIN_PATIENCE = Duration.ofSeconds(2);

  /** How long handing leadership over may take then, in election timeouts at their longest. */
  private static final int HANDOVER_TIMEOUTS = 2;

  /** Encoding beside the arguments of a command. */
  private static final int BATCH_OVERHEAD_BYTES = 1024;

  /** Headers of a message beside its entries. */
  private static final int FRAME_OVERHEAD_BYTES = 1 << 20;

  private static final int USUAL_FRAME_BYTES = 16 << 20;

  private final KvServer server;
  private final RaftNode node;
  private final Duration handover;

  /** What else to close, last opened first. */
  private final Deque<AutoCloseable> resources;

  private KvNode(
      KvServer server, RaftNode node, Duration handover, Deque<AutoCloseable> resources) {
    this.server = server;
    this.node = node;
    this.handover = handover;
    this.resources = resources;
  }

  /**
   * Starts a server.
   *
   * @throws RuntimeException if that isn't possible; nothing is left open then
   */
  static KvNode start(NodeOptions options) {
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    try {
      KvServer server = KvServer.listen(options.settings());
      opened.push(server);
      LogStore store =
          RocksDbLogStore.builder().directory(options.data().resolve("log")).build();
      opened.push(store);
      NettyTransport transport = NettyTransport.builder()
          .bindAddress(options.raft().toString())
          .advertisedAddress(options.advertisedRaft().toString())
          .maxFrameBytes(
              Math.max(USUAL_FRAME_BYTES, maxCommandBytes(options) + FRAME_OVERHEAD_BYTES)
                  + Batch.MOST_ANSWER_BYTES)
          .build();
      opened.push(transport);
      KvStateMachine state = options.engine().open(options.data(), opened);
      String[] members = options.layout().founders().toArray(String[]::new);
      RaftNodeBuilder builder = RaftNode.builder();
      RaftNode node = (options.joining() ? builder.join(members) : builder.bootstrap(members))
          .id(options.id())
          .stateMachine(state)
          .logStore(store)
          .transport(transport)
          .options(raftOptions(options))
          .leases(options.leases())
          .traceTo(trace(options.trace(), opened))
          .start();
      // The node closes these two, and knows when nothing uses them any more.
      opened.remove(transport);
      opened.remove(store);
      opened.push(node);
      server.serve(KvBackend.of(node), state);
      transport.serveClients(node);
      server.announce();
      return new KvNode(
          server,
          node,
          raftOptions(options).electionTimeoutMax().multipliedBy(HANDOVER_TIMEOUTS),
          opened);
    } catch (RuntimeException e) {
      closeAll(opened);
      throw e;
    }
  }

  private static TraceSink trace(@Nullable Path file, Deque<AutoCloseable> opened) {
    if (file == null) {
      return TraceSink.OFF;
    }
    TraceWriter writer = TraceWriter.toFile(file);
    opened.push(writer);
    return writer;
  }

  private static RaftOptions raftOptions(NodeOptions options) {
    return RaftOptions.builder()
        .electionTimeout(options.electionTimeout(), options.electionTimeout().multipliedBy(2))
        .heartbeatInterval(options.heartbeat())
        .maxCommandBytes(maxCommandBytes(options))
        .forwardProposals(!options.settings().redirect())
        .snapshots(options.snapshots())
        .build();
  }

  private static int maxCommandBytes(NodeOptions options) {
    return options.settings().limits().maxRequestBytes() + BATCH_OVERHEAD_BYTES;
  }

  NodeStatus status() {
    return node.status();
  }

  int port() {
    return server.port();
  }

  /** Lets commands under way end, hands leadership over, and then stops. */
  @Override
  public void close() {
    server.drain(DRAIN_PATIENCE);
    node.close(handover);
    // The node first: it ends what is still under way, and the server then delivers those ends.
    closeAll(resources);
  }

  private static void closeAll(Deque<AutoCloseable> resources) {
    while (!resources.isEmpty()) {
      try {
        resources.pop().close();
      } catch (Exception e) {
        LOG.warn("while stopping", e);
      }
    }
  }
}
