package io.github.balsaraft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.RecordingReceiver;
import io.github.balsaraft.transport.PeerConnection.State;
import io.netty.channel.EventLoop;
import java.net.ServerSocket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of the hint that a peer is gone while what it has sent is being read. */
@ExtendWith(NoLeaks.class)
class PeerLinkTest extends NettyHosts {

  private static final Identity SAME = RawPeer.identity(PEER.name());
  private static final Identity ANOTHER = new Identity(SAME.host(), SAME.run() + 1);

  private final Counters counters = new Counters();
  private final RecordingReceiver receiver = new RecordingReceiver();
  private final NettyOptions options = settings().options();
  private final EventLoops loops = new EventLoops(1, "test");
  private final EventLoop loop = loops.next();
  private final Dialer dialer =
      new Dialer(loops, options, () -> RawPeer.identity("n1"), counters, "test");

  /** What is to be called once all that the peer has sent is read. */
  private final Queue<Runnable> onceRead = new ConcurrentLinkedQueue<>();

  private volatile @Nullable String saidAddress;

  private final PeerLink link = new PeerLink(
      PEER,
      loop,
      dialer,
      options,
      new Deliveries(receiver, counters),
      counters,
      Wire.LOG,
      new PeerLink.Inbound() {
        @Override
        public @Nullable String saidAddress() {
          return saidAddress;
        }

        @Override
        public void onceReadToEnd(Runnable then) {
          onceRead.add(then);
        }
      },
      useless -> {});

  private ServerSocket server;
  private RawPeer control;

  @AfterEach
  void close() {
    link.close();
    dialer.close();
    loops.close();
  }

  private String listenSomewhere() throws Exception {
    server = listen();
    return "127.0.0.1:" + server.getLocalPort();
  }

  private void awaitConnected() {
    receiver.await("connected", () -> link.connection().state() == State.CONNECTED);
    passTurn();
  }

  private void passTurn() {
    loop.submit(() -> {}).syncUninterruptibly();
  }

  /** It is known that the peer is gone, but not said yet. */
  private void die() throws Exception {
    control = acceptControlLane(server);
    awaitConnected();
    assertThat(link.isConnectedTo(SAME.run())).isTrue();
    assertThat(link.isConnectedTo(ANOTHER.run())).isFalse();
    server.close();
    control.reset();
    receiver.await("known to be gone", () -> !onceRead.isEmpty());
    passTurn();
    assertThat(link.isConnectedTo(SAME.run())).isFalse();
    assertThat(receiver.gone()).isEmpty();
  }

  private void comeBackAs(Identity identity) throws Exception {
    server = listen(server.getLocalPort());
    acceptFrom(server).accept(identity);
    awaitConnected();
  }

  private void read() {
    onceRead.remove().run();
    passTurn();
  }

  /** Something between has refused the attempt. */
  @Test
  void aProcessThatAnswersAgainIsNotGone() throws Exception {
    link.setAddress(listenSomewhere());
    die();
    comeBackAs(SAME);
    assertThat(receiver.gone()).isEmpty();
    read();
    assertThat(receiver.gone()).isEmpty();
    assertThat(counters.peersGone.sum()).isZero();
  }

  @Test
  void thatAProcessIsGoneIsSaidBeforeItsSuccessorIsThere() throws Exception {
    link.setAddress(listenSomewhere());
    die();
    comeBackAs(ANOTHER);
    assertThat(receiver.gone()).containsExactly(PEER);
    read();
    assertThat(receiver.gone()).as("once").containsExactly(PEER);
  }

  /** That its own connection ends takes away the only way to it. */
  @Test
  void whatAPeerWithoutARouteHasSentIsReadToo() throws Exception {
    saidAddress = listenSomewhere();
    link.saysWhereItIs();
    die();
    saidAddress = null;
    link.inboundLost();
    passTurn();
    assertThat(link.connection().state()).isEqualTo(State.UNKNOWN);
    assertThat(receiver.gone()).isEmpty();
    read();
    assertThat(receiver.gone()).containsExactly(PEER);
  }
}
