package io.github.balsaraft.testing.simulation.world;

import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Machines, the network between them, and the time that passes for all of them, as one group has them. */
public final class World {

  private final long seed;
  private final VirtualTime time;
  private final Observer machineObserver;
  private final Network network;
  private final Map<HostId, Machine> machines;
  private final GroupId group;
  private final Observer observer;
  private final Map<HostId, SimulatedHost> hosts = new TreeMap<>();

  /** A world without machines, for one group. */
  public World(long seed, Observer observer) {
    this.seed = seed;
    this.time = new VirtualTime();
    this.machineObserver = observer;
    this.network = new Network(time, Chance.of(seed, "network"), observer);
    this.machines = new TreeMap<>();
    this.group = GroupId.DEFAULT;
    this.observer = observer;
  }

  private World(World other, GroupId group, Observer observer) {
    this.seed = other.seed;
    this.time = other.time;
    this.machineObserver = other.machineObserver;
    this.network = other.network;
    this.machines = other.machines;
    this.group = group;
    this.observer = observer;
  }

  /**
   * The same world as another group has it.
   *
   * @param groupObserver told of what happens to the group; what happens to machines and on the network the observer of this world is told
   */
  public World as(GroupId other, Observer groupObserver) {
    return new World(this, other, groupObserver);
  }

  /** The group may be started on this machine, where nothing of it runs yet. */
  public SimulatedHost add(HostId id) {
    if (hosts.containsKey(id)) {
      throw new IllegalArgumentException(id + " is there already");
    }
    Machine machine = machines.computeIfAbsent(
        id, unknown -> new Machine(time, network, machineObserver, unknown, seed));
    SimulatedHost host = new SimulatedHost(time, machine, group, observer, seed);
    hosts.put(id, host);
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
    hosts.values().forEach(SimulatedHost::recover);
  }
}
