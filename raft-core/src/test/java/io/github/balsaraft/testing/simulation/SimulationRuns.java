package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.testing.simulation.diagram.RunRecorder;
import io.github.balsaraft.testing.simulation.diagram.RunSummary;
import io.github.balsaraft.testing.simulation.diagram.SpaceTimeDiagram;
import io.github.balsaraft.testing.simulation.faults.Schedule;
import io.github.balsaraft.testing.simulation.load.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs of many seeds with the same settings. The first that fails is made smaller, and the failure says how to run it again.
 */
public final class SimulationRuns {

  private static final int SHRINKING_RUNS = 300;
  private static final Path PAGES = Path.of("target", "simulation");

  private final SimulationSettings settings;
  private final long firstSeed;
  private final int seeds;
  private final String replayCommand;

  /**
   * Runs that have not begun.
   *
   * @param replayCommand what to type to run one seed again, but for the seed at its end
   */
  public SimulationRuns(
      SimulationSettings settings, long firstSeed, int seeds, String replayCommand) {
    this.settings = settings;
    this.firstSeed = firstSeed;
    this.seeds = seeds;
    this.replayCommand = replayCommand;
  }

  /** The same runs with other settings. */
  public SimulationRuns with(SimulationSettings others) {
    return new SimulationRuns(others, firstSeed, seeds, replayCommand);
  }

  /** How each run is set up. */
  public SimulationSettings settings() {
    return settings;
  }

  /**
   * Runs all seeds.
   *
   * @param workload a new one for each run
   * @throws AssertionError if one fails: with the seed, how to run it again, and the fewest faults that make it fail
   */
  public <I, O> void check(Supplier<? extends Workload<I, O>> workload) {
    for (int i = 0; i < seeds; i++) {
      long seed = firstSeed + i;
      Schedule drawn = Simulation.drawn(seed, settings);
      SimulationFailure failure = run(seed, settings, drawn, workload);
      if (failure != null) {
        throw explained(seed, drawn, failure, workload);
      }
    }
  }

  private static <I, O> @Nullable SimulationFailure run(
      long seed,
      SimulationSettings settings,
      Schedule schedule,
      Supplier<? extends Workload<I, O>> workload) {
    try {
      new Simulation<>(seed, settings, workload.get(), schedule).run();
      return null;
    } catch (SimulationFailure e) {
      return e;
    } catch (RuntimeException | Error e) {
      return new SimulationFailure("exception", e);
    }
  }

  private <I, O> AssertionError explained(
      long seed,
      Schedule drawn,
      SimulationFailure failure,
      Supplier<? extends Workload<I, O>> workload) {
    Shrinker shrinker = new Shrinker(
        (with, faults) -> run(seed, with, faults, workload),
        SHRINKING_RUNS,
        settings,
        drawn,
        failure);
    shrinker.shrink();
    String text = "seed " + seed + " fails: " + failure.getMessage()
        + "\nrun it again with: " + replayCommand + seed
        + "\nof its " + drawn.faults().size() + " faults "
        + (shrinker.schedule().faults().isEmpty()
            ? "none is needed"
            : "these are enough:\n" + shrinker.schedule())
        + "\nwith " + shrinker.settings().clients() + " clients in "
        + shrinker.settings().length().toMillis() + " ms, which then fails: "
        + shrinker.failure().getMessage()
        + "\nwhat happened, as a page: " + page(seed, shrinker, workload);
    return new AssertionError(text, shrinker.failure());
  }

  private <I, O> String page(
      long seed, Shrinker shrunk, Supplier<? extends Workload<I, O>> workload) {
    RunRecorder recorder = new RunRecorder();
    Simulation<I, O> again =
        new Simulation<>(seed, shrunk.settings(), workload.get(), shrunk.schedule());
    recorder.timedBy(again.time());
    again.watchedBy(recorder);
    again.clients().tell(recorder::onOperation);
    String violation = "";
    try {
      again.run();
    } catch (SimulationFailure | RuntimeException e) {
      violation = String.valueOf(e.getMessage());
      recorder.onViolation(violation);
    }
    Path page = PAGES.resolve("seed-" + seed + ".html").toAbsolutePath();
    try {
      Files.createDirectories(PAGES);
      SpaceTimeDiagram.write(
          page, new RunSummary(seed, replayCommand + seed, violation), recorder.run());
      return page.toString();
    } catch (IOException e) {
      return "can't be written: " + e;
    }
  }
}
