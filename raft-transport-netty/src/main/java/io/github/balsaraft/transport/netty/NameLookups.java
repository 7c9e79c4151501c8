package io.github.balsaraft.transport.netty;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Finds out what is behind an address on threads of its own, for a name may take seconds: no event loop is to wait. Thread-safe. */
final class NameLookups {

  /**
   * Some names take seconds to fail, and a resolver of the application's may hang for ever; others are not to wait behind them, so that
   * nothing is queued. Each lane to a peer asks for itself.
   */
  private static final int MOST_THREADS = 128;

  /**
   * An attempt to connect gives up waiting and the next one asks again, so that one name that hangs for ever would take all threads in
   * time, and nobody else would be found any more. Several, for what hangs may be a single call.
   */
  static final int MOST_OF_A_QUESTION = 8;

  /**
   * Calls that hang may never come back, though what they had asked answers again: so one more is made after so long each time, as long as
   * that leaves half of the threads to others.
   */
  static final long ONCE_MORE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final ThreadPoolExecutor threads;

  /** Who has not come back yet, by question. */
  private final ConcurrentMap<Object, UnderWay> underWay = new ConcurrentHashMap<>();

  private final LongSupplier nowNanos;

  /** How many threads ask a question, and when the last of them began. */
  private record UnderWay(int threads, long lastNanos) {}

  NameLookups(String threadName) {
    this(new DefaultThreadFactory(threadName, true), System::nanoTime);
  }

  NameLookups(ThreadFactory factory, LongSupplier nowNanos) {
    this.nowNanos = nowNanos;
    threads = new ThreadPoolExecutor(
        0, MOST_THREADS, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
  }

  /** One question, which may block. */
  @FunctionalInterface
  interface Lookup {
    List<InetSocketAddress> resolve() throws UnknownHostException;
  }

  /**
   * Calls exactly one of the two, on the event loop, the first with one address at least; or neither, if this or the loop is closed meanwhile.
   *
   * @param question equal to that of another lookup which hangs if this one does
   */
  void resolve(
      EventLoop loop,
      Object question,
      String address,
      Lookup lookup,
      Consumer<List<InetSocketAddress>> found,
      Consumer<String> failed) {
    if (!begin(question)) {
      executeUnlessClosed(
          loop,
          () -> failed.accept(
              address + " is being looked up already, " + MOST_OF_A_QUESTION + " times over"));
      return;
    }
    boolean isBegun = false;
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
        } finally {
          ended(question);
        }
        executeUnlessClosed(loop, result);
      });
      isBegun = true;
    } catch (RejectedExecutionException e) {
      // If it is closed, there is nobody left to hear of it.
      executeUnlessClosed(
          loop, () -> failed.accept(MOST_THREADS + " names are being resolved already"));
    } catch (OutOfMemoryError e) {
      // The system gives no further thread, now.
      executeUnlessClosed(loop, () -> failed.accept("resolving " + address + " failed: " + e));
    } finally {
      if (!isBegun) {
        ended(question);
      }
    }
  }

  /** Whether it may be asked once more; it counts from now on. */
  private boolean begin(Object question) {
    boolean[] hasRoom = new boolean[1];
    long now = nowNanos.getAsLong();
    underWay.compute(question, (any, before) -> {
      hasRoom[0] = before == null || mayAskOnceMore(before, now);
      return hasRoom[0] ? new UnderWay(before == null ? 1 : before.threads + 1, now) : before;
    });
    return hasRoom[0];
  }

  private boolean mayAskOnceMore(UnderWay before, long now) {
    return before.threads < MOST_OF_A_QUESTION
        || (now - before.lastNanos >= ONCE_MORE_NANOS
            && threads.getActiveCount() < MOST_THREADS / 2);
  }

  private void ended(Object question) {
    underWay.compute(
        question,
        (any, before) -> before == null || before.threads <= 1
            ? null
            : new UnderWay(before.threads - 1, before.lastNanos));
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
