package io.github.balsaraft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.RaftNode;
import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.testing.EchoMachine;
import io.github.balsaraft.transport.LocalNetwork;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientHello;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A client that says nothing and takes nothing is closed: not before that has lasted long enough, and not much later. */
@ExtendWith(NoLeaks.class)
class ClientSilenceTest {

  private static final long SILENCE_MILLIS = 8000;

  /** It may be noticed so much later. */
  private static final long LATE_MILLIS = SILENCE_MILLIS / 8;

  private static final int ANSWER_BYTES = 100;

  /** A channel to whose other end as much goes as it takes. */
  private static final class SlowSocket extends EmbeddedChannel {
    private int room = Integer.MAX_VALUE;

    @Override
    protected void doWrite(ChannelOutboundBuffer out) {
      while (room > 0 && out.current() instanceof ByteBuf next) {
        int bytes = Math.min(room, next.readableBytes());
        room -= bytes;
        out.removeBytes(bytes);
      }
    }

    void takes(int bytes) {
      room = bytes;
      flush();
    }
  }

  private final SlowSocket channel = new SlowSocket();
  private RaftNode node;

  @BeforeEach
  void connect() {
    node = RaftNode.builder()
        .id("n1")
        .bootstrap("n1")
        .stateMachine(new EchoMachine())
        .logStore(new MemoryLogStore())
        .transport(new LocalNetwork().transport())
        .start();
    ClientService service = new ClientService(1, SILENCE_MILLIS);
    service.serve(GroupId.DEFAULT, node);
    HostRecord self = new HostRecord(new HostId("n1"), 1, new ClusterIdentity(7, 1));
    channel.freezeTime();
    channel
        .pipeline()
        .addLast(
            new ClientServing(service, () -> self, 16 << 20, new Counters(), Wire.LOG, () -> {}));
    channel.writeInbound(ClientCodec.handshake(
        ClientHello.newBuilder().setOldestVersion(1).build(), UnpooledByteBufAllocator.DEFAULT));
    channel.takes(0);
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
    node.close();
  }

  /** In small steps, as a clock goes. */
  private void pass(long millis) {
    for (long passed = 0; passed < millis; passed += 100) {
      channel.advanceTimeBy(100, TimeUnit.MILLISECONDS);
      channel.runScheduledPendingTasks();
    }
  }

  private void assertOpenFor(long millis) {
    pass(millis - 100);
    assertThat(channel.isOpen()).as("in time").isTrue();
    pass(100 + LATE_MILLIS);
    assertThat(channel.isOpen()).as("its time is over").isFalse();
  }

  @Test
  @DisplayName("it has said nothing since it was let in")
  void nothingAtAll() {
    assertOpenFor(SILENCE_MILLIS);
  }

  @Test
  @DisplayName("the time counts from the last byte that came, which need not be a whole request")
  void fromTheLastByteThatCame() {
    pass(SILENCE_MILLIS - 300);
    channel.writeInbound(Unpooled.buffer().writeByte(0));
    assertOpenFor(SILENCE_MILLIS);
  }

  @Test
  @DisplayName("the time counts from the last byte that was taken")
  void fromTheLastByteThatWasTaken() {
    ChannelFuture unused = channel.writeAndFlush(Unpooled.buffer().writeZero(ANSWER_BYTES));
    for (int part = 1; part <= 3; part++) {
      pass(SILENCE_MILLIS - 300);
      channel.takes(1);
      assertThat(channel.isOpen()).isTrue();
    }
    assertOpenFor(SILENCE_MILLIS);
  }
}
