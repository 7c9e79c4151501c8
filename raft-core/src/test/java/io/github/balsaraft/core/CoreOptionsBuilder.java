package io.github.balsaraft.core;

/**
 * The options of a core under test: the only place in the tests that knows their order. What a test doesn't set is as in
 * {@link CoreHarness#OPTIONS}: election timeouts of one to two seconds, a heartbeat every 100 ms, windows that a test can fill.
 */
public final class CoreOptionsBuilder {

  private static final long MILLIS = 1_000_000;

  private long electionTimeoutMinNanos = 1000 * MILLIS;
  private long electionTimeoutMaxNanos = 2000 * MILLIS;
  private long heartbeatNanos = 100 * MILLIS;
  private long maxMessageBytes = 400;
  private int maxInflightMessages = 4;
  private long maxInflightBytes = 1600;
  private long maxUncommittedBytes = 4000;
  private long windowBytes = 1 << 20;
  private int maxWaitingReads = 8;
  private boolean failureHints = true;
  private CompactionRules compaction = new CompactionRules(0, 20, Long.MAX_VALUE, Long.MAX_VALUE);

  public CoreOptionsBuilder electionTimeoutNanos(long min, long max) {
    electionTimeoutMinNanos = min;
    electionTimeoutMaxNanos = max;
    return this;
  }

  public CoreOptionsBuilder heartbeatNanos(long nanos) {
    heartbeatNanos = nanos;
    return this;
  }

  public CoreOptionsBuilder maxMessageBytes(long bytes) {
    maxMessageBytes = bytes;
    return this;
  }

  public CoreOptionsBuilder maxInflight(int messages, long bytes) {
    maxInflightMessages = messages;
    maxInflightBytes = bytes;
    return this;
  }

  public CoreOptionsBuilder maxUncommittedBytes(long bytes) {
    maxUncommittedBytes = bytes;
    return this;
  }

  public CoreOptionsBuilder windowBytes(long bytes) {
    windowBytes = bytes;
    return this;
  }

  public CoreOptionsBuilder maxWaitingReads(int reads) {
    maxWaitingReads = reads;
    return this;
  }

  public CoreOptionsBuilder failureHints(boolean heeded) {
    failureHints = heeded;
    return this;
  }

  public CoreOptionsBuilder compaction(CompactionRules rules) {
    compaction = rules;
    return this;
  }

  public CoreOptions build() {
    return new CoreOptions(
        electionTimeoutMinNanos,
        electionTimeoutMaxNanos,
        heartbeatNanos,
        maxMessageBytes,
        maxInflightMessages,
        maxInflightBytes,
        maxUncommittedBytes,
        windowBytes,
        maxWaitingReads,
        failureHints,
        compaction);
  }
}
