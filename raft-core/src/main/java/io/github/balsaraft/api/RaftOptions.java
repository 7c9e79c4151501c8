package io.github.balsaraft.api;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one node. Each has a default that suits a local network and a few gigabytes of heap; the builder refuses
 * combinations that can't work.
 */
public final class RaftOptions {

  private final Builder values;

  private RaftOptions(Builder values) {
    this.values = values;
  }

  /** All defaults. */
  public static RaftOptions defaults() {
    return builder().build();
  }

  /** Starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Starts from these settings, to change some of them. */
  public Builder toBuilder() {
    return values.copy();
  }

  /**
   * A follower that has heard no leader for a random time between this and {@link #electionTimeoutMax} campaigns (Raft
   * paper 5.2). Within the minimum it refuses votes to others. Default 1 s.
   */
  public Duration electionTimeoutMin() {
    return values.electionTimeoutMin;
  }

  /** See {@link #electionTimeoutMin}. Default 2 s. */
  public Duration electionTimeoutMax() {
    return values.electionTimeoutMax;
  }

  /** How often a leader shows that it is alive. Default 100 ms. */
  public Duration heartbeatInterval() {
    return values.heartbeatInterval;
  }

  /**
   * The largest command that can be proposed, in bytes. Default 8 MiB. A leader refuses what is larger than its own limit, also if
   * another member forwards it.
   */
  public int maxCommandBytes() {
    return values.maxCommandBytes;
  }

  /**
   * The most bytes of entries in one message, unless a single entry is larger; less if the transport takes no messages of that size. Default
   * 1 MiB.
   */
  public int maxMessageBytes() {
    return values.maxMessageBytes;
  }

  /** The most messages with entries that a leader has under way to one follower. Default 256. */
  public int maxInflightMessages() {
    return values.maxInflightMessages;
  }

  /** The most bytes of entries that a leader has under way to one follower; the last message may go beyond. Default 32 MiB. */
  public long maxInflightBytes() {
    return values.maxInflightBytes;
  }

  /**
   * The most bytes of entries that a leader has appended and that are not committed, or not durable on its own disk; beyond that
   * proposals are refused. A follower takes entries as long as its disk has less than that and {@link #maxInflightBytes} to store:
   * with one message more it is all that a disk costs that hangs. Default 64 MiB.
   */
  public long maxUncommittedBytes() {
    return values.maxUncommittedBytes;
  }

  /**
   * The most bytes of proposals made here that have not ended yet, beyond which more are refused; the same again for those that others have
   * forwarded; and the same once more, for each member, for results of these that wait for the way back. There is always room for one command of
   * {@link #maxCommandBytes}, with what a proposal takes besides. Default 64 MiB.
   */
  public long maxPendingProposalBytes() {
    return values.maxPendingProposalBytes;
  }

  /**
   * The most bytes of reads asked for here that have not ended yet, beyond which more are refused with a {@link
   * ReadNotServedException}: what {@code query} was given, and 256 bytes for each read, of whatever kind. A query that alone is more ends
   * with an {@link IllegalArgumentException}. Default 64 MiB.
   */
  public long maxPendingReadBytes() {
    return values.maxPendingReadBytes;
  }

  /** The most bytes of committed entries that wait in memory for the state machine; the rest wait on disk. Default 64 MiB. */
  public long maxApplyQueueBytes() {
    return values.maxApplyQueueBytes;
  }

  /**
   * How many bytes of recent entries are kept in memory for followers, besides those that are not durable here, and up to {@link
   * #maxUncommittedBytes} of those that are not known to be committed. Default 64 MiB. All in all the log takes no more than this and
   * {@code maxUncommittedBytes}; or, if that is more and the disk hangs, than {@code maxUncommittedBytes}, {@link #maxInflightBytes}
   * and two messages.
   */
  public long logWindowBytes() {
    return values.logWindowBytes;
  }

  /**
   * How long a proposal waits to be committed, or a forwarded one to be answered, before it ends with an unknown outcome; and how
   * long a linearizable read waits, from its arrival on, for the state machine here to have applied what was committed when it was
   * asked, before it ends with {@link ReadNotServedException}. One that no leader confirms ends after {@link #electionTimeoutMax}
   * already. A state machine that hangs delays the end of a proposal, but not that of one in a {@link RaftSession}. Default 5 s.
   */
  public Duration requestTimeout() {
    return values.requestTimeout;
  }

  /** Whether a proposal at a follower is passed on to the leader instead of refused. Default false. */
  public boolean forwardProposals() {
    return values.forwardProposals;
  }

  /**
   * Whether a closed connection to the leader whose reconnect is refused may start a pre-vote early. It speeds up
   * failover when the leader's process dies; safety never rests on it. Default true.
   */
  public boolean failureHints() {
    return values.failureHints;
  }

  /** When snapshots are taken and how much of the log stays; see {@link SnapshotOptions} for the defaults. */
  public SnapshotOptions snapshots() {
    return values.snapshots;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RaftOptions options && values.byName().equals(options.values.byName());
  }

  @Override
  public int hashCode() {
    return values.byName().hashCode();
  }

  /** All settings by name; for people. */
  @Override
  public String toString() {
    return "RaftOptions" + values.byName();
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder {

    /** Beyond these, moments in nanoseconds could no longer be added up. */
    private static final Duration LONGEST_REQUEST_TIMEOUT = Duration.ofDays(3650);

    private static final Duration LONGEST_ELECTION_TIMEOUT = Duration.ofHours(24);
    private Duration electionTimeoutMin = Duration.ofSeconds(1);
    private Duration electionTimeoutMax = Duration.ofSeconds(2);
    private Duration heartbeatInterval = Duration.ofMillis(100);
    private int maxCommandBytes = 8 << 20;
    private int maxMessageBytes = 1 << 20;
    private int maxInflightMessages = 256;
    private long maxInflightBytes = 32 << 20;
    private long maxUncommittedBytes = 64 << 20;
    private long maxPendingProposalBytes = 64 << 20;
    private long maxPendingReadBytes = 64 << 20;
    private long maxApplyQueueBytes = 64 << 20;
    private long logWindowBytes = 64 << 20;
    private Duration requestTimeout = Duration.ofSeconds(5);
    private boolean forwardProposals;
    private boolean failureHints = true;
    private SnapshotOptions snapshots = SnapshotOptions.defaults();

    private Builder() {}

    /** Sets the range of election timeouts. */
    public Builder electionTimeout(Duration min, Duration max) {
      this.electionTimeoutMin = min;
      this.electionTimeoutMax = max;
      return this;
    }

    /** See {@link RaftOptions#heartbeatInterval}. */
    public Builder heartbeatInterval(Duration interval) {
      this.heartbeatInterval = interval;
      return this;
    }

    /** See {@link RaftOptions#maxCommandBytes}. */
    public Builder maxCommandBytes(int bytes) {
      this.maxCommandBytes = bytes;
      return this;
    }

    /** See {@link RaftOptions#maxMessageBytes}. */
    public Builder maxMessageBytes(int bytes) {
      this.maxMessageBytes = bytes;
      return this;
    }

    /** Sets what a leader may have under way to one follower. */
    public Builder maxInflight(int messages, long bytes) {
      this.maxInflightMessages = messages;
      this.maxInflightBytes = bytes;
      return this;
    }

    /** See {@link RaftOptions#maxUncommittedBytes}. */
    public Builder maxUncommittedBytes(long bytes) {
      this.maxUncommittedBytes = bytes;
      return this;
    }

    /** See {@link RaftOptions#maxPendingProposalBytes}. */
    public Builder maxPendingProposalBytes(long bytes) {
      this.maxPendingProposalBytes = bytes;
      return this;
    }

    /** See {@link RaftOptions#maxPendingReadBytes}. */
    public Builder maxPendingReadBytes(long bytes) {
      this.maxPendingReadBytes = bytes;
      return this;
    }

    /** See {@link RaftOptions#maxApplyQueueBytes}. */
    public Builder maxApplyQueueBytes(long bytes) {
      this.maxApplyQueueBytes = bytes;
      return this;
    }

    /** See {@link RaftOptions#logWindowBytes}. */
    public Builder logWindowBytes(long bytes) {
      this.logWindowBytes = bytes;
      return this;
    }

    /** See {@link RaftOptions#requestTimeout}. */
    public Builder requestTimeout(Duration timeout) {
      this.requestTimeout = timeout;
      return this;
    }

    /** See {@link RaftOptions#forwardProposals}. */
    public Builder forwardProposals(boolean forward) {
      this.forwardProposals = forward;
      return this;
    }

    /** See {@link RaftOptions#failureHints}. */
    public Builder failureHints(boolean use) {
      this.failureHints = use;
      return this;
    }

    /** See {@link RaftOptions#snapshots}. */
    public Builder snapshots(SnapshotOptions options) {
      this.snapshots = options;
      return this;
    }

    /**
     * Checks the combination.
     *
     * @throws IllegalArgumentException if it can't work; the message says why
     */
    public RaftOptions build() {
      require(
          heartbeatInterval.compareTo(Duration.ZERO) > 0
              && heartbeatInterval.compareTo(LONGEST_ELECTION_TIMEOUT) <= 0,
          "the heartbeat interval must be positive and at most "
              + LONGEST_ELECTION_TIMEOUT.toHours() + " hours, not " + heartbeatInterval);
      require(
          electionTimeoutMin.compareTo(heartbeatInterval.multipliedBy(2)) >= 0,
          "the election timeout must be at least twice the heartbeat interval, or one lost heartbeat"
              + " starts an election");
      require(
          electionTimeoutMax.compareTo(LONGEST_ELECTION_TIMEOUT) <= 0,
          "the election timeout can be at most " + LONGEST_ELECTION_TIMEOUT.toHours() + " hours");
      require(
          electionTimeoutMax.compareTo(electionTimeoutMin) > 0,
          "the range of election timeouts must not be empty, or votes keep being split");
      require(maxCommandBytes > 0, "maxCommandBytes must be positive");
      require(maxCommandBytes <= 64 << 20, "maxCommandBytes can be at most 64 MiB");
      require(maxMessageBytes >= 1024, "maxMessageBytes must be at least 1 KiB");
      require(maxInflightMessages > 0, "maxInflightMessages must be positive");
      require(
          maxInflightBytes >= maxMessageBytes, "maxInflightBytes must hold at least one message");
      require(
          maxUncommittedBytes >= maxCommandBytes,
          "maxUncommittedBytes must hold at least one command");
      require(
          maxPendingProposalBytes >= maxCommandBytes,
          "maxPendingProposalBytes must hold at least one command");
      require(maxPendingReadBytes >= 1024, "maxPendingReadBytes must be at least 1 KiB");
      require(maxApplyQueueBytes > 0, "maxApplyQueueBytes must be positive");
      require(logWindowBytes >= 0, "logWindowBytes must not be negative");
      require(
          requestTimeout.compareTo(Duration.ZERO) > 0
              && requestTimeout.compareTo(LONGEST_REQUEST_TIMEOUT) <= 0,
          "requestTimeout must be positive and at most " + LONGEST_REQUEST_TIMEOUT.toDays()
              + " days");
      return new RaftOptions(copy());
    }

    private Builder copy() {
      Builder copy = new Builder();
      copy.electionTimeoutMin = electionTimeoutMin;
      copy.electionTimeoutMax = electionTimeoutMax;
      copy.heartbeatInterval = heartbeatInterval;
      copy.maxCommandBytes = maxCommandBytes;
      copy.maxMessageBytes = maxMessageBytes;
      copy.maxInflightMessages = maxInflightMessages;
      copy.maxInflightBytes = maxInflightBytes;
      copy.maxUncommittedBytes = maxUncommittedBytes;
      copy.maxPendingProposalBytes = maxPendingProposalBytes;
      copy.maxPendingReadBytes = maxPendingReadBytes;
      copy.maxApplyQueueBytes = maxApplyQueueBytes;
      copy.logWindowBytes = logWindowBytes;
      copy.requestTimeout = requestTimeout;
      copy.forwardProposals = forwardProposals;
      copy.failureHints = failureHints;
      copy.snapshots = snapshots;
      return copy;
    }

    private Map<String, Object> byName() {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("electionTimeoutMin", electionTimeoutMin);
      all.put("electionTimeoutMax", electionTimeoutMax);
      all.put("heartbeatInterval", heartbeatInterval);
      all.put("maxCommandBytes", maxCommandBytes);
      all.put("maxMessageBytes", maxMessageBytes);
      all.put("maxInflightMessages", maxInflightMessages);
      all.put("maxInflightBytes", maxInflightBytes);
      all.put("maxUncommittedBytes", maxUncommittedBytes);
      all.put("maxPendingProposalBytes", maxPendingProposalBytes);
      all.put("maxPendingReadBytes", maxPendingReadBytes);
      all.put("maxApplyQueueBytes", maxApplyQueueBytes);
      all.put("logWindowBytes", logWindowBytes);
      all.put("requestTimeout", requestTimeout);
      all.put("forwardProposals", forwardProposals);
      all.put("failureHints", failureHints);
      all.put("snapshots", snapshots);
      return all;
    }

    private static void require(boolean condition, String message) {
      if (!condition) {
        throw new IllegalArgumentException(message);
      }
    }
  }
}
