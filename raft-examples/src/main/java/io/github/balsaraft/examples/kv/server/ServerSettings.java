package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.examples.kv.resp.RespLimits;
import java.time.Duration;
import java.util.Map;

/**
 * How to serve clients.
 *
 * @param listen where
 * @param limits what a client may send
 * @param redirect whether a follower answers MOVED instead of passing commands on
 * @param clientAddresses host id to {@code host:port} for clients, this server among them; of those that have announced none, for
 *     MOVED and INFO
 * @param maxClients the most connections
 * @param maxPendingBytes the most bytes of unanswered commands over all connections
 * @param maxAnswerBytes the most bytes of answers that were copied for clients and that these have not taken, over all connections; a
 *     single one may be longer
 * @param ioThreads how many threads serve connections
 * @param patience how long a missing leader counts as an election under way; after that, as a missing quorum
 * @param stallTimeout how long a client may take none of its replies, or leave a command or a transaction unfinished when memory is short
 */
public record ServerSettings(
    HostPort listen,
    RespLimits limits,
    boolean redirect,
    Map<String, String> clientAddresses,
    int maxClients,
    long maxPendingBytes,
    long maxAnswerBytes,
    int ioThreads,
    Duration patience,
    Duration stallTimeout) {

  public ServerSettings {
    clientAddresses = Map.copyOf(clientAddresses);
  }

  /** Begins with usual settings for values of at most so many bytes. */
  public static Builder builder(HostPort listen, int maxValueBytes) {
    return new Builder(listen, RespLimits.forValuesOf(maxValueBytes));
  }

  /** Usual settings, and what shall be different. Methods have the names of the settings. */
  public static final class Builder {
    private final HostPort listen;
    private final RespLimits limits;
    private boolean redirect;
    private Map<String, String> clientAddresses = Map.of();
    private int maxClients = 10_000;
    private long maxPendingBytes;
    private long maxAnswerBytes;
    private int ioThreads =
        Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 2));
    private Duration patience = Duration.ofSeconds(4);
    private Duration stallTimeout = Duration.ofSeconds(30);

    private Builder(HostPort listen, RespLimits limits) {
      this.listen = listen;
      this.limits = limits;
      long heap = Runtime.getRuntime().maxMemory();
      this.maxPendingBytes = Math.max(heap / 4, 2L * limits.maxRequestBytes());
      this.maxAnswerBytes = heap / 8;
    }

    public Builder redirect(boolean value) {
      redirect = value;
      return this;
    }

    public Builder clientAddresses(Map<String, String> value) {
      clientAddresses = value;
      return this;
    }

    public Builder maxClients(int value) {
      maxClients = value;
      return this;
    }

    public Builder maxPendingBytes(long value) {
      maxPendingBytes = value;
      return this;
    }

    public Builder maxAnswerBytes(long value) {
      maxAnswerBytes = value;
      return this;
    }

    public Builder ioThreads(int value) {
      ioThreads = value;
      return this;
    }

    /** Twice the longest election timeout suits. */
    public Builder patience(Duration value) {
      patience = value;
      return this;
    }

    public Builder stallTimeout(Duration value) {
      stallTimeout = value;
      return this;
    }

    /** These settings. */
    public ServerSettings build() {
      return new ServerSettings(
          listen,
          limits,
          redirect,
          clientAddresses,
          maxClients,
          maxPendingBytes,
          maxAnswerBytes,
          ioThreads,
          patience,
          stallTimeout);
    }
  }
}
