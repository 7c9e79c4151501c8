package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * What a node says of the age of its state, compared with what was committed anywhere at that moment: under delays, pauses, cuts
 * and leaders that were deposed without knowing it.
 */
class StalenessSimulationTest {

  private static final RaftOptions OPTIONS = SimulationSettings.smallLimits();

  /** Looks at all nodes again and again. Knows what was committed when, as far as any node has said so. */
  private static final class Watch {
    private final ClusterRun run;
    private final TreeMap<Long, Long> committedAt = new TreeMap<>();
    private final Map<HostId, NodeStatus> latest = new TreeMap<>();
    private final Map<HostId, Duration> oldest = new TreeMap<>();
    private final List<String> untrue = new ArrayList<>();
    private final List<CompletableFuture<Void>> asked = new ArrayList<>();
    private int looks;

    Watch(ClusterRun run) {
      this.run = run;
      committedAt.put(-1L, 0L);
      next();
    }

    private void next() {
      for (SimulatedHost.Life process : run.cluster.running()) {
        asked.add(process.status().thenAccept(this::look));
      }
      run.time.in(7 * MILLIS, this::next);
    }

    private void look(NodeStatus status) {
      long now = run.time.nowNanos();
      latest.put(status.host(), status);
      committedAt.merge(
          now, Math.max(committedAt.lastEntry().getValue(), status.commitIndex()), Math::max);
      status.staleness().ifPresent(age -> {
        looks++;
        oldest.merge(status.host(), age, (one, other) -> one.compareTo(other) < 0 ? other : one);
        long then = now - age.toNanos();
        long committed = committedAt.floorEntry(Math.max(-1, then)).getValue();
        if (status.appliedIndex() < committed) {
          untrue.add("at " + now / MILLIS + " ms " + status.host() + " has applied "
              + status.appliedIndex() + " and says that it lags by " + age.toMillis()
              + " ms, but then " + committed + " was committed");
        }
      });
    }

    void check() {
      assertThat(untrue).isEmpty();
      assertThat(asked).noneMatch(CompletableFuture::isCompletedExceptionally);
      assertThat(looks).isGreaterThan(100);
    }
  }

  @Test
  void nobodyIsEverOlderThanItSays() {
    for (long seed : ClusterRun.seeds(5001, 8)) {
      ClusterRun.of(seed, (seed - 5000) % 3 == 0 ? 5 : 3, OPTIONS, run -> {
        run.cluster.startAll();
        Watch watch = new Watch(run);
        run.load(5 * MILLIS);
        run.cluster.awaitLeader();
        for (int i = 0; i < 15; i++) {
          fault(run);
          run.time.runFor(run.chance.between(100, 2500) * MILLIS);
        }
        watch.check();
      });
    }
  }

  private static void fault(ClusterRun run) {
    Chance chance = run.chance;
    List<HostId> hosts = run.cluster.founders();
    HostId host = hosts.get(chance.below(hosts.size()));
    HostId other = hosts.get(chance.below(hosts.size()));
    switch (chance.below(8)) {
      case 0 -> run.cluster.weather(0.1, 0.2, chance.between(1, 400) * MILLIS);
      case 1 -> run.cluster.isolate(host);
      case 2 -> cutOffTogether(run.cluster, host, other);
      case 3 -> run.cluster.world.network().recover();
      case 4 -> {
        run.cluster.crash(host);
        run.cluster.start(host);
      }
      case 5 -> run.cluster.world.host(host).pace().applyTakes(chance.between(1, 300) * MILLIS);
      default -> run.cluster.world.host(host).pauseFor(chance.between(100, 4000) * MILLIS);
    }
  }

  /** These two hear each other, and nobody else. */
  private static void cutOffTogether(TestCluster cluster, HostId one, HostId two) {
    for (HostId far : cluster.founders()) {
      if (!far.equals(one) && !far.equals(two)) {
        for (HostId near : List.of(one, two)) {
          cluster.world.network().cut(near, far);
          cluster.world.network().cut(far, near);
        }
      }
    }
  }

  /** It keeps hearing its leader while the majority, out of sight, elects another one and commits. */
  @Test
  void theFollowerOfADeposedLeaderKnowsThatItMayBeOld() {
    ClusterRun.of(77, 5, OPTIONS, run -> {
      run.cluster.startAll();
      Watch watch = new Watch(run);
      SimulatedHost.Life leader = run.cluster.awaitLeader();
      run.time.runFor(SECONDS);
      HostId follower = run.cluster.founders().stream()
          .filter(host -> !host.equals(leader.host()))
          .findFirst()
          .orElseThrow();
      long cutAt = run.time.nowNanos();
      cutOffTogether(run.cluster, leader.host(), follower);
      run.load(5 * MILLIS);
      boolean[] sawBoth = new boolean[1];
      run.cluster.runUntil(
          () -> {
            NodeStatus cutOff = watch.latest.get(follower);
            long elsewhere = watch.committedAt.lastEntry().getValue();
            if (cutOff.leader().equals(Optional.of(leader.host()))
                && elsewhere > cutOff.commitIndex() + 3) {
              sawBoth[0] = true;
              assertThat(cutOff.sinceLeaderContact().orElseThrow())
                  .isLessThan(Duration.ofMillis(250));
              assertThat(cutOff.staleness().orElseThrow().toNanos())
                  .isGreaterThan((run.time.nowNanos() - cutAt) / 2);
            }
            return sawBoth[0];
          },
          5 * SECONDS);
      assertThat(sawBoth[0])
          .as("the majority commits while the old leader is believed")
          .isTrue();
      watch.check();
    });
  }

  @Test
  void afterAPauseItIsAsOldAsThePauseWasLongUntilTheLeaderAnswers() {
    ClusterRun.of(78, 3, OPTIONS, run -> {
      run.cluster.startAll();
      Watch watch = new Watch(run);
      SimulatedHost.Life leader = run.cluster.awaitLeader();
      SimulatedHost.Life paused = run.cluster.running().stream()
          .filter(process -> process != leader)
          .findFirst()
          .orElseThrow();
      run.load(5 * MILLIS);
      run.time.runFor(SECONDS);
      watch.oldest.clear();
      run.cluster.world.host(paused.host()).pauseFor(800 * MILLIS);
      // What came meanwhile is delivered, and the next look sees it.
      run.time.runFor(810 * MILLIS);
      NodeStatus after = watch.latest.get(paused.host());
      assertThat(after.sinceLeaderContact().orElseThrow()).isLessThan(Duration.ofMillis(20));
      assertThat(watch.oldest.get(paused.host())).isGreaterThan(Duration.ofMillis(800));
      run.time.runFor(SECONDS);
      assertThat(watch.latest.get(paused.host()).staleness().orElseThrow())
          .isLessThan(Duration.ofMillis(350));
      watch.check();
    });
  }
}
