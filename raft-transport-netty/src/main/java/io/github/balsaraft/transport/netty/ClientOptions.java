package io.github.balsaraft.transport.netty;

import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.model.GroupId;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * What a {@link RaftClientBuilder} has collected.
 *
 * @param members addresses of some of them
 * @param resolver says where an address is; may block
 */
record ClientOptions(
    List<String> members,
    GroupId group,
    SessionOptions session,
    long attemptTimeoutNanos,
    long maxPendingReadBytes,
    int maxFrameBytes,
    Resolver resolver) {

  /** Says what is behind a member's address just now. */
  @FunctionalInterface
  interface Resolver {
    List<InetSocketAddress> resolve(String address) throws UnknownHostException;
  }
}
