package io.github.balsaraft.node;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log that a person can read while things go wrong: of events that repeat, a few in a time span are written and the rest
 * are counted.
 */
final class RateLimitedLog {

  private static final Logger LOG = LoggerFactory.getLogger("io.github.balsaraft");
  private static final int MAX_PER_SPAN = 20;
  private static final long SPAN_NANOS = 10_000_000_000L;

  private final String prefix;
  private long spanStartNanos;
  private int written;
  private long suppressed;

  /**
   * @param prefix who speaks, such as {@code n1/g0}
   */
  RateLimitedLog(String prefix) {
    this.prefix = prefix;
  }

  /** Something that an operator wants to know about the cluster's doings. */
  synchronized void info(long nowNanos, String message) {
    if (mayWrite(nowNanos)) {
      LOG.info("{} {}", prefix, message);
    }
  }

  /** Something odd that the node copes with. */
  synchronized void warn(long nowNanos, String message) {
    if (mayWrite(nowNanos)) {
      LOG.warn("{} {}", prefix, message);
    }
  }

  /** Something that ends the node's participation; never suppressed. */
  void error(String message, Throwable cause) {
    LOG.error("{} {}", prefix, message, cause);
  }

  /** As above, where there is nothing to learn from a stack trace. */
  void error(String message) {
    LOG.error("{} {}", prefix, message);
  }

  private boolean mayWrite(long nowNanos) {
    if (nowNanos - spanStartNanos >= SPAN_NANOS) {
      if (suppressed > 0) {
        LOG.info("{} {} more lines like these were left out", prefix, suppressed);
      }
      spanStartNanos = nowNanos;
      written = 0;
      suppressed = 0;
    }
    if (written < MAX_PER_SPAN) {
      written++;
      return true;
    }
    suppressed++;
    return false;
  }
}
