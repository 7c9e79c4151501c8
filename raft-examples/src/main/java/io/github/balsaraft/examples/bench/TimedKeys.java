package io.github.balsaraft.examples.bench;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.examples.kv.state.KvStateMachine;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The key-value store, with a clock at its door: how long it was at a command, and how long none came after another. Pauses of the
 * garbage collector are in both. Counts from {@link #begin} on; that may be called by any thread, all else is called by the
 * node.
 */
final class TimedKeys extends KvStateMachine {

  private volatile boolean begun;
  private volatile long longestApplyNanos;
  private volatile long longestGapNanos;
  private volatile long longestCaptureNanos;
  private final AtomicInteger captures = new AtomicInteger();

  private boolean counting;
  private long lastEndNanos;

  /** Counts from the next command on. */
  void begin() {
    begun = true;
  }

  @Override
  public byte[] apply(Command command) {
    long start = System.nanoTime();
    byte[] answers = super.apply(command);
    long end = System.nanoTime();
    if (counting) {
      longestApplyNanos = Math.max(longestApplyNanos, end - start);
      longestGapNanos = Math.max(longestGapNanos, end - lastEndNanos);
    }
    counting = begun;
    lastEndNanos = end;
    return answers;
  }

  @Override
  public SnapshotView capture() {
    long start = System.nanoTime();
    SnapshotView view = super.capture();
    if (counting) {
      longestCaptureNanos = Math.max(longestCaptureNanos, System.nanoTime() - start);
      captures.incrementAndGet();
    }
    return view;
  }

  double longestApplyMillis() {
    return longestApplyNanos / 1e6;
  }

  double longestGapMillis() {
    return longestGapNanos / 1e6;
  }

  double longestCaptureMillis() {
    return longestCaptureNanos / 1e6;
  }

  int captures() {
    return captures.get();
  }
}
