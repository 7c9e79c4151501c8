package io.github.balsaraft.testing.simulation.faults;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;

import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.world.Served;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** Stops processes, and groups, as an init system does it, and knows which of that has not come to its end. */
final class Stops {

  private static final long MOST_PATIENCE_NANOS = 5 * SECONDS;

  private final SimulatedCluster cluster;
  private final VirtualTime time;
  private final Ambushes.Later later;
  private final BooleanSupplier areOver;
  private final List<Farewell> farewells = new ArrayList<>();

  /**
   * @param areOver whether no faults come any more, and everybody else was started already
   */
  Stops(SimulatedCluster cluster, Ambushes.Later later, BooleanSupplier areOver) {
    this.cluster = cluster;
    this.time = cluster.world().time();
    this.later = later;
    this.areOver = areOver;
  }

  /** How long a handover may take until the process is stopped all the same. */
  static long patience(Fault fault) {
    return MOST_PATIENCE_NANOS / 1000 * (fault.amount() / 2 % 1000);
  }

  /** As {@code RaftNode.close(Duration)} does it: with some patience for whoever shall lead next. */
  void handOverAndStop(SimulatedHost host, Fault fault) {
    SimulatedHost.Life stopping = host.life();
    boolean leads = host.id().equals(cluster.view().leader());
    boolean[] begun = {false};
    CompletableFuture<Void> handedOver = farewell("handover of", stopping, stopping.handOver());
    Runnable stop = () -> {
      if (!begun[0] && !areOver.getAsBoolean() && host.life() == stopping && host.isUp()) {
        begun[0] = true;
        boolean isHandedOver =
            leads && handedOver.isDone() && !handedOver.isCompletedExceptionally();
        CompletableFuture<Void> unused = stop(host, fault.lastsNanos()).thenRun(() -> {
          if (isHandedOver) {
            cluster.world().observer().onServed(host.id(), Served.STOP_AFTER_HANDOVER);
          }
        });
      }
    };
    CompletableFuture<Void> unused = handedOver.thenRun(() -> time.in(0, stop));
    later.in(patience(fault), stop);
  }

  /** A group that was closed is started again only with the next process. */
  boolean stopGroup(SimulatedHost host, long goneFor) {
    SimulatedHost.Life stopping = host.life();
    if (stopping == null || stopping.isStopping()) {
      return false;
    }
    CompletableFuture<Void> unused = farewell("stop of a group of", stopping, stopping.stop());
    later.in(goneFor, () -> {
      if (host.life() == stopping) {
        CompletableFuture<Void> unusedToo = stop(host, MILLIS);
      }
    });
    return true;
  }

  /** Stops a process; it is started again after so long. Completes once it has stopped. */
  CompletableFuture<Void> stop(SimulatedHost host, long downFor) {
    SimulatedHost.Life stopping = host.life();
    CompletableFuture<Void> stopped = farewell("stop of", stopping, host.stop());
    CompletableFuture<Void> unused = stopped.thenRun(() -> time.in(0, () -> {
      if (host.life() == stopping) {
        host.crash();
        if (areOver.getAsBoolean()) {
          // It took until after the end, when everybody else was started already.
          cluster.start(host.id());
        }
      }
    }));
    later.in(downFor, () -> startAgain(host));
    return stopped;
  }

  /** As an init system does it: a process that does nothing any more is ended, and then one is started. */
  void startAgain(SimulatedHost host) {
    if (!host.isUp()) {
      host.crash();
    }
    cluster.start(host.id());
  }

  private CompletableFuture<Void> farewell(
      String what, SimulatedHost.Life of, CompletableFuture<Void> end) {
    farewells.add(new Farewell(what + " " + of.host(), of, end));
    return end;
  }

  /** Stops and handovers that have not come to their end, of processes that were not killed meanwhile; for people. */
  List<String> farewells() {
    farewells.removeIf(one -> one.end.isDone() || one.of.isDead());
    return farewells.stream().map(one -> one.what).toList();
  }

  private record Farewell(String what, SimulatedHost.Life of, CompletableFuture<Void> end) {}
}
