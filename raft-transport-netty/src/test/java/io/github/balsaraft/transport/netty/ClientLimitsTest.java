package io.github.balsaraft.transport.netty;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.google.protobuf.ByteString;
import io.github.balsaraft.RaftNode;
import io.github.balsaraft.api.AnswerTooLargeException;
import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.api.SessionsNotKeptException;
import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.transport.LocalNetwork;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientOutcome;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRead;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What can't be done, or not in time, is told so: at once where it is certain, and without harm to what is under way beside it. */
class ClientLimitsTest extends NettyHosts {

  private static final int FRAME_BYTES = 64 << 10;
  private static final int COMMAND_BYTES = 32 << 10;

  /** A query of which two don't fit into {@link #hastyClient}'s budget. */
  private static final byte[] LARGE = new byte[2000];

  /** A deadline that no test waits for. */
  private static final SessionOptions PATIENT =
      SessionOptions.defaults().withExpiry(Duration.ofDays(7)).withDeadline(Duration.ofHours(3));

  private final List<RaftNode> nodes = new ArrayList<>();
  private NettyTransport transport = settings().build();

  private static final class SizedOnDisk extends SizedMachine implements OnDiskStateMachine {
    @Override
    public EntryId appliedEntry() {
      return EntryId.NONE;
    }

    @Override
    public SnapshotView capture() {
      return SnapshotView.of(out -> {});
    }

    @Override
    public void restore(SnapshotReader snapshot) {
      throw new AssertionError("there is none");
    }
  }

  @AfterEach
  void closeNodes() {
    nodes.forEach(RaftNode::close);
  }

  private <M extends StateMachine> M start(M machine, NettyTransportBuilder settings)
      throws Exception {
    transport = settings.build();
    RaftNode node = RaftNode.builder()
        .id("n1")
        .bootstrap("n1")
        .stateMachine(machine)
        .logStore(new MemoryLogStore())
        .transport(transport)
        .options(RaftOptions.builder().maxCommandBytes(COMMAND_BYTES).build())
        .start();
    nodes.add(node);
    transport.serveClients(node);
    node.awaitLeader().get(30, SECONDS);
    return machine;
  }

  private RaftClientBuilder client() {
    return RaftClient.builder().members(transport.localAddress()).session(PATIENT);
  }

  private void assertNobodyWasCutOff() {
    assertThat(transport.stats().clientConnects()).as("connections").isEqualTo(1);
  }

  @Test
  @DisplayName("a command that fits into no frame is refused, and not sent")
  void commandBeyondTheFrame() throws Exception {
    SizedMachine machine = start(new SizedMachine(), settings().maxFrameBytes(FRAME_BYTES));
    try (RaftClient client = client().connect()) {
      client.propose(bytes("a")).get(30, SECONDS);
      CompletableFuture<byte[]> beside = client.propose(bytes("1000"));
      Throwable refusal = failure(client.propose(new byte[FRAME_BYTES]));
      assertThat(refusal)
          .isInstanceOf(CommandTooLargeException.class)
          .hasMessageContaining("the command has " + FRAME_BYTES + " bytes");
      int limit = ((CommandTooLargeException) refusal).limitBytes();
      assertThat(limit).isBetween(FRAME_BYTES - 300, FRAME_BYTES);
      // It fits into a frame, and the member says what it takes.
      assertThat(failure(client.propose(new byte[limit])))
          .isInstanceOf(CommandTooLargeException.class)
          .extracting(tooLarge -> ((CommandTooLargeException) tooLarge).limitBytes())
          .isEqualTo(COMMAND_BYTES);
      assertThat(beside.get(30, SECONDS)).hasSize(1000);
      assertThat(machine.applied).hasValue(2);
      assertNobodyWasCutOff();
    }
  }

  @Test
  @DisplayName(
      "a member that goes on answering is not taken for dead because one answer takes longer")
  void oneAnswerThatTakesLonger() throws Exception {
    // A member whose machine stands still is silent, too: then it is asked once more.
    for (int attempt = 1; attempt <= 3; attempt++) {
      if (isPatientWithOneAnswer()) {
        return;
      }
    }
    abort("the machine stood still for too long each time");
  }

  /** Whether the machine went on, so that this could be told; then it has been asserted. */
  private boolean isPatientWithOneAnswer() throws Exception {
    byte[] slow = bytes("slow");
    FakeMember member = new FakeMember(
        listen(),
        request -> request.getRead().getQuery().equals(ByteString.copyFrom(slow))
            ? null
            : ClientAnswer.newBuilder().setOutcome(ClientOutcome.CLIENT_OUTCOME_DONE));
    Duration attempt = Duration.ofSeconds(3);
    try (StandstillWatch watch = new StandstillWatch();
        RaftClient client = RaftClient.builder()
            .members(member.address())
            .attemptTimeout(attempt)
            .session(PATIENT)
            .connect()) {
      CompletableFuture<byte[]> waiting = client.query(slow);
      long end = System.nanoTime() + attempt.multipliedBy(3).dividedBy(2).toNanos();
      while (System.nanoTime() < end) {
        client.query(bytes("quick")).get(30, SECONDS);
      }
      long asked = member.asked(slow);
      boolean done = waiting.isDone();
      if (watch.longestNanos() >= attempt.dividedBy(2).toNanos()) {
        return false;
      }
      assertThat(asked).isEqualTo(1);
      assertThat(done).as("answered").isFalse();
      return true;
    }
  }

  @Test
  @DisplayName("a query that fits into no frame is refused, and not sent")
  void queryBeyondTheFrame() throws Exception {
    start(new SizedMachine(), settings().maxFrameBytes(FRAME_BYTES));
    try (RaftClient client = client().connect()) {
      client.query(bytes("1")).get(30, SECONDS);
      Throwable refusal = failure(client.query(new byte[FRAME_BYTES]));
      assertThat(refusal)
          .isInstanceOf(QueryTooLargeException.class)
          .hasMessageContaining("the query has " + FRAME_BYTES + " bytes");
      int limit = ((QueryTooLargeException) refusal).limitBytes();
      assertThat(client.query(new byte[limit]).get(30, SECONDS)).isEmpty();
      assertNobodyWasCutOff();
    }
  }

  @Test
  @DisplayName(
      "an answer that the client doesn't take is told as such, in place of the connection's end")
  void answersBeyondTheFrame() throws Exception {
    SizedMachine machine = start(new SizedMachine(), settings());
    try (RaftClient client = client().maxFrameBytes(FRAME_BYTES).connect()) {
      client.propose(bytes("a")).get(30, SECONDS);
      String tooLong = String.valueOf(FRAME_BYTES);
      long before = client.session().lastAppliedIndex();
      assertThat(tooLarge(client.query(bytes(tooLong))).appliedIndex()).isEmpty();
      AnswerTooLargeException ofCommand = tooLarge(client.propose(bytes(tooLong)));
      assertThat(machine.applied).as("once").hasValue(2);
      assertThat(ofCommand.appliedIndex()).hasValue(before + 1);
      assertThat(client.session().lastAppliedIndex()).isEqualTo(before + 1);
      String justSo = String.valueOf(FRAME_BYTES - 100);
      assertThat(client.query(bytes(justSo)).get(30, SECONDS)).hasSize(FRAME_BYTES - 100);
      assertNobodyWasCutOff();
    }
  }

  private static AnswerTooLargeException tooLarge(CompletableFuture<byte[]> asked)
      throws Exception {
    Throwable failure = failure(asked);
    assertThat(failure)
        .isInstanceOf(AnswerTooLargeException.class)
        .hasMessageContaining(" is larger than the " + FRAME_BYTES + " that the client takes");
    return (AnswerTooLargeException) failure;
  }

  @Test
  @DisplayName("how long a request may be is the member's matter, also if it doesn't say")
  void memberThatNamesNoLimit() throws Exception {
    FakeMember member = new FakeMember(listen(), request -> done());
    try (RaftClient client = RaftClient.builder()
        .members(member.address())
        .maxFrameBytes(FRAME_BYTES)
        .connect()) {
      assertThat(client.query(new byte[2 * FRAME_BYTES]).get(30, SECONDS)).isEmpty();
    }
  }

  @Test
  @DisplayName("a group without sessions says so, and why")
  void withoutSessions() throws Exception {
    start(new SizedOnDisk(), settings());
    try (RaftClient client = client().connect()) {
      assertThat(failure(client.propose(bytes("a"))))
          .isInstanceOf(SessionsNotKeptException.class)
          .hasMessageContaining("SessionKeepingStateMachine");
      assertThat(client.query(bytes("7")).get(30, SECONDS)).hasSize(7);
    }
  }

  @Test
  @DisplayName("times beyond all bounds are just long, or none")
  void timesBeyondAllBounds() throws Exception {
    start(new SizedMachine(), settings());
    try (RaftClient client = client().connect()) {
      assertThat(client.propose(bytes("5"), Duration.ofSeconds(Long.MAX_VALUE)).get(30, SECONDS))
          .hasSize(5);
      client.query(bytes("5")).get(30, SECONDS);
      Duration longest = Duration.ofSeconds(Long.MAX_VALUE);
      assertThat(client.queryStale(bytes("5"), longest).get(30, SECONDS).answer())
          .hasSize(5);
    }
    SessionOptions hasty = SessionOptions.defaults().withDeadline(Duration.ofMillis(300));
    try (RaftClient client = client().session(hasty).connect()) {
      Duration none = Duration.ofSeconds(Long.MIN_VALUE);
      assertThat(failure(client.queryStale(bytes("5"), none)))
          .isInstanceOf(ReadNotServedException.class);
    }
  }

  @Test
  @DisplayName("a read ends at its deadline, also while a member owes the answer")
  void silentMember() throws Exception {
    FakeMember silent =
        new FakeMember(listen(), request -> request.getRead().getQuery().isEmpty() ? done() : null);
    SessionOptions hasty = SessionOptions.defaults().withDeadline(Duration.ofMillis(300));
    try (RaftClient client = RaftClient.builder()
        .members(silent.address())
        .session(hasty)
        .attemptTimeout(Duration.ofMinutes(30))
        .connect()) {
      awaitAnswer(client);
      CompletableFuture<byte[]> first = client.query(bytes("a"));
      CompletableFuture<byte[]> second = client.query(bytes("b"));
      assertThat(failure(first))
          .isInstanceOf(ReadNotServedException.class)
          .hasMessageContaining("not answered in time");
      assertThat(failure(second)).isInstanceOf(ReadNotServedException.class);
      assertThat(failure(client.query(bytes("c")))).isInstanceOf(ReadNotServedException.class);
    }
  }

  @Test
  @DisplayName("a read takes from the budget for as long as a member owes the answer")
  void budgetOfLateReads() throws Exception {
    CompletableFuture<Void> stalled = new CompletableFuture<>();
    FakeMember slow = new FakeMember(listen(), request -> {
      if (request.getRead().getQuery().size() == LARGE.length) {
        stalled.join();
      }
      return done();
    });
    try (RaftClient client =
        hastyClient(slow).attemptTimeout(Duration.ofMinutes(30)).connect()) {
      awaitAnswer(client);
      assertThat(failure(client.query(LARGE))).hasMessageContaining("not answered in time");
      // Once this has ended, too, the client's thread is through with all that the first has set
      // off.
      assertThat(failure(client.query(bytes("a")))).hasMessageContaining("not answered in time");
      assertThat(failure(client.query(LARGE))).hasMessageContaining("wait already");
      stalled.complete(null);
      awaitRoom(client);
    }
  }

  @Test
  @DisplayName("what a read has taken from the budget comes back with the end of the connection")
  void budgetOfLostReads() throws Exception {
    FakeMember silent =
        new FakeMember(listen(), request -> request.getRead().getQuery().isEmpty() ? done() : null);
    try (RaftClient client =
        hastyClient(silent).attemptTimeout(Duration.ofSeconds(1)).connect()) {
      awaitAnswer(client);
      assertThat(failure(client.query(LARGE))).hasMessageContaining("not answered in time");
      awaitRoom(client);
    }
  }

  @Test
  @DisplayName("a query that never has room is not told to come again")
  void queryBeyondTheBudget() throws Exception {
    FakeMember member = new FakeMember(listen(), request -> done());
    try (RaftClient client = hastyClient(member).session(PATIENT).connect()) {
      awaitAnswer(client);
      Throwable refusal = failure(client.query(new byte[2 * LARGE.length]));
      assertThat(refusal).isInstanceOf(QueryTooLargeException.class);
      int limit = ((QueryTooLargeException) refusal).limitBytes();
      assertThat(limit).isBetween(LARGE.length, 2 * LARGE.length - 1);
      assertThat(client.query(new byte[limit]).get(30, SECONDS)).isEmpty();
      assertThat(failure(client.query(new byte[limit + 1])))
          .isInstanceOf(QueryTooLargeException.class);
    }
  }

  private static RaftClientBuilder hastyClient(FakeMember member) {
    return RaftClient.builder()
        .members(member.address())
        .session(SessionOptions.defaults().withDeadline(Duration.ofMillis(300)))
        .maxPendingReadBytes(2 * LARGE.length - 1);
  }

  /** Another large query is not refused at once. */
  private static void awaitRoom(RaftClient client) throws Exception {
    long end = System.nanoTime() + SECONDS.toNanos(60);
    boolean refused = true;
    while (refused) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      refused = client
          .query(LARGE)
          .handle((answer, failure) -> String.valueOf(failure).contains("wait already"))
          .get(60, SECONDS);
    }
  }

  private static ClientAnswer.Builder done() {
    return ClientAnswer.newBuilder().setOutcome(ClientOutcome.CLIENT_OUTCOME_DONE);
  }

  /** The client is connected then, however long that took. */
  private static void awaitAnswer(RaftClient client) throws Exception {
    for (boolean answered = false; !answered; ) {
      answered =
          client.query(new byte[0]).handle((answer, failure) -> failure == null).get(60, SECONDS);
    }
  }

  @Test
  @DisplayName("a read is asked again when the member has said that there may be room for it")
  void refusedWithATime() throws Exception {
    FakeMember full = new FakeMember(
        listen(),
        request -> request.getRead().getQuery().isEmpty()
            ? done()
            : ClientAnswer.newBuilder()
                .setOutcome(ClientOutcome.CLIENT_OUTCOME_READ_NOT_SERVED)
                .setDetail("full")
                .setRetryAfterMillis(Duration.ofSeconds(30).toMillis()));
    SessionOptions hasty = SessionOptions.defaults().withDeadline(Duration.ofSeconds(3));
    try (RaftClient client =
        RaftClient.builder().members(full.address()).session(hasty).connect()) {
      awaitAnswer(client);
      Throwable refusal = failure(client.query(bytes("a")));
      assertThat(refusal).isInstanceOf(ReadNotServedException.class).hasMessage("full");
      assertThat(((ReadNotServedException) refusal).retryAfter()).hasValue(Duration.ofSeconds(30));
      assertThat(full.asked(bytes("a"))).as("not before that time").isEqualTo(1);
    }
  }

  @Test
  @DisplayName("a member that has no room for a read says when there may be")
  void roomForReads() throws Exception {
    RaftNode node = RaftNode.builder()
        .id("n1")
        .bootstrap("n1")
        .stateMachine(new SizedMachine())
        .logStore(new MemoryLogStore())
        .transport(new LocalNetwork().transport())
        .options(RaftOptions.builder().maxPendingReadBytes(2000).build())
        .start();
    nodes.add(node);
    for (int i = 0; i < 4; i++) {
      CompletableFuture<Void> waiting = node.awaitApplied(1_000_000, Duration.ofHours(1));
      assertThat(waiting).isNotDone();
    }
    ClientRequest request = ClientRequest.newBuilder()
        .setId(7)
        .setRead(ClientRead.newBuilder().setQuery(ByteString.copyFrom(new byte[1000])))
        .build();
    ClientAnswer answer = ClientRequests.answer(node, request).get(30, SECONDS);
    assertThat(answer.getOutcome()).isEqualTo(ClientOutcome.CLIENT_OUTCOME_READ_NOT_SERVED);
    assertThat(answer.getRetryAfterMillis()).isEqualTo(10);
  }
}
