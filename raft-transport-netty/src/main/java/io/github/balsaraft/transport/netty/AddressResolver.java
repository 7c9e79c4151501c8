package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.HostId;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Says where a peer is right now. Asked anew at every attempt to connect, so that a host may move behind its name.
 *
 * <p>Called on threads that are there for it: it may block, and no other connection waits meanwhile. May be called for
 * several peers at once, and for one of them several times: who waits gives up, and asks again. Once eight calls for one
 * peer hang no further one is made until one of them returns, but for one a minute.
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

  /**
   * Resolves the address of a peer whose name may have several. This is what is asked. They are tried one after the other: after a
   * failure the next one, and after a connection was lost again that to which it led.
   *
   * @return where to connect to, resolved; at least one
   * @throws UnknownHostException as of {@link #resolve}
   * @throws IllegalArgumentException as of {@link #resolve}
   */
  default List<InetSocketAddress> resolveAll(HostId peer, String address)
      throws UnknownHostException {
    return this == SYSTEM ? HostPort.parse(address).resolveAll() : List.of(resolve(peer, address));
  }
}
