package io.github.balsaraft.transport.netty;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whatever connecting fails for, who waits for it hears so, once: it would try no more. */
class DialerTest {

  private static final Identity PEER = RawPeer.identity("peer");

  private final EventLoop loop = new DefaultEventLoop();

  /** Whose thread can't be started. */
  private final EventExecutor withoutThread = new DefaultEventExecutor((Executor) task -> {
    throw new OutOfMemoryError("unable to create native thread, says the test");
  });

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final List<Throwable> heard = new CopyOnWriteArrayList<>();
  private final Throwable failure = new IllegalStateException("no file descriptor, says the test");

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
    loop.shutdownGracefully(0, 5, SECONDS).awaitUninterruptibly();
  }

  private void connect(Supplier<ChannelFuture> start) {
    loop.submit(() -> Dialer.connect(loop, start, heard::add)).syncUninterruptibly();
  }

  @Test
  void whatFailsAtOnceOnAThreadThatIsNotThereIsHeard() {
    connect(() -> new DefaultChannelPromise(channel, withoutThread).setFailure(failure));
    assertThat(heard).containsExactly(failure);
  }

  @Test
  void soIsWhatIsThrown() {
    Error thrown = new Error("says the test");
    connect(() -> {
      throw thrown;
    });
    assertThat(heard).containsExactly(thrown);
  }

  @Test
  void soIsWhatFailsLater() {
    ChannelPromise later = new DefaultChannelPromise(channel, loop);
    connect(() -> later);
    assertThat(heard).isEmpty();
    loop.submit(() -> later.tryFailure(failure)).syncUninterruptibly();
    assertThat(heard).containsExactly(failure);
  }

  /** Hears how an attempt ended, in words. */
  private static Dialer.Attempt attempt(List<String> ends) {
    return new Dialer.Attempt(new Dialer.Listener() {
      @Override
      public void connected(Channel newChannel, Identity peer) {
        ends.add("connected");
      }

      @Override
      public void failed(DialFailure failure) {
        ends.add(failure.kind() + " " + failure.detail());
      }
    });
  }

  @Test
  void anAttemptEndsOnce() {
    List<String> ends = new ArrayList<>();
    Dialer.Attempt attempt = attempt(ends);
    attempt.unreachable("takes too long");
    attempt.failed(new DialFailure(DialFailure.Kind.REFUSED, "late"));
    assertThat(attempt.brokeOff(failure)).as("nobody has heard of it").isFalse();
    assertThat(ends).containsExactly("UNREACHABLE takes too long");
  }

  @Test
  void whoConnectsTooLateIsHungUpOn() {
    List<String> ends = new ArrayList<>();
    Dialer.Attempt attempt = attempt(ends);
    attempt.unreachable("takes too long");
    attempt.connected(channel, PEER);
    assertThat(channel.isOpen()).isFalse();
    assertThat(ends).containsExactly("UNREACHABLE takes too long");
  }

  @Test
  void whoConnectsInTimeIsNot() {
    List<String> ends = new ArrayList<>();
    attempt(ends).connected(channel, PEER);
    assertThat(channel.isOpen()).isTrue();
    assertThat(ends).containsExactly("connected");
  }

  @Test
  void whatNobodyExpectsEndsAnAttempt() {
    List<String> ends = new ArrayList<>();
    assertThat(attempt(ends).brokeOff(failure)).isTrue();
    assertThat(ends).singleElement().asString().contains("no file descriptor");
  }

  @Test
  void successIsNot() {
    connect(() -> new DefaultChannelPromise(channel, loop).setSuccess());
    assertThat(heard).isEmpty();
  }
}
