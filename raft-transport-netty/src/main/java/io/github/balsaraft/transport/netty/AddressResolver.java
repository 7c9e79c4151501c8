package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.HostId;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Says where a peer is right now. Asked anew at every attempt to connect, so that a host may move behind its name.
 *
 * <p>Called on threads that are there for it: it may block, and no other connection waits meanwhile. May be called for
 * several peers at once.
 */
@FunctionalInterface
public interface AddressResolver {

  /** Takes the configured address, {@code host:port}, and asks the system for the name in it. */
  AddressResolver SYSTEM = (peer, address) -> HostPort.parse(address).resolve();

  /**
   * Resolves the address of a peer.
   *
   * @param peer who is looked for
   * @param address what was given to {@link io.github.balsaraft.transport.Transport#setRoute}
   * @return where to connect to, resolved
   * @throws UnknownHostException if the name means nothing just now; asked again later
   * @throws IllegalArgumentException if the address isn't one
   */
  InetSocketAddress resolve(HostId peer, String address) throws UnknownHostException;
}
