package io.github.balsaraft.transport.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.github.balsaraft.RaftNode;
import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientHello;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRead;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRequest;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that are gone without having said so. */
@ExtendWith(NoLeaks.class)
class SilentClientsTest extends NettyHosts {

  /** The number that a query is, in bytes. */
  private static final class Sized implements StateMachine {
    @Override
    public byte[] apply(Command command) {
      return new byte[0];
    }

    @Override
    public byte[] query(byte[] query) {
      return new byte[Integer.parseInt(new String(query, UTF_8))];
    }
  }

  @Test
  @DisplayName("a client that takes no answers and asks nothing more makes room for another")
  void vanishedWithAnswersUnderWay() throws Exception {
    NettyTransport transport = settings()
        .maxClientConnections(1)
        .clientSilenceTimeout(Duration.ofSeconds(1))
        .build();
    try (RaftNode node = RaftNode.builder()
        .id("n1")
        .bootstrap("n1")
        .stateMachine(new Sized())
        .logStore(new MemoryLogStore())
        .transport(transport)
        .start()) {
      transport.serveClients(node);
      node.awaitLeader().get(30, SECONDS);
      try (RawPeer vanished = RawPeer.dial(transport.localAddress())) {
        askWithoutListening(vanished);
        long end = System.nanoTime() + SECONDS.toNanos(60);
        while (transport.stats().clientRequests() == 0) {
          assertThat(System.nanoTime()).as("it is let in, in time").isLessThan(end);
        }
        try (RaftClient next =
            RaftClient.builder().members(transport.localAddress()).connect()) {
          assertThat(next.query(bytes("7")).get(60, SECONDS)).hasSize(7);
        }
      }
    }
  }

  /** For more than the buffers of two sockets take. */
  private static void askWithoutListening(RawPeer client) throws Exception {
    client.send(ClientCodec.handshake(
        ClientHello.newBuilder().setOldestVersion(1).build(), UnpooledByteBufAllocator.DEFAULT));
    for (int id = 1; id <= 64; id++) {
      client.send(ClientCodec.frame(
          ClientRequest.newBuilder()
              .setId(id)
              .setRead(ClientRead.newBuilder().setQuery(ByteString.copyFromUtf8("1000000")))
              .build(),
          UnpooledByteBufAllocator.DEFAULT));
    }
  }
}
