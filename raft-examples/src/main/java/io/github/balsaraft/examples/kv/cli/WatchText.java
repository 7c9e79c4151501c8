package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.api.Distribution;
import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.examples.kv.client.Admin.ServerStatus;
import io.github.balsaraft.examples.kv.command.MetricLines;
import io.github.balsaraft.examples.kv.server.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What {@code kv admin watch} shows of two looks, one after the other. Pure: answers in, lines out. */
final class WatchText {

  /**
   * One look at all servers.
   *
   * @param statuses as of {@code RAFT STATUS}
   * @param metrics those of {@code INFO metrics} of each server that has answered
   * @param additions members on their way in, as the leader sees them
   */
  record Look(
      List<ServerStatus> statuses,
      Map<HostPort, Map<String, String>> metrics,
      List<Map<String, String>> additions) {}

  /** Fewer are there in a moment. */
  private static final long FAR_BEHIND_ENTRIES = 10_000;

  private WatchText() {}

  /**
   * The lines.
   *
   * @param before an earlier look; null if there is none, and then there are no rates, and times are those since the start
   */
  static List<String> lines(Look now, @Nullable Look before) {
    Table table = new Table(
        "SERVER",
        "ID",
        "ROLE",
        "TERM",
        "COMMIT",
        "ENTRIES/S",
        "TO APPLY",
        "PENDING",
        "REFUSED/S",
        "SNAPSHOT");
    Table times = new Table(
        "ID",
        "WRITE P50",
        "WRITE P99",
        "SYNC P99",
        "APPLY P99",
        "ELECTION P50",
        "ELECTION MAX",
        "CATCH-UP P50",
        "CATCH-UP MAX");
    for (ServerStatus status : now.statuses) {
      row(table, status, now, before);
      if (status.isUp()) {
        timesRow(times, status, now, before);
      }
    }
    List<String> lines = new ArrayList<>(table.lines());
    if (now.statuses.stream().anyMatch(ServerStatus::isUp)) {
      lines.add("");
      lines.addAll(times.lines());
    }
    now.additions.forEach(addition -> lines.add(AdminText.progress(addition)));
    addWhoCatchesUp(now.statuses, lines);
    return lines;
  }

  /** Those that lack much of the log of the leader, and aren't fetching a snapshot instead. */
  private static void addWhoCatchesUp(List<ServerStatus> statuses, List<String> lines) {
    long committed = statuses.stream()
        .filter(status -> status.isUp() && status.get("role").equals("leader"))
        .mapToLong(leader -> Amounts.number(leader.get("commit")))
        .max()
        .orElse(0);
    for (ServerStatus status : statuses) {
      long last = status.isUp() ? Amounts.number(status.get("last")) : committed;
      if (last >= 0
          && committed - last > FAR_BEHIND_ENTRIES
          && AdminText.fetching(status.fields()).isEmpty()) {
        lines.add(status.get("id") + " catches up: "
            + AdminText.count(String.valueOf(committed - last)) + " entries to go "
            + ProgressBar.of(last, committed));
      }
    }
  }

  private static void row(Table table, ServerStatus status, Look now, @Nullable Look before) {
    String server = status.server().toString();
    if (!status.isUp()) {
      table.row(server, "-", "down", "-", "-", "-", "-", "-", "-", status.problem());
      return;
    }
    Map<String, String> metrics = now.metrics.getOrDefault(status.server(), Map.of());
    Since since = Since.of(status, now, before);
    table.row(
        server,
        status.get("id"),
        status.get("role"),
        status.get("term"),
        AdminText.count(status.get("commit")),
        since.rate(RaftMetric.COMMIT_INDEX),
        AdminText.count(String.valueOf(
            Amounts.number(status.get("commit")) - Amounts.number(status.get("applied")))),
        Amounts.bytes(
            Amounts.number(metrics.getOrDefault(RaftMetric.PROPOSALS_PENDING_BYTES.label(), ""))),
        since.rate(
            RaftMetric.PROPOSALS_REFUSED_NOT_LEADER,
            RaftMetric.PROPOSALS_REFUSED_OVERLOADED,
            RaftMetric.PROPOSALS_REFUSED_TOO_LARGE,
            RaftMetric.PROPOSALS_REFUSED_STOPPED),
        AdminText.snapshot(status));
  }

  /** How long things took: what happens all the time since the look before, and what is rare since the start of the server. */
  private static void timesRow(Table times, ServerStatus status, Look now, @Nullable Look before) {
    Since since = Since.of(status, now, before);
    Since start = Since.of(status, now, null);
    boolean leads = status.get("role").equals("leader");
    times.row(
        status.get("id"),
        leads ? since.quantile(RaftMetric.PROPOSE_TO_COMMIT_NANOS, 0.5) : "-",
        leads ? since.quantile(RaftMetric.PROPOSE_TO_COMMIT_NANOS, 0.99) : "-",
        since.quantile(RaftMetric.SYNC_NANOS, 0.99),
        since.quantile(RaftMetric.COMMIT_TO_APPLIED_NANOS, 0.99),
        start.quantile(RaftMetric.ELECTION_NANOS, 0.5),
        start.longest(RaftMetric.ELECTION_NANOS),
        start.quantile(RaftMetric.CATCH_UP_NANOS, 0.5),
        start.longest(RaftMetric.CATCH_UP_NANOS));
  }

  /** What has come between two looks at one server; since its start if there is no earlier one. */
  private record Since(Map<String, String> now, Map<String, String> earlier) {

    static Since of(ServerStatus status, Look now, @Nullable Look before) {
      return new Since(
          now.metrics.getOrDefault(status.server(), Map.of()),
          before == null ? Map.of() : before.metrics.getOrDefault(status.server(), Map.of()));
    }

    String rate(RaftMetric... metrics) {
      long nanos = number(now, MetricLines.AT_NANOS) - number(earlier, MetricLines.AT_NANOS);
      if (isOther()) {
        return "-";
      }
      long grown = 0;
      for (RaftMetric metric : metrics) {
        grown += number(now, metric.label()) - number(earlier, metric.label());
      }
      return Amounts.perSecond(grown, nanos);
    }

    /** Whether the earlier look was at another process, or at none. */
    private boolean isOther() {
      return earlier.isEmpty()
          || now.isEmpty()
          || number(now, MetricLines.AT_NANOS) < number(earlier, MetricLines.AT_NANOS);
    }

    String quantile(RaftMetric metric, double part) {
      return time(metric, distribution -> distribution.quantile(part));
    }

    String longest(RaftMetric metric) {
      return time(metric, Distribution::max);
    }

    private String time(RaftMetric metric, ToLongFunction<Distribution> nanos) {
      String text = now.get(metric.label());
      if (text == null) {
        return "-";
      }
      try {
        Distribution distribution = MetricLines.distribution(text);
        String before = earlier.get(metric.label());
        if (before != null && !isOther()) {
          distribution = distribution.since(MetricLines.distribution(before));
        }
        return distribution.count() == 0 ? "-" : Amounts.millis(nanos.applyAsLong(distribution));
      } catch (IllegalArgumentException e) {
        // A server of another version counts in another way.
        return "-";
      }
    }

    private static long number(Map<String, String> fields, String name) {
      return Amounts.number(fields.getOrDefault(name, ""));
    }
  }
}
