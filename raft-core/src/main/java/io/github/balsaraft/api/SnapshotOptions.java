package io.github.balsaraft.api;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When snapshots are taken and how much of the log stays. They are taken by default; each member takes its own. The first of the
 * conditions that is met counts.
 */
public final class SnapshotOptions {

  private final Builder values;

  private SnapshotOptions(Builder values) {
    this.values = values;
  }

  /** All defaults. */
  public static SnapshotOptions defaults() {
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

  /** A snapshot is taken after so many bytes of entries, unless {@link #logRatio} asks for more. Default 64 MiB. */
  public long minLogBytes() {
    return values.minLogBytes;
  }

  /**
   * A snapshot is taken after so many times the size of the last one in bytes of entries, but not before {@link #minLogBytes}: so a
   * large state is written seldom. The more, the less is written, and the more disk the log takes. Default 1.
   */
  public double logRatio() {
    return values.logRatio;
  }

  /** A snapshot is taken after so many entries, however small they are: a start applies no more than about these. Default 10 million. */
  public long maxEntries() {
    return values.maxEntries;
  }

  /** A snapshot is taken after so long, if anything was applied since the last. Zero for never. Default one day. */
  public Duration maxAge() {
    return values.maxAge;
  }

  /** So many entries before a snapshot stay in the log, so that a member that was away for a moment needs none. Default 10,000. */
  public long retainedEntries() {
    return values.retainedEntries;
  }

  /** So many entries at most stay for a member that answers and lags; the others get a snapshot. Default 100,000. */
  public long maxRetainedEntries() {
    return values.maxRetainedEntries;
  }

  /**
   * Neither of the two is more than about so many bytes, however large the entries are. Entries from before a start count as nothing
   * until so much was appended since. Default 256 MiB, which is four times the default of {@link #minLogBytes}: where entries are
   * larger than states, a member that lags gets a snapshot sooner.
   */
  public long maxRetainedBytes() {
    return values.maxRetainedBytes;
  }

  /**
   * About so many bytes of entries at most stay for a member that is taking over a snapshot, besides all others. They should be more than
   * what is proposed while a snapshot is fetched and installed: beyond that the member has to begin with another one. Entries from
   * before a start count as nothing until so much was appended since. Default 16 GiB; not less than {@link #maxRetainedBytes}.
   */
  public long maxTakeoverBytes() {
    return values.maxTakeoverBytes;
  }

  /**
   * So many bytes of a snapshot that is taken are written to the disk per second at most; zero for as many as it takes. It is read back
   * without a limit, and so is written what is fetched. Default 0.
   */
  public long maxWriteBytesPerSecond() {
    return values.maxWriteBytesPerSecond;
  }

  /**
   * So many bytes of snapshots are sent per second at most, to all members of the group together; manifests don't wait for it, but count.
   * Default 64 MiB, at least 1 MiB.
   */
  public long maxSendBytesPerSecond() {
    return values.maxSendBytesPerSecond;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SnapshotOptions options
        && values.byName().equals(options.values.byName());
  }

  @Override
  public int hashCode() {
    return values.byName().hashCode();
  }

  /** All settings by name; for people. */
  @Override
  public String toString() {
    return "SnapshotOptions" + values.byName();
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder {

    /** Beyond that, moments in nanoseconds could no longer be added up. */
    private static final Duration LONGEST_AGE = Duration.ofDays(3650);

    private long minLogBytes = 64 << 20;
    private double logRatio = 1;
    private long maxEntries = 10_000_000;
    private Duration maxAge = Duration.ofDays(1);
    private long retainedEntries = 10_000;
    private long maxRetainedEntries = 100_000;
    private long maxRetainedBytes = 256 << 20;
    private long maxTakeoverBytes = 16L << 30;
    private long maxWriteBytesPerSecond;
    private long maxSendBytesPerSecond = 64 << 20;

    private Builder() {}

    /** See {@link SnapshotOptions#minLogBytes}. */
    public Builder minLogBytes(long bytes) {
      this.minLogBytes = bytes;
      return this;
    }

    /** See {@link SnapshotOptions#logRatio}. */
    public Builder logRatio(double times) {
      this.logRatio = times;
      return this;
    }

    /** See {@link SnapshotOptions#maxEntries}. */
    public Builder maxEntries(long entries) {
      this.maxEntries = entries;
      return this;
    }

    /** See {@link SnapshotOptions#maxAge}. */
    public Builder maxAge(Duration age) {
      this.maxAge = age;
      return this;
    }

    /** Sets {@link SnapshotOptions#retainedEntries} and {@link SnapshotOptions#maxRetainedEntries}. */
    public Builder retained(long entries, long forLaggingMembers) {
      this.retainedEntries = entries;
      this.maxRetainedEntries = forLaggingMembers;
      return this;
    }

    /** See {@link SnapshotOptions#maxRetainedBytes}. */
    public Builder maxRetainedBytes(long bytes) {
      this.maxRetainedBytes = bytes;
      return this;
    }

    /** See {@link SnapshotOptions#maxTakeoverBytes}. */
    public Builder maxTakeoverBytes(long bytes) {
      this.maxTakeoverBytes = bytes;
      return this;
    }

    /** See {@link SnapshotOptions#maxWriteBytesPerSecond}. */
    public Builder maxWriteBytesPerSecond(long bytes) {
      this.maxWriteBytesPerSecond = bytes;
      return this;
    }

    /** See {@link SnapshotOptions#maxSendBytesPerSecond}. */
    public Builder maxSendBytesPerSecond(long bytes) {
      this.maxSendBytesPerSecond = bytes;
      return this;
    }

    /**
     * Checks the combination.
     *
     * @throws IllegalArgumentException if it can't work; the message says why
     */
    public SnapshotOptions build() {
      require(minLogBytes > 0, "minLogBytes must be positive");
      require(logRatio >= 0 && logRatio <= 1000, "logRatio must be between 0 and 1000");
      require(maxEntries > 0, "maxEntries must be positive");
      require(!maxAge.isNegative(), "maxAge must not be negative");
      require(
          maxAge.compareTo(LONGEST_AGE) <= 0,
          "maxAge can be at most " + LONGEST_AGE.toDays() + " days; zero stands for never");
      require(retainedEntries >= 0, "retainedEntries must not be negative");
      require(
          maxRetainedEntries >= retainedEntries,
          "maxRetainedEntries must not be less than retainedEntries");
      require(maxRetainedBytes >= 0, "maxRetainedBytes must not be negative");
      require(
          maxTakeoverBytes >= maxRetainedBytes,
          "maxTakeoverBytes must not be less than maxRetainedBytes");
      require(maxWriteBytesPerSecond >= 0, "maxWriteBytesPerSecond must not be negative");
      require(maxSendBytesPerSecond >= 1 << 20, "maxSendBytesPerSecond must be at least 1 MiB");
      return new SnapshotOptions(copy());
    }

    private Builder copy() {
      Builder copy = new Builder();
      copy.minLogBytes = minLogBytes;
      copy.logRatio = logRatio;
      copy.maxEntries = maxEntries;
      copy.maxAge = maxAge;
      copy.retainedEntries = retainedEntries;
      copy.maxRetainedEntries = maxRetainedEntries;
      copy.maxRetainedBytes = maxRetainedBytes;
      copy.maxTakeoverBytes = maxTakeoverBytes;
      copy.maxWriteBytesPerSecond = maxWriteBytesPerSecond;
      copy.maxSendBytesPerSecond = maxSendBytesPerSecond;
      return copy;
    }

    private Map<String, Object> byName() {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("minLogBytes", minLogBytes);
      all.put("logRatio", logRatio);
      all.put("maxEntries", maxEntries);
      all.put("maxAge", maxAge);
      all.put("retainedEntries", retainedEntries);
      all.put("maxRetainedEntries", maxRetainedEntries);
      all.put("maxRetainedBytes", maxRetainedBytes);
      all.put("maxTakeoverBytes", maxTakeoverBytes);
      all.put("maxWriteBytesPerSecond", maxWriteBytesPerSecond);
      all.put("maxSendBytesPerSecond", maxSendBytesPerSecond);
      return all;
    }

    private static void require(boolean condition, String message) {
      if (!condition) {
        throw new IllegalArgumentException(message);
      }
    }
  }
}
