package io.github.balsaraft.node;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Hosts that ask to be born into the group, or to be let in, and that nobody has told this replica of. They are owed answers, so
 * they get a route for as long as they ask. What they say comes from the network, so there are never many of them.
 */
final class Guests {

  static final int MAX_GUESTS = 64;

  /** They ask four times a second. */
  static final long FORGET_AFTER_NANOS = 10_000_000_000L;

  private static final int MAX_ADDRESS_CHARS = 255;

  /** Makes and ends the ways to them. */
  interface Routes {
    void open(HostId host, String address);

    void close(HostId host);
  }

  /**
   * One of them.
   *
   * @param replica that asks to be let in; null as long as it is not born
   */
  record Guest(HostId host, String address, @Nullable ReplicaId replica, long heardNanos) {}

  private final Routes routes;
  private final Map<HostId, Guest> guests = new LinkedHashMap<>();

  Guests(Routes routes) {
    this.routes = routes;
  }

  /** Takes in what a host says of itself. */
  void heard(HostId host, String address, @Nullable ReplicaId replica, long nowNanos) {
    if (address.isBlank() || address.length() > MAX_ADDRESS_CHARS) {
      return;
    }
    Guest before = guests.get(host);
    if (before == null && guests.size() >= MAX_GUESTS) {
      forget(guest -> nowNanos - guest.heardNanos >= FORGET_AFTER_NANOS);
      if (guests.size() >= MAX_GUESTS) {
        return;
      }
    }
    ReplicaId asks = replica == null && before != null ? before.replica : replica;
    guests.put(host, new Guest(host, address, asks, nowNanos));
    if (before == null || !before.address.equals(address)) {
      routes.open(host, address);
    }
  }

  /** Ends the ways to those that have fallen silent. */
  void forgetSilent(long nowNanos) {
    forget(guest -> nowNanos - guest.heardNanos >= FORGET_AFTER_NANOS);
  }

  private void forget(Predicate<Guest> condition) {
    // Asked in each step of the replica, and nearly always there is nobody.
    if (guests.isEmpty()) {
      return;
    }
    List<Guest> gone = guests.values().stream().filter(condition).toList();
    for (Guest guest : gone) {
      guests.remove(guest.host);
      routes.close(guest.host);
    }
  }

  /** They are members now: the ways to them are kept from elsewhere. */
  void settled(Predicate<HostId> isMember) {
    guests.keySet().removeIf(isMember);
  }

  /** When the next of them may be forgotten; {@link Long#MAX_VALUE} if there is none. */
  long deadlineNanos() {
    if (guests.isEmpty()) {
      return Long.MAX_VALUE;
    }
    long earliest = Long.MAX_VALUE;
    for (Guest guest : guests.values()) {
      earliest = Math.min(earliest, guest.heardNanos + FORGET_AFTER_NANOS);
    }
    return earliest;
  }

  /** The one on this host that asks to be let in, or null. */
  @Nullable
  Guest asking(HostId host) {
    Guest guest = guests.get(host);
    return guest == null || guest.replica == null ? null : guest;
  }

  /** All that ask to be let in, by host. */
  List<Guest> asking() {
    List<Guest> asking = new ArrayList<>(
        guests.values().stream().filter(guest -> guest.replica != null).toList());
    asking.sort(Comparator.comparing(Guest::host));
    return asking;
  }
}
