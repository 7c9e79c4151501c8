package io.github.balsaraft.storage.rocksdb;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Looks once a second, and when it is told to, which files can be removed, and whether work in the background has failed.
 * RocksDB's own listener isn't enough for the latter: version 11.8 doesn't know all reasons on the Java side and then doesn't
 * call it, for one when a flush finds the disk full.
 */
final class BackgroundWatch implements AutoCloseable {

  static final long INTERVAL_MILLIS = 1_000;

  /** Of the looks that fail in a row the first is reported, and then one of so many. */
  static final int REPORTED_OF_FAILED = 60;

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition closingOrAsked = lock.newCondition();
  private final long intervalMillis;
  private final Thread thread;
  private boolean closed;
  private boolean asked;

  /**
   * Starts to look.
   *
   * @param goOn looks, and says whether to go on; runs on a thread of the watch. If it throws, it is called again the next time
   * @param onFailure hears what it has thrown
   */
  BackgroundWatch(long intervalMillis, BooleanSupplier goOn, Consumer<Throwable> onFailure) {
    this.intervalMillis = intervalMillis;
    thread = new Thread(() -> run(goOn, onFailure), "balsa-rocksdb-watch");
    thread.setDaemon(true);
    thread.start();
  }

  /** Nobody else looks: whatever is thrown, out of memory too, must not be the end of it. */
  private void run(BooleanSupplier goOn, Consumer<Throwable> onFailure) {
    int failed = 0;
    boolean goesOn = true;
    while (goesOn) {
      try {
        goesOn = await() && goOn.getAsBoolean();
        failed = 0;
      } catch (Throwable e) {
        if (failed++ % REPORTED_OF_FAILED == 0) {
          report(e, onFailure);
        }
        // It may be the waiting that has failed.
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private static void report(Throwable thrown, Consumer<Throwable> onFailure) {
    try {
      onFailure.accept(thrown);
    } catch (Throwable again) {
      // There is nobody left to tell.
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
