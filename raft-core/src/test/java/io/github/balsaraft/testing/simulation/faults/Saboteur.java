package io.github.balsaraft.testing.simulation.faults;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;

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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Does to a cluster what a {@link Schedule} says, until it is told to stop. */
public final class Saboteur implements Observer {

  /** So many failures of a log, on the average, are one in the background. */
  private static final int BACKGROUND_ONE_IN = 5;

  private final SimulatedCluster cluster;
  private final Operator operator;
  private final VirtualTime time;
  private final Overlaps overlaps;
  private final Ambushes ambushes;
  private final InterruptedFetches fetches;
  private final Map<FaultKind, Integer> begun = new EnumMap<>(FaultKind.class);
  private final FeltFaults felt;
  private final Stops stops;
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
    this.stops = new Stops(cluster, this::later, () -> stopped);
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

  @Override
  public void onEnd(HostId host, int life, String how) {
    if (how.equals("crash")) {
      felt.onProcessKilled(host);
    }
  }

  @Override
  public void onNote(HostId host, String what) {
    if (what.equals("wiped")) {
      felt.onDiskWiped(host);
    }
  }

  /** Stops and handovers that have not come to their end, of processes that were not killed meanwhile; for people. */
  public List<String> farewells() {
    return stops.farewells();
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
    HostId leader = cluster.view().leader();
    if (!begin(fault, host, hosts)) {
      return false;
    }
    List<HostId> concerned = concerned(fault, host, hosts);
    felt.begun(
        fault, concerned, fault.kind().isAmbush() ? ambushes.lastsNanos() : fault.lastsNanos());
    if (!isAskedOfOperator(fault.kind())) {
      // Else the operator says what was asked, and of whom.
      HostId at = fault.kind().isAmbush() && leader != null ? leader : host.id();
      cluster.world().observer().onFault(new FaultWords(fault, at, hosts, concerned).toString());
    }
    return true;
  }

  /** Whom its mishaps happen to; nobody in particular if it happens everywhere. */
  private List<HostId> concerned(Fault fault, SimulatedHost host, List<HostId> hosts) {
    if (isAskedOfOperator(fault.kind())) {
      return List.of();
    }
    return switch (fault.kind()) {
      case SPLIT -> part(hosts, fault.amount());
      case ONE_WAY_CUT -> List.of(host.id(), hosts.get(fault.other()));
      case BAD_WEATHER, EAGER_OPERATOR, LATE_ANSWERS, VOTERS_RESTARTED -> List.of();
      case ABANDONED_LEADER, STRAY_CANDIDATE -> ambushes.cutOff();
      default -> List.of(host.id());
    };
  }

  private boolean begin(Fault fault, SimulatedHost host, List<HostId> hosts) {
    if (fault.kind().isAmbush()) {
      return ambushes.begin(fault);
    }
    switch (fault.kind()) {
      case BAD_WEATHER ->
        overlaps.badWeather(Badness.of(fault.amount()).weather(), fault.lastsNanos());
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
          stops.handOverAndStop(host, fault);
        } else {
          CompletableFuture<Void> unused = stops.stop(host, fault.lastsNanos());
        }
      }
      case PAUSE -> pause(host, fault);
      case SLOW_DISK -> overlaps.diskTakes(host, fault.amount(), fault.lastsNanos());
      case STALLED_DISK -> host.pace().stallDisk(fault.amount());
      case FAILING_WRITE -> {
        failLog(host, fault);
        startOnceFailed(host, fault.lastsNanos());
      }
      case FAILING_STATE -> {
        if (host.state().isUnused()) {
          return false;
        }
        host.state().failOperation(fault.amount() % 64);
        startOnceFailed(host, fault.lastsNanos());
      }
      case FULL_DISK -> overlaps.fullDisk(host, fault.lastsNanos(), () -> stops.startAgain(host));
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
        if (!mayBeDamaged(host, host.snapshots().canBeDamaged())
            || !host.snapshots().flipABit()) {
          return false;
        }
        if (fault.amount() % 2 == 1) {
          // The next process finds it before anybody has asked for it, and before there is another.
          crash(host, fault.lastsNanos());
        }
      }
      case EAGER_OPERATOR -> overlaps.eager(fault.lastsNanos());
      case INTERRUPTED_FETCH -> {
        long alone = fault.lastsNanos();
        split(List.of(host.id()), alone);
        later(alone, () -> fetches.interrupt(host.id(), fault.amount()));
      }
      case SLOW_SNAPSHOTS -> overlaps.snapshotsTake(host, fault.amount(), fault.lastsNanos());
      case STOPPED_GROUP -> {
        return stops.stopGroup(host, fault.lastsNanos());
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

  private static boolean isAskedOfOperator(FaultKind kind) {
    return switch (kind) {
      case ADD_MEMBER,
          REMOVE_MEMBER,
          REPLACE_MEMBER,
          CHANGE_ROLE,
          UPDATE_MEMBER,
          CHANGE_LEASES,
          PREVIEW_CHANGE,
          CALL_OFF_CHANGE,
          TRANSFER -> true;
      default -> false;
    };
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

  private void later(long nanos, Runnable task) {
    time.in(nanos, () -> {
      if (!stopped) {
        task.run();
      }
    });
  }

  /** What becomes of the write that shall fail; null if it is no write that shows it. */
  static Disk.@Nullable Failure failureOfWrite(Fault fault) {
    Disk.Failure[] ways = Disk.Failure.values();
    long way = fault.amount() % ways.length;
    return fault.amount() / ways.length % BACKGROUND_ONE_IN == 0 ? null : ways[(int) way];
  }

  /** In three ways that a write meets; and now and then in one that shows in the background, some time soon. */
  private void failLog(SimulatedHost host, Fault fault) {
    Disk.Failure ofWrite = failureOfWrite(fault);
    if (ofWrite != null) {
      host.disk().failNextWrite(ofWrite);
      return;
    }
    SimulatedHost.Life failing = host.life();
    later(fault.amount() % 100 * MILLIS, () -> {
      if (host.life() == failing && host.isUp()) {
        host.failLogInBackground();
      }
    });
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
      later(soon, () -> {
        split(List.of(leader.host()), fault.lastsNanos());
        cluster
            .world()
            .observer()
            .onFault(
                fault.kind() + ": " + leader.host() + ", which led, is cut off from all others for "
                    + FaultWords.span(fault.lastsNanos()));
      });
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
        stops.startAgain(host);
      }
    });
  }
}
