package io.github.balsaraft.node;

import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log that a person can read while things go wrong: of events that repeat, a few in a time span are written and the rest are
 * counted, and both are said. Each subject has a budget of its own, so that a storm of one kind hides nothing of another.
 * Thread-safe.
 *
 * <p>A transport limits what it says of each peer in a way of its own: nothing of this package is open to it.
 */
final class RateLimitedLog {

  /** What a line is about. */
  enum Subject {
    START("its start"),
    BIRTH("the birth of the group"),
    ROLE("roles and leaders"),
    MEMBERS("the members"),
    CHANGE("changes of the configuration"),
    TRANSFER("transfers of leadership"),
    REMOVAL("its removal"),
    CLOCK("the wall clock"),
    LOSS("entries that members have lost"),
    OLD_ENTRIES("old entries for followers"),
    SNAPSHOT("snapshots"),
    LISTENER("listeners that fail"),
    CLOSING("closing");

    private final String words;

    Subject(String words) {
      this.words = words;
    }
  }

  /** For each subject. */
  static final int MAX_PER_SPAN = 10;

  static final long SPAN_NANOS = 10_000_000_000L;

  private final Logger log;
  private final String prefix;
  private final Map<Subject, Budget> budgets = new EnumMap<>(Subject.class);

  /**
   * @param prefix who speaks, such as {@code n1/g0}
   */
  RateLimitedLog(String prefix) {
    this(prefix, LoggerFactory.getLogger("io.github.balsaraft"));
  }

  RateLimitedLog(String prefix, Logger log) {
    this.prefix = prefix;
    this.log = log;
  }

  /** Something that an operator wants to know about the cluster's doings. */
  synchronized void info(long nowNanos, Subject subject, String message) {
    if (mayWrite(nowNanos, subject)) {
      log.info("{} {}", prefix, message);
    }
  }

  /** Something odd that the node copes with. */
  synchronized void warn(long nowNanos, Subject subject, String message) {
    if (mayWrite(nowNanos, subject)) {
      log.warn("{} {}", prefix, message);
    }
  }

  /** Something that ends the node's participation; never suppressed. */
  void error(String message, Throwable cause) {
    try {
      log.error("{} {}", prefix, message, cause);
    } catch (RuntimeException | Error e) {
      // The stack trace begins with what the cause says of itself, and that may throw.
      log.error("{} {}: {}", prefix, message, Wording.thrown(cause));
    }
  }

  /** As above, where there is nothing to learn from a stack trace. */
  void error(String message) {
    log.error("{} {}", prefix, message);
  }

  private boolean mayWrite(long nowNanos, Subject subject) {
    // Of every subject: the storm may be over, and nothing more be said about it.
    budgets.forEach((other, budget) -> endSpan(nowNanos, other, budget));
    Budget budget = budgets.computeIfAbsent(subject, key -> new Budget(nowNanos));
    if (budget.written < MAX_PER_SPAN) {
      budget.written++;
      return true;
    }
    if (budget.leftOut++ == 0) {
      // A warning, whatever the lines are: so many of a
      // kind are odd, and warnings may be among them.
      log.warn("{} leaves out further lines about {} for a while", prefix, subject.words);
    }
    return false;
  }

  private void endSpan(long nowNanos, Subject subject, Budget budget) {
    if (nowNanos - budget.spanStartNanos < SPAN_NANOS) {
      return;
    }
    if (budget.leftOut > 0) {
      log.warn("{} has left out {} lines about {}", prefix, budget.leftOut, subject.words);
    }
    budget.spanStartNanos = nowNanos;
    budget.written = 0;
    budget.leftOut = 0;
  }

  private static final class Budget {
    private long spanStartNanos;
    private int written;
    private long leftOut;

    Budget(long spanStartNanos) {
      this.spanStartNanos = spanStartNanos;
    }
  }
}
