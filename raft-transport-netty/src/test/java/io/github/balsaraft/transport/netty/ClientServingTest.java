package io.github.balsaraft.transport.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.github.balsaraft.RaftNode;
import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.testing.UnprintableError;
import io.github.balsaraft.transport.LocalNetwork;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientConsistency;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientHello;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientOutcome;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRead;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

/** A member whose client asks and doesn't listen. */
class ClientServingTest {

  private static final int ANSWER_BYTES = 1 << 20;
  private static final int REQUESTS = 100;
  private static final int MAX_CLIENTS = 10;
  private static final long SILENCE_MILLIS = 3_600_000;

  /** A socket that takes nothing until it is told to. */
  private static final class Stalled extends ChannelOutboundHandlerAdapter {
    final List<ByteBuf> written = new ArrayList<>();
    final ArrayDeque<ChannelPromise> leaving = new ArrayDeque<>();
    int reads;

    @Override
    public void read(ChannelHandlerContext ctx) throws Exception {
      reads++;
      super.read(ctx);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      written.add((ByteBuf) message);
      leaving.add(promise);
    }

    void takeAll() {
      while (!leaving.isEmpty()) {
        leaving.remove().setSuccess();
      }
    }
  }

  /** Answers a query for less than nothing with a failure. */
  private static final class FailingMachine extends SizedMachine {
    @Override
    public byte[] query(byte[] query) {
      if (new String(query, UTF_8).startsWith("-")) {
        throw new UnprintableError();
      }
      return super.query(query);
    }
  }

  private final ClientService service = new ClientService(MAX_CLIENTS, SILENCE_MILLIS);
  private final Stalled socket = new Stalled();
  private final AtomicBoolean logFails = new AtomicBoolean();
  private final PerSubjectLog log = new PerSubjectLog((Logger) Proxy.newProxyInstance(
      getClass().getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
        if (logFails.get()) {
          throw new OutOfMemoryError("no memory, says the test");
        }
        return null;
      }));
  private RaftNode node;
  private EmbeddedChannel channel;

  @BeforeEach
  void connect() throws Exception {
    node = RaftNode.builder()
        .id("n1")
        .bootstrap("n1")
        .stateMachine(new FailingMachine())
        .logStore(new MemoryLogStore())
        .transport(new LocalNetwork().transport())
        .start();
    node.awaitLeader().get(30, SECONDS);
    service.serve(GroupId.DEFAULT, node);
    HostRecord self = new HostRecord(new HostId("n1"), 1, new ClusterIdentity(7, 1));
    channel = new EmbeddedChannel(
        socket, new ClientServing(service, () -> self, 16 << 20, new Counters(), log, () -> {}));
    channel.writeInbound(ClientCodec.handshake(
        ClientHello.newBuilder().setOldestVersion(1).build(), UnpooledByteBufAllocator.DEFAULT));
    assertThat(socket.written).as("the welcome").hasSize(1);
    socket.takeAll();
    socket.written.remove(0).release();
  }

  @AfterEach
  void close() {
    socket.takeAll();
    channel.finishAndReleaseAll();
    socket.written.forEach(ByteBuf::release);
    node.close();
  }

  @Test
  @DisplayName("answers that it doesn't take are bounded: further reads are told to come again")
  void readsOfAClientThatDoesNotListen() throws Exception {
    // In one piece, so that all are taken before the first is answered.
    ByteBuf all = channel.alloc().buffer();
    for (int id = 1; id <= REQUESTS; id++) {
      ByteBuf request = request(id);
      all.writeBytes(request);
      request.release();
    }
    channel.writeInbound(all);
    awaitAnswers(REQUESTS);
    long bytes = 0;
    int notServed = 0;
    for (ByteBuf frame : socket.written) {
      bytes += frame.readableBytes();
      ClientAnswer answer = answerIn(frame);
      if (answer.getOutcome() == ClientOutcome.CLIENT_OUTCOME_READ_NOT_SERVED) {
        assertThat(answer.getRetryAfterMillis()).isPositive();
        notServed++;
      } else {
        assertThat(answer.getOutcome()).isEqualTo(ClientOutcome.CLIENT_OUTCOME_DONE);
      }
    }
    assertThat(bytes).isLessThan(ClientServing.MAX_LEAVING_BYTES + 2 * ANSWER_BYTES);
    assertThat(notServed).isBetween(REQUESTS - 10, REQUESTS - 5);
    // It listens after all.
    socket.takeAll();
    channel.writeInbound(request(REQUESTS + 1));
    awaitAnswers(REQUESTS + 1);
    assertThat(answerIn(socket.written.get(REQUESTS)).getOutcome())
        .isEqualTo(ClientOutcome.CLIENT_OUTCOME_DONE);
  }

  /** As many requests as may be unanswered, of a client that takes no answer. */
  private void askWithoutListening() {
    ByteBuf all = channel.alloc().buffer();
    for (int id = 1; id <= ClientServing.MAX_UNANSWERED; id++) {
      ByteBuf request = request(id, 1);
      all.writeBytes(request);
      request.release();
    }
    channel.writeInbound(all);
    awaitAnswers(ClientServing.MAX_UNANSWERED);
  }

  @Test
  @DisplayName("once too much is unanswered nothing more is read, however the client goes on")
  void requestsOfAClientThatDoesNotListen() throws Exception {
    askWithoutListening();
    assertThat(channel.config().isAutoRead()).isFalse();
    socket.reads = 0;
    // What had been read already when that was said.
    channel.writeInbound(request(ClientServing.MAX_UNANSWERED + 1, 1));
    assertThat(socket.reads).isZero();
    assertThat(socket.written).hasSize(ClientServing.MAX_UNANSWERED);
    socket.takeAll();
    awaitAnswers(ClientServing.MAX_UNANSWERED + 1);
    assertThat(channel.config().isAutoRead()).isTrue();
  }

  @Test
  @DisplayName("a client for whose answer there is no memory is closed, so that it asks elsewhere")
  void noMemoryForTheAnswer() {
    channel.config().setAllocator(new ExhaustedAllocator());
    channel.writeInbound(request(1, 1));
    long end = System.nanoTime() + SECONDS.toNanos(60);
    while (channel.isOpen()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      channel.runPendingTasks();
    }
    assertThat(socket.written).isEmpty();
  }

  @Test
  @DisplayName("so is one whose answer ends in a failure that nobody has thought of")
  void noAnswer() {
    channel
        .pipeline()
        .get(ClientServing.class)
        .answerOnceThere(
            channel.pipeline().context(ClientServing.class),
            1,
            false,
            CompletableFuture.failedFuture(new OutOfMemoryError("no memory, says the test")));
    channel.runPendingTasks();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  @DisplayName("so is one whose further requests can't be taken in once it has taken its answers")
  void noMemoryForWhatWasReadBefore() {
    askWithoutListening();
    channel.writeInbound(channel.alloc().buffer().writeInt(-1));
    logFails.set(true);
    socket.takeAll();
    channel.runPendingTasks();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  @DisplayName("a query that fails with what can't be described is answered all the same")
  void failureWithoutText() throws Exception {
    channel.writeInbound(request(1, -1));
    awaitAnswers(1);
    ClientAnswer answer = answerIn(socket.written.get(0));
    assertThat(answer.getOutcome()).isEqualTo(ClientOutcome.CLIENT_OUTCOME_QUERY_FAILED);
    assertThat(answer.getDetail()).contains(UnprintableError.class.getName());
  }

  @Test
  @DisplayName("a client that waits for what the node owes it is not closed")
  void clientThatWaits() {
    ClientRequest waiting = ClientRequest.newBuilder()
        .setId(1)
        .setRead(ClientRead.newBuilder()
            .setConsistency(ClientConsistency.CLIENT_CONSISTENCY_AFTER_INDEX)
            .setIndex(1_000_000)
            .setWaitMillis(3_600_000))
        .build();
    channel.writeInbound(ClientCodec.frame(waiting, UnpooledByteBufAllocator.DEFAULT));
    channel.advanceTimeBy(10 * SILENCE_MILLIS, MILLISECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  @DisplayName("only so many clients are let in; one that goes makes room for another")
  void tooManyClients() {
    List<EmbeddedChannel> others = new ArrayList<>();
    for (int client = 1; client < MAX_CLIENTS; client++) {
      others.add(new EmbeddedChannel());
      assertThat(service.admit(others.get(client - 1))).isEmpty();
    }
    EmbeddedChannel last = new EmbeddedChannel();
    assertThat(service.admit(last)).isEqualTo("10 clients are connected already");
    others.get(0).close().syncUninterruptibly();
    others.get(0).runPendingTasks();
    assertThat(service.admit(last)).isEmpty();
    others.forEach(EmbeddedChannel::finishAndReleaseAll);
    last.finishAndReleaseAll();
  }

  private static ByteBuf request(long id) {
    return request(id, ANSWER_BYTES);
  }

  private static ByteBuf request(long id, int answerBytes) {
    ClientRequest request = ClientRequest.newBuilder()
        .setId(id)
        .setRead(ClientRead.newBuilder()
            .setQuery(ByteString.copyFromUtf8(Integer.toString(answerBytes))))
        .build();
    return ClientCodec.frame(request, UnpooledByteBufAllocator.DEFAULT);
  }

  private void awaitAnswers(int count) {
    long end = System.nanoTime() + SECONDS.toNanos(60);
    while (socket.written.size() < count) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      channel.runPendingTasks();
    }
  }

  private static ClientAnswer answerIn(ByteBuf frame) throws Exception {
    return ClientAnswer.parseFrom(ClientCodec.readFrame(frame.duplicate(), 16 << 20));
  }
}
