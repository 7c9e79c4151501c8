package io.github.balsaraft.transport.netty;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.testing.TransportTestHost;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** What tests of a transport and of clients against plain sockets have in common; all that is open is closed after the test. */
abstract class NettyHosts {

  static final HostId PEER = new HostId("n2");

  private static final Set<Integer> GIVEN_PORTS = ConcurrentHashMap.newKeySet();

  private final ConcurrentLinkedQueue<AutoCloseable> open = new ConcurrentLinkedQueue<>();

  @AfterEach
  final void closeAll() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  static NettyTransportBuilder settings() {
    return NettyTransport.builder().bindAddress("127.0.0.1:0");
  }

  final TransportTestHost host(String name, NettyTransportBuilder settings) {
    return host(name, null, settings);
  }

  final TransportTestHost host(
      String name, @Nullable ClusterIdentity cluster, NettyTransportBuilder settings) {
    TransportTestHost host =
        new TransportTestHost(new HostRecord(new HostId(name), 1, cluster), settings.build());
    open.add(host);
    return host;
  }

  final ServerSocket listen() throws Exception {
    return listen(0);
  }

  /** A port at which nobody listens at the moment, another one each time. */
  static int freePort() throws Exception {
    while (true) {
      try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        // The system may hand out at once what was closed at once.
        if (GIVEN_PORTS.add(server.getLocalPort())) {
          return server.getLocalPort();
        }
      }
    }
  }

  final ServerSocket listen(int port) throws Exception {
    ServerSocket server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    server.setSoTimeout(20_000);
    open.add(server);
    return server;
  }

  final RawPeer acceptFrom(ServerSocket server) throws Exception {
    RawPeer peer = new RawPeer(server.accept());
    open.add(peer);
    return peer;
  }

  /** What a call of a client has ended with. */
  static Throwable failure(CompletableFuture<?> future) throws Exception {
    try {
      throw new AssertionError("no failure but " + future.get(60, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      return cause instanceof CompletionException ? cause.getCause() : cause;
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  static NettyTransportStats stats(TransportTestHost host) {
    return ((NettyTransport) host.transport()).stats();
  }

  /** Both lanes, each with its own hello. */
  final RawPeer acceptControlLane(ServerSocket server) throws Exception {
    return acceptControlLane(server, RawPeer.identity(PEER.name()));
  }

  /** As {@link #acceptControlLane(ServerSocket)}. */
  final RawPeer acceptControlLane(ServerSocket server, Identity self) throws Exception {
    RawPeer control = null;
    for (int i = 0; i < 2; i++) {
      RawPeer lane = acceptFrom(server);
      if (lane.accept(self).lane() == LaneKind.CONTROL) {
        control = lane;
      }
    }
    return Objects.requireNonNull(control, "a control lane among the two");
  }
}
