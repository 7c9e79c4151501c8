package io.github.balsaraft.testing.simulation.world;

import io.github.balsaraft.model.HostId;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Machines, the network between them, and the time that passes for all of them. */
public final class World {

  private final long seed;
  private final VirtualTime time = new VirtualTime();
  private final Observer observer;
  private final Network network;
  private final Map<HostId, SimulatedHost> hosts = new TreeMap<>();

  /** A world without machines. */
  public World(long seed, Observer observer) {
    this.seed = seed;
    this.observer = observer;
    this.network = new Network(time, Chance.of(seed, "network"), observer);
  }

  /** Adds a machine on which nothing runs yet. */
  public SimulatedHost add(HostId id) {
    SimulatedHost host = new SimulatedHost(time, network, observer, id, seed);
    if (hosts.putIfAbsent(id, host) != null) {
      throw new IllegalArgumentException(id + " is there already");
    }
    return host;
  }

  public VirtualTime time() {
    return time;
  }

  public Network network() {
    return network;
  }

  public Observer observer() {
    return observer;
  }

  public SimulatedHost host(HostId id) {
    return hosts.get(id);
  }

  /** All machines, in the order of their names. */
  public Collection<SimulatedHost> hosts() {
    return Collections.unmodifiableCollection(hosts.values());
  }

  /** The network, the disks and the threads are in order again. Nothing is started, and damage stays. */
  public void recover() {
    network.recover();
    for (SimulatedHost host : hosts.values()) {
      host.pace().recover();
      host.disk().recover();
      host.snapshots().recover();
      host.state().recover();
      host.clock().drift(0);
    }
  }
}
