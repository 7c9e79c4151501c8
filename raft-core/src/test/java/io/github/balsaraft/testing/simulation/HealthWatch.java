package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Asks the nodes now and then how they are: one that stops by itself, though its disk is in order, has a defect. */
final class HealthWatch {

  private static final long EVERY_NANOS = 500 * VirtualTime.MILLIS;

  private final World world;
  private @Nullable String problem;

  HealthWatch(World world) {
    this.world = world;
  }

  /** What was found; null if nothing was. */
  @Nullable
  String problem() {
    return problem;
  }

  void start() {
    world.time().in(EVERY_NANOS, () -> {
      for (SimulatedHost host : world.hosts()) {
        SimulatedHost.Life life = host.life();
        if (life != null && life.isUp()) {
          CompletableFuture<Void> unused = life.status()
              .thenAccept(status -> look(host, life, status))
              .exceptionally(failure -> {
                if (!(failure instanceof CompletionException)
                    || !(failure.getCause() instanceof RaftException)) {
                  problem = problem == null ? "a look at " + host.id() + ": " + failure : problem;
                }
                return null;
              });
        }
      }
      start();
    });
  }

  private void look(SimulatedHost host, SimulatedHost.Life life, NodeStatus status) {
    world.observer().onStatus(host.id(), life.number(), status);
    if (status.health() == NodeStatus.Health.FAILED
        && life.isUp()
        && !host.isDamaged()
        && problem == null) {
      problem = host.id() + " has stopped: " + status.healthDetail();
    }
  }
}
