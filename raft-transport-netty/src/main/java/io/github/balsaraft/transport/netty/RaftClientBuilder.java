package io.github.balsaraft.transport.netty;

import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.model.GroupId;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Settings of a {@link RaftClient}. Everything but the members has a default. Not thread-safe. */
public final class RaftClientBuilder {

  private List<String> members = List.of();
  private GroupId group = GroupId.DEFAULT;
  private SessionOptions session = SessionOptions.defaults();
  private Duration attemptTimeout = Duration.ofSeconds(6);
  private long maxPendingReadBytes = 64L << 20;
  private int maxFrameBytes = 16 << 20;
  private ClientOptions.Resolver resolver = address -> HostPort.parse(address).resolveAll();

  RaftClientBuilder() {}

  /**
   * Addresses of some members, {@code host:port}; one that is there is enough, the others are learnt of. All
   * must be of one cluster: the first that answers says which. Required.
   *
   * @throws IllegalArgumentException if one isn't an address
   */
  public RaftClientBuilder members(String... addresses) {
    Arrays.stream(addresses).forEach(HostPort::parse);
    members = List.of(addresses);
    return this;
  }

  /** Which group; {@link GroupId#DEFAULT} unless said otherwise. */
  public RaftClientBuilder group(GroupId id) {
    group = id;
    return this;
  }

  /** How it proposes, and, by {@link SessionOptions#deadline}, how long it tries to read. */
  public RaftClientBuilder session(SessionOptions options) {
    session = options;
    return this;
  }

  /**
   * How long one member may leave a request without an answer, or a connection without a handshake, before another is tried; 6 s
   * unless said otherwise. Shorter than the members' {@link io.github.balsaraft.api.RaftOptions#requestTimeout} it asks twice what is
   * answered late.
   */
  public RaftClientBuilder attemptTimeout(Duration timeout) {
    if (timeout.toMillis() < 1 || timeout.toHours() > 1) {
      throw new IllegalArgumentException("attemptTimeout is 1 ms to 1 h, not " + timeout);
    }
    attemptTimeout = timeout;
    return this;
  }

  /** The most bytes of queries that wait for an answer; beyond it further ones are refused; 64 MiB unless said otherwise. */
  public RaftClientBuilder maxPendingReadBytes(long bytes) {
    if (bytes < 1024) {
      throw new IllegalArgumentException("maxPendingReadBytes must be at least 1 KiB");
    }
    maxPendingReadBytes = bytes;
    return this;
  }

  /**
   * The longest frame that is accepted, which is an answer and a few bytes; 16 MiB unless said otherwise. What has a longer answer ends as an
   * {@link io.github.balsaraft.api.AnswerTooLargeException}. How long a request may be, the members say.
   */
  public RaftClientBuilder maxFrameBytes(int bytes) {
    if (bytes < 64 << 10) {
      throw new IllegalArgumentException("maxFrameBytes must be at least 64 KiB");
    }
    maxFrameBytes = bytes;
    return this;
  }

  /** Where addresses are; the system says so otherwise. */
  RaftClientBuilder resolver(ClientOptions.Resolver addresses) {
    resolver = addresses;
    return this;
  }

  /**
   * Begins to connect, in the background.
   *
   * @throws IllegalArgumentException if no member is named
   */
  public RaftClient connect() {
    if (members.isEmpty()) {
      throw new IllegalArgumentException("name at least one member: members(\"host:port\")");
    }
    return new RaftClient(new ClientOptions(
        members,
        group,
        session,
        attemptTimeout.toNanos(),
        maxPendingReadBytes,
        maxFrameBytes,
        resolver));
  }
}
