package io.github.balsaraft.transport.netty;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientOutcome;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A client ends up with a member that can help it, whatever the others are like. */
class MemberFinderTest extends NettyHosts {

  private static ClientAnswer.Builder done() {
    return ClientAnswer.newBuilder().setOutcome(ClientOutcome.CLIENT_OUTCOME_DONE);
  }

  @Test
  @DisplayName(
      "a name that takes long to look up holds up neither the client's thread nor the other members")
  void nameThatTakesLong() throws Exception {
    FakeMember member = new FakeMember(listen(), request -> done());
    CompletableFuture<Void> stalled = new CompletableFuture<>();
    try (RaftClient client = RaftClient.builder()
        .members("slow:1", member.address())
        .attemptTimeout(Duration.ofMillis(500))
        .resolver(address -> {
          if (address.equals("slow:1")) {
            stalled.join();
          }
          return HostPort.parse(address).resolve();
        })
        .connect()) {
      try {
        assertThat(client.query(bytes("a")).get(30, SECONDS)).isEmpty();
      } finally {
        stalled.complete(null);
      }
    }
  }
}
