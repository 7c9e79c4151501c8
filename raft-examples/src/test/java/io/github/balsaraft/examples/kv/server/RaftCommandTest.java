package io.github.balsaraft.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.AddOptions;
import io.github.balsaraft.api.ChangeFailedException;
import io.github.balsaraft.api.ChangePreview;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MemberOptions;
import io.github.balsaraft.api.MembershipView;
import io.github.balsaraft.api.MembershipView.AdditionView;
import io.github.balsaraft.api.MembershipView.MemberView;
import io.github.balsaraft.api.MembershipView.PendingHost;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.api.TransferFailedException;
import io.github.balsaraft.api.TransferFailedException.Failure;
import io.github.balsaraft.examples.kv.testing.FakeMembership;
import io.github.balsaraft.examples.kv.testing.RespClient;
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
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** RAFT over the wire: what is asked of the node, and what is answered. */
@Timeout(30)
class RaftCommandTest {

  private static final HostId N4 = new HostId("n4");

  private final TestServer server = TestServer.start();
  private final FakeMembership members = server.backend().members();
  private final RespClient client = server.connect();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private static Member voter(int number) {
    return Member.voter(
        new ReplicaId(number), new HostId("n" + number), "127.0.0.1:" + (8000 + number));
  }

  private static Configuration configuration() {
    Member learner = Member.learner(new ReplicaId(4), N4, "127.0.0.1:8004");
    return Configuration.of(List.of(voter(1), voter(2), learner));
  }

  private void succeed() {
    members.answerChanges(CompletableFuture.completedFuture(new ChangeResult(17, configuration())));
  }

  private void fail(RaftException failure) {
    members.answerChanges(CompletableFuture.failedFuture(failure));
  }

  @Test
  void wordsBecomeChanges() {
    succeed();
    String done = "[\"index\", \"17\", \"voters\", \"n1,n2\", \"learners\", \"n4\"]";
    assertThat(client.call("RAFT", "ADD", "n4")).isEqualTo(done);
    client.call("raft", "add", "n4", "learner", "priority", "7", "delay", "250", "timeout", "9000");
    client.call("RAFT", "PROMOTE", "n4");
    client.call("RAFT", "DEMOTE", "n4");
    client.call("RAFT", "REMOVE", "n4");
    client.call("RAFT", "REPLACE", "n1", "n4", "TIMEOUT", "1000");
    client.call("RAFT", "SET", "n4", "PRIORITY", "0", "ADDRESS", "10.0.0.4:8001");
    client.call("RAFT", "LEASES", "ON");
    client.call("raft", "leases", "on", "window", "800", "drift", "5000");
    client.call("RAFT", "LEASES", "OFF");
    assertThat(client.call("RAFT", "ABORT", "n4")).isEqualTo("+called_off");
    assertThat(members.asked())
        .containsExactly(
            new ConfigurationChange.Add(N4, AddOptions.voter()),
            new ConfigurationChange.Add(
                N4,
                AddOptions.learner()
                    .withPriority(7)
                    .withCampaignDelay(Duration.ofMillis(250))
                    .withTimeLimit(Duration.ofSeconds(9))),
            new ConfigurationChange.Promote(N4, AddOptions.DEFAULT_TIME_LIMIT),
            new ConfigurationChange.Demote(N4),
            new ConfigurationChange.Remove(N4),
            new ConfigurationChange.Replace(new HostId("n1"), N4, Duration.ofSeconds(1)),
            new ConfigurationChange.Update(
                N4, MemberOptions.NONE.withPriority(0).withAddress("10.0.0.4:8001")),
            new ConfigurationChange.SetLeases(LeaseRules.permitted(1000, 1000)),
            new ConfigurationChange.SetLeases(LeaseRules.permitted(800, 5000)),
            new ConfigurationChange.SetLeases(LeaseRules.FORBIDDEN),
            N4);
  }

  @Test
  void nonsenseIsRefusedWithoutAskingTheNode() {
    assertThat(client.call("RAFT", "ADD")).startsWith("-ERR wrong number of arguments");
    assertThat(client.call("RAFT", "ADD", "n 4")).startsWith("-ERR a host id is 1 to 64 letters");
    assertThat(client.call("RAFT", "ADD", "n4", "SOON")).contains("\"SOON\" is out of place");
    assertThat(client.call("RAFT", "ADD", "n4", "PRIORITY")).contains("lacks its value");
    assertThat(client.call("RAFT", "ADD", "n4", "PRIORITY", "high")).contains("takes a number");
    assertThat(client.call("RAFT", "ADD", "n4", "PRIORITY", "300")).contains("0 to 255");
    assertThat(client.call("RAFT", "REPLACE", "n4")).startsWith("-ERR wrong number");
    assertThat(client.call("RAFT", "LEASES", "MAYBE"))
        .isEqualTo("-ERR RAFT LEASES takes ON or OFF");
    assertThat(client.call("RAFT", "LEASES", "OFF", "WINDOW", "9")).contains("out of place");
    assertThat(client.call("RAFT", "LEASES", "ON", "WINDOW", "0")).contains("a window above zero");
    assertThat(client.call("RAFT", "FROB")).startsWith("-ERR unknown subcommand 'FROB'");
    assertThat(members.asked()).isEmpty();
  }

  @Test
  void aFailureSaysFirstWhatBecameOfIt() {
    fail(new NotLeaderException(new HostId("n2"), "127.0.0.1:8002", "n2 leads"));
    assertThat(client.call("RAFT", "REMOVE", "n4"))
        .isEqualTo("-TRYAGAIN NOTLEADER n2 127.0.0.1:7002 n2 leads");
    fail(new NotLeaderException(null, "no leader is known"));
    assertThat(client.call("RAFT", "REMOVE", "n4"))
        .isEqualTo("-TRYAGAIN NOTLEADER - - no leader is known");
    fail(ChangeFailedException.refused(
        List.of(new ChangeRefusal(Reason.UNKNOWN_MEMBER, "n4 isn't a member"))));
    assertThat(client.call("RAFT", "REMOVE", "n4"))
        .isEqualTo("-ERR REFUSED UNKNOWN_MEMBER n4 isn't a member");
    fail(ChangeFailedException.refused(
        List.of(new ChangeRefusal(Reason.CHANGE_UNDER_WAY, "another change is under way"))));
    assertThat(client.call("RAFT", "REMOVE", "n4"))
        .isEqualTo("-TRYAGAIN CHANGE_UNDER_WAY another change is under way");
    fail(ChangeFailedException.aborted("it did not catch up in time"));
    assertThat(client.call("RAFT", "ADD", "n4"))
        .isEqualTo("-ERR ABORTED it did not catch up in time");
    fail(ChangeFailedException.lost("leadership was lost"));
    assertThat(client.call("RAFT", "ADD", "n4")).isEqualTo("-UNKNOWN LOST leadership was lost");
    members.answerChanges(CompletableFuture.failedFuture(new IllegalStateException("a defect")));
    assertThat(client.call("RAFT", "ADD", "n4")).isEqualTo("-UNKNOWN a defect");
    fail(new OverloadedException("256 changes wait"));
    assertThat(client.call("RAFT", "ADD", "n4")).isEqualTo("-TRYAGAIN 256 changes wait");
  }

  /** Minutes may pass; other connections don't notice, and on the same one the order holds. */
  @Test
  void aChangeThatTakesItsTimeIsAnsweredInItsTurn() {
    CompletableFuture<ChangeResult> answer = new CompletableFuture<>();
    members.answerChanges(answer);
    client.send("RAFT", "ADD", "n4").send("PING");
    try (RespClient other = server.connect()) {
      assertThat(other.call("PING")).isEqualTo("+PONG");
      assertThat(other.call("RAFT", "PENDING")).isEqualTo("[]");
    }
    answer.complete(new ChangeResult(17, configuration()));
    assertThat(client.readReplies(2))
        .containsExactly(
            "[\"index\", \"17\", \"voters\", \"n1,n2\", \"learners\", \"n4\"]", "+PONG");
  }

  @Test
  void leadershipIsHandedOver() {
    members.answerTransfers(CompletableFuture.completedFuture(new HostId("n2")));
    assertThat(client.call("RAFT", "TRANSFER")).isEqualTo("[\"leader\", \"n2\"]");
    members.answerTransfers(CompletableFuture.failedFuture(
        new TransferFailedException(new HostId("n1"), null, Failure.REFUSED, "no voter is on n9")));
    assertThat(client.call("RAFT", "TRANSFER", "n9"))
        .isEqualTo("-ERR TRANSFERFAILED no voter is on n9");
    members.answerTransfers(CompletableFuture.failedFuture(new TransferFailedException(
        new HostId("n1"), null, Failure.OUTCOME_UNKNOWN, "it did not answer in time")));
    assertThat(client.call("RAFT", "TRANSFER", "n3"))
        .isEqualTo("-UNKNOWN TRANSFERFAILED it did not answer in time");
    members.answerTransfers(CompletableFuture.failedFuture(new TransferFailedException(
        new HostId("n1"), null, Failure.NOT_DONE, "a transfer is under way already")));
    assertThat(client.call("RAFT", "TRANSFER", "n3"))
        .isEqualTo("-TRYAGAIN TRANSFERFAILED a transfer is under way already");
    assertThat(client.call("RAFT", "TRANSFER", "n1")).isEqualTo("[\"leader\", \"n1\"]");
    server.backend().setStatus(Role.FOLLOWER, "n2", List.of("n2"), Optional.empty());
    members.answerTransfers(CompletableFuture.failedFuture(new TransferFailedException(
        new HostId("n2"), null, Failure.NOT_DONE, "this member is not the leader")));
    assertThat(client.call("RAFT", "TRANSFER"))
        .isEqualTo("-TRYAGAIN NOTLEADER n2 127.0.0.1:7002 this member is not the leader");
    members.answerTransfers(CompletableFuture.failedFuture(
        new TransferFailedException(null, null, Failure.NOT_DONE, "an election is under way")));
    assertThat(client.call("RAFT", "TRANSFER"))
        .isEqualTo("-TRYAGAIN NOTLEADER - - an election is under way");
    assertThat(members.asked())
        .containsExactly(
            Optional.empty(),
            Optional.of(new HostId("n9")),
            Optional.of(new HostId("n3")),
            Optional.of(new HostId("n3")),
            Optional.empty(),
            Optional.empty());
  }

  /** While the answer was on its way the server has got into trouble: what is certain stays so. */
  @Test
  void aRefusedTransferIsCertainThoughTheServerFailsBeforeItSaysSo() {
    CompletableFuture<HostId> answer = new CompletableFuture<>();
    members.answerTransfers(answer);
    client.send("RAFT", "TRANSFER", "n2");
    members.awaitAsked(1);
    server.backend().failStatus(new ShuttingDownException());
    answer.completeExceptionally(
        new TransferFailedException(null, null, Failure.NOT_DONE, "this node is shutting down"));
    assertThat(client.readReplies(1))
        .containsExactly("-TRYAGAIN NOTLEADER - - this node is shutting down");
  }

  /** It has begun, so it may be that what it was asked for has happened. */
  @Test
  void aTransferThatEndsWithItsLeadershipMayHaveBeenDone() {
    CompletableFuture<HostId> answer = new CompletableFuture<>();
    members.answerTransfers(answer);
    client.send("RAFT", "TRANSFER", "n2");
    members.awaitAsked(1);
    server.backend().setStatus(Role.FOLLOWER, "n3", List.of("n3"), Optional.empty());
    answer.completeExceptionally(new TransferFailedException(
        new HostId("n3"), null, Failure.OUTCOME_UNKNOWN, "leadership was lost"));
    assertThat(client.readReplies(1)).containsExactly("-UNKNOWN LOST leadership was lost");
  }

  @Test
  void aPreviewShowsBothConfigurationsAndEveryReason() {
    Configuration before = Configuration.of(List.of(voter(1), voter(2)));
    members.answerPreviews(new ChangePreview(
        List.of(
            new ChangeRefusal(Reason.NO_CANDIDATE, "nobody would stand"),
            new ChangeRefusal(Reason.NOT_READY, "not yet")),
        before,
        Optional.of(configuration()),
        true,
        List.of("n4 has not asked to be let in yet")));
    assertThat(client.call("RAFT", "PREVIEW", "ADD", "n4"))
        .isEqualTo("[\"allowed\", \"no\", \"voters\", \"n1,n2\", \"learners\", \"\", "
            + "\"target_voters\", \"n1,n2\", \"target_learners\", \"n4\", \"joint\", \"yes\", "
            + "\"refusal\", \"NO_CANDIDATE nobody would stand\", \"refusal\", \"NOT_READY not yet\", "
            + "\"note\", \"n4 has not asked to be let in yet\"]");
  }

  @Test
  void looksAreLinesOfFields() {
    members.show(new MembershipView(
        true,
        Optional.of(new HostId("n1")),
        configuration().withLeaseRules(LeaseRules.permitted(900, 500)),
        17,
        true,
        List.of(
            new MemberView(
                voter(1),
                true,
                OptionalLong.of(90),
                OptionalLong.of(0),
                Optional.of(true),
                Optional.of(Duration.ZERO)),
            new MemberView(
                voter(2),
                false,
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty())),
        List.of(new AdditionView(
            N4,
            MemberRole.VOTER,
            AdditionView.Phase.CATCHING_UP,
            2,
            70,
            20,
            "catching up, 20 entries to go")),
        List.of(new PendingHost(
            new HostId("n5"), new ReplicaId(5), "127.0.0.1:8005", Duration.ofMillis(120)))));
    assertThat(client.call("RAFT", "MEMBERS"))
        .isEqualTo("[\"id=n1 role=voter leader=yes priority=1 delay_ms=0 match=90 lag=0 live=yes "
            + "contact_ms=0 address=127.0.0.1:8001 client=127.0.0.1:7001 "
            + "replica=r0000000000000001\", "
            + "\"id=n2 role=voter leader=no priority=1 delay_ms=0 match=-1 lag=-1 live=unknown "
            + "contact_ms=-1 address=127.0.0.1:8002 client=127.0.0.1:7002 "
            + "replica=r0000000000000002\"]");
    assertThat(client.call("RAFT", "ADDITIONS"))
        .isEqualTo("[\"id=n4 role=voter phase=catching_up round=2 match=70 missing=20 "
            + "detail=catching up, 20 entries to go\"]");
    assertThat(client.call("RAFT", "PENDING"))
        .isEqualTo("[\"id=n5 asked_ms=120 address=127.0.0.1:8005 replica=r0000000000000005\"]");
    assertThat(client.call("RAFT", "EXPLAIN")).isEqualTo("\"n2 and n3 are missing\"");
    assertThat(client.call("RAFT", "STATUS"))
        .startsWith("[\"id\", \"n1\", \"role\", \"leader\", \"term\", \"4\", \"leader\", \"n1\"")
        .contains("\"voters\", \"n1,n2,n3\"", "\"removed_at\", \"0\"");
    assertThat(client.call("RAFT", "STATUS"))
        .contains("\"leases\", \"no\", \"lease_window_ms\", \"0\", \"holds_lease\", \"no\"");
    assertThat(client.call("RAFT", "LEASES"))
        .isEqualTo("[\"permitted\", \"yes\", \"window_ms\", \"900\", \"drift_ppm\", \"500\"]");
    assertThat(client.call("RAFT", "HELP")).contains("RAFT ADD <id>");
  }
}
