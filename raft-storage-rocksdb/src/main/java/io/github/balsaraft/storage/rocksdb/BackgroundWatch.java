package io.github.balsaraft.storage.rocksdb;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Looks once a second, and when it is told to, which files can be removed, and whether work in the background has failed.
 * RocksDB's own listener isn't enough for the latter: version 11.8 doesn't know all reasons on the Java side and then doesn't
 * call it, for one when a flush finds the disk full.
 */
final class BackgroundWatch implements AutoCloseable {

  static final long INTERVAL_MILLIS = 1_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition closingOrAsked = lock.newCondition();
  private final long intervalMillis;
  private final Thread thread;
  private boolean closed;
  private boolean asked;

  /** Starts to look. The task says whether to go on; it runs on a thread of the watch. */
  BackgroundWatch(long intervalMillis, BooleanSupplier goOn) {
    this.intervalMillis = intervalMillis;
    thread = new Thread(() -> run(goOn), "balsa-rocksdb-watch");
    thread.setDaemon(true);
    thread.start();
  }

  private void run(BooleanSupplier goOn) {
    while (await() && goOn.getAsBoolean()) {
      // All work is in the conditions.
    }
  }

  /** Looks at once. */
  void lookNow() {
    lock.lock();
    try {
      asked = true;
      closingOrAsked.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether the interval has passed, or somebody has asked, without the watch being closed. */
  private boolean await() {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(intervalMillis);
      while (!closed && !asked && left > 0) {
        left = closingOrAsked.awaitNanos(left);
      }
      asked = false;
      return !closed;
    } catch (InterruptedException e) {
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Returns when the thread touches nothing any more, unless it is called by the task itself. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      closingOrAsked.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive() && thread != Thread.currentThread()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
