package io.github.balsaraft.examples.kv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.Distribution;
import io.github.balsaraft.examples.kv.cli.WatchText.Look;
import io.github.balsaraft.examples.kv.client.Admin.ServerStatus;
import io.github.balsaraft.examples.kv.server.HostPort;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WatchTextTest {

  private static final HostPort ONE = HostPort.parse("10.0.0.1:7001");
  private static final HostPort TWO = HostPort.parse("10.0.0.2:7001");
  private static final long SECOND = 1_000_000_000;

  private static ServerStatus status(HostPort server, String id, String role, long commit) {
    return status(server, id, role, commit, commit);
  }

  private static ServerStatus status(
      HostPort server, String id, String role, long commit, long last) {
    return new ServerStatus(
        server,
        Map.of(
            "last",
            String.valueOf(last),
            "id",
            id,
            "role",
            role,
            "term",
            "7",
            "commit",
            String.valueOf(commit),
            "applied",
            String.valueOf(commit - 3),
            "snapshots",
            "yes"),
        "");
  }

  private static Map<String, String> metrics(
      long atNanos, long commit, long refused, String writes) {
    Map<String, String> metrics = new LinkedHashMap<>();
    metrics.put("metrics_at_nanos", String.valueOf(atNanos));
    metrics.put("commit_index", String.valueOf(commit));
    metrics.put("proposals_pending_bytes", "2048");
    metrics.put("proposals_refused_overloaded", String.valueOf(refused));
    metrics.put("propose_to_commit_nanos", writes);
    metrics.put("commit_to_applied_nanos", writes);
    metrics.put("election_nanos", RARE);
    metrics.put("catch_up_nanos", RARE);
    return metrics;
  }

  /** Seven values in bucket 160 at first, and three more in bucket 176 later. */
  private static final String EARLY = "count=7,sum=9,p50=1,p99=1,p999=1,max=99000000,buckets=160:7";

  private static final String LATE =
      "count=10,sum=9,p50=1,p99=1,p999=1,max=99000000,buckets=160:7;176:3";

  /** What happens seldom: one value in bucket 160, one in bucket 176, and nothing between two looks. */
  private static final String RARE =
      "count=2,sum=9,p50=1,p99=1,p999=1,max=120000000,buckets=160:1;176:1";

  private static Look look(Map<String, String> ofLeader) {
    return new Look(
        List.of(
            status(ONE, "n1", "leader", 1_000_000),
            status(TWO, "n2", "follower", 999_000),
            new ServerStatus(HostPort.parse("10.0.0.3:7001"), Map.of(), "connection refused")),
        Map.of(ONE, ofLeader),
        List.of(Map.of("id", "n4", "role", "voter", "detail", "waits")));
  }

  private static List<String> cells(String line) {
    return List.of(line.split(" {2,}", -1));
  }

  @Test
  void ratesAndTimesAreThoseSinceTheLookBefore() {
    Look before = look(metrics(10 * SECOND, 990_000, 5, EARLY));
    Look now = look(metrics(12 * SECOND, 1_000_000, 25, LATE));
    List<String> lines = WatchText.lines(now, before);
    assertThat(lines).hasSize(9);
    assertThat(cells(lines.get(1)))
        .containsExactly(
            "10.0.0.1:7001",
            "n1",
            "leader",
            "7",
            "1,000,000",
            "5,000",
            "3",
            "2.0 KiB",
            "10",
            "none yet");
    assertThat(cells(lines.get(2)).subList(0, 6))
        .containsExactly("10.0.0.2:7001", "n2", "follower", "7", "999,000", "-");
    assertThat(lines.get(3)).startsWith("10.0.0.3:7001").endsWith("connection refused");
    assertThat(lines.get(4)).isEmpty();
    assertThat(cells(lines.get(5)))
        .containsExactly(
            "ID",
            "WRITE P50",
            "WRITE P99",
            "SYNC P99",
            "APPLY P99",
            "ELECTION P50",
            "ELECTION MAX",
            "CATCH-UP P50",
            "CATCH-UP MAX");
    assertThat(cells(lines.get(6).replaceFirst(" {3,}", "  ")))
        .as("what is rare is told since the start")
        .containsExactly(
            "n1",
            milliseconds(176),
            milliseconds(176),
            "-",
            milliseconds(176),
            milliseconds(160),
            "120 ms",
            milliseconds(160),
            "120 ms");
    assertThat(lines.get(7)).as("nothing is known of its times").matches("n2[- ]+");
    assertThat(lines.get(8)).isEqualTo("n4 on its way to voter: waits");
  }

  /** Its writes wait for no commitment; that there are times of an earlier office doesn't count. */
  @Test
  void aFollowerHasNoTimesOfWrites() {
    Look now = new Look(
        List.of(status(ONE, "n1", "follower", 1000)),
        Map.of(ONE, metrics(10 * SECOND, 1000, 0, EARLY)),
        List.of());
    assertThat(cells(WatchText.lines(now, null).get(4)).subList(0, 5))
        .containsExactly("n1", "-", "-", "-", milliseconds(160));
  }

  private static String milliseconds(int bucket) {
    return Amounts.millis(Distribution.largestOf(bucket));
  }

  @Test
  void withoutALookBeforeThereAreNoRatesAndTimesSinceTheStart() {
    List<String> lines = WatchText.lines(look(metrics(10 * SECOND, 990_000, 5, EARLY)), null);
    assertThat(cells(lines.get(1)).get(5)).isEqualTo("-");
    assertThat(cells(lines.get(6)).get(1)).isEqualTo(milliseconds(160));
  }

  /** Its counts began anew. */
  @Test
  void aServerThatWasStartedAnewHasNoRates() {
    Look before = look(metrics(100 * SECOND, 990_000, 5, LATE));
    List<String> lines = WatchText.lines(look(metrics(SECOND, 12, 0, EARLY)), before);
    assertThat(cells(lines.get(1)).get(5)).isEqualTo("-");
    assertThat(cells(lines.get(6)).get(1)).isEqualTo(milliseconds(160));
  }

  @Test
  void whoLacksMuchOfTheLogShowsHowFarItIs() {
    Look now = new Look(
        List.of(
            status(ONE, "n1", "leader", 1_000_000),
            status(TWO, "n2", "follower", 400_000, 450_000),
            status(HostPort.parse("10.0.0.3:7001"), "n3", "follower", 990_000, 990_000)),
        Map.of(),
        List.of());
    assertThat(WatchText.lines(now, null))
        .hasSize(10)
        .last()
        .isEqualTo("n2 catches up: 550,000 entries to go [#########-----------] 45 %");
  }
}
