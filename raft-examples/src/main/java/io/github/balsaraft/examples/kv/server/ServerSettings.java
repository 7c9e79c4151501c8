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
    int ioThreads,
    Duration patience,
    Duration stallTimeout) {

  public ServerSettings {
    clientAddresses = Map.copyOf(clientAddresses);
  }

  /** Usual settings for values of at most so many bytes. */
  public static ServerSettings of(HostPort listen, int maxValueBytes) {
    long heap = Runtime.getRuntime().maxMemory();
    return new ServerSettings(
        listen,
        RespLimits.forValuesOf(maxValueBytes),
        false,
        Map.of(),
        10_000,
        Math.max(heap / 4, 2L * RespLimits.forValuesOf(maxValueBytes).maxRequestBytes()),
        Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 2)),
        Duration.ofSeconds(4),
        Duration.ofSeconds(30));
  }

  /** The same with MOVED, and what it needs. */
  public ServerSettings with(boolean newRedirect, Map<String, String> newClientAddresses) {
    return new ServerSettings(
        listen,
        limits,
        newRedirect,
        newClientAddresses,
        maxClients,
        maxPendingBytes,
        ioThreads,
        patience,
        stallTimeout);
  }

  /** The same with another bound on connections. */
  public ServerSettings withMaxClients(int newMaxClients) {
    return new ServerSettings(
        listen,
        limits,
        redirect,
        clientAddresses,
        newMaxClients,
        maxPendingBytes,
        ioThreads,
        patience,
        stallTimeout);
  }

  /** The same with another number of threads. */
  public ServerSettings withIoThreads(int newIoThreads) {
    return new ServerSettings(
        listen,
        limits,
        redirect,
        clientAddresses,
        maxClients,
        maxPendingBytes,
        newIoThreads,
        patience,
        stallTimeout);
  }

  /** The same with another patience: twice the longest election timeout suits. */
  public ServerSettings withPatience(Duration newPatience) {
    return new ServerSettings(
        listen,
        limits,
        redirect,
        clientAddresses,
        maxClients,
        maxPendingBytes,
        ioThreads,
        newPatience,
        stallTimeout);
  }

  /** The same with another bound on what clients may send that isn't answered. */
  public ServerSettings withMaxPendingBytes(long newMaxPendingBytes) {
    return new ServerSettings(
        listen,
        limits,
        redirect,
        clientAddresses,
        maxClients,
        newMaxPendingBytes,
        ioThreads,
        patience,
        stallTimeout);
  }

  /** The same with another patience for clients that don't go on. */
  public ServerSettings withStallTimeout(Duration newStallTimeout) {
    return new ServerSettings(
        listen,
        limits,
        redirect,
        clientAddresses,
        maxClients,
        maxPendingBytes,
        ioThreads,
        patience,
        newStallTimeout);
  }
}
