package io.github.balsaraft.transport;

import io.github.balsaraft.model.HostId;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A network inside one process: hosts find each other by address, which may be any text. Two networks know nothing of
 * each other.
 *
 * <pre>{@code
 * LocalNetwork network = new LocalNetwork();
 * Transport first = network.transport();
 * Transport second = network.transport("second:1");
 * }</pre>
 *
 * <p>Thread-safe. It holds a host from its start to its close and nothing else; it needs no closing itself.
 */
public final class LocalNetwork {

  /** What is queued for one peer at most, if nothing else was said. */
  public static final long DEFAULT_MAX_QUEUED_BYTES_PER_PEER = 64L << 20;

  // Sorted, so that what happens to several hosts at once happens in the same order in each run.
  private final NavigableMap<String, LocalTransport> hosts = new ConcurrentSkipListMap<>();
  private final Executor executor;
  private final long maxQueuedBytesPerPeer;

  /** A network that delivers on a few daemon threads of its own, which end when there is nothing to do. */
  public LocalNetwork() {
    this(deliveryThreads(), DEFAULT_MAX_QUEUED_BYTES_PER_PEER);
  }

  /**
   * A network that delivers on the given executor.
   *
   * @param executor runs short tasks that don't block; must not run them on the caller's stack. Tasks that concern one
   *     pair of hosts never run at the same time, whatever the executor does
   * @param maxQueuedBytesPerPeer bound of what is queued from one host for another, about; for small and for bulk
   *     messages each
   */
  public LocalNetwork(Executor executor, long maxQueuedBytesPerPeer) {
    if (maxQueuedBytesPerPeer < 1) {
      throw new IllegalArgumentException(
          "a queue needs room for at least one byte, not " + maxQueuedBytesPerPeer);
    }
    this.executor = executor;
    this.maxQueuedBytesPerPeer = maxQueuedBytesPerPeer;
  }

  /** A new host's transport; its address is the host's name, which is also where hosts without a route are looked for. */
  public LocalTransport transport() {
    return new LocalTransport(this, null);
  }

  /** A new host's transport at the given address. */
  public LocalTransport transport(String address) {
    return new LocalTransport(this, address);
  }

  LocalInbox newInbox(HostId peer, TransportReceiver receiver) {
    return new LocalInbox(peer, receiver, executor, maxQueuedBytesPerPeer);
  }

  /** Who listens at an address, or null. */
  @Nullable
  LocalTransport at(String address) {
    return hosts.get(address);
  }

  void register(String address, LocalTransport host) {
    if (hosts.putIfAbsent(address, host) != null) {
      throw new TransportException(
          "another host of this process already listens at local address \"" + address
              + "\": close it first, or give this one a name or an address of its own",
          null);
    }
  }

  void unregister(String address, LocalTransport host) {
    hosts.remove(address, host);
  }

  Iterable<LocalTransport> hosts() {
    return hosts.values();
  }

  private static Executor deliveryThreads() {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(2, 2, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
          Thread thread = new Thread(task, "balsa-local-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }
}
