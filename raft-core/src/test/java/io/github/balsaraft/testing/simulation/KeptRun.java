package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.testing.simulation.faults.Fault;
import io.github.balsaraft.testing.simulation.faults.Schedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A run that is repeated with the same faults whatever seeds draw later: how something that went wrong once is kept. Its text
 * ({@code toString}) is a line for the run and one for each {@link Fault}; a failure of {@link SimulationRuns} prints it, made as
 * small as it could be.
 *
 * @param seed decides everything but the faults
 * @param hosts founders of the group
 * @param spares further hosts
 * @param clients who ask for one thing at a time
 * @param length how long faults may come
 */
public record KeptRun(
    long seed, int hosts, int spares, int clients, Duration length, Schedule schedule) {

  private static final String COMMENT = "#";
  private static final Pattern RUN = Pattern.compile(
      "run of seed (-?\\d+) with (\\d+) hosts, (\\d+) spares and (\\d+) clients for (\\d+) ms:");

  /** The run of a seed with these settings and faults. */
  static KeptRun of(long seed, SimulationSettings settings, Schedule schedule) {
    return new KeptRun(
        seed, settings.hosts(), settings.spares(), settings.clients(), settings.length(), schedule);
  }

  /**
   * Reads runs, each as its text. Lines that are empty or begin with {@code #} are left out.
   *
   * @throws IllegalArgumentException if there is something else in between
   */
  public static List<KeptRun> parse(List<String> lines) {
    List<KeptRun> runs = new ArrayList<>();
    List<Fault> faults = new ArrayList<>();
    Matcher begun = null;
    for (String line : lines) {
      Matcher run = RUN.matcher(line.strip());
      if (run.matches()) {
        if (begun != null) {
          runs.add(parsed(begun, faults));
        }
        begun = run;
        faults.clear();
      } else if (!line.isBlank() && !line.startsWith(COMMENT)) {
        if (begun == null) {
          throw new IllegalArgumentException("this belongs to no run: " + line);
        }
        faults.add(Fault.parse(line));
      }
    }
    if (begun != null) {
      runs.add(parsed(begun, faults));
    }
    return List.copyOf(runs);
  }

  private static KeptRun parsed(Matcher run, List<Fault> faults) {
    return new KeptRun(
        Long.parseLong(run.group(1)),
        Integer.parseInt(run.group(2)),
        Integer.parseInt(run.group(3)),
        Integer.parseInt(run.group(4)),
        Duration.ofMillis(Long.parseLong(run.group(5))),
        new Schedule(faults));
  }

  /** These settings, but for what the run says. */
  SimulationSettings settings(SimulationSettings others) {
    return others.withHosts(hosts).withSpares(spares).withClients(clients).withLength(length);
  }

  @Override
  public String toString() {
    String run = "run of seed " + seed + " with " + hosts + " hosts, " + spares + " spares and "
        + clients + " clients for " + length.toMillis() + " ms:";
    return schedule.faults().isEmpty() ? run : run + "\n" + schedule;
  }
}
