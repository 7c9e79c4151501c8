package io.github.balsaraft.examples.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The order of the runs of a write matrix. Within a cell the systems follow each other, so that what the machine does
 * meanwhile hits all alike; every other round goes through them backwards. Limits follow the systems in each cell, for a
 * shorter time.
 *
 * @param peers the folder of another harness with the same command line, or null
 * @param systems the systems that it is asked for
 * @param cells payload and outstanding, such as {@code 256x1024}
 */
record MatrixPlan(
    @Nullable String peers,
    List<String> systems,
    List<String> cells,
    int rounds,
    int warmupSeconds,
    int measuredSeconds) {

  static final String DEFAULT_CELLS = "256x64,256x1024,1024x64,1024x1024,128x1,128x64,128x1024,"
      + "256x1,1024x1,16384x1,16384x64,16384x1024";

  private static final int MAX_LIMIT_WARMUP_SECONDS = 3;
  private static final int MAX_LIMIT_MEASURED_SECONDS = 3;

  /**
   * One run.
   *
   * @param ours whether this benchmark does it, and not the other harness
   */
  record Step(boolean ours, List<String> arguments) {}

  List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      for (String cell : cells) {
        List<Step> runs = new ArrayList<>(systems(cell));
        runs.addAll(limits(cell));
        if (round % 2 == 1) {
          Collections.reverse(runs);
        }
        steps.addAll(runs);
      }
    }
    return steps;
  }

  private List<Step> systems(String cell) {
    List<Step> steps = new ArrayList<>(List.of(new Step(true, system(cell))));
    if (peers != null) {
      systems.forEach(system -> steps.add(new Step(false, system(cell, "--system", system))));
    }
    return steps;
  }

  private List<Step> limits(String cell) {
    List<Step> steps =
        new ArrayList<>(List.of(new Step(true, limit(cell, Options.ROCKSDB_PACKED))));
    if (peers != null) {
      steps.add(new Step(false, limit(cell, "replicate")));
    }
    return steps;
  }

  private List<String> system(String cell, String... further) {
    return write(cell, warmupSeconds, measuredSeconds, further);
  }

  private List<String> limit(String cell, String variant) {
    return write(
        cell,
        Math.min(warmupSeconds, MAX_LIMIT_WARMUP_SECONDS),
        Math.min(measuredSeconds, MAX_LIMIT_MEASURED_SECONDS),
        "--system",
        "limit",
        "--variant",
        variant);
  }

  private static List<String> write(
      String cell, int warmupSeconds, int measuredSeconds, String... further) {
    String[] parts = cell.split("x", -1);
    if (parts.length != 2) {
      throw new UsageException("a cell is payload x outstanding, such as 256x1024, not " + cell);
    }
    return Stream.concat(
            Stream.of(
                "--mode",
                "write",
                "--payload",
                parts[0],
                "--outstanding",
                parts[1],
                "--warmup",
                String.valueOf(warmupSeconds),
                "--seconds",
                String.valueOf(measuredSeconds)),
            Stream.of(further))
        .toList();
  }
}
