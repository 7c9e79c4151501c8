package io.github.balsaraft.examples.kv.resp;

/**
 * What a client may send. What is larger is read and thrown away piece by piece, so that a bound on memory holds and the
 * connection stays usable.
 *
 * @param maxArgumentBytes the longest key or value
 * @param maxRequestBytes the most that all arguments of one command may have together
 * @param maxArguments the most arguments of one command; more is a protocol error, as in Redis
 */
public record RespLimits(int maxArgumentBytes, int maxRequestBytes, int maxArguments) {

  /** The longest inline command, and the longest line of the protocol, as in Redis. */
  public static final int MAX_LINE_BYTES = 64 << 10;

  /** Room in a request for command, key and options beside the largest value. */
  private static final int BESIDE_THE_VALUE = 1 << 20;

  public RespLimits {
    if (maxArgumentBytes < 1 || maxRequestBytes < maxArgumentBytes || maxArguments < 1) {
      throw new IllegalArgumentException("limits that nothing fits into");
    }
  }

  /** Limits for values of at most so many bytes. */
  public static RespLimits forValuesOf(int maxValueBytes) {
    return new RespLimits(maxValueBytes, maxValueBytes + BESIDE_THE_VALUE, 1 << 20);
  }
}
