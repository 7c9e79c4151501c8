package io.github.balsaraft.model.trace;

/**
 * Takes the events of one or more replicas. Tracing is off unless an application gives a sink; the core then makes no event
 * at all.
 *
 * <p>Called on the thread that runs the replica's protocol, once for each event, in the order in which the steps happen. It
 * must return soon, and must not call the node. Several groups that share a sink may call it at the same time.
 */
@FunctionalInterface
public interface TraceSink {

  /** Takes nothing: tracing is off. */
  TraceSink OFF = event -> {};

  /**
   * A step has happened.
   *
   * @throws RuntimeException if the sink can't go on: the runtime logs it and switches this replica's tracing off
   */
  void record(TraceEvent event);

  /**
   * Whether {@link TraceEvent.Sent} and {@link TraceEvent.Received} are among the events. They are most of a trace, and most of what
   * it costs; the state of a replica can be rebuilt without them. Asked once, when the replica starts.
   */
  default boolean wantsMessages() {
    return true;
  }
}
