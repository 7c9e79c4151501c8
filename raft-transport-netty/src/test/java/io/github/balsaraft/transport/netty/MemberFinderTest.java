package io.github.balsaraft.transport.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.github.balsaraft.RaftNode;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.testing.EchoMachine;
import io.github.balsaraft.transport.LocalNetwork;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientOutcome;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRequest;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A client ends up with a member that can help it, whatever the others are like. */
class MemberFinderTest extends NettyHosts {

  private static ClientAnswer.Builder done() {
    return ClientAnswer.newBuilder().setOutcome(ClientOutcome.CLIENT_OUTCOME_DONE);
  }

  @Test
  @DisplayName(
      "a name that takes long to look up holds up neither the client's thread nor the other members")
  void nameThatTakesLong() throws Exception {
    FakeMember member = new FakeMember(listen(), request -> done());
    CompletableFuture<Void> stalled = new CompletableFuture<>();
    try (RaftClient client = RaftClient.builder()
        .members("slow:1", member.address())
        .attemptTimeout(Duration.ofMillis(500))
        .resolver(address -> {
          if (address.equals("slow:1")) {
            stalled.join();
          }
          return HostPort.parse(address).resolveAll();
        })
        .connect()) {
      try {
        assertThat(client.query(bytes("a")).get(30, SECONDS)).isEmpty();
      } finally {
        stalled.complete(null);
      }
    }
  }

  private static ClientAnswer.Builder members(FakeMember... members) {
    ClientAnswer.Builder answer = done();
    for (FakeMember member : members) {
      answer.addMemberAddresses(member.address());
    }
    return answer;
  }

  /** Leads, and answers with its own name. */
  private FakeMember leader() throws Exception {
    ServerSocket server = listen();
    String address = "127.0.0.1:" + server.getLocalPort();
    return new FakeMember(
        server,
        request -> request.getMembers()
            ? done().addMemberAddresses(address).setLeaderAddress(address)
            : done().setContent(ByteString.copyFromUtf8("leader")));
  }

  private static void assertFindsTheLeaderFrom(FakeMember first, FakeMember... others)
      throws Exception {
    List<String> addresses = new ArrayList<>();
    addresses.add(first.address());
    Arrays.stream(others).forEach(other -> addresses.add(other.address()));
    try (RaftClient client =
        RaftClient.builder().members(addresses.toArray(String[]::new)).connect()) {
      assertThat(client.query(bytes("a")).get(60, SECONDS)).asString(UTF_8).isEqualTo("leader");
    }
  }

  @Test
  @DisplayName("a member that knows no leader for long is left: the others may have one")
  void memberThatIsCutOff() throws Exception {
    FakeMember leader = leader();
    AtomicInteger looks = new AtomicInteger();
    FakeMember cutOff = new FakeMember(listen(), request -> {
      if (request.getMembers()) {
        looks.incrementAndGet();
        return members(leader);
      }
      return done().setOutcome(ClientOutcome.CLIENT_OUTCOME_READ_NOT_SERVED);
    });
    // The others are learnt of: the cut is between the members, not between them and the client.
    assertFindsTheLeaderFrom(cutOff);
    assertThat(looks).as("an election is waited for").hasValueGreaterThanOrEqualTo(3);
  }

  @Test
  @DisplayName("what a member says only after it was left for the leader leads nowhere")
  void lateWordsOfAMemberThatWasLeft() throws Exception {
    CompletableFuture<Void> askedAgain = new CompletableFuture<>();
    CompletableFuture<Void> reached = new CompletableFuture<>();
    CompletableFuture<String> followed = new CompletableFuture<>();
    FakeMember formerLeader = new FakeMember(listen(), request -> {
      followed.complete("the former leader");
      return done();
    });
    ServerSocket server = listen();
    AtomicInteger looks = new AtomicInteger();
    String leader = "127.0.0.1:" + server.getLocalPort();
    FakeMember unused = new FakeMember(server, request -> {
      reached.complete(null);
      if (looks.incrementAndGet() == 4) {
        followed.complete("the leader");
      }
      return done().addMemberAddresses(leader).setLeaderAddress(leader);
    });
    AtomicInteger looksAtFirst = new AtomicInteger();
    FakeMember first = new FakeMember(listen(), request -> {
      if (looksAtFirst.incrementAndGet() == 1) {
        return done().addMemberAddresses(leader).setLeaderAddress(leader);
      }
      askedAgain.complete(null);
      reached.join();
      return members(formerLeader).setLeaderAddress(formerLeader.address());
    });
    try (RaftClient client = RaftClient.builder()
        .members(first.address())
        .resolver(address -> {
          if (address.equals(leader)) {
            // So that the first is asked once more before it is left.
            askedAgain.join();
          }
          return HostPort.parse(address).resolveAll();
        })
        .connect()) {
      assertThat(followed.get(60, SECONDS)).isEqualTo("the leader");
      assertThat(client.query(bytes("a")).get(60, SECONDS)).isEmpty();
    }
  }

  @Test
  @DisplayName("a member that falls silent is left, also by a client that asks nothing")
  void memberThatIsSilent() throws Exception {
    FakeMember silent = new FakeMember(listen(), request -> null);
    CompletableFuture<Void> found = new CompletableFuture<>();
    FakeMember other = new FakeMember(listen(), request -> {
      found.complete(null);
      return done();
    });
    try (RaftClient client = RaftClient.builder()
        .members(silent.address(), other.address())
        .attemptTimeout(Duration.ofMillis(500))
        .connect()) {
      assertThat(found).succeedsWithin(Duration.ofSeconds(60));
      assertThat(client.query(bytes("a")).get(60, SECONDS)).isEmpty();
    }
  }

  @Test
  @DisplayName("a member that was removed is left, also if it never named the next leader")
  void memberThatWasRemoved() throws Exception {
    FakeMember leader = leader();
    FakeMember removed = new FakeMember(
        listen(),
        request -> request.getMembers()
            ? members(leader).setNotAMember(true)
            : done().setOutcome(ClientOutcome.CLIENT_OUTCOME_READ_NOT_SERVED));
    assertFindsTheLeaderFrom(removed);
  }

  @Test
  @DisplayName("a host that has no member of the group is left")
  void hostOfOtherGroups() throws Exception {
    FakeMember elsewhere = new FakeMember(
        listen(), request -> ClientRequests.answer(null, request).join().toBuilder());
    assertFindsTheLeaderFrom(elsewhere, leader());
  }

  @Test
  @DisplayName("where nobody can help the client goes round with growing pauses")
  void nobodyOfUse() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    Function<ClientRequest, ClientAnswer.Builder> useless = request -> {
      asked.incrementAndGet();
      return ClientRequests.answer(null, request).join().toBuilder();
    };
    FakeMember first = new FakeMember(listen(), useless);
    FakeMember second = new FakeMember(listen(), useless);
    SessionOptions hasty = SessionOptions.defaults()
        .withDeadline(Duration.ofSeconds(1))
        .withBackoff(Duration.ofSeconds(1), Duration.ofSeconds(1));
    try (RaftClient client = RaftClient.builder()
        .members(first.address(), second.address())
        .session(hasty)
        .connect()) {
      assertThat(failure(client.query(bytes("a")))).isInstanceOf(ReadNotServedException.class);
    }
    // Without a pause it would be thousands.
    assertThat(asked).hasValueLessThan(200);
  }

  @Test
  @DisplayName("whoever is refused for want of a leader hears where one is, if the member knows")
  void refusalNamesTheLeader() throws Exception {
    ServerSocket server = listen();
    String address = "127.0.0.1:" + server.getLocalPort();
    FakeMember member = new FakeMember(
        server,
        request -> request.hasSessionEntry()
            ? done().setOutcome(ClientOutcome.CLIENT_OUTCOME_NOT_LEADER).setLeaderAddress(address)
            : done());
    try (RaftClient client = RaftClient.builder().members(member.address()).connect()) {
      client.query(bytes("a")).get(60, SECONDS);
      long end = System.nanoTime() + SECONDS.toNanos(60);
      Throwable refusal;
      do {
        assertThat(System.nanoTime()).as("in time").isLessThan(end);
        refusal = failure(client.propose(bytes("a"), Duration.ofMillis(200)));
      } while (!(refusal instanceof NotLeaderException));
      assertThat(((NotLeaderException) refusal).leader()).isEmpty();
      assertThat(((NotLeaderException) refusal).leaderAddress()).contains(address);
    }
  }

  @Test
  @DisplayName("a member says that it was removed, and a host that it has no member of a group")
  void whoIsNoMember() throws Exception {
    ClientRequest look = ClientRequest.newBuilder().setMembers(true).build();
    assertThat(ClientRequests.answer(null, look).get(30, SECONDS).getNotAMember())
        .isTrue();
    LocalNetwork network = new LocalNetwork();
    List<RaftNode> nodes = new ArrayList<>();
    try {
      for (String name : List.of("n1", "n2", "n3")) {
        nodes.add(RaftNode.builder()
            .id(name)
            .bootstrap("n1", "n2", "n3")
            .stateMachine(new EchoMachine())
            .logStore(new MemoryLogStore())
            .transport(network.transport())
            .start());
      }
      RaftNode node = nodes.get(0);
      node.awaitLeader().get(60, SECONDS);
      assertThat(ClientRequests.answer(node, look).get(30, SECONDS).getNotAMember())
          .isFalse();
      RaftNode leader = nodes.stream()
          .filter(any -> any.status().role() == Role.LEADER)
          .findAny()
          .orElseThrow();
      leader.membership().remove(leader.status().host()).get(60, SECONDS);
      ClientAnswer answer;
      long end = System.nanoTime() + SECONDS.toNanos(60);
      do {
        assertThat(System.nanoTime()).as("in time").isLessThan(end);
        answer = ClientRequests.answer(leader, look).get(30, SECONDS);
      } while (!answer.getNotAMember());
      assertThat(answer.getMemberAddressesList())
          .hasSize(2)
          .doesNotContain(leader.status().host().name());
    } finally {
      nodes.forEach(RaftNode::close);
    }
  }
}
