package io.github.balsaraft.examples.kv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.AbortResult;
import io.github.balsaraft.api.ChangeFailedException;
import io.github.balsaraft.api.ChangePreview;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MembershipView;
import io.github.balsaraft.api.MembershipView.AdditionView;
import io.github.balsaraft.api.MembershipView.MemberView;
import io.github.balsaraft.api.MembershipView.PendingHost;
import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.api.TransferFailedException;
import io.github.balsaraft.api.TransferFailedException.Failure;
import io.github.balsaraft.examples.kv.testing.FakeMembership;
import io.github.balsaraft.examples.kv.testing.TestServer;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.ChangeRefusal.Reason;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What an operator sees who types {@code kv admin}; the server is real, the cluster behind it is not. */
@Timeout(60)
class AdminCommandTest {

  private final TestServer server = TestServer.start();
  private final FakeMembership members = server.backend().members();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final CommandLine line = new CommandLine(
      new Console(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), "kv"));

  @AfterEach
  void close() {
    server.close();
  }

  private int admin(String... words) {
    return adminAt("127.0.0.1:" + server.server().port(), words);
  }

  private int adminAt(String servers, String... words) {
    List<String> all = new ArrayList<>(List.of("admin", "--servers", servers));
    all.addAll(List.of(words));
    return line.run(all.toArray(String[]::new));
  }

  private String printed() {
    return out.toString(UTF_8).replace(":" + server.server().port(), ":PORT");
  }

  private String complaint() {
    return err.toString(UTF_8);
  }

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Member voter(int number) {
    return Member.voter(
        new ReplicaId(number), new HostId("n" + number), "10.0.0." + number + ":8001");
  }

  private static Configuration three() {
    return Configuration.of(List.of(voter(1), voter(2), voter(3)));
  }

  private static Configuration four() {
    return Configuration.of(List.of(voter(1), voter(2), voter(3), voter(4)));
  }

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
        .contains("verifying the snapshot from n2, 1000 B");
    assertThat(statusWhile(SnapshotStatus.Fetching.Phase.RESTORING))
        .contains("restoring the snapshot from n2, 1000 B");
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
    return new SnapshotStatus(
        true,
        1_234_000,
        Optional.of(
            new SnapshotStatus.Last(1_234_567, 12 << 20, Optional.of(Duration.ofMinutes(1)))),
        Optional.empty(),
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
    assertThat(lines).hasSize(8);
    for (int look = 0; look < 2; look++) {
      assertThat(lines.get(4 * look))
          .startsWith("SERVER ")
          .contains("WRITE P99")
          .endsWith("SNAPSHOT");
      assertThat(lines.get(4 * look + 1)).startsWith("127.0.0.1:PORT  n1  leader ");
      assertThat(lines.get(4 * look + 2))
          .startsWith("127.0.0.1:DOWN ")
          .endsWith("connection refused");
      assertThat(lines.get(4 * look + 3)).isEmpty();
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
  void anAdditionSaysHowItEnded() {
    members.answerChanges(CompletableFuture.completedFuture(new ChangeResult(18, four())));
    assertThat(admin("add", "n4")).isZero();
    assertThat(printed()).isEqualTo("n4 is a voter (voters n1 n2 n3 n4, index 18)\n");
    assertThat(complaint()).isEmpty();
  }

  /** Who reads that nothing is being added would look no further, and the host becomes a voter. */
  @ParameterizedTest
  @CsvSource({
    "CALLED_OFF, 0, the addition of n4 is called off",
    "TOO_LATE, 1, it is too late: n4 is being given its role; remove or demote it afterwards",
    "NOTHING, 1, n4 is not being added"
  })
  void whatCallingOffCameToIsSaid(AbortResult result, int exit, String said) {
    members.answerAborts(result);
    assertThat(admin("abort", "n4")).isEqualTo(exit);
    assertThat(printed()).isEqualTo(said + "\n");
  }

  /** The servers get the time too, and give up a server that needs longer. */
  @ParameterizedTest
  @CsvSource({"add n4", "promote n4", "replace n3 n4"})
  void whatWaitsForAServerToCatchUpHasTenMinutes(String words) {
    members.answerChanges(CompletableFuture.completedFuture(new ChangeResult(18, four())));
    assertThat(admin(words.split(" ", -1))).isZero();
    Duration limit = members.asked().get(0) instanceof ConfigurationChange.Add add
        ? add.options().timeLimit()
        : members.asked().get(0) instanceof ConfigurationChange.Promote promote
            ? promote.timeLimit()
            : ((ConfigurationChange.Replace) members.asked().get(0)).timeLimit();
    assertThat(limit).isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
  }

  @Test
  void aFailureIsOneLineWithoutTheProtocolsWords() {
    members.answerChanges(CompletableFuture.failedFuture(ChangeFailedException.refused(
        List.of(new ChangeRefusal(Reason.UNKNOWN_MEMBER, "n9 isn't a member")))));
    assertThat(admin("remove", "n9")).isEqualTo(1);
    assertThat(complaint()).isEqualTo("kv: remove was refused: n9 isn't a member\n");
    err.reset();
    members.answerChanges(CompletableFuture.failedFuture(
        ChangeFailedException.aborted("it did not catch up in time")));
    assertThat(admin("add", "n4")).isEqualTo(1);
    assertThat(complaint()).isEqualTo("kv: add was given up: it did not catch up in time\n");
  }

  /** Asked again as long as that may help, and then it says so. */
  @Test
  void whatPassesIsWaitedForUntilTheTimeIsOver() {
    members.answerChanges(CompletableFuture.failedFuture(ChangeFailedException.refused(
        List.of(new ChangeRefusal(Reason.CHANGE_UNDER_WAY, "another change is under way")))));
    assertThat(admin("remove", "n3", "--timeout", "1")).isEqualTo(1);
    assertThat(members.asked()).hasSizeGreaterThan(1);
    assertThat(complaint())
        .isEqualTo("kv: not done within 1 s; asking again is safe. Last: "
            + "TRYAGAIN CHANGE_UNDER_WAY another change is under way\n");
  }

  @Test
  void aPreviewChangesNothing() {
    members.answerPreviews(new ChangePreview(
        List.of(),
        three(),
        Optional.of(four()),
        true,
        List.of("n4 has not asked to be let in yet: start its node so that it joins")));
    assertThat(admin("add", "n4", "--dry-run")).isZero();
    assertThat(printed()).isEqualTo("""
        add n4 would be done
          voters    n1 n2 n3 -> n1 n2 n3 n4
          learners  none (as before)
          note      n4 has not asked to be let in yet: start its node so that it joins
        """);
    out.reset();
    members.answerPreviews(new ChangePreview(
        List.of(new ChangeRefusal(Reason.NO_CANDIDATE, "nobody would stand")),
        three(),
        Optional.empty(),
        false,
        List.of()));
    assertThat(admin("set", "n1", "--priority", "0", "--dry-run")).isEqualTo(1);
    assertThat(printed()).isEqualTo("""
        set n1 would be refused
          refusal   NO_CANDIDATE nobody would stand
        """);
  }

  @Test
  void leadershipIsHandedOver() {
    members.answerTransfers(CompletableFuture.completedFuture(new HostId("n2")));
    assertThat(admin("transfer", "n2")).isZero();
    assertThat(printed()).isEqualTo("n2 leads\n");
    members.answerTransfers(CompletableFuture.failedFuture(
        new TransferFailedException(new HostId("n1"), null, Failure.REFUSED, "no voter is on n9")));
    assertThat(admin("transfer", "n9")).isEqualTo(1);
    assertThat(complaint()).isEqualTo("kv: leadership was not handed over: no voter is on n9\n");
    err.reset();
    members.answerTransfers(CompletableFuture.failedFuture(new TransferFailedException(
        new HostId("n1"), null, Failure.OUTCOME_UNKNOWN, "it was not heard to lead")));
    assertThat(admin("transfer", "n2")).isEqualTo(1);
    assertThat(complaint())
        .isEqualTo("kv: leadership was not seen to pass, and may have passed "
            + "or pass yet: it was not heard to lead; type: kv admin --servers ... status\n");
  }

  /** What is in the way passes, so that it is asked for again. */
  @Test
  void aTransferWaitsForAnother() throws Exception {
    members.answerTransfers(CompletableFuture.failedFuture(new TransferFailedException(
        new HostId("n1"), null, Failure.NOT_DONE, "a transfer is under way already")));
    CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(() -> admin("transfer"));
    members.awaitAsked(2);
    members.answerTransfers(CompletableFuture.completedFuture(new HostId("n2")));
    assertThat(exit.get(30, TimeUnit.SECONDS)).isZero();
    assertThat(printed()).isEqualTo("n2 leads\n");
  }

  /** One whose answer is lost, while another comes to lead. */
  private int transferWhoseEndIsLost(String leader, long term) throws Exception {
    CompletableFuture<HostId> lost = new CompletableFuture<>();
    members.answerTransfers(lost);
    CompletableFuture<Integer> exit =
        CompletableFuture.supplyAsync(() -> admin("transfer", "--timeout", "2"));
    members.awaitAsked(1);
    server.backend().setStatus(Role.FOLLOWER, leader, term);
    lost.completeExceptionally(new TransferFailedException(
        new HostId("n3"), null, Failure.OUTCOME_UNKNOWN, "leadership was lost"));
    return exit.get(30, TimeUnit.SECONDS);
  }

  /** Whoever leads by then would hand over once more if it were asked. */
  @Test
  void aTransferToAnybodyWhoseEndWasLostIsNotRepeatedAtTheNextLeader() throws Exception {
    assertThat(transferWhoseEndIsLost("n3", 5)).isZero();
    assertThat(printed()).isEqualTo("n3 leads\n");
    assertThat(members.asked()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"n1, 6, it was away and is back", "n3, 4, this was so before it was asked"})
  void ifItIsNotClearWhetherLeadershipHasPassedThatIsSaid(String leader, long term, String why)
      throws Exception {
    assertThat(transferWhoseEndIsLost(leader, term)).as(why).isEqualTo(1);
    assertThat(complaint())
        .isEqualTo("kv: it is not known whether leadership has passed from n1; "
            + "look who leads before you ask again. Last: UNKNOWN LOST leadership was lost\n");
    assertThat(members.asked()).hasSize(1);
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
