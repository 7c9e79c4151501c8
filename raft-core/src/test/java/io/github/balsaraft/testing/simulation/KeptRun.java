package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.testing.simulation.checks.Happening;
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
 * <p>The faults stay, but what they meet may change with the code, until the run doesn't get any more to where it went wrong. So it may say
 * what it has to get to, in lines of the form {@code reaches: n4: wiped}: what is noted of a host, or the label of a {@link Happening}.
 *
 * @param seed decides everything but the faults
 * @param hosts founders of the group
 * @param spares further hosts
 * @param clients who ask for one thing at a time, of each group
 * @param groups how many there are on the hosts
 * @param length how long faults may come
 * @param reaches what has to come about in it
 */
public record KeptRun(
    long seed,
    int hosts,
    int spares,
    int clients,
    int groups,
    Duration length,
    Schedule schedule,
    List<String> reaches) {

  private static final String COMMENT = "#";
  private static final String REACHES = "reaches: ";
  private static final Pattern RUN = Pattern.compile(
      "run of seed (-?\\d+) with (\\d+) hosts, (\\d+) spares and (\\d+) clients(?: in each of (\\d+) groups)? for (\\d+) ms:");

  /** As it was said. */
  public KeptRun {
    reaches = List.copyOf(reaches);
  }

  /** One of one group. */
  public KeptRun(
      long seed,
      int hosts,
      int spares,
      int clients,
      Duration length,
      Schedule schedule,
      List<String> reaches) {
    this(seed, hosts, spares, clients, 1, length, schedule, reaches);
  }

  /** One of one group, of which nothing is said that it has to get to. */
  public KeptRun(
      long seed, int hosts, int spares, int clients, Duration length, Schedule schedule) {
    this(seed, hosts, spares, clients, length, schedule, List.of());
  }

  /** The run of a seed with these settings and faults. */
  static KeptRun of(long seed, SimulationSettings settings, int groups, Schedule schedule) {
    return new KeptRun(
        seed,
        settings.hosts(),
        settings.spares(),
        settings.clients(),
        groups,
        settings.length(),
        schedule,
        List.of());
  }

  /**
   * Reads runs, each as its text. Lines that are empty or begin with {@code #} are left out.
   *
   * @throws IllegalArgumentException if there is something else in between
   */
  public static List<KeptRun> parse(List<String> lines) {
    List<KeptRun> runs = new ArrayList<>();
    List<Fault> faults = new ArrayList<>();
    List<String> reaches = new ArrayList<>();
    Matcher begun = null;
    for (String line : lines) {
      Matcher run = RUN.matcher(line.strip());
      if (run.matches()) {
        if (begun != null) {
          runs.add(parsed(begun, faults, reaches));
        }
        begun = run;
        faults.clear();
        reaches.clear();
      } else if (!line.isBlank() && !line.startsWith(COMMENT)) {
        if (begun == null) {
          throw new IllegalArgumentException("this belongs to no run: " + line);
        }
        if (line.strip().startsWith(REACHES)) {
          reaches.add(line.strip().substring(REACHES.length()));
        } else {
          faults.add(Fault.parse(line));
        }
      }
    }
    if (begun != null) {
      runs.add(parsed(begun, faults, reaches));
    }
    return List.copyOf(runs);
  }

  private static KeptRun parsed(Matcher run, List<Fault> faults, List<String> reaches) {
    return new KeptRun(
        Long.parseLong(run.group(1)),
        Integer.parseInt(run.group(2)),
        Integer.parseInt(run.group(3)),
        Integer.parseInt(run.group(4)),
        run.group(5) == null ? 1 : Integer.parseInt(run.group(5)),
        Duration.ofMillis(Long.parseLong(run.group(6))),
        new Schedule(faults),
        reaches);
  }

  /** These settings, but for what the run says. */
  SimulationSettings settings(SimulationSettings others) {
    return others.withHosts(hosts).withSpares(spares).withClients(clients).withLength(length);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("run of seed " + seed + " with " + hosts + " hosts, "
        + spares + " spares and " + clients + " clients"
        + (groups == 1 ? "" : " in each of " + groups + " groups") + " for " + length.toMillis()
        + " ms:");
    if (!schedule.faults().isEmpty()) {
      text.append('\n').append(schedule);
    }
    reaches.forEach(what -> text.append('\n').append(REACHES).append(what));
    return text.toString();
  }
}
