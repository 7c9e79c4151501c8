package io.github.balsaraft.transport.netty;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.SessionAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientHello;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientOutcome;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientWelcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A client is one of one cluster: to another its session, its indexes and what it has read mean nothing, or something else. */
class ClientClusterTest extends NettyHosts {

  private static final SessionOptions HASTY =
      SessionOptions.defaults().withDeadline(Duration.ofSeconds(2));

  private static ClientAnswer.Builder done() {
    return ClientAnswer.newBuilder().setOutcome(ClientOutcome.CLIENT_OUTCOME_DONE);
  }

  private static ClientAnswer.Builder applied(long index) {
    return done()
        .setContent(
            ByteString.copyFrom(SessionAnswer.applied(index, new byte[] {7}).encode()));
  }

  @Test
  @DisplayName(
      "a command that is in doubt when the cluster is founded anew is never answered there")
  void commandInDoubt() throws Exception {
    ServerSocket server = listen();
    int port = server.getLocalPort();
    AtomicInteger entries = new AtomicInteger();
    CompletableFuture<Void> sent = new CompletableFuture<>();
    FakeMember old = new FakeMember(server, request -> {
      if (request.hasSessionEntry() && entries.incrementAndGet() > 1) {
        sent.complete(null);
        return null;
      }
      return request.hasSessionEntry() ? applied(3) : done();
    });
    CompletableFuture<byte[]> inDoubt;
    try (RaftClient client =
        RaftClient.builder().members(old.address()).session(HASTY).connect()) {
      inDoubt = client.propose(bytes("a"), Duration.ofHours(1));
      sent.get(60, SECONDS);
      old.close();
      FakeMember anew =
          new FakeMember(listen(port), new ClusterIdentity(8, 1), request -> applied(4));
      assertThat(anew.address()).isEqualTo(old.address());
      long end = System.nanoTime() + SECONDS.toNanos(60);
      Throwable refusal;
      do {
        assertThat(System.nanoTime()).as("in time").isLessThan(end);
        refusal = failure(client.query(bytes("b")));
      } while (!String.valueOf(refusal.getMessage()).contains("belongs to cluster"));
      assertThat(inDoubt).isNotDone();
    }
    assertThat(failure(inDoubt)).isInstanceOf(OutcomeUnknownException.class);
  }

  @Test
  @DisplayName("a member of another cluster is not asked, whoever names it")
  void memberOfAnotherCluster() throws Exception {
    for (ClusterIdentity other :
        List.of(new ClusterIdentity(8, 1), new ClusterIdentity(7, 2), new ClusterIdentity(6, 1))) {
      FakeMember stranger = new FakeMember(listen(), other, request -> done());
      FakeMember first = new FakeMember(
          listen(),
          request -> request.getMembers()
              ? done().setLeaderAddress(stranger.address())
              : done().setOutcome(ClientOutcome.CLIENT_OUTCOME_READ_NOT_SERVED));
      try (RaftClient client = RaftClient.builder()
          .members(first.address(), stranger.address())
          .session(HASTY)
          .connect()) {
        assertThat(failure(client.query(bytes("a"))))
            .as("of a cluster %s", other)
            .isInstanceOf(ReadNotServedException.class);
      }
    }
  }

  @Test
  @DisplayName("a host that belongs to no cluster yet turns clients away, and says so")
  void hostBeforeItsCluster() throws Exception {
    EmbeddedChannel channel = new EmbeddedChannel(new ClientServing(
        new ClientService(10, 3_600_000),
        () -> new HostRecord(new HostId("n1"), 1, null),
        1 << 16,
        new Counters(),
        Wire.LOG,
        () -> {}));
    channel.writeInbound(ClientCodec.handshake(
        ClientHello.newBuilder().setOldestVersion(1).build(), UnpooledByteBufAllocator.DEFAULT));
    ByteBuf answer = channel.readOutbound();
    ClientWelcome welcome =
        ClientWelcome.parseFrom(ClientCodec.readHandshake(answer).message());
    assertThat(welcome.getRefusal()).contains("no cluster yet");
    assertThat(channel.isOpen()).isFalse();
    answer.release();
  }
}
