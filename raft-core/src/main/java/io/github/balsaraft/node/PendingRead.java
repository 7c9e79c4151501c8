package io.github.balsaraft.node;

/** A read on its way through a node. Exactly one of the methods is called, once, on an apply thread; but if
 * apply threads hang when a node is closed, {@link #refuse} may be called on any thread and again: the first end counts. */
interface PendingRead {

  /** The state is fresh enough. */
  void run();

  /** It won't be. */
  void refuse(String reason);
}
