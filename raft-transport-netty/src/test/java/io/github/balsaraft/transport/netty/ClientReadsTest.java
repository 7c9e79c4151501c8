package io.github.balsaraft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientOutcome;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRead;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRequest;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What becomes of a client's reads when asking fails; on a loop that runs when the test lets it. */
class ClientReadsTest implements ClientReads.Members {

  private static final ClientAnswer DONE =
      ClientAnswer.newBuilder().setOutcome(ClientOutcome.CLIENT_OUTCOME_DONE).build();

  /** There is room for one at a time. */
  private static final int ROOM_BYTES = 300;

  private final EmbeddedChannel channel = new EmbeddedChannel();

  /** How members answer, in order; with {@link #DONE} behind that. */
  private final Deque<Supplier<CompletableFuture<ClientAnswer>>> ways = new ArrayDeque<>();

  @Override
  public int maxContentBytes() {
    return Integer.MAX_VALUE;
  }

  @Override
  public CompletableFuture<ClientAnswer> ask(ClientRequest.Builder request) {
    return ways.isEmpty()
        ? CompletableFuture.completedFuture(DONE)
        : ways.removeFirst().get();
  }

  @AfterEach
  void close() {
    var unused = channel.close();
  }

  private ClientReads reads(Duration deadline) {
    return new ClientReads(
        channel.eventLoop(), this, SessionOptions.defaults().withDeadline(deadline), ROOM_BYTES);
  }

  private static ClientRead query() {
    return ClientRead.newBuilder().setQuery(ByteString.copyFromUtf8("a")).build();
  }

  private void runUntilDone(CompletableFuture<?> answer) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!answer.isDone()) {
      assertThat(System.nanoTime()).as("it ends in time").isLessThan(end);
      channel.runPendingTasks();
    }
  }

  @Test
  @DisplayName(
      "a pause that a member has asked for holds nothing once the time of the read is over")
  void longPause() throws Exception {
    ways.add(() -> CompletableFuture.completedFuture(ClientAnswer.newBuilder()
        .setOutcome(ClientOutcome.CLIENT_OUTCOME_READ_NOT_SERVED)
        .setDetail("too many")
        .setRetryAfterMillis(60_000)
        .build()));
    CompletableFuture<ClientAnswer> answer = reads(Duration.ofMillis(20)).ask(query());
    runUntilDone(answer);
    assertThat(NettyHosts.failure(answer))
        .isInstanceOf(ReadNotServedException.class)
        .hasMessageContaining("too many");
    assertThat(channel.runScheduledPendingTasks()).as("nothing is scheduled").isEqualTo(-1);
  }

  @Test
  @DisplayName(
      "a read is asked again when memory ran out while it was asked, and gives its room back")
  void errorWhereItIsAsked() throws Exception {
    ClientReads reads = reads(Duration.ofMinutes(1));
    ways.add(() -> {
      throw new OutOfMemoryError("none left");
    });
    for (int i = 0; i < 2; i++) {
      CompletableFuture<ClientAnswer> answer = reads.ask(query());
      runUntilDone(answer);
      assertThat(answer.get()).isEqualTo(DONE);
    }
  }
}
