package io.github.balsaraft.testing.simulation.cluster;

import io.github.balsaraft.api.Founder;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.node.BirthPlan;
import io.github.balsaraft.storage.SnapshotFolder;
import io.github.balsaraft.testing.simulation.world.ObservedMachine;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of one group: founders, which belong to it from the beginning, and spares, which may join. Each is started with the
 * same command, as an init system does it, until all founders that the command names have left.
 */
public final class SimulatedCluster {

  private final World world;
  private final ClusterView view = new ClusterView();
  private final DamageBudget budget = new DamageBudget(view);
  private final List<HostId> founders;
  private final List<HostId> spares;
  private final RaftOptions options;
  private final Function<SnapshotFolder, StateMachine> machines;
  private final Set<HostId> leftGroup = new TreeSet<>();
  private final Map<HostId, BirthPlan> lastPlans = new TreeMap<>();
  private final BirthPlan bootstrap;
  private final BirthPlan join;

  /**
   * Adds the hosts to the world; nothing is started. {@link #view} has to be made an observer of the world.
   *
   * @param leases the rules for leases that the group is founded with
   * @param machines a new, empty state machine for each process
   */
  public SimulatedCluster(
      World world,
      int founders,
      int spares,
      RaftOptions options,
      LeaseRules leases,
      Supplier<StateMachine> machines) {
    this(world, founders, spares, options, leases, folder -> machines.get());
  }

  /**
   * As above.
   *
   * @param machines a state machine for each process, on what is in the folder of its host
   */
  public SimulatedCluster(
      World world,
      int founders,
      int spares,
      RaftOptions options,
      LeaseRules leases,
      Function<SnapshotFolder, StateMachine> machines) {
    this.world = world;
    this.founders = named(1, founders);
    this.spares = named(founders + 1, spares);
    this.options = options;
    this.machines = machines;
    List<Founder> peers = asPeers(this.founders);
    this.bootstrap = new BirthPlan(BirthPlan.Kind.BOOTSTRAP, peers, leases);
    this.join = new BirthPlan(BirthPlan.Kind.JOIN, peers);
    hosts().forEach(world::add);
  }

  private static List<HostId> named(int first, int count) {
    List<HostId> names = new ArrayList<>();
    for (int i = first; i < first + count; i++) {
      names.add(new HostId("n" + i));
    }
    return List.copyOf(names);
  }

  public World world() {
    return world;
  }

  public ClusterView view() {
    return view;
  }

  public DamageBudget budget() {
    return budget;
  }

  public List<HostId> founders() {
    return founders;
  }

  public List<HostId> spares() {
    return spares;
  }

  /** Founders and spares. */
  public List<HostId> hosts() {
    List<HostId> all = new ArrayList<>(founders);
    all.addAll(spares);
    return all;
  }

  public RaftOptions options() {
    return options;
  }

  public void startFounders() {
    founders.forEach(this::start);
  }

  /** Starts a host, unless it runs. One that can't be started because its disk is damaged gets a new one. */
  public void start(HostId id) {
    SimulatedHost host = world.host(id);
    if (host.life() != null || start(id, plan(id))) {
      return;
    }
    if (!host.wasDamaged()) {
      throw new IllegalStateException(id + " can't be started, and its disk is in order");
    }
    host.wipe();
    start(id);
  }

  /**
   * Starts a host that doesn't run as if the command said so.
   *
   * @return whether it could be started; else it doesn't run
   */
  public boolean start(HostId id, BirthPlan plan) {
    lastPlans.put(id, plan);
    SimulatedHost host = world.host(id);
    return host.start(plan, options, ObservedMachine.of(machines.apply(host.state())));
  }

  /**
   * How a host is started: a founder of the group, or one that wants to join. Who is told only of hosts that have all left finds
   * nobody, so an operator names the present members then.
   */
  public BirthPlan plan(HostId id) {
    BirthPlan usual = founders.contains(id) && !leftGroup.contains(id) ? bootstrap : join;
    return findsSomebody(id, usual)
        ? usual
        : new BirthPlan(BirthPlan.Kind.JOIN, asPeers(othersThan(id, memberHosts())));
  }

  /** Whether a host that runs, and perhaps is no member yet, was told only of hosts that have left meanwhile. */
  public boolean looksInVain(HostId id) {
    BirthPlan told = lastPlans.get(id);
    return told != null && !findsSomebody(id, told);
  }

  private boolean findsSomebody(HostId id, BirthPlan plan) {
    List<HostId> members = othersThan(id, memberHosts());
    return members.isEmpty()
        || plan.peers().stream().map(Founder::host).anyMatch(members::contains);
  }

  private List<HostId> memberHosts() {
    return view.possible().stream()
        .flatMap(configuration -> configuration.members().stream())
        .map(Member::host)
        .distinct()
        .toList();
  }

  private static List<HostId> othersThan(HostId id, List<HostId> hosts) {
    return hosts.stream().filter(host -> !host.equals(id)).toList();
  }

  private static List<Founder> asPeers(List<HostId> hosts) {
    return hosts.stream().map(host -> Founder.parse(host.name())).toList();
  }

  /** A host was removed from the group for good; if it comes back, it comes as a new one. */
  void hasLeft(HostId id) {
    leftGroup.add(id);
    world.host(id).wipe();
  }

  /** The process of the host that leads; null if none is known to. */
  public SimulatedHost.@Nullable Life leader() {
    HostId host = view.leader();
    SimulatedHost.Life life = host == null ? null : world.host(host).life();
    return life == null || !life.isUp() ? null : life;
  }
}
