package io.github.balsaraft.model;

/**
 * What replicas and hosts of one group say to each other. A transport may drop, delay, duplicate and reorder messages;
 * it must never change one.
 */
public sealed interface Message permits ProtocolMessage, ServiceMessage {

  /**
   * Whether it may be large. A transport keeps such messages apart, so that the small ones, on which elections depend,
   * are never stuck behind them.
   */
  default boolean isBulk() {
    return false;
  }
}
