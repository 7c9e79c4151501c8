package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Served;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** In some runs there are clients that wait until a member knows a leader; some of them give up. */
final class LeaderWaits {

  private static final double RUNS = 0.15;
  private static final double GIVES_UP = 0.3;
  private static final long SHORTEST_PAUSE_NANOS = 50 * VirtualTime.MILLIS;
  private static final long LONGEST_PAUSE_NANOS = 2 * VirtualTime.SECONDS;
  private static final long MOST_PATIENCE_NANOS = 5 * VirtualTime.SECONDS;

  private final Clients<?, ?> clients;
  private final Chance chance;
  private final boolean used;
  private final List<Wait> open = new ArrayList<>();

  /**
   * Nobody waits yet.
   *
   * @param chance decides whether anybody will, where and for how long
   * @param gently nobody will
   */
  LeaderWaits(Clients<?, ?> clients, Chance chance, boolean gently) {
    this.clients = clients;
    this.chance = chance;
    this.used = !gently && chance.happens(RUNS);
  }

  /** One of them; two at the same node are not the same. */
  private static final class Wait {
    private final SimulatedHost.Life at;

    Wait(SimulatedHost.Life at) {
      this.at = at;
    }

    boolean isAt(HostId host, int life) {
      return at.number() == life && at.host().equals(host);
    }
  }

  /** From now on they come, until clients stop asking. */
  void start() {
    if (used) {
      askLater();
    }
  }

  private void askLater() {
    clients.world().time().in(chance.between(SHORTEST_PAUSE_NANOS, LONGEST_PAUSE_NANOS), () -> {
      if (clients.isAsking()) {
        SimulatedHost host = chance.oneOf(List.copyOf(clients.world().hosts()));
        SimulatedHost.Life at = host.isUp() ? host.life() : null;
        if (at != null) {
          ask(at);
        }
        askLater();
      }
    });
  }

  private void ask(SimulatedHost.Life at) {
    Wait wait = new Wait(at);
    open.add(wait);
    CompletableFuture<Void> known = at.node().awaitLeader();
    CompletableFuture<Void> unused = known.whenComplete((nothing, failure) -> {
      if (!open.remove(wait)) {
        // It has given up, or the process is no more.
        return;
      }
      if (failure == null) {
        isTold(at.host());
      } else if (!(failure instanceof RaftException)) {
        clients.complain("whoever waited for a leader at " + at.host() + " got " + failure);
      }
    });
    if (chance.happens(GIVES_UP)) {
      clients.world().time().in(chance.spread(1, MOST_PATIENCE_NANOS), () -> {
        if (open.remove(wait)) {
          known.cancel(false);
        }
      });
    }
  }

  private void isTold(HostId host) {
    clients.world().observer().onServed(host, Served.AWAITED_LEADER);
    if (clients.latestLeader() == null) {
      clients.complain(host + " was said to know a leader, and nobody has led");
    }
  }

  /** Nobody answers any more what was asked there. */
  void processEnded(HostId host, int life) {
    open.removeIf(wait -> wait.isAt(host, life));
  }

  /** What waits for an answer of this process, for people. */
  List<String> waitingAt(HostId host, int life) {
    return open.stream()
        .filter(wait -> wait.isAt(host, life))
        .map(wait -> "a leader")
        .toList();
  }
}
