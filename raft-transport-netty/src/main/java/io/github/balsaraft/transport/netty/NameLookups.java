package io.github.balsaraft.transport.netty;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Finds out what is behind an address on threads of its own, for a name may take seconds: no event loop is to wait. Thread-safe. */
final class NameLookups {

  /**
   * Some names take seconds to fail, and a resolver of the application's may hang for ever; others are not to wait behind them, so that
   * nothing is queued. Each lane to a peer asks for itself.
   */
  private static final int MOST_THREADS = 128;

  private final ThreadPoolExecutor threads;

  NameLookups(String threadName) {
    this(new DefaultThreadFactory(threadName, true));
  }

  NameLookups(ThreadFactory factory) {
    threads = new ThreadPoolExecutor(
        0, MOST_THREADS, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
  }

  /** One question, which may block. */
  @FunctionalInterface
  interface Lookup {
    List<InetSocketAddress> resolve() throws UnknownHostException;
  }

  /** Calls exactly one of the two, on the event loop, the first with one address at least; or neither, if this or the loop is closed meanwhile. */
  void resolve(
      EventLoop loop,
      String address,
      Lookup lookup,
      Consumer<List<InetSocketAddress>> found,
      Consumer<String> failed) {
    try {
      threads.execute(() -> {
        Runnable result;
        try {
          List<InetSocketAddress> targets =
              lookup.resolve().stream().filter(target -> !target.isUnresolved()).toList();
          if (targets.isEmpty()) {
            throw new UnknownHostException(address);
          }
          result = () -> found.accept(targets);
        } catch (UnknownHostException e) {
          result = () -> failed.accept("no such host: " + e.getMessage());
        } catch (RuntimeException | Error e) {
          result = () -> failed.accept("resolving " + address + " failed: " + e);
        }
        executeUnlessClosed(loop, result);
      });
    } catch (RejectedExecutionException e) {
      // If it is closed, there is nobody left to hear of it.
      executeUnlessClosed(
          loop, () -> failed.accept(MOST_THREADS + " names are being resolved already"));
    } catch (OutOfMemoryError e) {
      // The system gives no further thread, now.
      executeUnlessClosed(loop, () -> failed.accept("resolving " + address + " failed: " + e));
    }
  }

  private static void executeUnlessClosed(EventLoop loop, Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      // As above.
    }
  }

  /** Ends the threads; one that hangs in a resolver of the application's is left behind. */
  void close() {
    threads.shutdownNow();
  }
}
