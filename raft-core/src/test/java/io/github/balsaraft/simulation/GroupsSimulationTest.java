package io.github.balsaraft.simulation;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvOutput;
import io.github.balsaraft.testing.simulation.RaftSimulation;
import io.github.balsaraft.testing.simulation.RunsReport;
import io.github.balsaraft.testing.simulation.Simulation;
import io.github.balsaraft.testing.simulation.SimulationRuns;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.faults.Fault;
import io.github.balsaraft.testing.simulation.faults.FaultKind;
import io.github.balsaraft.testing.simulation.faults.Schedule;
import io.github.balsaraft.testing.simulation.load.KvWorkload;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Several groups on the same hosts, which share a log store, its writer, the transport and the threads, under faults of every kind. */
class GroupsSimulationTest {

  private static final int GROUPS = 3;
  private static final int SEEDS_OF_THREE = 25;
  private static final int SEEDS_OF_FIVE = 15;

  /** The group that is hit where only one is. */
  private static final int HIT = 1;

  @RaftSimulation(hosts = 3, spares = 1, seeds = SEEDS_OF_THREE, seconds = 20, clients = 4)
  @DisplayName("three groups on three hosts, and one that may join")
  void threeHosts(SimulationRuns runs) {
    assertGroupsAreHit(runs.checkGroups(GROUPS, () -> new KvWorkload(4)), SEEDS_OF_THREE);
  }

  @RaftSimulation(hosts = 5, spares = 0, seeds = SEEDS_OF_FIVE, seconds = 20, clients = 4)
  @DisplayName("three groups on five hosts")
  void fiveHosts(SimulationRuns runs) {
    assertGroupsAreHit(runs.checkGroups(GROUPS, () -> new KvWorkload(4)), SEEDS_OF_FIVE);
  }

  /** What comes only here would be missed nowhere else. */
  private static void assertGroupsAreHit(RunsReport report, int seeds) {
    if (report.runs() >= seeds) {
      List<String> kinds = Arrays.stream(FaultKind.values())
          .filter(FaultKind::isOfSeveralGroups)
          .flatMap(kind -> Stream.of(kind.toString(), kind + " with an effect"))
          .toList();
      assertThat(kinds).hasSize(4);
      assertThat(report.never()).doesNotContainAnyElementsOf(kinds);
    }
  }

  @Test
  @DisplayName(
      "while the state machines of one group stall everywhere, nobody is elected anew, and the other groups apply commands as ever")
  void stall() {
    List<Seen> seen = run(FaultKind.STALLED_GROUP, List.of(0, 1, 2));
    assertThat(seen).allMatch(Seen::keptItsLeader);
    assertThat(seen.get(HIT).applied).isZero();
    assertThat(seen.get(0).applied).isGreaterThan(300);
    assertThat(seen.get(2).applied).isGreaterThan(300);
  }

  @Test
  @DisplayName(
      "when one group is closed where it leads, the others there keep their leaders, and it goes on elsewhere")
  void close() {
    List<Seen> seen = run(FaultKind.STOPPED_GROUP, List.of(Fault.LEADER));
    assertThat(seen.get(0).keptItsLeader()).isTrue();
    assertThat(seen.get(2).keptItsLeader()).isTrue();
    assertThat(seen.get(0).applied).isGreaterThan(300);
    assertThat(seen.get(2).applied).isGreaterThan(300);
    assertThat(seen.get(HIT).keptItsLeader()).isFalse();
    assertThat(seen.get(HIT).applied).isPositive();
  }

  @Test
  @DisplayName(
      "an exception of a task names no group, be it while clients ask or while the ending of one group waits")
  void nobodysException() {
    for (long at : new long[] {3 * SECONDS, 5 * SECONDS + 1}) {
      SimulationSettings settings = SimulationSettings.DEFAULT
          .calm()
          .withHosts(3)
          .withClients(2)
          .withLength(Duration.ofSeconds(5));
      Simulation<KvInput, KvOutput> run = new Simulation<>(
          1, settings, List.of(new KvWorkload(2), new KvWorkload(2)), new Schedule(List.of()));
      run.time().at(at, () -> {
        throw new IllegalStateException("of nobody in particular");
      });
      assertThatThrownBy(run::run).hasMessage("of nobody in particular");
      assertThat(run.failedGroup()).isEmpty();
    }
  }

  /** One group is hit at these hosts, and all else is in order. */
  private static List<Seen> run(FaultKind kind, List<Integer> hosts) {
    long from = beginOfFaultsOf(HIT, 5 * SECONDS);
    long lasts = 8 * SECONDS;
    List<Fault> faults =
        hosts.stream().map(host -> new Fault(from, kind, lasts, host, 0, 0)).toList();
    SimulationSettings settings = SimulationSettings.DEFAULT
        .calm()
        .withHosts(3)
        .withClients(4)
        .withLength(Duration.ofSeconds(20));
    Simulation<KvInput, KvOutput> run = new Simulation<>(
        1,
        settings,
        List.of(new KvWorkload(4), new KvWorkload(4), new KvWorkload(4)),
        new Schedule(faults));
    List<Seen> seen = new ArrayList<>();
    for (int group = 0; group < GROUPS; group++) {
      Seen one = new Seen(run.time(), from, from + lasts);
      run.watchedBy(group, one);
      seen.add(one);
    }
    run.run();
    return seen;
  }

  /** The first moment from this one on whose faults are those of a group. */
  private static long beginOfFaultsOf(int group, long fromNanos) {
    long at = fromNanos;
    while (Simulation.groupOf(at, GROUPS) != group) {
      at += MILLIS;
    }
    return at;
  }

  /** What a group does between two moments. */
  private static final class Seen implements Observer {
    private final VirtualTime time;
    private final long fromNanos;
    private final long toNanos;
    private int applied;
    private long firstTerm;
    private long latestTerm;

    Seen(VirtualTime time, long fromNanos, long toNanos) {
      this.time = time;
      this.fromNanos = fromNanos;
      this.toNanos = toNanos;
    }

    boolean keptItsLeader() {
      return firstTerm > 0 && latestTerm == firstTerm;
    }

    private boolean isNow() {
      return time.nowNanos() > fromNanos && time.nowNanos() < toNanos;
    }

    @Override
    public void onStep(HostId host, int life, TraceEvent step) {
      if (isNow()) {
        latestTerm = Math.max(latestTerm, step.header().state().term());
        firstTerm = firstTerm == 0 ? latestTerm : firstTerm;
      }
    }

    @Override
    public void onApplied(HostId host, int life, Command command, byte[] result) {
      // What was being applied when it began is applied.
      applied += isNow() && time.nowNanos() > fromNanos + MILLIS ? 1 : 0;
    }
  }
}
