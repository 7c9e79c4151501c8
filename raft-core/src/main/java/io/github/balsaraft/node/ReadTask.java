package io.github.balsaraft.node;

import java.util.function.Consumer;

/** A read on its way to its turn on an apply thread. */
final class ReadTask implements ApplyPipeline.Task {

  private final WaitingReads.WaitingRead read;
  private final Consumer<WaitingReads.WaitingRead> turn;
  /** Of the thread that looks for late ones. */
  private boolean told;

  /**
   * @param turn runs the read when it is its turn, or leaves it waiting for its index
   */
  ReadTask(WaitingReads.WaitingRead read, Consumer<WaitingReads.WaitingRead> turn) {
    this.read = read;
    this.turn = turn;
  }

  long deadlineNanos() {
    return read.deadlineNanos();
  }

  /** Whether its time is over; tells so, once. */
  boolean tellIfLate(long nowNanos, String reason) {
    if (!told && read.isLate(nowNanos)) {
      told = true;
      read.late().accept(reason);
    }
    return told;
  }

  @Override
  public void run() {
    turn.accept(read);
  }

  @Override
  public void abandon(String reason) {
    read.refused().accept(reason);
  }
}
