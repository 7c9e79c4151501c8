package io.github.balsaraft.node;

import java.security.SecureRandom;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Real threads and real clocks. Few threads, whatever the number of groups: mailboxes, apply, one writer, one timer, and one for old
 * entries, some for snapshots, one for listeners and some for callers, that end when there is nothing to do.
 */
public final class ThreadedEnvironment implements HostEnvironment {

  /** One writes a snapshot out, the others send and receive. */
  private static final int SNAPSHOT_THREADS = 3;

  private static final int CALLERS_THREADS = 4;

  /** Until a thread is tried to be created again. */
  private static final long RETRY_NANOS = 1_000_000_000L;

  private final String name;
  private final long originNanos = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(new SecureRandom().nextLong());
  private final HostPool mailboxes;
  private final HostPool writer;
  private final HostPool apply;
  private final HostPool loads;
  private final HostPool snapshots;
  private final HostPool listeners;
  private final HostPool callers;
  private final ScheduledThreadPoolExecutor timer;

  /**
   * Starts the threads.
   *
   * @param name part of the threads' names
   * @param mailboxThreads how many groups may take a step at the same time
   * @param applyThreads how many state machines may run at the same time
   */
  public ThreadedEnvironment(String name, int mailboxThreads, int applyThreads) {
    this.name = name;
    this.mailboxes = pool("mailbox", mailboxThreads);
    this.writer = pool("writer", 1);
    this.apply = pool("apply", applyThreads);
    this.loads = pool("load", 1).mostlyIdle();
    // Most of the time there is nothing for these to do.
    this.snapshots = pool("snapshot", SNAPSHOT_THREADS).mostlyIdle();
    this.listeners = pool("listener", 1).mostlyIdle();
    // More than one, so that a callback of one session that hangs doesn't hold up all others.
    this.callers = pool("callers", CALLERS_THREADS).mostlyIdle();
    // What is scheduled while the host is being closed is dropped, as what was scheduled before.
    this.timer = new ScheduledThreadPoolExecutor(
        1, threads("timer", false), new ThreadPoolExecutor.DiscardPolicy());
    this.timer.setRemoveOnCancelPolicy(true);
  }

  private HostPool pool(String purpose, int count) {
    return new HostPool(
        purpose + " of " + name,
        count,
        threads(purpose, purpose.equals("mailbox")),
        task -> schedule(nowNanos() + RETRY_NANOS, task));
  }

  private ThreadFactory threads(String purpose, boolean mailbox) {
    String prefix = "balsa-" + name + "-" + purpose + "-";
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new OwnThread(this, mailbox, task, prefix + count.incrementAndGet());
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
  public Executor loads() {
    return loads;
  }

  @Override
  public Executor snapshots() {
    return snapshots;
  }

  @Override
  public Executor listeners() {
    return listeners;
  }

  @Override
  public Executor callers() {
    return callers;
  }

  @Override
  public Runnable schedule(long atNanos, Runnable task) {
    long delay = Math.max(0, atNanos - nowNanos());
    ScheduledFuture<?> scheduled = timer.schedule(task, delay, TimeUnit.NANOSECONDS);
    return () -> scheduled.cancel(false);
  }

  @Override
  public void runApart(String what, Runnable task) {
    Thread thread = new Thread(task, "balsa-" + name + "-" + what);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public boolean isOwnThread() {
    return Thread.currentThread() instanceof OwnThread thread && thread.owner == this;
  }

  @Override
  public boolean isMailboxThread() {
    return isOwnThread() && ((OwnThread) Thread.currentThread()).mailbox;
  }

  @Override
  public CompletableFuture<Void> shutdown() {
    timer.shutdownNow();
    for (HostPool pool : List.of(mailboxes, writer, apply, loads, snapshots, listeners, callers)) {
      pool.shutdown();
    }
    // Without the listeners': nothing of the library is used there, so nobody need wait for them.
    return CompletableFuture.allOf(
        mailboxes.ended(),
        writer.ended(),
        apply.ended(),
        loads.ended(),
        snapshots.ended(),
        callers.ended());
  }

  private static final class OwnThread extends Thread {
    final ThreadedEnvironment owner;
    final boolean mailbox;

    OwnThread(ThreadedEnvironment owner, boolean mailbox, Runnable task, String name) {
      super(task, name);
      this.owner = owner;
      this.mailbox = mailbox;
    }
  }
}
