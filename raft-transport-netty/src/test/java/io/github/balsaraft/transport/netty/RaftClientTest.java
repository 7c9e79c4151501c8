package io.github.balsaraft.transport.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.RaftNode;
import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.testing.RecordingMachine;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Clients of real groups over loopback: they find the leader, follow it, and what they propose is applied once. */
class RaftClientTest extends NettyHosts {

  private final Map<String, Integer> ports = new LinkedHashMap<>();
  private final Map<String, MemoryLogStore.Contents> disks = new TreeMap<>();
  private final Map<String, RaftNode> nodes = new TreeMap<>();
  private final Map<String, Listed> machines = new TreeMap<>();

  /** Throws when it is asked for anything in particular. */
  private static final class Listed extends RecordingMachine {
    @Override
    public synchronized byte[] query(byte[] query) {
      if (query.length > 0) {
        throw new IllegalStateException("asked to throw");
      }
      return super.query(query);
    }
  }

  @AfterEach
  void closeNodes() {
    nodes.values().forEach(RaftNode::close);
  }

  private void startAll(String... names) throws Exception {
    for (String name : names) {
      ports.put(name, freePort());
    }
    for (String name : names) {
      start(name);
    }
  }

  private void start(String name) {
    NettyTransport transport =
        NettyTransport.builder().bindAddress("127.0.0.1:" + ports.get(name)).build();
    Listed machine = new Listed();
    RaftNode node = RaftNode.builder()
        .id(name)
        .bootstrap(ports.entrySet().stream()
            .map(host -> host.getKey() + "=127.0.0.1:" + host.getValue())
            .toArray(String[]::new))
        .stateMachine(machine)
        .logStore(
            new MemoryLogStore(disks.computeIfAbsent(name, any -> new MemoryLogStore().contents())))
        .transport(transport)
        .options(RaftOptions.builder()
            .electionTimeout(Duration.ofMillis(150), Duration.ofMillis(300))
            .heartbeatInterval(Duration.ofMillis(30))
            .build())
        .start();
    transport.serveClients(node);
    nodes.put(name, node);
    machines.put(name, machine);
  }

  private String address(String name) {
    return "127.0.0.1:" + ports.get(name);
  }

  private String awaitLeader() {
    long end = System.nanoTime() + SECONDS.toNanos(30);
    while (System.nanoTime() < end) {
      for (Map.Entry<String, RaftNode> node : nodes.entrySet()) {
        if (node.getValue().status().role() == Role.LEADER) {
          return node.getKey();
        }
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("no leader");
  }

  private static String text(CompletableFuture<byte[]> future) throws Exception {
    return new String(future.get(30, SECONDS), UTF_8);
  }

  @Test
  void anyMemberWillDo() throws Exception {
    startAll("n1", "n2", "n3");
    for (String name : ports.keySet()) {
      try (RaftClient client = RaftClient.builder().members(address(name)).connect()) {
        assertThat(text(client.propose(bytes(name)))).isNotEmpty();
        assertThat(text(client.query(new byte[0]))).contains(name);
        assertThat(text(client.query(new byte[0], ReadConsistency.LEASE))).contains(name);
        long index = client.session().lastAppliedIndex();
        assertThat(text(client.queryAfter(new byte[0], index))).contains(name);
      }
    }
  }

  /** Whoever connects before the group is founded is told of no members, and must not wait for the next look to hear of them. */
  @RepeatedTest(5)
  void clientThatWasThereBeforeTheGroupKnowsItsMembersWithTheFirstAnswer() throws Exception {
    for (String name : List.of("n1", "n2", "n3")) {
      ports.put(name, freePort());
    }
    start("n2");
    start("n3");
    start("n1");
    try (RaftClient client = RaftClient.builder().members(address("n1")).connect()) {
      text(client.propose(bytes("a")));
      nodes.remove("n1").close();
      text(client.propose(bytes("b")));
    }
  }

  /** The numbers of its session and of its commands are those of others there, and so would be the answers. */
  @Test
  void clientOfAClusterThatWasFoundedAnewIsToldSo() throws Exception {
    startAll("n1");
    SessionOptions hasty = SessionOptions.defaults().withDeadline(Duration.ofSeconds(2));
    try (RaftClient client =
        RaftClient.builder().members(address("n1")).session(hasty).connect()) {
      text(client.propose(bytes("a"), Duration.ofSeconds(60)));
      text(client.propose(bytes("b"), Duration.ofSeconds(60)));
      nodes.remove("n1").close();
      disks.clear();
      start("n1");
      try (RaftClient ofTheNew = RaftClient.builder().members(address("n1")).connect()) {
        for (int i = 0; i < 5; i++) {
          text(ofTheNew.propose(bytes("new" + i)));
        }
        long end = System.nanoTime() + SECONDS.toNanos(60);
        Throwable refusal;
        do {
          assertThat(System.nanoTime()).as("in time").isLessThan(end);
          refusal = failure(client.propose(bytes("c"), Duration.ofMillis(500)));
          assertThat(refusal).isInstanceOf(NotAppendedException.class);
        } while (!String.valueOf(refusal.getMessage()).contains("belongs to cluster"));
        assertThat(refusal).hasMessageContaining("make a new client");
        assertThat(failure(client.query(new byte[0], ReadConsistency.STALE)))
            .isInstanceOf(ReadNotServedException.class)
            .hasMessageContaining("belongs to cluster");
      }
      assertThat(machines.get("n1").applied())
          .containsExactly("new0", "new1", "new2", "new3", "new4");
    }
  }

  /** Leaders are stopped and come back while commands are under way; the client knew one address that is gone at times. */
  @Test
  void commandsOutliveTheirLeadersAndAreAppliedOnce() throws Exception {
    startAll("n1", "n2", "n3");
    List<CompletableFuture<byte[]>> answers = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    try (RaftClient client = RaftClient.builder().members(address("n1")).connect()) {
      for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 200; i++) {
          String command = "c" + expected.size();
          expected.add(command);
          answers.add(client.propose(bytes(command)));
        }
        text(answers.get(answers.size() - 200));
        String leader = awaitLeader();
        nodes.remove(leader).close();
        text(answers.get(answers.size() - 1));
        start(leader);
      }
      for (CompletableFuture<byte[]> answer : answers) {
        text(answer);
      }
      long index = client.session().lastAppliedIndex();
      for (Map.Entry<String, RaftNode> node : nodes.entrySet()) {
        node.getValue().awaitApplied(index, Duration.ofSeconds(30)).get(30, SECONDS);
        assertThat(machines.get(node.getKey()).applied())
            .as(node.getKey())
            .containsExactlyInAnyOrderElementsOf(expected);
      }
    }
  }

  @Test
  void outcomesAreTyped() throws Exception {
    startAll("n1");
    try (RaftClient client = RaftClient.builder().members(address("n1")).connect()) {
      text(client.propose(bytes("a")));
      assertThat(failure(client.propose(new byte[(8 << 20) + 1])))
          .isInstanceOf(CommandTooLargeException.class);
      assertThat(failure(client.query(bytes("throw")))).isInstanceOf(RemoteQueryException.class);
    }
  }

  @Test
  void staleReadSaysHowOldItMayBe() throws Exception {
    startAll("n1");
    try (RaftClient client = RaftClient.builder().members(address("n1")).connect()) {
      text(client.propose(bytes("a")));
      var answer = client.queryStale(new byte[0], Duration.ofHours(1)).get(30, SECONDS);
      assertThat(answer.answer()).asString(UTF_8).isEqualTo("a");
      assertThat(answer.staleness()).isLessThan(Duration.ofHours(1));
      assertThat(answer.appliedIndex()).isPositive();
    }
  }

  @Test
  void withoutAnybodyThereItEndsInTimeAndCertainly() throws Exception {
    SessionOptions hasty = SessionOptions.defaults().withDeadline(Duration.ofMillis(300));
    try (RaftClient client =
        RaftClient.builder().members("127.0.0.1:" + freePort()).session(hasty).connect()) {
      assertThat(failure(client.propose(bytes("a")))).isInstanceOf(NotAppendedException.class);
      assertThat(failure(client.query(new byte[0]))).isInstanceOf(ReadNotServedException.class);
    }
  }

  @Test
  void closedClientTellsEverybody() throws Exception {
    RaftClient client = RaftClient.builder().members("127.0.0.1:" + freePort()).connect();
    CompletableFuture<byte[]> proposed = client.propose(bytes("a"));
    CompletableFuture<byte[]> read = client.query(new byte[0]);
    client.close();
    assertThat(failure(proposed)).isInstanceOf(NotAppendedException.class);
    assertThat(failure(read)).isInstanceOf(ReadNotServedException.class);
    assertThat(failure(client.query(new byte[0]))).isInstanceOf(ReadNotServedException.class);
  }

  /** A member that was not told to serve clients turns them away, and they find one that was. */
  @Test
  void memberThatServesNobodyTurnsClientsAway() throws Exception {
    startAll("n1");
    NettyTransport silent = NettyTransport.builder().bindAddress("127.0.0.1:0").build();
    try (RaftNode other = RaftNode.builder()
            .id("x1")
            .bootstrap("x1")
            .stateMachine(new Listed())
            .logStore(new MemoryLogStore())
            .transport(silent)
            .start();
        RaftClient client =
            RaftClient.builder().members(silent.localAddress(), address("n1")).connect()) {
      other.awaitLeader().get(20, SECONDS);
      assertThat(text(client.propose(bytes("a")))).isEqualTo("1");
    }
  }

  @Test
  void garbageBehindAClientsHandshakeEndsItsConnectionOnly() throws Exception {
    startAll("n1");
    try (RaftClient client = RaftClient.builder().members(address("n1")).connect()) {
      text(client.propose(bytes("a")));
      try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), ports.get("n1"))) {
        stranger.setSoTimeout(20_000);
        stranger.getOutputStream().write(bytes("BLSC"));
        stranger.getOutputStream().write(new byte[] {0, 1, 0, 0, 0x7f, 1, 1, 1, 1, 1});
        // The welcome, and then the end.
        assertThat(stranger.getInputStream().readAllBytes()).startsWith(bytes("BLSC"));
      }
      assertThat(text(client.propose(bytes("b")))).isEqualTo("2");
    }
  }

  @Test
  void settingsThatCanNotWorkAreRefused() {
    assertThatThrownBy(() -> RaftClient.builder().connect())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RaftClient.builder().members("no address"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
