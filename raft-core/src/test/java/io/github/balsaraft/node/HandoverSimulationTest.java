package io.github.balsaraft.node;

import static io.github.balsaraft.node.Simulation.MILLIS;
import static io.github.balsaraft.node.Simulation.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.RaftOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How long clients wait when a leader hands over, on a network on which every message takes as long as any other. */
class HandoverSimulationTest {

  private static final long ROUND_TRIP = 20 * MILLIS;

  /** What a client writes, one after the other. */
  private static final long EVERY = MILLIS / 2;

  /**
   * The successor is told right behind the last entries. It campaigns when the old leader hears that it has them, so that
   * from the last answer of the old leader on it takes half a round trip to elect it, and one for the next write.
   */
  private static final long LONGEST_PAUSE = 3 * ROUND_TRIP / 2 + 2 * MILLIS;

  @Test
  void trap10_leaderIsRemovedUnderLoad() {
    for (long seed : ClusterRun.seeds(10)) {
      ClusterRun.of(seed, seed % 2 == 0 ? 3 : 5, RaftOptions.defaults(), run -> {
        SimulatedCluster cluster = run.cluster;
        cluster.startAll();
        SimulatedCluster.Life leader = cluster.awaitLeader();
        cluster.network.delay(ROUND_TRIP / 2);
        cluster.running.values().forEach(process -> {
          process.environment.diskTakes(MILLIS / 10);
          process.environment.applyTakes(MILLIS / 50);
        });
        run.simulation.runFor(SECONDS);
        Client client = new Client(cluster);
        client.start();
        run.simulation.runFor(SECONDS);
        assertThat(client.takeLongestPause())
            .as("without any change")
            .isBetween(EVERY, EVERY + MILLIS);

        CompletableFuture<ChangeResult> removed =
            leader.node.membership().change(new ConfigurationChange.Remove(leader.host));
        run.simulation.runFor(SECONDS);

        assertThat(removed).isCompleted();
        assertThat(client.takeLongestPause())
            .as("between two answers while %s leaves", leader.host)
            .isBetween(ROUND_TRIP, LONGEST_PAUSE);
        client.stop();
        run.simulation.runFor(SECONDS);
        assertThat(client.all).allMatch(CompletableFuture::isDone);
        assertThat(client.answers).as("each is told once").isEqualTo(client.writes);
      });
    }
  }

  /** Writes all the time; goes from host to host as long as it is refused, and gives up nothing. */
  private static final class Client {
    private final SimulatedCluster cluster;
    private final List<SimulatedCluster.Life> hosts;
    private final List<CompletableFuture<byte[]>> all = new ArrayList<>();
    private int at;
    private boolean stopped;
    private int writes;
    private int answers;
    private long lastAnswerNanos;
    private long longestPauseNanos;

    Client(SimulatedCluster cluster) {
      this.cluster = cluster;
      this.hosts = List.copyOf(cluster.running.values());
    }

    void start() {
      lastAnswerNanos = cluster.simulation.nowNanos() + ROUND_TRIP;
      next();
    }

    void stop() {
      stopped = true;
    }

    long takeLongestPause() {
      long taken = longestPauseNanos;
      longestPauseNanos = 0;
      return taken;
    }

    private void next() {
      if (!stopped) {
        write("w" + writes++);
        cluster.simulation.in(EVERY, this::next);
      }
    }

    private void write(String command) {
      int asked = at;
      CompletableFuture<byte[]> answer = hosts.get(asked).node.propose(command.getBytes(UTF_8));
      all.add(answer.whenComplete((result, failure) -> {
        if (failure == null) {
          answered();
        } else if (failure instanceof NotAppendedException) {
          if (at == asked) {
            at = (at + 1) % hosts.size();
          }
          cluster.simulation.in(MILLIS / 10, () -> write(command));
        }
      }));
    }

    private void answered() {
      answers++;
      long now = cluster.simulation.nowNanos();
      longestPauseNanos = Math.max(longestPauseNanos, now - lastAnswerNanos);
      lastAnswerNanos = now;
    }
  }
}
