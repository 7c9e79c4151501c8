package io.github.balsaraft.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a host gets its threads, its time and its randomness from. Production uses {@link ThreadedEnvironment}; a
 * simulation runs the same host on virtual time and one thread.
 */
public interface HostEnvironment {

  /** The monotonic clock: nanoseconds since some moment before the host started; zero or more. */
  long nowNanos();

  /** The wall clock: milliseconds since 1970. Used for log time only. */
  long wallMillis();

  /** The next random number. */
  long nextRandom();

  /** Runs the mailboxes of groups. Tasks are short and never block. */
  Executor mailboxes();

  /** Runs the group-commit writer: one task at a time, which blocks while the disk works. */
  Executor writer();

  /** A write takes at most about so many bytes of entries, so that the first in a batch doesn't wait for gigabytes. */
  default long maxWriteBytes() {
    return 16L << 20;
  }

  /** Runs state machines and callbacks of applications. */
  Executor apply();

  /**
   * Reads old entries for other members, which may block while the disk works: what a state machine that hangs must not hold up. Nothing
   * of an application runs here. Without a thread of its own it is done on those of {@link #apply}.
   */
  default Executor loads() {
    return apply();
  }

  /**
   * Writes and reads snapshots. Tasks may block while the disk works, and one of them may take long: there are several threads.
   * Without threads of their own it is done on those of {@link #apply}.
   */
  default Executor snapshots() {
    return apply();
  }

  /**
   * Calls {@link io.github.balsaraft.api.RaftListener}s, which may block for as long as they like: nothing waits for them. Without a
   * thread of its own it is done on those of {@link #apply}.
   */
  default Executor listeners() {
    return apply();
  }

  /**
   * Runs the steps of sessions, and ends reads that have waited too long: what a state machine that hangs must not hold up. Callbacks of
   * applications run here too. Without a thread of its own it is done on those of {@link #apply}.
   */
  default Executor callers() {
    return apply();
  }

  /** Lets the calling thread, one of {@link #snapshots}, do nothing for so long. */
  default void pause(long nanos) {
    LockSupport.parkNanos(nanos);
  }

  /**
   * Runs a short task at a moment of the monotonic clock or a little later.
   *
   * @return cancels it if it has not begun; calling it is optional
   */
  Runnable schedule(long atNanos, Runnable task);

  /**
   * Runs something that may block for long on a thread of its own, which keeps no process alive.
   *
   * @param name what it does, in a word
   * @param task must not throw
   */
  void runApart(String name, Runnable task);

  /** Whether the calling thread is one of those that groups share, so that to wait for them could be to wait for itself. */
  boolean isOwnThread();

  /** Whether the calling thread is one of {@link #mailboxes}, on which to wait for an answer of a mailbox could be for ever. */
  boolean isMailboxThread();

  /** Where the host and its groups write their log lines. */
  default Logger logger() {
    return LoggerFactory.getLogger("io.github.balsaraft");
  }

  /**
   * Ends the threads, but for those of {@link #listeners}, which end once they have told what waits; without waiting for them and without interrupting what they do: a disk's write may be among it. What was
   * handed to them is still done, but for what was scheduled.
   *
   * @return completes, on the last of them, once none runs any more
   */
  CompletableFuture<Void> shutdown();
}
