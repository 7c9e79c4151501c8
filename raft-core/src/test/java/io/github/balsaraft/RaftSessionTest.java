package io.github.balsaraft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.RaftSession;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.api.StaleAnswer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Sessions of real nodes: what callers promise themselves of them. */
class RaftSessionTest {

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static String text(CompletableFuture<byte[]> future) throws Exception {
    return new String(future.get(30, SECONDS), UTF_8);
  }

  @Test
  void sessionBeginsBeforeThereIsALeader() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3").startAll()) {
      for (RaftNode node : cluster.nodes.values()) {
        try (RaftSession session = node.session()) {
          assertThat(text(session.propose(bytes("a")))).isNotEmpty();
        }
      }
    }
  }

  /** Leaders are stopped and come back while commands are under way, and nothing is lost or applied twice. */
  @Test
  void commandsOutliveTheirLeadersAndAreAppliedOnce() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3").startAll()) {
      cluster.awaitLeader();
      RaftNode caller = cluster.anyFollower();
      RaftSession session = caller.session();
      List<CompletableFuture<byte[]>> answers = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 300; i++) {
          String command = "c" + expected.size();
          expected.add(command);
          answers.add(session.propose(bytes(command)));
        }
        text(answers.get(answers.size() - 300));
        String leader = cluster.awaitLeader().status().host().name();
        if (cluster.nodes.get(leader) != caller) {
          cluster.stop(leader);
          text(answers.get(answers.size() - 1));
          cluster.start(leader);
        }
      }
      for (CompletableFuture<byte[]> answer : answers) {
        assertThat(text(answer)).isNotEmpty();
      }
      for (RaftNode node : cluster.nodes.values()) {
        node.awaitApplied(session.lastAppliedIndex(), Duration.ofSeconds(30)).get(30, SECONDS);
      }
      cluster.machines.forEach((name, machine) ->
          assertThat(machine.applied()).as(name).containsExactlyInAnyOrderElementsOf(expected));
    }
  }

  /** Without a session it is up to the application whether followers pass on. */
  @Test
  void followerPassesOnWhatASessionProposesAndRefusesTheRest() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3").startAll()) {
      cluster.awaitLeader();
      RaftNode follower = cluster.anyFollower();
      CompletableFuture<byte[]> plain = follower.propose(bytes("a"));
      CompletableFuture<byte[]> inSession = follower.session().propose(bytes("b"));
      assertThat(RaftNodeTest.failure(plain)).isInstanceOf(NotLeaderException.class);
      assertThat(text(inSession)).isEqualTo("1");
    }
  }

  @Test
  void readYourWritesAtAnotherMember() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3").startAll()) {
      RaftSession session = cluster.awaitLeader().session();
      RaftNode follower = cluster.anyFollower();
      follower.awaitLeader().get(30, SECONDS);
      for (int i = 1; i <= 50; i++) {
        text(session.propose(bytes("x")));
        String seen = text(
            follower.queryAfter(bytes(""), session.lastAppliedIndex(), Duration.ofSeconds(30)));
        assertThat(seen.split(",")).hasSize(i);
      }
    }
  }

  @Test
  void awaitingAnIndexEndsInTime() {
    try (LocalCluster cluster = new LocalCluster("n1").startAll()) {
      RaftNode node = cluster.awaitLeader();
      assertThat(RaftNodeTest.failure(node.awaitApplied(1_000_000, Duration.ofMillis(50))))
          .isInstanceOf(ReadNotServedException.class);
      CompletableFuture<Void> waiting = node.awaitApplied(1_000_000, Duration.ofDays(1));
      cluster.stop("n1");
      assertThat(RaftNodeTest.failure(waiting)).isInstanceOf(ReadNotServedException.class);
    }
  }

  @Test
  void staleReadSaysHowOldItMayBe() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2").startAll()) {
      cluster.awaitLeader().session().propose(bytes("a")).get(30, SECONDS);
      RaftNode follower = cluster.anyFollower();
      LocalCluster.awaitTrue(
          "a state of known age", () -> follower.status().staleness().isPresent());
      StaleAnswer answer = follower.queryStale(bytes(""), Duration.ofHours(1)).get(30, SECONDS);
      assertThat(answer.answer()).asString(UTF_8).isIn("", "a");
      assertThat(answer.staleness()).isBetween(Duration.ZERO, Duration.ofHours(1));
      assertThat(RaftNodeTest.failure(follower.queryStale(bytes(""), Duration.ofNanos(1))))
          .isInstanceOf(ReadNotServedException.class);
    }
  }

  @Test
  void closedNodeEndsItsSessions() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2").startAll()) {
      RaftNode node = cluster.awaitLeader();
      RaftSession session = node.session();
      text(session.propose(bytes("a")));
      String name = node.status().host().name();
      cluster.stop(name.equals("n1") ? "n2" : "n1");
      CompletableFuture<byte[]> waiting = session.propose(bytes("b"));
      cluster.stop(name);
      assertThat(RaftNodeTest.failure(waiting))
          .isInstanceOfAny(OutcomeUnknownException.class, ShuttingDownException.class);
      assertThat(RaftNodeTest.failure(session.propose(bytes("c"))))
          .isInstanceOf(ShuttingDownException.class);
      assertThat(RaftNodeTest.failure(node.session().propose(bytes("d"))))
          .isInstanceOf(ShuttingDownException.class);
    }
  }

  @Test
  void tooLargeACommandIsRefusedAtOnce() {
    try (LocalCluster cluster = new LocalCluster("n1").startAll()) {
      RaftNode node = cluster.awaitLeader();
      byte[] large = new byte[LocalCluster.FAST.maxCommandBytes() + 1];
      SessionOptions options = SessionOptions.defaults().withMaxPendingBytes(2L * large.length);
      assertThat(RaftNodeTest.failure(node.session(options).propose(large)))
          .isInstanceOf(CommandTooLargeException.class);
    }
  }

  @Test
  void commandOfTheLargestSizeFits() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2").startAll()) {
      cluster.awaitLeader();
      for (RaftNode node : cluster.nodes.values()) {
        byte[] largest = new byte[LocalCluster.FAST.maxCommandBytes()];
        assertThat(text(node.session().propose(largest))).isNotEmpty();
      }
    }
  }
}
