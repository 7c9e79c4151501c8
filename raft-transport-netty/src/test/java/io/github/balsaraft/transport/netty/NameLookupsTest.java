package io.github.balsaraft.transport.netty;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Lookups when the machine is out of something. */
class NameLookupsTest {

  private final EventLoop loop = new DefaultEventLoop();
  private final AtomicBoolean hasThreads = new AtomicBoolean();
  private final NameLookups names = new NameLookups(task -> {
    if (!hasThreads.get()) {
      // As Thread.start says it.
      throw new OutOfMemoryError("unable to create native thread, says the test");
    }
    Thread thread = new Thread(task, "lookups");
    thread.setDaemon(true);
    return thread;
  });

  @AfterEach
  void close() {
    names.close();
    loop.shutdownGracefully(0, 5, SECONDS).awaitUninterruptibly();
  }

  private String lookUp(List<InetSocketAddress> behindTheName) throws Exception {
    CompletableFuture<String> end = new CompletableFuture<>();
    names.resolve(
        loop,
        "somewhere:1",
        () -> behindTheName,
        found -> end.complete("found " + found.size()),
        end::complete);
    return end.get(30, SECONDS);
  }

  @Test
  @DisplayName("a name for which there is no thread fails, and the next one is looked up")
  void noThread() throws Exception {
    List<InetSocketAddress> one =
        List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
    assertThat(lookUp(one)).contains("somewhere:1").contains("unable to create native thread");
    hasThreads.set(true);
    assertThat(lookUp(one)).isEqualTo("found 1");
  }

  @Test
  @DisplayName("a name with nothing behind it that can be connected to means nothing")
  void nothingBehindIt() throws Exception {
    hasThreads.set(true);
    assertThat(lookUp(List.of())).isEqualTo("no such host: somewhere:1");
    assertThat(lookUp(List.of(InetSocketAddress.createUnresolved("elsewhere", 1))))
        .isEqualTo("no such host: somewhere:1");
  }
}
