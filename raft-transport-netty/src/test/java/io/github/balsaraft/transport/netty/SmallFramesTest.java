package io.github.balsaraft.transport.netty;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.RaftNode;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.testing.EchoMachine;
import io.github.balsaraft.testing.simulation.world.DiskLogStore;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Members whose transport takes smaller messages than {@code maxMessageBytes} allows. */
class SmallFramesTest extends NettyHosts {

  private static final int LARGEST_COMMAND = 64 << 10;

  private final World world = new World(1, Observer.NONE);
  private final List<NettyTransport> transports = new ArrayList<>();
  private final Map<String, RaftNode> nodes = new LinkedHashMap<>();

  @BeforeEach
  void startNodes() throws Exception {
    Map<String, String> addresses = new LinkedHashMap<>();
    for (String id : List.of("n1", "n2", "n3")) {
      addresses.put(id, "127.0.0.1:" + freePort());
    }
    String[] founders = addresses.entrySet().stream()
        .map(member -> member.getKey() + "=" + member.getValue())
        .toArray(String[]::new);
    for (Map.Entry<String, String> member : addresses.entrySet()) {
      NettyTransport transport = NettyTransport.builder()
          .bindAddress(member.getValue())
          .maxFrameBytes(256 << 10)
          .build();
      transports.add(transport);
      nodes.put(
          member.getKey(),
          RaftNode.builder()
              .id(member.getKey())
              .stateMachine(new EchoMachine())
              .logStore(new DiskLogStore(world.add(new HostId(member.getKey())).disk()))
              .transport(transport)
              .options(RaftOptions.builder()
                  .maxCommandBytes(LARGEST_COMMAND)
                  // A change of leaders would end proposals that are under way as unknown.
                  .electionTimeout(Duration.ofSeconds(2), Duration.ofSeconds(4))
                  .forwardProposals(true)
                  .build())
              .bootstrap(founders)
              .start());
    }
  }

  @AfterEach
  void closeNodes() {
    nodes.values().forEach(RaftNode::close);
  }

  private RaftNode withRole(Role role) throws Exception {
    for (RaftNode node : nodes.values()) {
      node.awaitLeader().get(60, SECONDS);
    }
    return nodes.values().stream()
        .filter(node -> node.status().role() == role)
        .findFirst()
        .orElseThrow();
  }

  private static void proposeAtOnce(RaftNode node, int commands, int commandBytes)
      throws Exception {
    List<CompletableFuture<byte[]>> answers = new ArrayList<>();
    for (int i = 0; i < commands; i++) {
      answers.add(node.propose(new byte[commandBytes]));
    }
    CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).get(60, SECONDS);
  }

  private void assertThatNothingWasTooLarge() {
    assertThat(transports)
        .allSatisfy(transport -> assertThat(transport.stats().droppedTooLarge()).isZero());
  }

  @Test
  @DisplayName("a burst at the leader goes out in messages that fit, and so does a largest command")
  void atTheLeader() throws Exception {
    RaftNode leader = withRole(Role.LEADER);
    proposeAtOnce(leader, 1000, 4 << 10);
    proposeAtOnce(leader, 10, LARGEST_COMMAND);
    proposeAtOnce(leader, 20_000, 0);
    assertThatNothingWasTooLarge();
  }

  @Test
  @DisplayName("a burst at a follower is forwarded in messages that fit")
  void atAFollower() throws Exception {
    // The first is known to the leader before the rest comes: forwarded at once, none could be
    // refused for another reason.
    RaftNode follower = withRole(Role.FOLLOWER);
    proposeAtOnce(follower, 1, 1);
    proposeAtOnce(follower, 1000, 4 << 10);
    proposeAtOnce(follower, 10, LARGEST_COMMAND);
    assertThatNothingWasTooLarge();
  }
}
