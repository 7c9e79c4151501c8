package io.github.balsaraft.node;

import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads that wait for the state machine to have applied an index, lowest first. Used by the apply threads, one at a time; but
 * who abandons them, or ends those that are late, may look through them on any thread.
 */
@SuppressWarnings("ReferenceEquality") // A read is itself and no other that waits for the same.
final class WaitingReads {

  /**
   * One of them.
   *
   * @param index it may be answered from a state that has applied this
   * @param deadlineNanos when it ends if that takes too long
   * @param read runs it
   * @param refused gets the reason if it won't be run
   * @param late gets the reason if its time is over while it is being run; those of its turn that are behind the one that hangs take memory until they are done
   */
  record WaitingRead(
      long index,
      long deadlineNanos,
      Runnable read,
      Consumer<String> refused,
      Consumer<String> late) {
    boolean isLate(long nowNanos) {
      return nowNanos - deadlineNanos >= 0;
    }
  }

  private final PriorityBlockingQueue<WaitingRead> reads =
      new PriorityBlockingQueue<>(11, Comparator.comparingLong(WaitingRead::index));

  /** What an apply thread is at; null if it is at none of these. */
  private volatile @Nullable WaitingRead running;

  /** The last one that was told that its time is over while it was run. */
  private volatile @Nullable WaitingRead toldLate;

  void add(WaitingRead read) {
    reads.add(read);
  }

  /** Runs those that need no more than this, as long as it may go on. */
  void runDue(long appliedIndex, BooleanSupplier mayGoOn) {
    for (WaitingRead due = reads.peek();
        due != null && due.index <= appliedIndex && mayGoOn.getAsBoolean();
        due = reads.peek()) {
      // Taken out afterwards, so that it can be found while it hangs.
      running = due;
      due.read.run();
      running = null;
      reads.remove(due);
    }
  }

  /**
   * Ends those that have waited too long: the index that a leader has named may never come here, if that leader and whoever has the
   * entries are gone. The one that is being run ends by itself: it is told only.
   *
   * @param reason for those that wait
   * @param hangs for the one that is being run
   */
  void expire(long nowNanos, String reason, String hangs) {
    // Not under the queue's lock, which its iterator doesn't take: a callback may
    // hang, and whoever abandons the reads then must get to them all the same.
    Set<WaitingRead> told = Collections.newSetFromMap(new IdentityHashMap<>());
    for (WaitingRead waiting : reads) {
      if (!waiting.isLate(nowNanos)) {
        continue;
      }
      if (waiting == running) {
        tellLate(waiting, hangs);
      } else {
        waiting.refused.accept(reason);
        told.add(waiting);
      }
    }
    // These and no others: one that came meanwhile may be late as well, and was not told.
    reads.removeIf(told::contains);
  }

  private void tellLate(WaitingRead hanging, String reason) {
    if (toldLate != hanging) {
      toldLate = hanging;
      hanging.late.accept(reason);
    }
  }

  /** When the next one ends for having waited too long; {@link Long#MAX_VALUE} if none waits. */
  long deadlineNanos() {
    WaitingRead told = toldLate;
    return reads.stream()
        .filter(waiting -> waiting != told)
        .mapToLong(WaitingRead::deadlineNanos)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  /** Tells all of them. They stay, the one that hangs among them. */
  void refuseAll(String reason) {
    for (WaitingRead waiting : reads) {
      waiting.refused.accept(reason);
    }
  }

  void clear() {
    reads.clear();
  }
}
