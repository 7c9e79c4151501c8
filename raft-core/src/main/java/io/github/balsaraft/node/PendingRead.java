package io.github.balsaraft.node;

import java.util.function.BooleanSupplier;

/**
 * A read on its way through a node. It ends once, by one of the methods, which are called on an apply thread; but if apply threads
 * hang when a node is closed, {@link #refuse} may be called on any thread and again: the first end counts.
 */
interface PendingRead {

  /** The state is fresh enough. */
  void run();

  /**
   * The state is fresh enough if the answer is there in time. Returns false if it wasn't: then the read has not ended.
   *
   * @param inTime asked once the answer is there
   */
  boolean runWhile(BooleanSupplier inTime);

  /** It won't be. */
  void refuse(String reason);

  /** It won't be for now, because too many wait; whoever asked is told when to ask again. */
  void refuseForOverload(String reason);

  /**
   * Its time is over, and it still stands in a queue, or runs and hangs: whoever waits is told, but it ends only when its turn comes, or
   * once it is done, since until then it takes memory. On any thread.
   */
  void tellLate(String reason);
}
