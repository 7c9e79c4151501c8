package io.github.balsaraft.node;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.InstallSnapshot;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ServiceMessage;
import io.github.balsaraft.transport.PeerConnection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The others, as a replica reaches them: sends to replicas by way of their hosts, and follows where these listen. */
final class GroupPeers {

  private final HostRuntime host;
  private final GroupId group;
  private final BirthPlan plan;
  private final ReplicaRoutes routes = new ReplicaRoutes();
  private final Guests guests = new Guests(new GuestRoutes());

  /** Members at some time since the start, and then no more. */
  private final Set<HostId> hasLeft = new HashSet<>();

  private @Nullable Configuration followed;

  GroupPeers(HostRuntime host, GroupId group, BirthPlan plan) {
    this.host = host;
    this.group = group;
    this.plan = plan;
  }

  /** Learns from the operator where the hosts are that were named at the start. */
  void followPlan() {
    plan.peers().forEach(peer -> setRoute(peer.host(), peer.address()));
  }

  /** Those that ask to be let in. */
  Guests guests() {
    return guests;
  }

  /**
   * A host asks for something, and says where it is. If it is a member's, that is known better.
   *
   * @param replica that asks to be let in; null if it isn't born yet
   */
  void askedBy(HostId from, String address, @Nullable ReplicaId replica, long nowNanos) {
    Configuration configuration = followed;
    boolean isMember = configuration != null && !configuration.membersOn(from).isEmpty();
    if (!isMember) {
      guests.heard(from, address, replica, nowNanos);
    }
  }

  /** Learns from a leader where a member is. */
  void learn(ReplicaId member, HostId itsHost, String address) {
    heardFrom(member, itsHost);
    setHint(itsHost, address);
  }

  /** Learns from a member where another one is that nobody has told this replica of. */
  void setHint(HostId peer, String address) {
    boolean isKnown = followed != null && ReplicaRoutes.addressesIn(followed).containsKey(peer);
    if (!isPlanned(peer) && !isKnown && !address.isBlank()) {
      setRoute(peer, address);
    }
  }

  /** A host that the group had let go since the start is like any other: it may come back from elsewhere. */
  private boolean isPlanned(HostId peer) {
    return plan.peers().stream().anyMatch(planned -> planned.host().equals(peer))
        && !hasLeft.contains(peer);
  }

  /**
   * Learns where members are reached. What the operator said at the start wins over what the log said by then; what changes
   * after that is news.
   *
   * @return whether another configuration than before is in force
   */
  boolean follow(Configuration configuration) {
    Configuration before = followed;
    if (before != null && before.equals(configuration)) {
      return false;
    }
    followed = configuration;
    routes.configure(configuration);
    Map<HostId, String> addressesBefore =
        before == null ? Map.of() : ReplicaRoutes.addressesIn(before);
    Map<HostId, String> addresses = ReplicaRoutes.addressesIn(configuration);
    addressesBefore.keySet().stream()
        .filter(member -> !addresses.containsKey(member))
        .forEach(hasLeft::add);
    addresses.forEach((member, address) -> {
      String addressBefore = addressesBefore.get(member);
      boolean isNews = addressBefore != null && !addressBefore.equals(address);
      if (isNews || !isPlanned(member)) {
        setRoute(member, address);
      }
    });
    guests.settled(member -> !configuration.membersOn(member).isEmpty());
    return before != null;
  }

  private void setRoute(HostId peer, String address) {
    if (!peer.equals(host.self())) {
      host.routes().set(group, peer, address);
    }
  }

  /** A stranger gets its answers where its messages come from. */
  void heardFrom(ReplicaId replica, HostId from) {
    routes.heardFrom(replica, from);
  }

  @Nullable
  HostId hostOf(ReplicaId replica) {
    return routes.hostOf(replica);
  }

  /** For people: the host, or the id of a replica whose host isn't known. */
  String nameOf(ReplicaId replica) {
    HostId known = routes.hostOf(replica);
    return known == null ? replica.toString() : known.name();
  }

  void send(List<ProtocolMessage> messages) {
    if (messages.size() <= 1) {
      // Most turns of a follower: there is nothing to put together.
      for (ProtocolMessage message : messages) {
        HostId to = routes.hostOf(message.to());
        if (to != null) {
          host.transport().send(to, List.of(new GroupMessage(group, located(message))));
        }
      }
      return;
    }
    Map<HostId, List<GroupMessage>> byHost = new LinkedHashMap<>();
    for (ProtocolMessage message : messages) {
      HostId to = routes.hostOf(message.to());
      if (to != null) {
        byHost
            .computeIfAbsent(to, key -> new ArrayList<>())
            .add(new GroupMessage(group, located(message)));
      }
    }
    byHost.forEach((to, batch) -> host.transport().send(to, batch));
  }

  /** Who is to fetch a snapshot may never have heard of whom to fetch it from. */
  private ProtocolMessage located(ProtocolMessage message) {
    if (message instanceof InstallSnapshot install && followed != null) {
      Member source = followed.member(install.source());
      if (source != null) {
        return install.withSourceAt(source.host(), source.address());
      }
    }
    return message;
  }

  /** May be called from any thread. */
  void send(ReplicaId to, ServiceMessage message) {
    HostId known = routes.hostOf(to);
    if (known != null) {
      sendToHost(known, message);
    }
  }

  /**
   * As {@link #send(ReplicaId, ServiceMessage)}, of a message that is worth keeping. May be called from any thread.
   *
   * @return false if it was not sent, and will not arrive
   */
  boolean trySend(ReplicaId to, ServiceMessage message) {
    HostId known = routes.hostOf(to);
    return known != null && host.transport().trySend(known, new GroupMessage(group, message));
  }

  /** Why nothing gets to a replica, for people; null if nothing is known that speaks against it. */
  @Nullable
  String unreachable(ReplicaId replica) {
    HostId known = routes.hostOf(replica);
    if (known == null) {
      return "nobody has said on which host it is";
    }
    PeerConnection way = host.transport().connection(known);
    return switch (way.state()) {
      case UNREACHABLE, REFUSED -> way.detail();
      case UNKNOWN, CONNECTING, CONNECTED -> null;
    };
  }

  void sendToHost(HostId to, ServiceMessage message) {
    host.transport().send(to, List.of(new GroupMessage(group, message)));
  }

  /** Hosts of the plan keep the ways that they have. */
  private final class GuestRoutes implements Guests.Routes {

    @Override
    public void open(HostId guest, String address) {
      if (!isPlanned(guest)) {
        setRoute(guest, address);
      }
    }

    @Override
    public void close(HostId guest) {
      if (!isPlanned(guest)) {
        host.routes().release(group, guest);
      }
    }
  }
}
