package io.github.balsaraft.node;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.transport.PeerConnection;
import io.github.balsaraft.transport.Transport;
import io.github.balsaraft.transport.TransportReceiver;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A network that loses, repeats, delays and so reorders messages, each on its own. Every host is at its own name. */
final class SimulatedNetwork {

  private final Simulation simulation;
  private final Map<HostId, Endpoint> hosts = new TreeMap<>();
  private final Set<String> cuts = new HashSet<>();
  private double loss;
  private double duplication;
  private long minDelayNanos = 50_000;
  private long maxDelayNanos = 500_000;

  /** Messages to drop, for tests that want a certain one gone. */
  private BiPredicate<HostId, Message> dropped = (to, message) -> false;

  SimulatedNetwork(Simulation simulation) {
    this.simulation = simulation;
  }

  void faults(double lossRate, double duplicationRate, long maxDelay) {
    loss = lossRate;
    duplication = duplicationRate;
    minDelayNanos = Math.min(50_000, maxDelay);
    maxDelayNanos = maxDelay;
  }

  /** Every message takes exactly so long. */
  void delay(long nanos) {
    minDelayNanos = nanos;
    maxDelayNanos = nanos;
  }

  void drop(BiPredicate<HostId, Message> toDrop) {
    dropped = toDrop;
  }

  /** Nothing gets from one host to the other any more; the way back is another matter. */
  void cut(HostId from, HostId to) {
    cuts.add(from + ">" + to);
  }

  /** Cuts a host off from all others. */
  void isolate(HostId host) {
    for (HostId other : hosts.keySet()) {
      cut(host, other);
      cut(other, host);
    }
  }

  /** Undoes all faults. */
  void heal() {
    cuts.clear();
    faults(0, 0, 500_000);
    dropped = (to, message) -> false;
  }

  /** Whether nothing listens there. */
  boolean isClosed(HostId host) {
    Endpoint endpoint = hosts.get(host);
    return endpoint == null || endpoint.closed;
  }

  Transport transport(HostId self) {
    return new Endpoint(self);
  }

  /** Tells the others that a process is gone, as its operating system would. */
  void processGone(HostId gone) {
    for (HostId other : hosts.keySet()) {
      if (!other.equals(gone) && !cuts.contains(gone + ">" + other)) {
        simulation.in(simulation.between(0, maxDelayNanos), () -> {
          Endpoint hearing = hosts.get(other);
          if (hearing != null && !hearing.closed) {
            hearing.receiver().onPeerGone(gone);
          }
        });
      }
    }
  }

  private void send(HostRecord from, HostId to, GroupMessage message) {
    if (dropped.test(to, message.message()) || simulation.chance(loss)) {
      return;
    }
    int copies = simulation.chance(duplication) ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      simulation.in(
          simulation.between(minDelayNanos, maxDelayNanos), () -> deliver(from, to, message));
    }
  }

  private void deliver(HostRecord from, HostId to, GroupMessage message) {
    Endpoint target = hosts.get(to);
    if (target == null || target.closed || cuts.contains(from.host() + ">" + to)) {
      return;
    }
    ClusterIdentity theirs = from.cluster();
    ClusterIdentity ours = target.record().cluster();
    if (theirs == null || ours == null || theirs.equals(ours)) {
      target.receiver().onMessages(from, List.of(message));
    }
  }

  private final class Endpoint implements Transport {
    private final HostId self;
    private @Nullable Supplier<HostRecord> record;
    private @Nullable TransportReceiver receiver;
    private boolean closed;

    Endpoint(HostId self) {
      this.self = self;
    }

    HostRecord record() {
      return record.get();
    }

    TransportReceiver receiver() {
      return receiver;
    }

    @Override
    public void start(Supplier<HostRecord> ownRecord, TransportReceiver ownReceiver) {
      record = ownRecord;
      receiver = ownReceiver;
      hosts.put(self, this);
    }

    @Override
    public void identityChanged() {}

    @Override
    public String localAddress() {
      return self.name();
    }

    @Override
    public void setRoute(HostId peer, String address) {}

    @Override
    public void removeRoute(HostId peer) {}

    @Override
    public void send(HostId to, List<GroupMessage> messages) {
      if (!closed) {
        messages.forEach(message -> SimulatedNetwork.this.send(record(), to, message));
      }
    }

    @Override
    public PeerConnection connection(HostId peer) {
      return new PeerConnection(PeerConnection.State.CONNECTED, "");
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
