package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Writes all the time, goes from host to host as long as it is refused, and measures how long it has no answer. */
final class WritingClient {

  private final VirtualTime time;
  private final List<SimulatedHost> hosts;
  private final long everyNanos;
  private final long roundTripNanos;
  private final long patienceNanos;
  private final List<CompletableFuture<byte[]>> all = new ArrayList<>();
  private int at;
  private boolean stopped;
  private int writes;
  private int answers;
  private long lastAnswerNanos;
  private long longestPauseNanos;

  /**
   * A client that has not begun.
   *
   * @param patienceNanos without an answer for so long it gives up
   */
  WritingClient(World world, long everyNanos, long roundTripNanos, long patienceNanos) {
    this.time = world.time();
    this.hosts = List.copyOf(world.hosts());
    this.everyNanos = everyNanos;
    this.roundTripNanos = roundTripNanos;
    this.patienceNanos = patienceNanos;
  }

  void start() {
    lastAnswerNanos = time.nowNanos() + roundTripNanos;
    next();
  }

  void stop() {
    stopped = true;
  }

  List<CompletableFuture<byte[]>> all() {
    return all;
  }

  int writes() {
    return writes;
  }

  int answers() {
    return answers;
  }

  private boolean hasGivenUp() {
    return time.nowNanos() - lastAnswerNanos > patienceNanos;
  }

  long takeLongestPause() {
    long taken = Math.max(longestPauseNanos, hasGivenUp() ? time.nowNanos() - lastAnswerNanos : 0);
    longestPauseNanos = 0;
    return taken;
  }

  private void next() {
    if (!stopped) {
      write("w" + writes++);
      time.in(everyNanos, this::next);
    }
  }

  private void write(String command) {
    int asked = at;
    SimulatedHost.Life life = hosts.get(asked).life();
    if (life == null) {
      refused(asked, command);
      return;
    }
    CompletableFuture<byte[]> answer = life.node().propose(command.getBytes(UTF_8));
    all.add(answer.whenComplete((result, failure) -> {
      if (failure == null) {
        answered();
      } else if (failure instanceof NotAppendedException) {
        refused(asked, command);
      }
    }));
  }

  private void refused(int asked, String command) {
    if (hasGivenUp()) {
      stopped = true;
      return;
    }
    if (at == asked) {
      at = (at + 1) % hosts.size();
    }
    time.in(MILLIS / 10, () -> write(command));
  }

  private void answered() {
    answers++;
    long now = time.nowNanos();
    longestPauseNanos = Math.max(longestPauseNanos, now - lastAnswerNanos);
    lastAnswerNanos = now;
  }
}
