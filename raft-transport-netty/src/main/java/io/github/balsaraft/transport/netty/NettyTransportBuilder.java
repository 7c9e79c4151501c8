package io.github.balsaraft.transport.netty;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Settings of a {@link NettyTransport}. Everything but where to listen has a default that suits a local network. */
public final class NettyTransportBuilder {

  static final int DEFAULT_MAX_FRAME_BYTES = 16 << 20;

  private static final Set<String> EVERY_INTERFACE = Set.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0");

  private @Nullable HostPort bind;
  private @Nullable HostPort advertised;
  private AddressResolver resolver = AddressResolver.SYSTEM;
  private int eventLoopThreads = 1;
  private int maxFrameBytes = DEFAULT_MAX_FRAME_BYTES;
  private long maxQueuedBytesPerPeer = 32 << 20;
  private long maxQueuedControlBytesPerPeer = 4 << 20;
  private Duration minReconnectDelay = Duration.ofMillis(50);
  private Duration maxReconnectDelay = Duration.ofSeconds(2);
  private Duration connectTimeout = Duration.ofSeconds(2);
  private Duration handshakeTimeout = Duration.ofSeconds(5);
  private int maxInboundConnections = 1024;
  private int maxPendingHandshakes = 64;
  private int maxClientConnections = 1024;
  private Duration clientSilenceTimeout = Duration.ofSeconds(30);
  private Duration maxUnused = Duration.ofSeconds(10);

  NettyTransportBuilder() {}

  /**
   * Where to listen, {@code host:port}; port 0 lets the system choose one. Required.
   *
   * @throws IllegalArgumentException if it isn't an address
   */
  public NettyTransportBuilder bindAddress(String address) {
    bind = HostPort.parse(address);
    return this;
  }

  /**
   * Where other hosts reach this one, {@code host:port}, if that is not where it listens: behind a wildcard address or a
   * translation. Port 0 stands for the port that it listens on.
   *
   * @throws IllegalArgumentException if it isn't an address
   */
  public NettyTransportBuilder advertisedAddress(String address) {
    advertised = HostPort.parse(address);
    return this;
  }

  /** How addresses of peers are resolved; the system's way is {@link AddressResolver#SYSTEM}. */
  public NettyTransportBuilder resolver(AddressResolver newResolver) {
    resolver = newResolver;
    return this;
  }

  /** How many threads read and write, 1 to 64; 1 unless said otherwise, which serves several gigabits. */
  public NettyTransportBuilder eventLoopThreads(int threads) {
    eventLoopThreads = (int) inRange("eventLoopThreads", threads, 1, 64);
    return this;
  }

  /**
   * The longest frame sent or accepted, in bytes, 64 KiB to 1 GiB; 16 MiB unless said otherwise. A message that doesn't
   * fit is dropped: all hosts need the same bound, and it must exceed the largest command. Requests of clients are as long at most;
   * clients are told so.
   */
  public NettyTransportBuilder maxFrameBytes(int bytes) {
    maxFrameBytes = (int) inRange("maxFrameBytes", bytes, 64 << 10, 1 << 30);
    return this;
  }

  /**
   * How many bytes of bulk messages wait for one peer at most, in our queue and for its socket together; 32 MiB unless said
   * otherwise. Above a half of it the peer counts as not writable, at a quarter or below again as writable.
   */
  public NettyTransportBuilder maxQueuedBytesPerPeer(long bytes) {
    maxQueuedBytesPerPeer = inRange("maxQueuedBytesPerPeer", bytes, 1, Long.MAX_VALUE / 4);
    return this;
  }

  /** How many bytes of small messages wait for one peer at most; 4 MiB unless said otherwise. */
  public NettyTransportBuilder maxQueuedControlBytesPerPeer(long bytes) {
    maxQueuedControlBytesPerPeer =
        inRange("maxQueuedControlBytesPerPeer", bytes, 1, Long.MAX_VALUE / 4);
    return this;
  }

  /**
   * How long to wait after a failed attempt to connect: the least at first, doubled after each further one up to the most,
   * and each time shortened by up to a half at random. 50 ms and 2 s unless said otherwise.
   */
  public NettyTransportBuilder reconnectDelay(Duration min, Duration max) {
    long minMillis = millis("reconnectDelay", min);
    if (minMillis > millis("reconnectDelay", max)) {
      throw new IllegalArgumentException(
          "reconnectDelay: the least, " + min + ", is longer than the most, " + max);
    }
    minReconnectDelay = min;
    maxReconnectDelay = max;
    return this;
  }

  /** How long an attempt to connect may take; 2 s unless said otherwise. */
  public NettyTransportBuilder connectTimeout(Duration timeout) {
    millis("connectTimeout", timeout);
    connectTimeout = timeout;
    return this;
  }

  /** How long either side waits for the other's handshake; 5 s unless said otherwise. */
  public NettyTransportBuilder handshakeTimeout(Duration timeout) {
    millis("handshakeTimeout", timeout);
    handshakeTimeout = timeout;
    return this;
  }

  /**
   * How many inbound connections are held, and how many of them may be before their handshake; 1024 and 64 unless said
   * otherwise. Each peer needs two. One more than the first is closed at once; one more than the second closes that which
   * has waited longest, since honest handshakes take milliseconds.
   */
  public NettyTransportBuilder maxInboundConnections(int all, int beforeHandshake) {
    maxInboundConnections = (int) inRange("maxInboundConnections", all, 1, 1 << 20);
    maxPendingHandshakes = (int) inRange("maxInboundConnections", beforeHandshake, 1, all);
    return this;
  }

  /** How many clients may be connected, if any are {@linkplain NettyTransport#serveClients served}; 1024 unless said otherwise. */
  public NettyTransportBuilder maxClientConnections(int connections) {
    maxClientConnections = (int) inRange("maxClientConnections", connections, 1, 1 << 20);
    return this;
  }

  /**
   * For how long a client may say nothing and take nothing before its connection is closed, so that one that has vanished makes room for
   * others; 30 s unless said otherwise. A {@link RaftClient} says something twice a second. What this host itself owes an answer for is
   * waited for. On epoll the system gives one up that takes nothing for 10 s of what is under way to it, whatever is said here.
   */
  public NettyTransportBuilder clientSilenceTimeout(Duration timeout) {
    millis("clientSilenceTimeout", timeout);
    clientSilenceTimeout = timeout;
    return this;
  }

  /** For how long the way to a peer that only says itself where it is stays connected without being used. For tests. */
  NettyTransportBuilder maxUnused(Duration time) {
    maxUnused = time;
    return this;
  }

  /**
   * A transport with these settings, not started yet.
   *
   * @throws IllegalArgumentException if the settings contradict each other
   */
  public NettyTransport build() {
    return new NettyTransport(options(), maxClientConnections, clientSilenceTimeout.toMillis());
  }

  /** The settings of what is not for clients. */
  NettyOptions options() {
    if (bind == null) {
      throw new IllegalArgumentException(
          "say where to listen: bindAddress(\"host:port\"), with port 0 for any free one");
    }
    if (EVERY_INTERFACE.contains(bind.host()) && advertised == null) {
      throw new IllegalArgumentException("bound to every interface, as " + bind
          + ", a host must say where others reach it: advertisedAddress(\"host:port\")");
    }
    return new NettyOptions(
        bind,
        advertised,
        resolver,
        eventLoopThreads,
        maxFrameBytes,
        maxQueuedBytesPerPeer,
        maxQueuedControlBytesPerPeer,
        minReconnectDelay.toMillis(),
        maxReconnectDelay.toMillis(),
        (int) connectTimeout.toMillis(),
        handshakeTimeout.toMillis(),
        maxInboundConnections,
        maxPendingHandshakes,
        maxUnused.toMillis());
  }

  private static long millis(String what, Duration duration) {
    return inRange(what + " in milliseconds", duration.toMillis(), 1, 3_600_000);
  }

  private static long inRange(String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(what + " is " + least + " to " + most + ", not " + value);
    }
    return value;
  }
}
