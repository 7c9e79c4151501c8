package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.testing.simulation.checks.Coverage;
import io.github.balsaraft.testing.simulation.diagram.RunRecorder;
import io.github.balsaraft.testing.simulation.diagram.RunSummary;
import io.github.balsaraft.testing.simulation.diagram.SpaceTimeDiagram;
import io.github.balsaraft.testing.simulation.faults.Schedule;
import io.github.balsaraft.testing.simulation.load.Workload;
import io.github.balsaraft.testing.simulation.world.Observer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs of many seeds with the same settings. The first that fails is made smaller, and the failure says how to run it again.
 */
public final class SimulationRuns {

  private static final int SHRINKING_RUNS = 300;

  /** A build must not end for the time that a test takes before it was said what has failed. */
  private static final Duration SHRINKING_TIME = Duration.ofSeconds(30);

  private static final Path PAGES = Path.of("target", "simulation");

  private final SimulationSettings settings;
  private final Seeds seeds;
  private final String replayCommand;
  private final String name;

  /**
   * Runs that have not begun.
   *
   * @param replayCommand what to type to run one seed again, but for the seed at its end; see {@link TestCommand}
   */
  public SimulationRuns(SimulationSettings settings, Seeds seeds, String replayCommand) {
    this(settings, seeds, replayCommand, "");
  }

  /**
   * The same of a test with a name.
   *
   * @param name begins the names of the pages that its runs leave, so that those of other tests stay; may be empty
   */
  public SimulationRuns(
      SimulationSettings settings, Seeds seeds, String replayCommand, String name) {
    this.settings = settings;
    this.seeds = seeds;
    this.replayCommand = replayCommand;
    this.name = name;
  }

  /**
   * Which seeds are run.
   *
   * @param first the first of those that are always the same
   * @param count how many of these there are
   * @param fresh for how long others are run after them
   * @param firstFresh the first of these
   */
  public record Seeds(long first, int count, Duration fresh, long firstFresh) {

    /** Those that are run after the others are new each time. */
    public Seeds(long first, int count, Duration fresh) {
      this(first, count, fresh, FreshSeeds.at(new SecureRandom().nextLong()));
    }

    /** Those alone that are always the same. */
    public Seeds fixed() {
      return new Seeds(first, count, Duration.ZERO, firstFresh);
    }

    /** The others alone. */
    public Seeds onlyFresh() {
      return new Seeds(first, 0, fresh, firstFresh);
    }
  }

  /** The same runs with other settings. */
  public SimulationRuns with(SimulationSettings others) {
    return new SimulationRuns(others, seeds, replayCommand, name);
  }

  /** Runs of other seeds. */
  public SimulationRuns with(Seeds others) {
    return new SimulationRuns(settings, others, replayCommand, name);
  }

  /** Which seeds are run. */
  public Seeds seeds() {
    return seeds;
  }

  /** How each run is set up. */
  public SimulationSettings settings() {
    return settings;
  }

  /**
   * Runs all seeds, and prints what they have been through: at length if there were many, or fresh ones, and also if one fails.
   *
   * @param workload a new one for each run
   * @return what they have been through
   * @throws AssertionError if one fails: with the seed, how to run it again, and the fewest faults that make it fail
   */
  public <I, O> RunsReport check(Supplier<? extends Workload<I, O>> workload) {
    return checkGroups(1, workload);
  }

  /**
   * The same with several groups on the same hosts.
   *
   * @param workload a new one for each group of each run
   */
  public <I, O> RunsReport checkGroups(int groups, Supplier<? extends Workload<I, O>> workload) {
    Supplier<List<Workload<I, O>>> workloads = workloads(groups, workload);
    RunsReport fixed = new RunsReport("fixed seeds");
    RunsReport fresh = new RunsReport("fresh seeds from " + seeds.firstFresh());
    try {
      for (int i = 0; i < seeds.count(); i++) {
        checkOne(seeds.first() + i, groups, workloads, fixed);
      }
      long next = seeds.firstFresh();
      long end = System.nanoTime() + seeds.fresh().toNanos();
      while (System.nanoTime() - end < 0) {
        checkOne(next++, groups, workloads, fresh);
      }
      return fixed.plus(fresh);
    } finally {
      RunsReport.print(fixed, fresh);
    }
  }

  /**
   * Runs what was kept, with its groups and faults, and under the settings of these runs in all else.
   *
   * @param workload a new one for each group of each run
   * @throws AssertionError if one fails, or does not get to what it has to
   */
  public <I, O> void checkKept(List<KeptRun> kept, Supplier<? extends Workload<I, O>> workload) {
    RunsReport report = new RunsReport("kept schedules");
    try {
      for (KeptRun one : kept) {
        check(
            one,
            workloads(one.groups(), workload),
            report,
            TestCommand.ofCaller().orElse("the same test"));
      }
    } finally {
      RunsReport.print(report);
    }
  }

  private static <I, O> Supplier<List<Workload<I, O>>> workloads(
      int groups, Supplier<? extends Workload<I, O>> workload) {
    return () -> {
      List<Workload<I, O>> one = new ArrayList<>();
      for (int i = 0; i < groups; i++) {
        one.add(workload.get());
      }
      return one;
    };
  }

  private <I, O> void checkOne(
      long seed, int groups, Supplier<List<Workload<I, O>>> workload, RunsReport report) {
    Schedule drawn = Simulation.drawn(seed, settings, groups);
    check(KeptRun.of(seed, settings, groups, drawn), workload, report, replayCommand + seed);
  }

  private <I, O> void check(
      KeptRun one, Supplier<List<Workload<I, O>>> workload, RunsReport report, String replay) {
    Simulation<I, O> run =
        new Simulation<>(one.seed(), one.settings(settings), workload.get(), one.schedule());
    Reached reached = new Reached();
    for (int group = 0; group < run.groups().size(); group++) {
      run.watchedBy(group, reached);
    }
    long begin = System.nanoTime();
    SimulationFailure failure = run(run);
    report.add(run, System.nanoTime() - begin);
    if (failure != null) {
      throw explained(one, failure, where(run), workload, replay);
    }
    if (!one.reaches().isEmpty()) {
      reached.check(
          one,
          run.groups().stream()
              .map(SimulatedGroup::coverage)
              .reduce(new Coverage(), Coverage::plus));
    }
  }

  private static String where(Simulation<?, ?> run) {
    int groups = run.groups().size();
    if (groups == 1) {
      return "";
    }
    OptionalInt failed = run.failedGroup();
    return (failed.isPresent() ? "in group " + failed.getAsInt() : "in no group in particular")
        + " (of 0 to " + (groups - 1) + "): ";
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
      KeptRun failed,
      SimulationFailure failure,
      String where,
      Supplier<List<Workload<I, O>>> workload,
      String replay) {
    long seed = failed.seed();
    // At once: whatever ends this process before the rest is said must not cost the seed.
    System.out.println("seed " + seed + " fails: " + where + failure.getMessage()
        + "\nrun it again with: " + replay + "\nit is being made smaller");
    int[] left = {SHRINKING_RUNS};
    long endNanos = System.nanoTime() + SHRINKING_TIME.toNanos();
    Shrinker shrinker = new Shrinker(
        (with, faults) -> run(new Simulation<>(seed, with, workload.get(), faults)),
        () -> left[0]-- > 0
            && System.nanoTime() - endNanos < 0
            && !Thread.currentThread().isInterrupted(),
        failed.settings(settings),
        failed.schedule(),
        failure);
    shrinker.shrink();
    KeptRun shrunk = KeptRun.of(seed, shrinker.settings(), failed.groups(), shrinker.schedule());
    String text = "seed " + seed + " fails: " + where + failure.getMessage()
        + "\nrun it again with: " + replay
        + "\nof its " + failed.schedule().faults().size() + " faults "
        + (shrunk.schedule().faults().isEmpty() ? "none is needed" : "these are enough")
        + "; to be kept as a KeptRun:\n" + shrunk
        + "\nwhich fails: " + shrinker.failure().getMessage()
        + "\nwhat happened, as a page: " + page(shrunk, workload, replay);
    return new AssertionError(text, shrinker.failure());
  }

  private static <I, O> RunRecorder recorder(Simulation<I, O> run, SimulatedGroup<I, O> group) {
    RunRecorder recorder = new RunRecorder();
    recorder.timedBy(run.time());
    group.clients().tell(recorder::onOperation);
    return recorder;
  }

  /** What is done to hosts comes from one of the groups, and concerns the others as well. */
  private static void watch(Simulation<?, ?> run, int group, List<RunRecorder> recorders) {
    run.watchedBy(group, recorders.get(group));
    run.watchedBy(group, new Observer() {
      @Override
      public boolean wantsSteps() {
        return false;
      }

      @Override
      public void onFault(String what) {
        for (int other = 0; other < recorders.size(); other++) {
          if (other != group) {
            recorders.get(other).onFault(what + " (of group " + group + ")");
          }
        }
      }
    });
  }

  private <I, O> String page(
      KeptRun shrunk, Supplier<List<Workload<I, O>>> workload, String replay) {
    Simulation<I, O> again = new Simulation<>(
        shrunk.seed(), shrunk.settings(settings), workload.get(), shrunk.schedule());
    List<RunRecorder> recorders = new ArrayList<>();
    again.groups().forEach(group -> recorders.add(recorder(again, group)));
    for (int group = 0; group < recorders.size(); group++) {
      watch(again, group, recorders);
    }
    SimulationFailure failure = run(again);
    // Only now it is known of which group the page has to tell; of the first if of none in
    // particular.
    OptionalInt failed = again.failedGroup();
    int shown = failed.orElse(0);
    RunRecorder recorder = recorders.get(shown);
    String violation = failure == null ? "" : String.valueOf(failure.getMessage());
    if (failure != null) {
      if (recorders.size() > 1) {
        violation = "This page shows group " + shown + " (of 0 to " + (recorders.size() - 1)
            + (failed.isPresent() ? "), in which it is. " : "); it is in none in particular. ")
            + violation;
      }
      again.groups().get(shown).clients().tellOpen();
      recorder.onViolation(violation);
    }
    String file = (name.isEmpty() ? "" : name + "-") + "seed-" + shrunk.seed() + ".html";
    Path page = PAGES.resolve(file).toAbsolutePath();
    // Who is interrupted, such as by the time limit of a test, can't write files.
    boolean isInterrupted = Thread.interrupted();
    try {
      Files.createDirectories(PAGES);
      SpaceTimeDiagram.write(
          page, new RunSummary(shrunk.seed(), replay, violation), recorder.run());
      return failure == null
          ? page + " (that run didn't fail, so it shows no violation)"
          : page.toString();
    } catch (IOException e) {
      return "can't be written: " + e;
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
