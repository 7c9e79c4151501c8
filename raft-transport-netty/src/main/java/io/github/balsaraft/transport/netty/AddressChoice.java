package io.github.balsaraft.transport.netty;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which of the addresses behind one name is dialled: the one that led to the peer the last time, and after a failure the next. Of one
 * event loop.
 */
final class AddressChoice {

  private @Nullable InetSocketAddress chosen;
  private @Nullable InetSocketAddress connected;
  private boolean isOnlyOne;
  private boolean isTried;
  private boolean hasFailed;

  /**
   * The address to dial.
   *
   * @param found what is behind the name just now; at least one, in any order
   */
  InetSocketAddress choose(List<InetSocketAddress> found) {
    int before = chosen == null ? -1 : found.indexOf(chosen);
    int place = hasFailed ? (before + 1) % found.size() : Math.max(0, before);
    InetSocketAddress choice = found.get(place);
    chosen = choice;
    isOnlyOne = found.size() == 1;
    isTried = true;
    hasFailed = false;
    return choice;
  }

  /** Whether the peer is nowhere if it isn't at the address that was chosen. */
  boolean isWhereItWas() {
    return isOnlyOne || (chosen != null && chosen.equals(connected));
  }

  /** What was chosen has led to the peer. */
  void connected() {
    connected = chosen;
    isTried = false;
  }

  /** An attempt failed; if it got as far as an address, the next one shall choose another. */
  void failed() {
    hasFailed |= isTried;
    isTried = false;
  }
}
