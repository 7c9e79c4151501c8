package io.github.balsaraft.examples.bench.load;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A load of one thread, the caller's, that keeps a fixed number of operations under way: the next begins when one has
 * ended. Runs once.
 */
public final class ClosedLoop {

  /**
   * The warm-up keeps at least so many under way, whatever is measured later: on two cores the JIT compiler needs hot code
   * for a while.
   */
  private static final int WARMUP_OUTSTANDING = 256;

  /** The load falls to what is measured so long before it counts. */
  private static final long SETTLE_NANOS = 500_000_000;

  /** How long the submitting thread parks at most before it looks at the clock. */
  private static final long LOOK_NANOS = 10_000_000;

  private static final long DRAIN_NANOS = 30_000_000_000L;

  /** After a failure nothing is submitted for so long, lest a group without a leader be asked as fast as it refuses. */
  private static final long FAILURE_PAUSE_NANOS = 1_000_000;

  private final LongFunction<CompletableFuture<?>> operation;
  private final Runnable afterFailure;
  private final int outstanding;

  private final AtomicLong ended = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final Latencies latencies = new Latencies();
  private volatile @Nullable Throwable lastFailure;
  private volatile boolean measuring;
  private volatile boolean submitterWaits;
  private volatile Thread submitter = Thread.currentThread();

  // Of the submitting thread only.
  private long started;
  private long failuresSeen;

  /**
   * @param operation starts the operation with this number, from 0; its result is ignored
   * @param afterFailure called by the submitting thread when operations have failed, to look who leads now
   */
  public ClosedLoop(
      int outstanding, LongFunction<CompletableFuture<?>> operation, Runnable afterFailure) {
    this.outstanding = outstanding;
    this.operation = operation;
    this.afterFailure = afterFailure;
  }

  /** Watches a measurement from another thread. */
  public interface Observer {
    /** The measured time begins; called once. */
    void begin();

    /** Called once a second while it lasts. */
    void tick(int second);

    /** It is over; called once. */
    void end();
  }

  /**
   * What a measured time saw.
   *
   * @param operations acknowledged within it
   */
  public record Outcome(long operations) {}

  /** Loads for a warm-up and then for a time that counts, and waits for the last answers. */
  public Outcome run(int warmupSeconds, int measuredSeconds, Observer observer)
      throws InterruptedException {
    submitter = Thread.currentThread();
    long measureFrom = System.nanoTime() + warmupSeconds * 1_000_000_000L;
    long end = measureFrom + measuredSeconds * 1_000_000_000L;
    Watch watch = new Watch(measureFrom, measuredSeconds, observer);
    watch.start();
    if (warmupSeconds > 0) {
      submitUntil(measureFrom - SETTLE_NANOS, Math.max(outstanding, WARMUP_OUTSTANDING));
    }
    submitUntil(end, outstanding);
    watch.join();
    drain();
    return new Outcome(watch.operations);
  }

  /** Loads until so many operations are acknowledged, and waits for the last answers. */
  public void run(long count) throws InterruptedException {
    submitter = Thread.currentThread();
    long lastProgress = System.nanoTime();
    for (long before = -1; acknowledged() < count; before = acknowledged()) {
      long now = System.nanoTime();
      if (acknowledged() != before) {
        lastProgress = now;
      } else if (now - lastProgress > DRAIN_NANOS) {
        throw new IllegalStateException("no operation succeeds any more", lastFailure);
      }
      // What has failed is done again.
      if (started < count + failed.get()) {
        submit(now + LOOK_NANOS, outstanding);
      } else {
        awaitEnded(started, now + LOOK_NANOS);
      }
    }
    drain();
  }

  /** Loads as long as it is told to, and waits for the last answers. */
  public void runWhile(BooleanSupplier goOn) throws InterruptedException {
    submitter = Thread.currentThread();
    while (goOn.getAsBoolean()) {
      submit(System.nanoTime() + LOOK_NANOS, outstanding);
    }
    drain();
  }

  /** How many operations were acknowledged so far, the warm-up included. */
  public long acknowledged() {
    // In this order: each failure is counted as such before it is counted as an end, so that none
    // of them is taken for an acknowledgement.
    long all = ended.get();
    return all - failed.get();
  }

  /** How many operations failed so far. */
  public long failed() {
    return failed.get();
  }

  /** Why the last one failed; null if none has. */
  public @Nullable Throwable lastFailure() {
    return lastFailure;
  }

  /** What operations took that ended in the measured time. */
  public Latencies latencies() {
    return latencies;
  }

  private void submitUntil(long deadlineNanos, int limit) throws InterruptedException {
    while (System.nanoTime() - deadlineNanos < 0) {
      submit(deadlineNanos, limit);
    }
  }

  private void submit(long deadlineNanos, int limit) throws InterruptedException {
    if (failed.get() != failuresSeen) {
      failuresSeen = failed.get();
      LockSupport.parkNanos(this, FAILURE_PAUSE_NANOS);
      afterFailure.run();
    }
    if (!awaitEnded(started - limit + 1, deadlineNanos)) {
      return;
    }
    long startNanos = System.nanoTime();
    CompletableFuture<?> future;
    try {
      future = operation.apply(started++);
    } catch (RuntimeException e) {
      future = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<?> unused =
        future.whenComplete((result, failure) -> ended(startNanos, failure));
  }

  private void ended(long startNanos, @Nullable Throwable failure) {
    if (failure == null) {
      if (measuring) {
        latencies.add(System.nanoTime() - startNanos);
      }
    } else {
      lastFailure = failure;
      failed.incrementAndGet();
    }
    ended.incrementAndGet();
    // Only the first of many that end together pays for waking the submitter. If each does,
    // 256 B x 1,024 has 0.90 times the writes, hardly beyond the noise (docs/benchmarks.md).
    if (submitterWaits) {
      submitterWaits = false;
      LockSupport.unpark(submitter);
    }
  }

  private boolean awaitEnded(long atLeast, long deadlineNanos) throws InterruptedException {
    while (ended.get() < atLeast) {
      submitterWaits = true;
      // Looked at again: an end between the first look and the flag would wake nobody.
      if (ended.get() < atLeast) {
        LockSupport.parkNanos(this, LOOK_NANOS);
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (System.nanoTime() - deadlineNanos >= 0) {
        return ended.get() >= atLeast;
      }
    }
    return true;
  }

  private void drain() throws InterruptedException {
    if (!awaitEnded(started, System.nanoTime() + DRAIN_NANOS)) {
      throw new IllegalStateException((started - ended.get()) + " operations never ended");
    }
  }

  /** Opens and closes the measured time by the clock, whatever the submitter is waiting for. */
  private final class Watch extends Thread {
    private final long measureFrom;
    private final int seconds;
    private final Observer observer;
    private long operations;

    Watch(long measureFrom, int seconds, Observer observer) {
      super("bench-watch");
      this.measureFrom = measureFrom;
      this.seconds = seconds;
      this.observer = observer;
      setDaemon(true);
    }

    @Override
    public void run() {
      sleepUntil(measureFrom);
      observer.begin();
      long before = acknowledged();
      measuring = true;
      for (int second = 1; second < seconds; second++) {
        sleepUntil(measureFrom + second * 1_000_000_000L);
        observer.tick(second);
      }
      sleepUntil(measureFrom + seconds * 1_000_000_000L);
      measuring = false;
      operations = acknowledged() - before;
      observer.end();
    }

    private void sleepUntil(long nanos) {
      for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
        LockSupport.parkNanos(this, left);
      }
    }
  }
}
