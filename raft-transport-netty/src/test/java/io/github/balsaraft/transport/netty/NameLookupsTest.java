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
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Lookups when the machine is out of something. */
class NameLookupsTest {

  private static final List<InetSocketAddress> ONE =
      List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));

  private final EventLoop loop = new DefaultEventLoop();
  private final AtomicBoolean hasThreads = new AtomicBoolean();
  private final AtomicLong nowNanos = new AtomicLong();
  private final NameLookups names = new NameLookups(
      task -> {
        if (!hasThreads.get()) {
          // As Thread.start says it.
          throw new OutOfMemoryError("unable to create native thread, says the test");
        }
        Thread thread = new Thread(task, "lookups");
        thread.setDaemon(true);
        return thread;
      },
      nowNanos::get);

  @AfterEach
  void close() {
    names.close();
    loop.shutdownGracefully(0, 5, SECONDS).awaitUninterruptibly();
  }

  private String lookUp(List<InetSocketAddress> behindTheName) throws Exception {
    return lookUp("somewhere:1", () -> behindTheName);
  }

  private String lookUp(String address, NameLookups.Lookup lookup) throws Exception {
    CompletableFuture<String> end = new CompletableFuture<>();
    names.resolve(
        loop,
        address,
        address,
        lookup,
        found -> end.complete("found " + found.size()),
        end::complete);
    return end.get(30, SECONDS);
  }

  @Test
  @DisplayName("a name for which there is no thread fails, and the next one is looked up")
  void noThread() throws Exception {
    for (int attempt = 0; attempt < NameLookups.MOST_OF_A_QUESTION; attempt++) {
      assertThat(lookUp(ONE)).contains("unable to create native thread");
    }
    assertThat(lookUp(ONE)).contains("somewhere:1").contains("unable to create native thread");
    hasThreads.set(true);
    assertThat(lookUp(ONE)).isEqualTo("found 1");
  }

  @Test
  @DisplayName(
      "a name that hangs each time takes no more than a few threads, and is asked for again once one of them is back")
  void nameThatHangs() throws Exception {
    hasThreads.set(true);
    CompletableFuture<List<InetSocketAddress>> hanging = new CompletableFuture<>();
    CompletableFuture<Void> returned = new CompletableFuture<>();
    try {
      for (int attempt = 0; attempt < 200; attempt++) {
        names.resolve(
            loop,
            "hangs:1",
            "hangs:1",
            hanging::join,
            found -> returned.complete(null),
            detail -> {});
      }
      assertThat(lookUp("hangs:1", List::of)).startsWith("hangs:1 is being looked up already");
      assertThat(lookUp("somewhere:1", () -> ONE)).isEqualTo("found 1");
      nowNanos.addAndGet(NameLookups.ONCE_MORE_NANOS);
      assertThat(lookUp("hangs:1", () -> ONE)).as("once more").isEqualTo("found 1");
      assertThat(lookUp("hangs:1", List::of)).startsWith("hangs:1 is being looked up already");
      for (int minute = 0; minute < 200; minute++) {
        nowNanos.addAndGet(NameLookups.ONCE_MORE_NANOS);
        names.resolve(loop, "hangs:1", "hangs:1", hanging::join, found -> {}, detail -> {});
      }
      assertThat(lookUp("somewhere:1", () -> ONE)).as("there are threads").isEqualTo("found 1");
    } finally {
      hanging.complete(ONE);
    }
    returned.get(30, SECONDS);
    assertThat(lookUp("hangs:1", () -> ONE)).isEqualTo("found 1");
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
