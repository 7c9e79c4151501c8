package io.github.balsaraft.examples.kv.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.command.Session;
import io.github.balsaraft.examples.kv.resp.RespLimits;
import io.github.balsaraft.examples.kv.resp.RespPipeline;
import io.github.balsaraft.examples.kv.testing.TestServer;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.EventExecutor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The thread of a connection has no memory to be told of an outcome. */
class ExhaustedLoopTest extends ServerTest {

  /** Is its own event loop, until that takes nothing from others for once. */
  private static final class ExhaustedChannel extends EmbeddedChannel {
    private final CountDownLatch refused = new CountDownLatch(1);
    private volatile boolean exhausted;

    @Override
    public EventLoop eventLoop() {
      EventLoop loop = super.eventLoop();
      if (!exhausted) {
        return loop;
      }
      return (EventLoop) Proxy.newProxyInstance(
          EventLoop.class.getClassLoader(),
          new Class<?>[] {EventLoop.class},
          (proxy, method, arguments) -> {
            if (method.getName().equals("inEventLoop")) {
              return false;
            }
            if (method.getName().equals("execute")) {
              exhausted = false;
              refused.countDown();
              throw new OutOfMemoryError("none left");
            }
            try {
              return method.invoke(loop, arguments);
            } catch (InvocationTargetException e) {
              throw e.getCause();
            }
          });
    }
  }

  @Test
  void aConnectionThatCannotBeToldIsClosedAndNothingIsLeftUnderWay() throws Exception {
    ExhaustedChannel channel = new ExhaustedChannel();
    InetSocketAddress address = InetSocketAddress.createUnresolved("client", 1);
    ClientConnection connection =
        new ClientConnection(server.server(), channel, new Session(1, address, address, 0));
    RespPipeline.addTo(
        channel.pipeline(),
        RespLimits.forValuesOf(TestServer.MAX_VALUE_BYTES),
        server.server().budget());
    channel.pipeline().addLast(connection);
    backend().hold();
    channel.writeInbound(Unpooled.wrappedBuffer(pipeline("SET a 1")));
    backend().awaitProposed(1);
    channel.exhausted = true;
    backend().release();
    assertThat(channel.refused.await(20, SECONDS)).isTrue();
    assertThat(server.server().awaitNoClients(PATIENCE)).isTrue();
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (channel.isOpen() || server.server().budget().usedBytes() > 0) {
      assertThat(System.nanoTime()).as("closed in time").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  /** Some loops keep what they say that they could not take. */
  @Test
  void whatIsKeptAfterAllRunsOnceOrNever() {
    AtomicInteger ran = new AtomicInteger();
    CompletableFuture<Runnable> kept = new CompletableFuture<>();
    EventExecutor loop = (EventExecutor) Proxy.newProxyInstance(
        EventExecutor.class.getClassLoader(),
        new Class<?>[] {EventExecutor.class},
        (proxy, method, arguments) -> {
          if (method.getName().equals("inEventLoop")) {
            return false;
          }
          kept.complete((Runnable) arguments[0]);
          throw new OutOfMemoryError("no thread");
        });
    assertThat(LoopTask.hand(loop, ran::incrementAndGet)).isFalse();
    kept.join().run();
    assertThat(ran).hasValue(0);
  }
}
