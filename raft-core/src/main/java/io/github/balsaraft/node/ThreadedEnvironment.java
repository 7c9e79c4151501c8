package io.github.balsaraft.node;

import java.security.SecureRandom;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Real threads and real clocks. Few threads, whatever the number of groups: mailboxes, apply, one writer, one timer. */
public final class ThreadedEnvironment implements HostEnvironment {

  private static final long CLOSE_TIMEOUT_SECONDS = 10;

  private final long originNanos = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(new SecureRandom().nextLong());
  private final ExecutorService mailboxes;
  private final ExecutorService writer;
  private final ExecutorService apply;
  private final ScheduledThreadPoolExecutor timer;

  /**
   * Starts the threads.
   *
   * @param name part of the threads' names
   * @param mailboxThreads how many groups may take a step at the same time
   * @param applyThreads how many state machines may run at the same time
   */
  public ThreadedEnvironment(String name, int mailboxThreads, int applyThreads) {
    this.mailboxes =
        Executors.newFixedThreadPool(mailboxThreads, threads("balsa-" + name + "-mailbox"));
    this.writer = Executors.newSingleThreadExecutor(threads("balsa-" + name + "-writer"));
    this.apply = Executors.newFixedThreadPool(applyThreads, threads("balsa-" + name + "-apply"));
    // What is scheduled while the host is being closed is dropped, as what was scheduled before.
    this.timer = new ScheduledThreadPoolExecutor(
        1, threads("balsa-" + name + "-timer"), new ThreadPoolExecutor.DiscardPolicy());
    this.timer.setRemoveOnCancelPolicy(true);
  }

  private ThreadFactory threads(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new OwnThread(this, task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  @Override
  public long nowNanos() {
    return System.nanoTime() - originNanos;
  }

  @Override
  public long wallMillis() {
    return System.currentTimeMillis();
  }

  @Override
  public long nextRandom() {
    synchronized (random) {
      return random.nextLong();
    }
  }

  @Override
  public Executor mailboxes() {
    return mailboxes;
  }

  @Override
  public Executor writer() {
    return writer;
  }

  @Override
  public Executor apply() {
    return apply;
  }

  @Override
  public Runnable schedule(long atNanos, Runnable task) {
    long delay = Math.max(0, atNanos - nowNanos());
    ScheduledFuture<?> scheduled = timer.schedule(task, delay, TimeUnit.NANOSECONDS);
    return () -> scheduled.cancel(false);
  }

  @Override
  public boolean isOwnThread() {
    return Thread.currentThread() instanceof OwnThread thread && thread.owner == this;
  }

  @Override
  public void close() {
    timer.shutdownNow();
    for (ExecutorService executor : new ExecutorService[] {mailboxes, writer, apply}) {
      executor.shutdown();
    }
    boolean interrupted = false;
    for (ExecutorService executor : new ExecutorService[] {mailboxes, writer, apply}) {
      try {
        if (!executor.awaitTermination(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
          executor.shutdownNow();
        }
      } catch (InterruptedException e) {
        interrupted = true;
        executor.shutdownNow();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class OwnThread extends Thread {
    final ThreadedEnvironment owner;

    OwnThread(ThreadedEnvironment owner, Runnable task, String name) {
      super(task, name);
      this.owner = owner;
    }
  }
}
