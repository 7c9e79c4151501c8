package io.github.balsaraft.testing.simulation.faults;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MICROS;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.SnapshotRequest;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.world.Mishap;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import java.util.Map;
import java.util.TreeMap;

/** Kills processes while they fetch snapshots: by then a part is stored, and the rest isn't. */
final class InterruptedFetches {

  /** One fetch after the other is interrupted so often, so that what two have stored comes together. */
  private static final int INTERRUPTIONS = 3;

  /** More than are asked for at a time: who asks for more has stored some. */
  private static final int FIRST_PARTS = 9;

  private final SimulatedCluster cluster;
  private final Ambushes.Later later;
  private final Map<HostId, Victim> victims = new TreeMap<>();

  InterruptedFetches(SimulatedCluster cluster, Ambushes.Later later) {
    this.cluster = cluster;
    this.later = later;
  }

  /** The next fetches there are interrupted. */
  void interrupt(HostId host, long amount) {
    victims.put(host, new Victim(amount));
  }

  void onRequest(HostId from, SnapshotRequest request) {
    Victim victim = victims.get(from);
    if (victim == null || request.file() == SnapshotRequest.MANIFEST) {
      return;
    }
    victim.parts++;
    if (victim.parts == FIRST_PARTS + victim.amount % 8) {
      victim.parts = 0;
      victim.left--;
      if (victim.left == 0) {
        victims.remove(from);
      }
      // Not in the middle of the step that asks.
      later.in(MICROS * (victim.amount % 300), () -> kill(cluster.world().host(from)));
      victim.amount /= 3;
    }
  }

  private void kill(SimulatedHost host) {
    if (host.isUp()) {
      cluster.world().observer().onMishap(Mishap.FETCH_INTERRUPTED, host.id(), null);
      host.crash();
      cluster.start(host.id());
    }
  }

  private static final class Victim {
    private long amount;
    private int parts;
    private int left = INTERRUPTIONS;

    Victim(long amount) {
      this.amount = amount;
    }
  }
}
