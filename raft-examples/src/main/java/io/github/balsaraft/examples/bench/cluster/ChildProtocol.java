package io.github.balsaraft.examples.bench.cluster;

/**
 * What is said over the standard input and output of a node in a process of its own, big-endian. A request is a number (8
 * bytes), what is wanted (1), a length (4) and a payload; its answer is the number (8) and a value (8), in any order.
 */
final class ChildProtocol {

  static final byte PROPOSE = 1;
  static final byte LEADS = 2;
  static final byte TERM = 3;
  static final byte ENTRIES = 4;
  static final byte CHECKSUM = 5;

  /** Hand leadership over and close; the process then ends, and that is the answer. */
  static final byte STOP = 6;

  /** The value of a proposal that was applied. */
  static final long DONE = 1;

  /** The value of a proposal that failed. */
  static final long FAILED = 0;

  private ChildProtocol() {}
}
