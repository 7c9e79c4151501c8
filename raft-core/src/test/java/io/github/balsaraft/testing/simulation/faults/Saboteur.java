package io.github.balsaraft.testing.simulation.faults;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;

import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.SnapshotRequest;
import io.github.balsaraft.testing.simulation.cluster.Operator;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.world.Disk;
import io.github.balsaraft.testing.simulation.world.Mishap;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.Weather;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Does to a cluster what a {@link Schedule} says, until it is told to stop. */
public final class Saboteur implements Observer {

  private static final long MOST_PATIENCE_NANOS = 5 * SECONDS;

  private final SimulatedCluster cluster;
  private final Operator operator;
  private final VirtualTime time;
  private final Overlaps overlaps;
  private final Ambushes ambushes;
  private final InterruptedFetches fetches;
  private final Map<FaultKind, Integer> begun = new EnumMap<>(FaultKind.class);
  private final FeltFaults felt;
  private final List<Farewell> farewells = new ArrayList<>();
  private boolean stopped;

  public Saboteur(SimulatedCluster cluster, Operator operator) {
    this(cluster, operator, null);
  }

  /**
   * One of several, which share their hosts.
   *
   * @param first of them; null if this is the first
   */
  public Saboteur(SimulatedCluster cluster, Operator operator, @Nullable Saboteur first) {
    this.cluster = cluster;
    this.operator = operator;
    this.time = cluster.world().time();
    this.overlaps = first == null
        ? new Overlaps(cluster.world().network(), operator, this::later)
        : new Overlaps(first.overlaps, operator);
    this.ambushes = new Ambushes(cluster, operator, overlaps, this::later);
    this.fetches = new InterruptedFetches(cluster, this::later);
    this.felt = new FeltFaults(time);
  }

  /** Lets each fault happen at its time. */
  public void play(Schedule schedule) {
    for (Fault fault : schedule.faults()) {
      time.at(fault.atNanos(), () -> {
        if (!stopped && begin(fault)) {
          begun.merge(fault.kind(), 1, Integer::sum);
        }
      });
    }
  }

  @Override
  public boolean wantsSteps() {
    return false;
  }

  @Override
  public void onSent(HostId from, HostId to, GroupMessage message, long number) {
    if (message.message() instanceof SnapshotRequest request) {
      fetches.onRequest(from, request);
    }
  }

  @Override
  public void onMishap(Mishap mishap, HostId host, @Nullable HostId other) {
    felt.onMishap(mishap, host, other);
  }

  /** How many of each kind have begun. */
  public Map<FaultKind, Integer> begun() {
    return begun;
  }

  /** How many of each kind have changed something. */
  public Map<FaultKind, Integer> felt() {
    return felt.counts();
  }

  /** Undoes what can be undone, and does nothing more. */
  public void stop() {
    stopped = true;
    operator.eager(false);
    cluster.world().recover();
  }

  private boolean begin(Fault fault) {
    List<HostId> hosts = cluster.hosts();
    SimulatedHost host = hostOf(fault, hosts);
    if (host == null) {
      return false;
    }
    if (needsAProcess(fault.kind()) && !host.isUp()) {
      return false;
    }
    if (!begin(fault, host, hosts)) {
      return false;
    }
    felt.begun(
        fault,
        concerned(fault, host, hosts),
        fault.kind().isAmbush() ? ambushes.lastsNanos() : fault.lastsNanos());
    return true;
  }

  /** Whom its mishaps happen to; nobody in particular if it happens everywhere. */
  private List<HostId> concerned(Fault fault, SimulatedHost host, List<HostId> hosts) {
    return switch (fault.kind()) {
      case SPLIT -> part(hosts, fault.amount());
      case ONE_WAY_CUT -> List.of(host.id(), hosts.get(fault.other()));
      case BAD_WEATHER, EAGER_OPERATOR, CALL_OFF_CHANGE, LATE_ANSWERS, VOTERS_RESTARTED ->
        List.of();
      case ABANDONED_LEADER, STRAY_CANDIDATE -> ambushes.cutOff();
      default -> List.of(host.id());
    };
  }

  private boolean begin(Fault fault, SimulatedHost host, List<HostId> hosts) {
    cluster.world().observer().onFault(describe(fault, host.id()));
    if (fault.kind().isAmbush()) {
      return ambushes.begin(fault);
    }
    switch (fault.kind()) {
      case BAD_WEATHER -> badWeather(fault);
      case ONE_WAY_CUT -> {
        HostId other = hosts.get(fault.other());
        if (host.id().equals(other)) {
          return false;
        }
        overlaps.cut(host.id(), other, fault.lastsNanos());
      }
      case ISOLATION -> split(List.of(host.id()), fault.lastsNanos());
      case SPLIT -> {
        List<HostId> part = part(hosts, fault.amount());
        split(part, fault.lastsNanos());
        return !part.isEmpty() && part.size() < hosts.size();
      }
      case CRASH -> crash(host, fault.lastsNanos());
      case POWER_CUT -> {
        return powerCut(fault);
      }
      case STOP -> {
        if (fault.amount() % 2 == 1) {
          handOverAndStop(host, fault);
        } else {
          stop(host, fault.lastsNanos());
        }
      }
      case PAUSE -> pause(host, fault);
      case SLOW_DISK -> overlaps.diskTakes(host, fault.amount(), fault.lastsNanos());
      case STALLED_DISK -> host.pace().stallDisk(fault.amount());
      case FAILING_WRITE -> {
        Disk.Failure[] ways = Disk.Failure.values();
        host.disk().failNextWrite(ways[(int) (fault.amount() % ways.length)]);
        startOnceFailed(host, fault.lastsNanos());
      }
      case FAILING_STATE -> {
        if (host.state().isUnused()) {
          return false;
        }
        host.state().failOperation(fault.amount() % 64);
        startOnceFailed(host, fault.lastsNanos());
      }
      case FULL_DISK -> overlaps.fullDisk(host, fault.lastsNanos(), () -> startAgain(host));
      case BIT_FLIP -> {
        return mayBeDamaged(host, host.disk().canBeDamaged()) && host.disk().flipABit();
      }
      case HARD_STATE_BIT_FLIP -> {
        // Until a process starts nobody reads it.
        if (!mayBeDamaged(host, host.disk().holdsHardState())
            || !host.disk().flipABitOfTheHardState()) {
          return false;
        }
        crash(host, fault.lastsNanos());
      }
      case STATE_BIT_FLIP -> {
        if (!cluster.noticesDamagedStates() || !host.state().canBeDamaged()) {
          return false;
        }
        // What it lacks then is in its log and snapshots, so that nothing is lost that counts.
        crash(host, fault.lastsNanos());
        return host.state().flipABit();
      }
      case WIPED_DISK -> {
        String spared = cluster.budget().whySpared(host.id());
        if (!cluster.budget().takeDisk(host.id())) {
          spare(host, String.valueOf(spared));
          return false;
        }
        host.wipe();
        later(fault.lastsNanos(), () -> cluster.start(host.id()));
      }
      case SLOW_APPLY -> {
        overlaps.applyTakes(host, fault.amount(), fault.lastsNanos());
        cutOffToo(host, fault, fault.amount());
      }
      case SLOW_HOST -> {
        overlaps.mailboxTakes(host, fault.amount(), fault.lastsNanos());
        cutOffToo(host, fault, fault.amount());
      }
      case CLOCK_DRIFT -> overlaps.drift(host, fault.amount(), fault.lastsNanos());
      case CLOCK_JUMP -> host.clock().jump(fault.amount());
      case ADD_MEMBER,
          REMOVE_MEMBER,
          REPLACE_MEMBER,
          CHANGE_ROLE,
          UPDATE_MEMBER,
          CHANGE_LEASES,
          PREVIEW_CHANGE,
          CALL_OFF_CHANGE,
          TRANSFER -> {
        int before = operator.asked();
        operate(fault);
        return operator.asked() > before;
      }
      case FAILING_SNAPSHOT -> host.snapshots().failOperation(fault.amount() % 64);
      case SNAPSHOT_BIT_FLIP -> {
        return mayBeDamaged(host, host.snapshots().canBeDamaged())
            && host.snapshots().flipABit();
      }
      case EAGER_OPERATOR -> overlaps.eager(fault.lastsNanos());
      case INTERRUPTED_FETCH -> {
        long alone = fault.lastsNanos();
        split(List.of(host.id()), alone);
        later(alone, () -> fetches.interrupt(host.id(), fault.amount()));
      }
      case SLOW_SNAPSHOTS -> overlaps.snapshotsTake(host, fault.amount(), fault.lastsNanos());
      case STOPPED_GROUP -> {
        return stopGroup(host, fault.lastsNanos());
      }
      case STALLED_GROUP -> host.stallStateMachine(fault.lastsNanos());
      case LATE_ANSWERS, VOTERS_RESTARTED, ABANDONED_LEADER, STRAY_CANDIDATE ->
        throw new IllegalArgumentException("an ambush: " + fault);
    }
    return true;
  }

  /** Takes what a host holds out of the budget, if it holds anything and that can be borne. */
  private boolean mayBeDamaged(SimulatedHost host, boolean holdsAnything) {
    String spared = holdsAnything ? cluster.budget().whySpared(host.id()) : "it holds nothing";
    if (spared != null) {
      spare(host, spared);
      return false;
    }
    return cluster.budget().take(host.id());
  }

  /** What did not happen, and why, may be all that a run is kept for. */
  private void spare(SimulatedHost host, String why) {
    cluster.world().observer().onNote(host.id(), "spared: " + why);
  }

  private void operate(Fault fault) {
    switch (fault.kind()) {
      case ADD_MEMBER -> operator.add();
      case REMOVE_MEMBER -> operator.remove();
      case REPLACE_MEMBER -> operator.replace();
      case CHANGE_ROLE -> operator.promoteOrDemote();
      case UPDATE_MEMBER -> operator.update();
      case CHANGE_LEASES -> operator.setLeases();
      case PREVIEW_CHANGE -> operator.secondThoughts().preview();
      case CALL_OFF_CHANGE -> operator.secondThoughts().addAndCallOff(fault.amount());
      case TRANSFER -> transfer(fault);
      default -> throw new IllegalArgumentException("not for an operator: " + fault);
    }
  }

  private @Nullable SimulatedHost hostOf(Fault fault, List<HostId> hosts) {
    if (fault.host() != Fault.LEADER) {
      return cluster.world().host(hosts.get(fault.host()));
    }
    SimulatedHost.Life leader = cluster.leader();
    return leader == null ? null : cluster.world().host(leader.host());
  }

  private static boolean needsAProcess(FaultKind kind) {
    return switch (kind) {
      case CRASH,
          STOP,
          PAUSE,
          SLOW_DISK,
          STALLED_DISK,
          FAILING_WRITE,
          FULL_DISK,
          FAILING_SNAPSHOT,
          FAILING_STATE,
          SLOW_APPLY,
          SLOW_SNAPSHOTS,
          SLOW_HOST,
          STOPPED_GROUP,
          STALLED_GROUP -> true;
      default -> false;
    };
  }

  private static String describe(Fault fault, HostId host) {
    return fault.kind() + " " + host + " for " + fault.lastsNanos() / MILLIS + " ms, amount "
        + fault.amount();
  }

  private void later(long nanos, Runnable task) {
    time.in(nanos, () -> {
      if (!stopped) {
        task.run();
      }
    });
  }

  private void badWeather(Fault fault) {
    Badness badness = Badness.of(fault.amount());
    Weather bad = new Weather(
        0.3 * badness.loss(),
        0.2 * badness.duplication(),
        0.1 * badness.revival(),
        0.2 * badness.slow(),
        50 * VirtualTime.MICROS,
        (long) (20 * MILLIS * badness.delay()) + VirtualTime.MICROS * 500,
        5 * SECONDS);
    overlaps.badWeather(bad, fault.lastsNanos());
  }

  private void pause(SimulatedHost host, Fault fault) {
    host.pauseFor(fault.lastsNanos());
    cutOffToo(host, fault, 2 * MILLIS);
  }

  /**
   * Half of the machines that have stopped or slowed down hear nothing of what is decided elsewhere meanwhile, nor for a while
   * afterwards: what they still have to do, they do with what they knew before.
   */
  private void cutOffToo(SimulatedHost host, Fault fault, long afterNanos) {
    if (fault.amount() % 2 == 1) {
      later(afterNanos, () -> split(List.of(host.id()), 2 * fault.lastsNanos()));
    }
  }

  /** The old leader may never hear of its successor, which was told to campaign a moment ago. */
  private void transfer(Fault fault) {
    SimulatedHost.Life leader = cluster.leader();
    operator.transfer();
    if (leader != null && fault.amount() % 2 == 1) {
      long soon = fault.amount() / 2 % 60 * 50 * VirtualTime.MICROS;
      later(soon, () -> split(List.of(leader.host()), fault.lastsNanos()));
    }
  }

  private static List<HostId> part(List<HostId> hosts, long mask) {
    Map<Integer, HostId> chosen = new TreeMap<>();
    for (int i = 0; i < hosts.size(); i++) {
      if ((mask >> i & 1) == 1) {
        chosen.put(i, hosts.get(i));
      }
    }
    return List.copyOf(chosen.values());
  }

  private void split(List<HostId> part, long lasts) {
    for (HostId here : part) {
      for (HostId there : cluster.hosts()) {
        if (!part.contains(there)) {
          overlaps.cut(here, there, lasts);
          overlaps.cut(there, here, lasts);
        }
      }
    }
  }

  private void crash(SimulatedHost host, long downFor) {
    host.crash();
    startAfter(host, downFor);
  }

  private void startAfter(SimulatedHost host, long downFor) {
    later(downFor, () -> cluster.start(host.id()));
  }

  private boolean powerCut(Fault fault) {
    boolean any = false;
    for (SimulatedHost host : cluster.world().hosts()) {
      if (host.hasProcess()) {
        any = true;
        host.cutPower();
        // Not all come back at the same moment.
        startAfter(host, fault.lastsNanos() / (1 + host.id().name().hashCode() % 3));
      }
    }
    return any;
  }

  /** As {@code RaftNode.close(Duration)} does it: with some patience for whoever shall lead next. */
  private void handOverAndStop(SimulatedHost host, Fault fault) {
    SimulatedHost.Life stopping = host.life();
    boolean[] begun = {false};
    Runnable stop = () -> {
      if (!begun[0] && !stopped && host.life() == stopping && host.isUp()) {
        begun[0] = true;
        stop(host, fault.lastsNanos());
      }
    };
    CompletableFuture<Void> unused =
        farewell("handover of", stopping, stopping.handOver()).thenRun(() -> time.in(0, stop));
    later(MOST_PATIENCE_NANOS / 1000 * (fault.amount() / 2 % 1000), stop);
  }

  /** A group that was closed is started again only with the next process. */
  private boolean stopGroup(SimulatedHost host, long goneFor) {
    SimulatedHost.Life stopping = host.life();
    if (stopping == null || stopping.isStopping()) {
      return false;
    }
    CompletableFuture<Void> unused = farewell("stop of a group of", stopping, stopping.stop());
    later(goneFor, () -> {
      if (host.life() == stopping) {
        stop(host, MILLIS);
      }
    });
    return true;
  }

  private void stop(SimulatedHost host, long downFor) {
    SimulatedHost.Life stopping = host.life();
    CompletableFuture<Void> unused = farewell("stop of", stopping, host.stop())
        .thenRun(() -> time.in(0, () -> {
          if (host.life() == stopping) {
            host.crash();
            if (stopped) {
              // It took until after the end, when everybody else was started already.
              cluster.start(host.id());
            }
          }
        }));
    later(downFor, () -> startAgain(host));
  }

  private CompletableFuture<Void> farewell(
      String what, SimulatedHost.Life of, CompletableFuture<Void> end) {
    farewells.add(new Farewell(what + " " + of.host(), of, end));
    return end;
  }

  /** Stops and handovers that have not come to their end, of processes that were not killed meanwhile; for people. */
  public List<String> farewells() {
    farewells.removeIf(one -> one.end.isDone() || one.of.isDead());
    return farewells.stream().map(one -> one.what).toList();
  }

  private record Farewell(String what, SimulatedHost.Life of, CompletableFuture<Void> end) {}

  /** What makes the process fail may be long in coming: it is looked for again and again, unless the process ends otherwise. */
  private void startOnceFailed(SimulatedHost host, long afterNanos) {
    SimulatedHost.Life failing = host.life();
    later(afterNanos, () -> {
      if (host.life() != failing) {
        return;
      }
      if (host.isUp()) {
        startOnceFailed(host, afterNanos);
      } else {
        startAgain(host);
      }
    });
  }

  /** As an init system does it: a process that does nothing any more is ended, and then one is started. */
  private void startAgain(SimulatedHost host) {
    if (!host.isUp()) {
      host.crash();
    }
    cluster.start(host.id());
  }
}
