package io.github.balsaraft.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A fixed number of threads, and the moment at which the last of them has ended.
 *
 * <p>Whoever hands a task in relies on it: a queue whose emptying was lost would never be emptied again. So a task for which no thread
 * can be created, because the system has no more of them, waits for one of those that are there, or for a later attempt.
 */
final class HostPool extends ThreadPoolExecutor {

  private static final Logger LOG = LoggerFactory.getLogger(HostPool.class);

  private static final long IDLE_SECONDS = 10;

  /** Between attempts for which there is no memory to make them later. */
  private static final long PAUSE_NANOS = 1_000_000;

  private final String name;
  private final Consumer<Runnable> later;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  /** Whether a later attempt to create a thread is to come. */
  private final AtomicBoolean tryingAgain = new AtomicBoolean();

  /** Made beforehand: there may be no memory for it then. */
  private final Runnable again = this::tryAgain;

  /**
   * A pool.
   *
   * @param name for people
   * @param later runs something in a while, on a thread of its own; what is left at the end may be dropped
   */
  HostPool(String name, int threads, ThreadFactory factory, Consumer<Runnable> later) {
    super(threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
    this.name = name;
    this.later = later;
  }

  /** Its threads end when there is nothing to do for a while. */
  HostPool mostlyIdle() {
    setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    allowCoreThreadTimeOut(true);
    return this;
  }

  /** Completes when the last thread has ended. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  /** If this throws, the task is not in the queue, and nobody will run it. */
  @Override
  public void execute(Runnable task) {
    try {
      super.execute(task);
    } catch (OutOfMemoryError e) {
      // It may be there already: then the first thread could not be created behind it.
      if (!getQueue().contains(task)) {
        if (isShutdown()) {
          throw new RejectedExecutionException("the threads have ended", e);
        }
        getQueue().add(task);
      }
      if (!tryingAgain.getAndSet(true)) {
        tryLater(task, e);
      }
    }
  }

  private void tryLater(Runnable task, OutOfMemoryError cause) {
    try {
      later.accept(again);
    } catch (Throwable e) {
      // Whoever comes next tries, and its thread does what waits besides.
      tryingAgain.set(false);
      if (remove(task)) {
        throw e;
      }
      return;
    }
    try {
      LOG.warn("no thread could be created for {}; what is to be done there waits", name, cause);
    } catch (Throwable e) {
      // There may be no memory for a line either, and the task waits all the same.
    }
  }

  private void tryAgain() {
    try {
      while (!getQueue().isEmpty() && !startThread()) {
        if (isTriedLater()) {
          return;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      tryingAgain.set(false);
    } catch (Throwable e) {
      tryingAgain.set(false);
      throw e;
    }
  }

  /**
   * Whether a later attempt is to come. If there is no memory for it, the thread that asks has to go on trying: nobody else may come, and
   * no timer of the host can be set then either.
   */
  private boolean isTriedLater() {
    try {
      later.accept(again);
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    }
  }

  private boolean startThread() {
    try {
      boolean unused = prestartCoreThread();
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    }
  }

  /** What waits without a thread is done now: nobody tries again any more. */
  @Override
  public void shutdown() {
    super.shutdown();
    if (getPoolSize() == 0 && !getQueue().isEmpty() && !startThread()) {
      for (Runnable task = getQueue().poll(); task != null; task = getQueue().poll()) {
        task.run();
      }
      super.shutdown();
    }
  }

  @Override
  protected void terminated() {
    ended.complete(null);
  }
}
