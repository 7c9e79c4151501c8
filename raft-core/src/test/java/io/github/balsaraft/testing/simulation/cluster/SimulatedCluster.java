package io.github.balsaraft.testing.simulation.cluster;

import io.github.balsaraft.api.Founder;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.node.BirthPlan;
import io.github.balsaraft.storage.SnapshotFolder;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.ObservedMachine;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of one group: founders, which belong to it from the beginning, and spares, which may join. Each is started with the
 * same command, as an init system does it, until all founders that the command names have left. Several groups may share hosts: whoever
 * starts a host then starts all groups there that have been there before.
 */
public final class SimulatedCluster {

  private static final long LONGEST_DELAY_NANOS = 500 * VirtualTime.MILLIS;

  private final World world;
  private final ClusterView view = new ClusterView();
  private final DamageBudget budget = new DamageBudget(view);
  private final List<HostId> founders;
  private final List<HostId> spares;
  private final RaftOptions options;
  private final Function<SnapshotFolder, StateMachine> machines;
  private final Set<HostId> leftGroup = new TreeSet<>();
  private final Map<HostId, BirthPlan> lastPlans = new TreeMap<>();

  /** All groups on these hosts, this one among them. */
  private List<SimulatedCluster> groups = List.of(this);

  /** Decides how long after a process each group in it is started. */
  private @Nullable Chance delays;

  /** Hosts on which this group is started whenever they are; of interest only if there are several groups. */
  private final Set<HostId> configured = new TreeSet<>();

  /** Hosts whose disk holds what was removed from the group for good, and how often it had been replaced by then. */
  private final Map<HostId, Integer> leftBehind = new TreeMap<>();

  private boolean foundedLater;
  private boolean noticesDamagedStates;
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

  /** State machines go on from an earlier moment if a bit of their files has changed. */
  public void noticeDamagedStates(boolean doNotice) {
    noticesDamagedStates = doNotice;
  }

  /** Whether bits of what state machines have on disk may change. */
  public boolean noticesDamagedStates() {
    return noticesDamagedStates;
  }

  public void startFounders() {
    founders.forEach(this::start);
  }

  /**
   * Groups that share their hosts from now on: the first is founded as a group alone, and the others once that has a leader, by {@link
   * #found}.
   *
   * @param delays decides how long after a process each group in it is started
   */
  public static void shareHosts(List<SimulatedCluster> all, Chance delays) {
    List<DamageBudget> budgets = all.stream().map(SimulatedCluster::budget).toList();
    for (SimulatedCluster group : all) {
      group.groups = List.copyOf(all);
      group.budget.sharesDisksWith(budgets);
      group.delays = delays;
      group.foundedLater = group != all.get(0);
    }
  }

  /** The founders start the group, each in its own time: those that run while they do, and the others with their next process. */
  public void found() {
    foundedLater = false;
    for (HostId founder : founders) {
      configured.add(founder);
      startLater(founder);
    }
  }

  /** Whether it may be there; else others have to be founded first. */
  public boolean isFounded() {
    return !foundedLater;
  }

  /** Starts a host, unless it runs. One that can't be started because its disk is damaged gets a new one. */
  public void start(HostId id) {
    if (!foundedLater) {
      configured.add(id);
      startHere(id);
    }
    for (SimulatedCluster other : groups) {
      if (other != this && other.configured.contains(id)) {
        if (world.host(id).hasProcess()) {
          other.startLater(id);
        } else {
          other.startHere(id);
        }
      }
    }
  }

  /** The host runs: starts the group there in a while, if it still does. */
  private void startLater(HostId id) {
    long delay = Objects.requireNonNull(delays).between(0, LONGEST_DELAY_NANOS);
    world.time().in(delay, () -> {
      if (world.host(id).hasProcess() && configured.contains(id)) {
        startHere(id);
      }
    });
  }

  private void startHere(HostId id) {
    SimulatedHost host = world.host(id);
    boolean isNewProcess = !host.hasProcess();
    if (!host.takesGroup() || start(id, plan(id))) {
      return;
    }
    if (!host.wasDamaged()) {
      throw new IllegalStateException(id + " can't be started, and its disk is in order");
    }
    int damaged = host.disk().firstDamagedWrite();
    if (isNewProcess && damaged > 0 && !host.refusal().contains("write " + damaged + " of ")) {
      throw new IllegalStateException(
          id + " can't be started because of write " + damaged + ", and says: " + host.refusal());
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
    // The log is read when a process begins. Groups that it starts later go by what was read then.
    int damaged = host.hasProcess() ? 0 : host.disk().firstDamagedWrite();
    boolean isStarted = host.start(plan, options, ObservedMachine.of(machines.apply(host.state())));
    if (isStarted && damaged > 0) {
      throw new IllegalStateException(
          id + " was started, and write " + damaged + " on its disk is damaged");
    }
    return isStarted;
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

  /** A host was removed from the group for good; if it comes back, it comes as a new one. Where other groups are, the group alone stops. */
  void hasLeft(HostId id) {
    leftGroup.add(id);
    SimulatedHost host = world.host(id);
    if (groups.size() == 1) {
      host.wipe();
      return;
    }
    configured.remove(id);
    leftBehind.put(id, host.wipes());
    SimulatedHost.Life life = host.life();
    if (life != null) {
      CompletableFuture<Void> unused = life.stop();
    }
  }

  /** Whether a host can't be let in, because its disk holds what was removed from the group, and can't be replaced for other groups' sake. */
  boolean isBarred(HostId id) {
    return Objects.equals(leftBehind.get(id), world.host(id).wipes());
  }

  /** A host gets a new disk in the place of one on which this group has lost what it had; false if other groups can't bear that now. */
  boolean replaceDisk(HostId id) {
    boolean isBorne = budget.takeDiskOfOthers(id);
    if (isBorne) {
      world.host(id).wipe();
    }
    return isBorne;
  }

  /** The process of the host that leads; null if none is known to. */
  public SimulatedHost.@Nullable Life leader() {
    HostId host = view.leader();
    SimulatedHost.Life life = host == null ? null : world.host(host).life();
    return life == null || !life.isUp() ? null : life;
  }
}
