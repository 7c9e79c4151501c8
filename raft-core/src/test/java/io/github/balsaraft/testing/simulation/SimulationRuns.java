package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.testing.simulation.diagram.RunRecorder;
import io.github.balsaraft.testing.simulation.diagram.RunSummary;
import io.github.balsaraft.testing.simulation.diagram.SpaceTimeDiagram;
import io.github.balsaraft.testing.simulation.faults.Schedule;
import io.github.balsaraft.testing.simulation.load.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs of many seeds with the same settings. The first that fails is made smaller, and the failure says how to run it again.
 */
public final class SimulationRuns {

  private static final int SHRINKING_RUNS = 300;
  private static final Path PAGES = Path.of("target", "simulation");

  private final SimulationSettings settings;
  private final Seeds seeds;
  private final String replayCommand;

  /**
   * Runs that have not begun.
   *
   * @param replayCommand what to type to run one seed again, but for the seed at its end
   */
  public SimulationRuns(SimulationSettings settings, Seeds seeds, String replayCommand) {
    this.settings = settings;
    this.seeds = seeds;
    this.replayCommand = replayCommand;
  }

  /**
   * Which seeds are run.
   *
   * @param first the first of those that are always the same
   * @param count how many of these there are
   * @param fresh for how long others are run after them, which are new each time
   */
  public record Seeds(long first, int count, Duration fresh) {}

  /** The same runs with other settings. */
  public SimulationRuns with(SimulationSettings others) {
    return new SimulationRuns(others, seeds, replayCommand);
  }

  /** Runs of other seeds. */
  public SimulationRuns with(Seeds others) {
    return new SimulationRuns(settings, others, replayCommand);
  }

  /** How each run is set up. */
  public SimulationSettings settings() {
    return settings;
  }

  /**
   * Runs all seeds, and prints what they have been through.
   *
   * @param workload a new one for each run
   * @throws AssertionError if one fails: with the seed, how to run it again, and the fewest faults that make it fail
   */
  public <I, O> void check(Supplier<? extends Workload<I, O>> workload) {
    RunsReport report = new RunsReport();
    for (int i = 0; i < seeds.count(); i++) {
      checkOne(seeds.first() + i, workload, report);
    }
    long fresh = new SecureRandom().nextInt(1 << 30) * 1_000L;
    long end = System.nanoTime() + seeds.fresh().toNanos();
    while (System.nanoTime() - end < 0) {
      checkOne(fresh++, workload, report);
    }
    System.out.println(
        "simulation: " + (seeds.fresh().toMinutes() > 5 ? report.table() : report.brief()));
  }

  private <I, O> void checkOne(
      long seed, Supplier<? extends Workload<I, O>> workload, RunsReport report) {
    Schedule drawn = Simulation.drawn(seed, settings);
    Simulation<I, O> run = new Simulation<>(seed, settings, workload.get(), drawn);
    SimulationFailure failure = run(run);
    report.add(run);
    if (failure != null) {
      throw explained(seed, drawn, failure, workload);
    }
  }

  private static @Nullable SimulationFailure run(Simulation<?, ?> simulation) {
    try {
      simulation.run();
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
        (with, faults) -> run(new Simulation<>(seed, with, workload.get(), faults)),
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
