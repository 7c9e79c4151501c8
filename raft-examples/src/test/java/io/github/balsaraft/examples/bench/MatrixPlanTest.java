package io.github.balsaraft.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MatrixPlanTest {

  private static List<String> steps(MatrixPlan plan) {
    return plan.steps().stream()
        .map(step -> (step.ours() ? "ours: " : "peers: ") + String.join(" ", step.arguments()))
        .map(step -> step.replace("--mode write --payload ", "").replace(" --outstanding ", "x"))
        .toList();
  }

  @Test
  void systemsAlternateWithinACellAndTurnRoundEachRound() {
    MatrixPlan plan =
        new MatrixPlan("peers", List.of("jraft", "etcd"), List.of("128x1", "256x64"), 2, 14, 7);
    List<String> first = cell("128x1");
    List<String> second = cell("256x64");
    assertThat(steps(plan))
        .containsExactlyElementsOf(Stream.of(first, second, reversed(first), reversed(second))
            .flatMap(List::stream)
            .toList());
  }

  private static List<String> cell(String cell) {
    String times = " --warmup 14 --seconds 7";
    String shortTimes = " --warmup 3 --seconds 3";
    return List.of(
        "ours: " + cell + times,
        "peers: " + cell + times + " --system jraft",
        "peers: " + cell + times + " --system etcd",
        "ours: " + cell + shortTimes + " --system limit --variant rocksdb-packed",
        "peers: " + cell + shortTimes + " --system limit --variant replicate");
  }

  private static List<String> reversed(List<String> steps) {
    List<String> reversed = new ArrayList<>(steps);
    Collections.reverse(reversed);
    return reversed;
  }

  @Test
  void withoutPeersOnlyWeAreMeasured() {
    MatrixPlan plan = new MatrixPlan(null, List.of("jraft"), List.of("128x1"), 3, 1, 1);
    assertThat(plan.steps()).hasSize(6).allMatch(MatrixPlan.Step::ours);
  }

  @Test
  void allStepsOfOursAreUnderstood() {
    MatrixPlan plan =
        new MatrixPlan(null, List.of(), List.of(MatrixPlan.DEFAULT_CELLS.split(",", -1)), 1, 0, 1);
    assertThat(plan.steps()).hasSize(24).allSatisfy(step -> Options.parse(step.arguments()));
  }

  @Test
  void aCellThatIsNoneIsRefused() {
    MatrixPlan plan = new MatrixPlan(null, List.of(), List.of("128"), 1, 0, 1);
    assertThatThrownBy(plan::steps).hasMessageContaining("such as 256x1024, not 128");
  }
}
