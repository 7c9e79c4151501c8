package io.github.balsaraft.examples.kv.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MembershipView;
import io.github.balsaraft.api.MembershipView.AdditionView;
import io.github.balsaraft.api.MembershipView.MemberView;
import io.github.balsaraft.api.MembershipView.PendingHost;
import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What an operator sees who looks at a cluster by {@code kv admin}, or types what it does not know. */
class AdminCommandTest extends AdminTyping {

  static Stream<Arguments> wrongArguments() {
    String all =
        "status, members, pending, explain, watch, add, promote, demote, remove, set, abort, "
            + "replace, transfer, leases";
    return Stream.of(
        Arguments.of("say what to do: " + all, new String[] {}),
        Arguments.of("unknown admin command grow", new String[] {"grow"}),
        Arguments.of("add takes the id of one server, not 0", new String[] {"add"}),
        Arguments.of(
            "replace takes the ids of two servers, old and new, not 1",
            new String[] {"replace", "n1"}),
        Arguments.of("status takes no id of a server, not 1", new String[] {"status", "n1"}),
        Arguments.of(
            "transfer takes the id of a server or none, not 2",
            new String[] {"transfer", "n1", "n2"}),
        Arguments.of(
            "leases takes on or off, or nothing to look", new String[] {"leases", "maybe"}),
        Arguments.of("--window is not for leases", new String[] {"leases", "off", "--window", "9"}),
        Arguments.of(
            "--dry-run is for changes of members, not for leases",
            new String[] {"leases", "--dry-run"}),
        Arguments.of("--learner is not for remove", new String[] {"remove", "n1", "--learner"}),
        Arguments.of(
            "set changes --priority, --delay or --address: give one of them",
            new String[] {"set", "n1"}),
        Arguments.of(
            "--dry-run is for changes of members, not for status",
            new String[] {"status", "--dry-run"}),
        Arguments.of("--count is not for status", new String[] {"status", "--count", "2"}),
        Arguments.of("unknown argument --now", new String[] {"status", "--now"}),
        Arguments.of(
            "--priority takes a number from 0 to 255, not 300",
            new String[] {"add", "n4", "--priority", "300"}));
  }

  @ParameterizedTest
  @MethodSource("wrongArguments")
  void whatIsWrongIsSaidInOneLine(String complaint, String... words) {
    assertThat(admin(words)).isEqualTo(2);
    assertThat(complaint()).isEqualTo("kv: " + complaint + "; type: kv help admin\n");
  }

  @Test
  void theServersHaveToBeNamed() {
    assertThat(line.run("admin", "status")).isEqualTo(2);
    assertThat(complaint())
        .isEqualTo("kv: --servers is missing, for example --servers 127.0.0.1:7001; "
            + "type: kv help admin\n");
  }

  @Test
  void statusShowsEveryServerAndThoseThatAreDown() throws IOException {
    int closed = closedPort();
    String servers = "127.0.0.1:" + server.server().port() + ",127.0.0.1:" + closed;
    assertThat(adminAt(servers, "status")).isZero();
    assertThat(printed()
            .replace(":" + closed, ":DOWN")
            .lines()
            .map(text -> text.replaceAll(" +", " ")))
        .containsExactly(
            "SERVER ID ROLE TERM LEADER COMMIT APPLIED AGE OF READS SNAPSHOT NOTE",
            "127.0.0.1:PORT n1 leader 4 n1 0 0 7 ms -",
            "127.0.0.1:DOWN - down - - - - - - connection refused");
    assertThat(complaint()).isEmpty();
  }

  @Test
  void statusShowsSnapshots() {
    server.backend().setSnapshots(snapshots(Optional.empty(), ""));
    assertThat(admin("status")).isZero();
    assertThat(printed()).contains("up to 1,234,567 (12 MiB)");
    out.reset();
    assertThat(statusWhile(SnapshotStatus.Fetching.Phase.TAKING_UP))
        .contains("reading what is here of the snapshot from n2");
    assertThat(statusWhile(SnapshotStatus.Fetching.Phase.FETCHING))
        .contains("fetching from n2 [#########-----------] 45 % of 1000 B");
    assertThat(statusWhile(SnapshotStatus.Fetching.Phase.VERIFYING))
        .contains("verifying the snapshot from n2 [#########-----------] 45 % of 1000 B");
    assertThat(statusWhile(SnapshotStatus.Fetching.Phase.RESTORING))
        .contains("restoring the snapshot from n2 [#########-----------] 45 % of 1000 B");
    SnapshotStatus.Restoring restoring =
        new SnapshotStatus.Restoring(450, 1000, Duration.ofSeconds(3), Duration.ZERO);
    server.backend().setSnapshots(snapshots(Optional.of(restoring), Optional.empty(), ""));
    assertThat(admin("status")).isZero();
    assertThat(printed()).contains("restoring the snapshot [#########-----------] 45 % of 1000 B");
    out.reset();
    server.backend().setSnapshots(snapshots(Optional.empty(), "the disk is full"));
    assertThat(admin("status")).isZero();
    assertThat(printed()).contains("failing, see explain");
    out.reset();
    assertThat(admin("status", "--json")).isZero();
    assertThat(printed())
        .contains(
            "\"snapshots\":\"yes\"",
            "\"log_first\":1234000",
            "\"snapshot_index\":1234567",
            "\"snapshot_problem\":\"the disk is full\"");
  }

  private String statusWhile(SnapshotStatus.Fetching.Phase phase) {
    SnapshotStatus.Fetching fetching = new SnapshotStatus.Fetching(
        Optional.of(new HostId("n2")), 450, 1000, Duration.ofSeconds(3), phase, Duration.ZERO);
    server.backend().setSnapshots(snapshots(Optional.of(fetching), ""));
    assertThat(admin("status")).isZero();
    String shown = printed();
    out.reset();
    return shown;
  }

  private static SnapshotStatus snapshots(
      Optional<SnapshotStatus.Fetching> fetching, String problem) {
    return snapshots(Optional.empty(), fetching, problem);
  }

  private static SnapshotStatus snapshots(
      Optional<SnapshotStatus.Restoring> restoring,
      Optional<SnapshotStatus.Fetching> fetching,
      String problem) {
    return new SnapshotStatus(
        true,
        1_234_000,
        Optional.of(
            new SnapshotStatus.Last(1_234_567, 12 << 20, Optional.of(Duration.ofMinutes(1)))),
        Optional.empty(),
        restoring,
        fetching,
        17,
        problem);
  }

  @Test
  void watchShowsSoManyLooksOneAfterTheOther() throws IOException {
    int closed = closedPort();
    String servers = "127.0.0.1:" + server.server().port() + ",127.0.0.1:" + closed;
    assertThat(adminAt(servers, "watch", "--count", "2", "--interval", "1")).isZero();
    List<String> lines = printed().replace(":" + closed, ":DOWN").lines().toList();
    assertThat(lines).hasSize(14);
    for (int look = 0; look < 2; look++) {
      assertThat(lines.get(7 * look)).startsWith("SERVER ").endsWith("SNAPSHOT");
      assertThat(lines.get(7 * look + 1)).startsWith("127.0.0.1:PORT  n1  leader ");
      assertThat(lines.get(7 * look + 2))
          .startsWith("127.0.0.1:DOWN ")
          .endsWith("connection refused");
      assertThat(lines.get(7 * look + 3)).isEmpty();
      assertThat(lines.get(7 * look + 4))
          .startsWith("ID  WRITE P50  WRITE P99  SYNC P99  APPLY P99");
      assertThat(lines.get(7 * look + 5)).startsWith("n1 ");
      assertThat(lines.get(7 * look + 6)).isEmpty();
    }
  }

  @Test
  void watchPrintsLinesOfJsonForPrograms() {
    assertThat(admin("watch", "--count", "1", "--json")).isZero();
    assertThat(printed().lines()).hasSize(1);
    assertThat(printed())
        .contains(
            "\"role\":\"leader\"", "\"metrics\":{\"metrics_at_nanos\":1,", "\"log_writes\":0");
  }

  @Test
  void watchFailsIfNobodyIsThere() throws IOException {
    assertThat(adminAt("127.0.0.1:" + closedPort(), "watch", "--count", "1")).isEqualTo(1);
  }

  @Test
  void watchAsksAServerThatHangsNoMoreThanOnceALook() throws IOException {
    // The system accepts connections for it, as for a process that is frozen.
    try (ServerSocket frozen = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      String servers =
          "127.0.0.1:" + frozen.getLocalPort() + ",127.0.0.1:" + server.server().port();
      assertThat(adminAt(servers, "watch", "--count", "1")).isZero();
      assertThat(printed()).contains(" no answer", "WRITE P50");
      frozen.setSoTimeout(1);
      frozen.accept().close();
      assertThatThrownBy(frozen::accept).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void withoutALeaderStatusFails() {
    server.backend().setStatus(Role.FOLLOWER, null, List.of(), Optional.empty());
    assertThat(admin("status")).isEqualTo(1);
    assertThat(printed()).contains("n2 and n3 are missing");
    assertThat(complaint())
        .isEqualTo("kv: no leader is known; type: kv admin --servers ... explain\n");
  }

  @Test
  void membersAreATable() {
    members.show(new MembershipView(
        true,
        Optional.of(new HostId("n1")),
        three(),
        17,
        true,
        List.of(
            new MemberView(
                voter(1),
                true,
                OptionalLong.of(1_234_567),
                OptionalLong.of(0),
                Optional.of(true),
                Optional.of(Duration.ZERO)),
            new MemberView(
                voter(2).withPriority(10).withCampaignDelayMillis(250),
                false,
                OptionalLong.of(1_234_500),
                OptionalLong.of(67),
                Optional.of(true),
                Optional.of(Duration.ofMillis(12))),
            new MemberView(
                voter(3),
                false,
                OptionalLong.of(0),
                OptionalLong.of(1_234_567),
                Optional.of(false),
                Optional.empty())),
        List.of(new AdditionView(
            new HostId("n4"),
            MemberRole.VOTER,
            AdditionView.Phase.CATCHING_UP,
            2,
            70,
            20,
            "catching up, 20 entries to go")),
        List.of(new PendingHost(
            new HostId("n5"), new ReplicaId(5), "10.0.0.5:8001", Duration.ofMillis(120)))));
    assertThat(admin("members")).isZero();
    assertThat(printed()).isEqualTo("""
        ID  ROLE   STATE   PRIORITY   DELAY      MATCH        LAG  HEARD  ADDRESS        CLIENTS
        n1  voter  leads          1    0 ms  1,234,567          0      -  10.0.0.1:8001  127.0.0.1:7001
        n2  voter  live          10  250 ms  1,234,500         67  12 ms  10.0.0.2:8001  127.0.0.1:7002
        n3  voter  silent         1    0 ms          0  1,234,567      -  10.0.0.3:8001  127.0.0.1:7003
        n4 on its way to voter: catching up, 20 entries to go [###############-----] 77 %
        n5 at 10.0.0.5:8001 asks to be let in; type: add n5
        """);
    out.reset();
    assertThat(admin("members", "--json")).isZero();
    assertThat(printed())
        .startsWith("{\"members\":[{\"id\":\"n1\",\"role\":\"voter\",\"leader\":\"yes\",")
        .contains("\"match\":1234567", "\"detail\":\"catching up, 20 entries to go\"")
        .endsWith("\"replica\":\"r0000000000000005\"}],\"leases\":"
            + "{\"permitted\":\"no\",\"window_ms\":0,\"drift_ppm\":0}}\n");
  }

  @Test
  void leasesAreShownAndSwitched() {
    assertThat(admin("leases")).isZero();
    assertThat(printed()).isEqualTo("leases are off: reads are confirmed by a quorum\n");
    out.reset();
    LeaseRules rules = LeaseRules.permitted(1500, 200);
    members.answerChanges(
        CompletableFuture.completedFuture(new ChangeResult(18, three().withLeaseRules(rules))));
    assertThat(admin("leases", "on", "--window", "1500", "--drift", "200")).isZero();
    assertThat(printed()).isEqualTo("leases are on (voters n1 n2 n3, index 18)\n");
    out.reset();
    members.show(new MembershipView(
        true,
        Optional.of(new HostId("n1")),
        three().withLeaseRules(rules),
        18,
        true,
        List.of(),
        List.of(),
        List.of()));
    String sentence = "leases are on: window 1,500 ms, clocks within 200 ppm of each other\n";
    assertThat(admin("leases")).isZero();
    assertThat(admin("members")).isZero();
    assertThat(printed()).startsWith(sentence).endsWith(sentence);
    out.reset();
    assertThat(admin("leases", "--json")).isZero();
    assertThat(printed())
        .isEqualTo("{\"permitted\":\"yes\",\"window_ms\":1500,\"drift_ppm\":200}\n");
    assertThat(admin("leases", "off")).isZero();
    assertThat(members.asked())
        .containsExactly(
            new ConfigurationChange.SetLeases(rules),
            new ConfigurationChange.SetLeases(LeaseRules.FORBIDDEN));
  }

  @Test
  void statusSaysWhoHoldsALease() {
    server.backend().holdLease();
    assertThat(admin("status")).isZero();
    assertThat(printed()).contains("holds a lease");
    assertThat(admin("status", "--json")).isZero();
    assertThat(printed()).contains("\"holds_lease\":\"yes\"", "\"lease_reads\":3");
  }

  @Test
  void aClusterThatIsDownIsNamed() throws IOException {
    int closed = closedPort();
    assertThat(adminAt("127.0.0.1:" + closed, "members")).isEqualTo(1);
    assertThat(complaint())
        .isEqualTo("kv: no server answers: 127.0.0.1:" + closed
            + " (connection refused); check --servers, or start one\n");
  }

  @Test
  void aLeaderThatNobodyNamedIsAskedFor() {
    server.backend().setStatus(Role.FOLLOWER, "n9", List.of("n2"), Optional.of(Duration.ZERO));
    assertThat(admin("remove", "n3")).isEqualTo(1);
    assertThat(complaint())
        .isEqualTo("kv: n9 leads, and none of --servers is n9; "
            + "add its address for clients to --servers\n");
  }
}
