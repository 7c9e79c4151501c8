package io.github.balsaraft.testing.simulation;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;

import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.testing.simulation.checks.AppliedCommands;
import io.github.balsaraft.testing.simulation.checks.Coverage;
import io.github.balsaraft.testing.simulation.cluster.Operator;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.faults.Fault;
import io.github.balsaraft.testing.simulation.faults.FaultMix;
import io.github.balsaraft.testing.simulation.faults.Saboteur;
import io.github.balsaraft.testing.simulation.faults.Schedule;
import io.github.balsaraft.testing.simulation.load.Clients;
import io.github.balsaraft.testing.simulation.load.Workload;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.GroupObservers;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.Observers;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run: a group is founded, or several on the same hosts, clients ask, faults come; then all is put in order again, and what was
 * promised is checked, of each group.
 *
 * @param <I> what clients ask for
 * @param <O> what they are answered
 */
public final class Simulation<I, O> {

  /** Far more than there are runs, so that no group is what the first one is in another run. */
  private static final long SEEDS_BETWEEN_GROUPS = 1_000_000_000_007L;

  private static final long FOUNDING_EVERY_NANOS = 100 * MILLIS;

  private final SimulationSettings settings;
  private final Schedule schedule;
  private final VirtualTime time;
  private final List<Observers> observers = new ArrayList<>();
  private final List<SimulatedGroup<I, O>> groups = new ArrayList<>();
  private @Nullable SimulatedGroup<I, O> failed;

  /** The run of a seed. */
  public Simulation(long seed, SimulationSettings settings, Workload<I, O> workload) {
    this(seed, settings, workload, drawn(seed, settings));
  }

  /** The run of a seed with other faults than those that it would draw. */
  public Simulation(
      long seed, SimulationSettings settings, Workload<I, O> workload, Schedule schedule) {
    this(seed, settings, List.of(workload), schedule);
  }

  /**
   * A run of several groups on the same hosts.
   *
   * @param workloads that of each group
   * @param schedule each of whose faults comes from one of the groups: if it is for a leader or an operator, for that of the group
   */
  public Simulation(
      long seed,
      SimulationSettings settings,
      List<? extends Workload<I, O>> workloads,
      Schedule schedule) {
    this.settings = settings;
    this.schedule = schedule;
    World world;
    if (workloads.size() == 1) {
      observers.add(new Observers());
      world = new World(seed, observers.get(0));
      addGroup(world, seed, seed, workloads.get(0));
    } else {
      GroupObservers all = new GroupObservers();
      world = new World(seed, all);
      for (int i = 0; i < workloads.size(); i++) {
        GroupId group = new GroupId(i);
        observers.add(new Observers());
        all.add(group, observers.get(i));
        addGroup(
            world.as(group, observers.get(i)),
            seed + i * SEEDS_BETWEEN_GROUPS,
            seed,
            workloads.get(i));
      }
      SimulatedCluster.shareHosts(
          groups.stream().map(SimulatedGroup::cluster).toList(),
          Chance.of(seed, "starts of groups"));
    }
    this.time = world.time();
    world.network().narrowLinks(settings.linkBytesOf(seed));
  }

  private void addGroup(World world, long seed, long seedOfHosts, Workload<I, O> workload) {
    groups.add(new SimulatedGroup<>(
        world,
        observers.get(groups.size()),
        seed,
        seedOfHosts,
        settings,
        workload,
        groups.isEmpty() ? null : groups.get(0)));
  }

  /** The faults that a seed draws. */
  public static Schedule drawn(long seed, SimulationSettings settings) {
    return drawn(seed, settings, 1);
  }

  /** The faults that a seed draws for so many groups on the same hosts. */
  public static Schedule drawn(long seed, SimulationSettings settings, int groups) {
    if (!settings.faults()) {
      return new Schedule(List.of());
    }
    FaultMix mix = groups == 1 ? FaultMix.drawn(seed) : FaultMix.drawnForGroups(seed);
    return mix.draw(
        seed,
        settings.hosts() + settings.spares(),
        settings.length().toNanos(),
        settings.maxDriftPpm(seed));
  }

  /** Somebody else wants to see what happens to the first group; to be named before the run. */
  public Simulation<I, O> watchedBy(Observer observer) {
    return watchedBy(0, observer);
  }

  /** Somebody else wants to see what happens to one of the groups, of which the first is 0; to be named before the run. */
  public Simulation<I, O> watchedBy(int group, Observer observer) {
    observers.get(group).add(observer);
    return this;
  }

  public VirtualTime time() {
    return time;
  }

  /** All groups on the hosts. */
  public List<SimulatedGroup<I, O>> groups() {
    return List.copyOf(groups);
  }

  /**
   * In which group a check has found something wrong, of which the first is 0. Empty if none has, also if the run has ended with an
   * exception: what has thrown it may be of any group, or of the hosts that they share.
   */
  public OptionalInt failedGroup() {
    return failed == null ? OptionalInt.empty() : OptionalInt.of(groups.indexOf(failed));
  }

  /** What clients of the first group asked and were told. */
  public Clients<I, O> clients() {
    return groups.get(0).clients();
  }

  /** That of the first group. */
  public Operator operator() {
    return groups.get(0).operator();
  }

  /** That of the first group. */
  public Saboteur saboteur() {
    return groups.get(0).saboteur();
  }

  /** What was applied in the first group. */
  public AppliedCommands applied() {
    return groups.get(0).applied();
  }

  /** What has happened in the first group; nothing if only the end is checked. */
  public Coverage coverage() {
    return groups.get(0).coverage();
  }

  /**
   * Runs it all.
   *
   * @throws SimulationFailure if something went wrong
   */
  public void run() {
    time.afterEach(() -> each(groups, SimulatedGroup::check));
    groups.get(0).cluster().startFounders();
    clients().start();
    for (int i = 0; i < groups.size(); i++) {
      groups.get(i).saboteur().play(ofGroup(i));
      groups.get(i).health().start();
    }
    foundOthers();
    time.runFor(settings.length().toNanos());
    List<SimulatedGroup<I, O>> founded =
        groups.stream().filter(group -> group.cluster().isFounded()).toList();
    groups.forEach(group -> group.saboteur().stop());
    each(founded, group -> group.ending().awaitFarewells(group.saboteur()));
    each(founded, group -> group.ending().awaitReasons(group.health()));
    each(founded, group -> group.ending().putInOrder());
    if (founded.size() > 1) {
      // One that had to be ended for a later group's sake.
      each(founded, group -> group.ending().startMembers());
    }
    each(founded, group -> group.ending().checkLiveness());
    each(founded, SimulatedGroup::checkEnd);
  }

  /**
   * Remembers in which something is found. While one waits for something, that may be another, which is remembered first; and tasks
   * of all of them run meanwhile, so that an exception doesn't tell whose it is.
   */
  private void each(List<SimulatedGroup<I, O>> some, Consumer<SimulatedGroup<I, O>> check) {
    for (SimulatedGroup<I, O> group : some) {
      try {
        check.accept(group);
      } catch (SimulationFailure e) {
        failed = failed == null ? group : failed;
        throw e;
      }
    }
  }

  /** Which faults are the group's: each for itself, so that the others stay where they are if some are left out. */
  private Schedule ofGroup(int group) {
    if (groups.size() == 1) {
      return schedule;
    }
    List<Fault> own = schedule.faults().stream()
        .filter(fault -> groupOf(fault.atNanos(), groups.size()) == group)
        .toList();
    return new Schedule(own);
  }

  /** Of which group a fault of this moment is. */
  public static int groupOf(long atNanos, int groups) {
    return Math.floorMod(atNanos / MILLIS, groups);
  }

  /** As the guide says: one group first, and others over the same hosts once it has a leader. */
  private void foundOthers() {
    if (groups.size() == 1) {
      return;
    }
    time.in(FOUNDING_EVERY_NANOS, () -> {
      if (time.nowNanos() >= settings.length().toNanos()) {
        return;
      }
      if (groups.get(0).cluster().leader() == null) {
        foundOthers();
        return;
      }
      groups.stream().skip(1).forEach(group -> {
        group.cluster().found();
        group.clients().start();
      });
    });
  }
}
