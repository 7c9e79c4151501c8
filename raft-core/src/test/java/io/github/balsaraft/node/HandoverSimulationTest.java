package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.world.Observers;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.Weather;
import io.github.balsaraft.testing.simulation.world.World;
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

  /** Whoever waits for so long has shown what is to be shown, and gives up: asking on would only take long. */
  private static final long PATIENCE = 3 * LONGEST_PAUSE;

  private static final Weather STEADY = new Weather(0, 0, 0, 0, ROUND_TRIP / 2, ROUND_TRIP / 2, 0);

  @Test
  void trap10_leaderIsRemovedUnderLoad() {
    for (long seed : ClusterRun.seeds(10)) {
      leaderIsRemovedUnderLoad(seed, seed % 2 == 0 ? 3 : 5);
    }
  }

  private static void leaderIsRemovedUnderLoad(long seed, int founders) {
    Observers observers = new Observers();
    World world = new World(seed, observers);
    VirtualTime time = world.time();
    SimulatedCluster cluster = new SimulatedCluster(
        world, founders, 0, RaftOptions.defaults(), LeaseRules.FORBIDDEN, Echo::new);
    observers.add(cluster.view());
    cluster.startFounders();
    boolean elected = time.runUntil(
        () -> cluster.leader() != null && cluster.view().commitIndex() > 1, 60 * SECONDS);
    assertThat(elected).as("a leader with seed %d", seed).isTrue();
    SimulatedHost.Life leader = cluster.leader();
    world.network().weather(STEADY);
    world.hosts().forEach(host -> host.pace().diskTakes(MILLIS / 10));
    time.runFor(SECONDS);
    Client client = new Client(world);
    client.start();
    time.runFor(SECONDS);
    assertThat(client.takeLongestPause())
        .as("without any change, with seed %d", seed)
        .isBetween(EVERY, EVERY + MILLIS);

    CompletableFuture<ChangeResult> removed =
        leader.node().membership().change(new ConfigurationChange.Remove(leader.host()));
    time.runFor(SECONDS);

    assertThat(removed).as("with seed %d", seed).isCompleted();
    assertThat(client.takeLongestPause())
        .as("between two answers while %s leaves, with seed %d", leader.host(), seed)
        .isBetween(ROUND_TRIP, LONGEST_PAUSE);
    client.stop();
    time.runFor(SECONDS);
    assertThat(client.all).as("with seed %d", seed).allMatch(CompletableFuture::isDone);
    assertThat(client.answers).as("each is told once, with seed %d", seed).isEqualTo(client.writes);
  }

  /** Keeps nothing. */
  private static final class Echo implements StateMachine {
    @Override
    public byte[] apply(Command command) {
      return command.bytes();
    }

    @Override
    public byte[] query(byte[] query) {
      return query;
    }
  }

  /** Writes all the time, and goes from host to host as long as it is refused. */
  private static final class Client {
    private final VirtualTime time;
    private final List<GroupNode> nodes;
    private final List<CompletableFuture<byte[]>> all = new ArrayList<>();
    private int at;
    private boolean stopped;
    private int writes;
    private int answers;
    private long lastAnswerNanos;
    private long longestPauseNanos;

    Client(World world) {
      this.time = world.time();
      this.nodes = world.hosts().stream().map(host -> host.life().node()).toList();
    }

    void start() {
      lastAnswerNanos = time.nowNanos() + ROUND_TRIP;
      next();
    }

    void stop() {
      stopped = true;
    }

    private boolean hasGivenUp() {
      return time.nowNanos() - lastAnswerNanos > PATIENCE;
    }

    long takeLongestPause() {
      long taken =
          Math.max(longestPauseNanos, hasGivenUp() ? time.nowNanos() - lastAnswerNanos : 0);
      longestPauseNanos = 0;
      return taken;
    }

    private void next() {
      if (!stopped) {
        write("w" + writes++);
        time.in(EVERY, this::next);
      }
    }

    private void write(String command) {
      int asked = at;
      CompletableFuture<byte[]> answer = nodes.get(asked).propose(command.getBytes(UTF_8));
      all.add(answer.whenComplete((result, failure) -> {
        if (failure == null) {
          answered();
        } else if (hasGivenUp()) {
          stopped = true;
        } else if (failure instanceof NotAppendedException) {
          if (at == asked) {
            at = (at + 1) % nodes.size();
          }
          time.in(MILLIS / 10, () -> write(command));
        }
      }));
    }

    private void answered() {
      answers++;
      long now = time.nowNanos();
      longestPauseNanos = Math.max(longestPauseNanos, now - lastAnswerNanos);
      lastAnswerNanos = now;
    }
  }
}
