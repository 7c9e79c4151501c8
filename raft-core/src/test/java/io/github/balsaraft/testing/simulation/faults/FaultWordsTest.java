package io.github.balsaraft.testing.simulation.faults;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.cluster.Operator;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.load.KvMachine;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.Observers;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the page of a run that failed says of its faults. */
class FaultWordsTest {

  private static final List<HostId> HOSTS =
      Stream.of("n1", "n2", "n3").map(HostId::new).toList();

  private final List<String> told = new ArrayList<>();
  private final Observers observers = new Observers();
  private final World world = new World(1, observers);
  private final VirtualTime time = world.time();
  private final SimulatedCluster cluster = new SimulatedCluster(
      world, 3, 0, SimulationSettings.smallLimits(), LeaseRules.FORBIDDEN, KvMachine::new);
  private final Saboteur saboteur =
      new Saboteur(cluster, new Operator(cluster, 1, LeaseRules.FORBIDDEN));

  FaultWordsTest() {
    observers.add(cluster.view());
    observers.add(saboteur);
    observers.add(new Observer() {
      @Override
      public void onFault(String what) {
        told.add(what);
      }
    });
    cluster.startFounders();
  }

  private void play(FaultKind kind, int host, int other, long amount) {
    Fault fault = new Fault(time.nowNanos() + SECONDS, kind, 1500 * MILLIS, host, other, amount);
    saboteur.play(new Schedule(List.of(fault)));
    time.runFor(2 * SECONDS);
  }

  @Test
  @DisplayName("both sides of a cut are named, and all whom a power cut hits")
  void whom() {
    play(FaultKind.ONE_WAY_CUT, 0, 2, 0);
    play(FaultKind.SPLIT, 0, 0, 0b101);
    play(FaultKind.POWER_CUT, 2, 0, 0);
    assertThat(told)
        .containsExactly(
            "ONE_WAY_CUT: for 1.50 s nothing gets from n1 to n3",
            "SPLIT: for 1.50 s n1, n3 and n2 are apart",
            "POWER_CUT: all processes are killed, and started within 1.50 s");
  }

  @Test
  @DisplayName("what is asked of an operator is told as the operator asks it, once")
  void operator() {
    assertThat(time.runUntil(() -> cluster.leader() != null, 30 * SECONDS)).isTrue();
    play(FaultKind.UPDATE_MEMBER, 2, 0, 0);
    assertThat(told).singleElement().asString().startsWith("operator: Update[");
  }

  @Test
  @DisplayName("of what didn't begin nothing is told")
  void nothing() {
    play(FaultKind.STRAY_CANDIDATE, 0, 0, 0);
    play(FaultKind.ONE_WAY_CUT, 1, 1, 0);
    cluster.world().host(HOSTS.get(0)).crash();
    play(FaultKind.CRASH, 0, 0, 0);
    play(FaultKind.WIPED_DISK, 1, 0, 0);
    assertThat(told).allMatch(line -> line.startsWith("WIPED_DISK"));
  }

  @ParameterizedTest
  @EnumSource(FaultKind.class)
  @DisplayName("whatever is drawn, times are in units that can be read")
  void units(FaultKind kind) {
    List<Fault> drawn =
        new FaultDraw(Chance.of(1, "words"), kind, 3, 60 * SECONDS, 450).faults(SECONDS);
    assertThat(drawn)
        .hasSizeGreaterThan(20)
        .allSatisfy(
            fault -> assertThat(new FaultWords(fault, HOSTS.get(0), HOSTS, HOSTS).toString())
                .startsWith(kind + ": ")
                .doesNotContain("null")
                .doesNotContainPattern("\\d{5}"));
  }

  @Test
  void spans() {
    assertThat(FaultWords.span(9_900_500_120L)).isEqualTo("9.90 s");
    assertThat(FaultWords.span(12_300_000)).isEqualTo("12.3 ms");
    assertThat(FaultWords.span(50_000)).isEqualTo("50.0 µs");
    assertThat(FaultWords.span(3_600 * SECONDS)).isEqualTo("60.0 min");
  }
}
