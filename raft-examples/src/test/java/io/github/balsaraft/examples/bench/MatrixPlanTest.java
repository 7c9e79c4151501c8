package io.github.balsaraft.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    String times = " --warmup 14 --seconds 7";
    List<String> first = cell("128x1" + times);
    List<String> second = cell("256x64" + times);
    assertThat(steps(plan))
        .containsExactlyElementsOf(Stream.of(
                first,
                limits("128x1" + times),
                second,
                limits("256x64" + times),
                List.of(first.get(2), first.get(1), first.get(0)),
                List.of(second.get(2), second.get(1), second.get(0)))
            .flatMap(List::stream)
            .toList());
  }

  private static List<String> cell(String cell) {
    return List.of(
        "ours: " + cell, "peers: " + cell + " --system jraft", "peers: " + cell + " --system etcd");
  }

  private static List<String> limits(String cell) {
    return List.of(
        "ours: " + cell + " --system limit --variant rocksdb-packed",
        "peers: " + cell + " --system limit --variant replicate",
        "peers: " + cell + " --system limit --variant rocksdb");
  }

  @Test
  void withoutPeersOnlyWeAreMeasured() {
    MatrixPlan plan = new MatrixPlan(null, List.of("jraft"), List.of("128x1"), 3, 1, 1);
    assertThat(plan.steps()).hasSize(4).allMatch(MatrixPlan.Step::ours);
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
