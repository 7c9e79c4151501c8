package io.github.balsaraft.api;

import java.nio.ByteBuffer;

/**
 * A committed command and its place in the log. Valid during the call of {@link StateMachine#apply} that received it.
 */
public interface Command {

  /** Its index in the log. */
  long index();

  /** The term of the leader that appended it. */
  long term();

  /**
   * The log time: milliseconds since 1970 by the clock of the leader that appended it, never going back along the log.
   * The same on all replicas, so that whatever expires can expire by it.
   */
  long logTimeMillis();

  /** A read-only view of what was proposed. */
  ByteBuffer payload();

  /** What was proposed, as an array of its own that may be kept. */
  byte[] bytes();
}
