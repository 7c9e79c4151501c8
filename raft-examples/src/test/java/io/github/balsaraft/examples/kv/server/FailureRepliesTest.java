package io.github.balsaraft.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.AnswerTooLargeException;
import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.NodeFailedException;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.examples.kv.state.Operation;
import io.github.balsaraft.examples.kv.testing.RespClient;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.transport.PeerConnection;
import java.time.Duration;
import java.util.AbstractList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a client hears when a command fails: the first word says whether it may have been executed. */
class FailureRepliesTest extends ServerTest {

  private static final String UNKNOWN_WITHOUT_ANSWER =
      "-UNKNOWN the command may or may not be executed, and what would say so is lost. "
          + "Of its entry in the log: it was applied";

  @Test
  void whatWasCertainlyNotExecutedNeverSaysUnknown() {
    HostId leader = new HostId("n2");
    Optional<Duration> justNow = Optional.of(Duration.ofMillis(7));
    backend().setStatus(Role.FOLLOWER, null, List.of("n2"), justNow);
    expectOnWrite(
        new NotLeaderException(null, "no leader"),
        "-TRYAGAIN an election is under way: n2 and n3 are missing");
    backend().setStatus(Role.FOLLOWER, null, List.of(), justNow);
    expectOnWrite(
        new NotLeaderException(null, "no leader"), "-CLUSTERDOWN no quorum: n2 and n3 are missing");
    backend()
        .setStatus(Role.FOLLOWER, null, List.of("n2", "n3"), Optional.of(Duration.ofMinutes(1)));
    expectOnWrite(
        new NotLeaderException(null, "no leader"), "-CLUSTERDOWN no quorum: n2 and n3 are missing");
    backend().setStatus(Role.FOLLOWER, "n2", List.of("n2", "n3"), justNow);
    expectOnWrite(
        new NotLeaderException(leader, "it has changed"),
        "-TRYAGAIN the leader did not take it: it has changed");
    expectOnWrite(
        new OverloadedException("the queue is full", Duration.ofSeconds(1)),
        "-TRYAGAIN overloaded: the queue is full");
    expectOnWrite(
        new ShuttingDownException(), "-TRYAGAIN this server is shutting down; use another one");
    expectOnWrite(
        new CommandTooLargeException(10, 5),
        "-ERR the command has 10 bytes, the limit is 5 (see --max-value)");
    expectOnWrite(
        new NodeFailedException("a sync failed"),
        "-CLUSTERDOWN this server has stopped taking part, use another one: a sync failed");
    backend().setHealth(Health.FAILED);
    expectOnWrite(
        new NotLeaderException(null, "failed"),
        "-CLUSTERDOWN this server has stopped taking part, use another one: a sync failed");
    backend().setHealth(Health.RECOVERING);
    expectOnWrite(
        new NotLeaderException(null, "recovering"),
        "-CLUSTERDOWN this server takes no part yet, use another one: n2 and n3 are missing");
    backend().setHealth(Health.BEING_BORN);
    backend().setStatus(Role.FOLLOWER, null, List.of(), Optional.empty());
    expectOnWrite(
        new NotLeaderException(null, "not born"), "-CLUSTERDOWN no quorum: n2 and n3 are missing");
  }

  @Test
  void whatWasExecutedSaysSo() {
    expectOnWrite(
        new AnswerTooLargeException("it was applied, and its result has 9 bytes"),
        "-EXECUTED it was applied, and its result has 9 bytes");
  }

  /** It does nothing if its answer is longer than the entry allows, or a watched key has changed, and then the lost answer says so. */
  @Test
  void whatOnlyItsAnswerSaysOfIsUnknownWithoutThat() {
    backend().failProposals(new AnswerTooLargeException("it was applied"));
    for (String command : new String[] {"GETDEL a", "GETSET a 1", "SET a 1 GET", "GETEX a EX 9"}) {
      try (RespClient client = server.connect()) {
        assertThat(client.sendRaw(pipeline(command)).readReply())
            .as(command)
            .isEqualTo(UNKNOWN_WITHOUT_ANSWER);
      }
    }
    try (RespClient client = server.connect()) {
      client.sendRaw(pipeline("WATCH b", "MULTI", "SET a 1", "EXEC"));
      assertThat(client.readReplies(4)).last().isEqualTo(UNKNOWN_WITHOUT_ANSWER);
    }
  }

  /** Of several commands in one entry the last may have been left out. */
  @Test
  void whatWasSentTogetherMayBeExecutedInPart() {
    backend().failProposals(new AnswerTooLargeException("it was applied"));
    try (RespClient client = server.connect()) {
      client.sendRaw(pipeline("SET a 1", "GET a", "SET a 2"));
      assertThat(client.readReplies(3))
          .satisfiesExactly(
              reply -> assertThat(reply).isEqualTo(UNKNOWN_WITHOUT_ANSWER),
              reply -> assertThat(reply)
                  .as("it has done nothing, so that it may be sent again")
                  .startsWith("-TRYAGAIN the read was not answered: all"),
              reply -> assertThat(reply).isEqualTo(UNKNOWN_WITHOUT_ANSWER));
    }
  }

  private void expectOnWrite(RuntimeException failure, String reply) {
    backend().failProposals(failure);
    try (RespClient client = server.connect()) {
      assertThat(client.call("SET", "a", "1")).isEqualTo(reply);
    }
  }

  @Test
  void whatMayHaveBeenExecutedSaysUnknown() {
    expectOnWrite(
        new OutcomeUnknownException("leadership was lost"),
        "-UNKNOWN the command may or may not be executed: leadership was lost");
    expectOnWrite(
        new IllegalStateException("a bug"),
        "-UNKNOWN the command may or may not be executed: a bug");
  }

  /** It hasn't reached anybody yet, which doesn't mean that nobody is there. */
  @Test
  void aServerThatHasJustStartedDoesNotCallTheOthersMissing() {
    for (PeerConnection.State unsettled :
        List.of(PeerConnection.State.UNKNOWN, PeerConnection.State.CONNECTING)) {
      backend().setUnconnected(unsettled);
      backend().setStatus(Role.FOLLOWER, null, List.of(), Optional.empty());
      expectOnWrite(
          new NotLeaderException(null, "no leader"),
          "-TRYAGAIN an election is under way: n2 and n3 are missing");
      // Later the same connections are a reason: there was a leader, and now nobody is reached.
      backend().setStatus(Role.FOLLOWER, null, List.of(), Optional.of(Duration.ofMillis(7)));
      expectOnWrite(
          new NotLeaderException(null, "no leader"),
          "-CLUSTERDOWN no quorum: n2 and n3 are missing");
    }
  }

  /** A read has no effect, so nothing about it is unknown, whatever it shared an entry with. */
  @Test
  void readsNeverSayUnknown() {
    backend().failProposals(new OutcomeUnknownException("leadership was lost"));
    try (RespClient client = server.connect()) {
      client.sendRaw(pipeline("SET a 1", "GET a", "SET a 2", "GET a", "PING"));

      assertThat(client.readReplies(5))
          .satisfiesExactly(
              reply -> assertThat(reply).startsWith("-UNKNOWN "),
              reply -> assertThat(reply).startsWith("-TRYAGAIN the read was not answered"),
              reply -> assertThat(reply).startsWith("-UNKNOWN "),
              reply -> assertThat(reply).isEqualTo("nil"),
              reply -> assertThat(reply).isEqualTo("+PONG"));
      backend().failReads(new ReadNotServedException("it took too long"));
      assertThat(client.call("GET", "a"))
          .isEqualTo("-TRYAGAIN the leader did not take it: it took too long");
      backend().failReads(new IllegalStateException("a bug"));
      assertThat(client.call("GET", "a")).isEqualTo("-ERR the read failed: a bug");
    }
  }

  @Test
  void afterAFailureTheConnectionGoesOn() {
    try (RespClient client = server.connect()) {
      backend().failProposals(new OutcomeUnknownException("lost"));
      assertThat(client.call("SET", "a", "1")).startsWith("-UNKNOWN ");
      backend().failProposals(null);
      assertThat(client.call("SET", "a", "1")).isEqualTo("+OK");
    }
  }

  @Test
  void anErrorWhereCommandsAreBegunIsAnsweredAndNothingIsLeftUnderWay() {
    backend().throwAtOnce(new OutOfMemoryError("none left"));
    try (RespClient client = server.connect()) {
      client.sendRaw(pipeline("SET a 1", "GET a", "PING"));

      assertThat(client.readReplies(3))
          .containsExactly(
              "-UNKNOWN the command may or may not be executed: none left",
              "-ERR the read failed: none left",
              "+PONG");
      assertThat(server.server().budget().usedBytes()).isZero();
      backend().throwAtOnce(null);
      assertThat(client.call("SET", "a", "1")).isEqualTo("+OK");
    }
    // Also that no run is taken for one that is under way: the end of the server would wait for it.
    expectNoClients();
  }

  @Test
  void aCommandThatThereIsNoMemoryForHasCertainlyNotBeenExecuted() {
    List<Operation> tooMany = new AbstractList<>() {
      @Override
      public Operation get(int index) {
        throw new OutOfMemoryError("none left");
      }

      @Override
      public int size() {
        return 1;
      }
    };

    assertThat(server.server().execution().propose(tooMany, 16, 16))
        .isCompletedExceptionally()
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(OverloadedException.class)
        .withMessage("there is no memory for this command");
    assertThat(backend().proposed()).isEmpty();
  }
}
