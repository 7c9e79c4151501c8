package io.github.balsaraft.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.testing.simulation.KeptRun;
import io.github.balsaraft.testing.simulation.Simulation;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.faults.Fault;
import io.github.balsaraft.testing.simulation.faults.FaultKind;
import io.github.balsaraft.testing.simulation.faults.FaultMix;
import io.github.balsaraft.testing.simulation.faults.Schedule;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Faults are drawn kind by kind, and what was drawn can be kept as text. */
class ScheduleTest {

  private static final int HOSTS = 7;
  private static final long LENGTH_NANOS = 600 * VirtualTime.SECONDS;

  private static List<Fault> drawn(long seed, Map<FaultKind, Double> perMinute) {
    return new FaultMix(perMinute).draw(seed, HOSTS, LENGTH_NANOS).faults();
  }

  @Test
  @DisplayName("what is drawn of one kind doesn't depend on which others there are")
  void kindsAreDrawnApart() {
    Map<FaultKind, Double> two = Map.of(FaultKind.CRASH, 5.0, FaultKind.SLOW_SNAPSHOTS, 3.0);
    Map<FaultKind, Double> three =
        Map.of(FaultKind.CRASH, 5.0, FaultKind.PAUSE, 9.0, FaultKind.SLOW_SNAPSHOTS, 3.0);
    List<Fault> withoutPauses = new ArrayList<>(drawn(7, three));
    withoutPauses.removeIf(fault -> fault.kind() == FaultKind.PAUSE);
    assertThat(drawn(7, two)).hasSizeGreaterThan(40).isEqualTo(withoutPauses);
    assertThat(drawn(8, two)).isNotEqualTo(drawn(7, two));
  }

  @Test
  @DisplayName("of the same rate two kinds come at different times")
  void kindsDoNotComeTogether() {
    List<Fault> both = drawn(7, Map.of(FaultKind.CRASH, 5.0, FaultKind.PAUSE, 5.0));
    assertThat(both.stream().map(Fault::atNanos)).doesNotHaveDuplicates();
    assertThat(both).isSortedAccordingTo((one, other) -> {
      return Long.compare(one.atNanos(), other.atNanos());
    });
  }

  @Test
  @DisplayName("a seed draws a mix of ambushes, or of everything else")
  void ambushesAreAmongThemselves() {
    boolean ambushes = false;
    boolean others = false;
    for (long seed = 1; seed <= 40; seed++) {
      FaultMix mix = FaultMix.drawn(seed);
      boolean isOfAmbushes = FaultMix.isOfAmbushes(seed);
      assertThat(mix.perMinute().keySet())
          .allMatch(kind -> kind.isAmbush() == isOfAmbushes || kind == FaultKind.CLOCK_DRIFT);
      ambushes |= isOfAmbushes && !mix.perMinute().isEmpty();
      others |= !isOfAmbushes && mix.perMinute().size() > 5;
    }
    assertThat(ambushes).isTrue();
    assertThat(others).isTrue();
  }

  @Test
  void aRunComesBackFromItsText() {
    Schedule schedule = Simulation.drawn(3, SimulationSettings.DEFAULT);
    assertThat(schedule.faults()).hasSizeGreaterThan(20);
    List<String> reaches = List.of("n4: spared: it is no member", "disks wiped");
    KeptRun one = new KeptRun(-3, 5, 2, 8, Duration.ofSeconds(30), schedule, reaches);
    KeptRun other = new KeptRun(4, 3, 0, 1, Duration.ofMillis(600), new Schedule(List.of()));
    List<String> lines = new ArrayList<>(List.of("# Why it is kept.", ""));
    (one + "\n\n# Another.\n" + other).lines().forEach(lines::add);
    KeptRun ofGroups =
        new KeptRun(5, 3, 0, 1, 3, Duration.ofMillis(600), new Schedule(List.of()), List.of());
    lines.add(ofGroups.toString());
    assertThat(KeptRun.parse(lines)).containsExactly(one, other, ofGroups);
    assertThat(KeptRun.parse(List.of())).isEmpty();
  }

  @Test
  void aFaultIsALineThatSaysWhat() {
    Fault fault = new Fault(
        12_345_678_901L, FaultKind.CLOCK_JUMP, 30 * VirtualTime.MILLIS, Fault.LEADER, 2, -77);
    String line =
        "at 12.345678901 s CLOCK_JUMP of leader, other host 2, lasts 0.030000000 s, amount -77";
    assertThat(fault).hasToString(line);
    assertThat(Fault.parse("  " + line)).isEqualTo(fault);
    assertThat(Fault.parse(line.replace("leader", "host 0")).host()).isZero();
  }

  @Test
  void whatIsNoRunIsRefused() {
    assertThatThrownBy(() -> Fault.parse("at 1 s CRASH"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a fault: at 1 s CRASH");
    String fault = "at 1.000000000 s CRASH of host 1, other host 2, lasts 0.030000000 s, amount 7";
    assertThatThrownBy(() -> KeptRun.parse(List.of(fault)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("belongs to no run");
  }

  @Test
  @DisplayName("clocks drift as far as they may, and never further")
  void drift() {
    long most = 100_000;
    List<Fault> drifts = new FaultMix(Map.of(FaultKind.CLOCK_DRIFT, 60.0))
        .draw(1, HOSTS, LENGTH_NANOS, most)
        .faults();
    assertThat(drifts).allMatch(fault -> Math.abs(fault.amount()) <= most);
    assertThat(drifts.stream().map(Fault::amount)).contains(most, -most);
  }
}
