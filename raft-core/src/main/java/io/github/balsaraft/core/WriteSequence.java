package io.github.balsaraft.core;

/**
 * The sequence numbers of writes: which is the next, which one the current hard state and log wait for, and up to which all
 * are durable.
 *
 * <p>Invariant: {@code durable <= issued}; completions come in order.
 */
final class WriteSequence {

  private static final long NEVER = -1;

  private long issued;
  private long durable;
  private long hardStateGate;

  /** While a write is under way: when the disk finished the one before, or when it was given this one if later. */
  private long waitingSinceNanos = NEVER;

  /** Term or vote changed: the next write carries them. */
  void hardStateChanged() {
    hardStateGate = issued + 1;
  }

  /** Whether the hard state must be part of the next write. */
  boolean isHardStateUnwritten() {
    return hardStateGate > issued;
  }

  /** Issues the number of a write that carries everything that has changed. */
  long issue(long nowNanos) {
    if (durable == issued) {
      waitingSinceNanos = nowNanos;
    }
    return ++issued;
  }

  /** All writes up to this one are durable. */
  void written(long sequence, long nowNanos) {
    if (sequence > issued) {
      throw new InvariantViolation("write " + sequence + " is done and was never asked for");
    }
    if (sequence > durable) {
      durable = sequence;
      waitingSinceNanos = durable == issued ? NEVER : nowNanos;
    }
  }

  /** Since when the disk has finished no write although it has one to do; -1 if it has none. */
  long waitingSinceNanos() {
    return waitingSinceNanos;
  }

  long durable() {
    return durable;
  }

  /** The write after which the current hard state is durable. */
  long hardStateGate() {
    return hardStateGate;
  }

  /**
   * The write after which everything is durable that is known now.
   *
   * @param unwritten whether anything is not part of a write yet
   */
  long everythingGate(boolean unwritten) {
    return unwritten ? issued + 1 : issued;
  }
}
