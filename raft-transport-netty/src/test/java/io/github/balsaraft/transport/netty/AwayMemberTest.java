package io.github.balsaraft.transport.netty;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.RaftNode;
import io.github.balsaraft.RaftNodeBuilder;
import io.github.balsaraft.api.AddOptions;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.testing.EchoMachine;
import io.github.balsaraft.testing.simulation.world.Disk;
import io.github.balsaraft.testing.simulation.world.DiskLogStore;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.World;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A member that was away while the group changed. */
class AwayMemberTest extends NettyHosts {

  private final World world = new World(1, Observer.NONE);
  private final Map<String, Disk> disks = new HashMap<>();
  private final Map<String, Integer> ports = new HashMap<>();
  private final Map<String, RaftNode> nodes = new LinkedHashMap<>();

  @AfterEach
  void closeNodes() {
    nodes.values().forEach(RaftNode::close);
  }

  private String at(String id) throws Exception {
    if (!ports.containsKey(id)) {
      ports.put(id, freePort());
    }
    return "127.0.0.1:" + ports.get(id);
  }

  private RaftNodeBuilder builder(String id) throws Exception {
    Disk disk = disks.computeIfAbsent(id, any -> world.add(new HostId(id)).disk());
    return RaftNode.builder()
        .id(id)
        .stateMachine(new EchoMachine())
        .logStore(new DiskLogStore(disk))
        .transport(NettyTransport.builder().bindAddress(at(id)).build());
  }

  private void startFounder(String id) throws Exception {
    nodes.put(
        id,
        builder(id)
            .bootstrap("n1=" + at("n1"), "n2=" + at("n2"), "n3=" + at("n3"))
            .start());
  }

  private RaftNode leaderOf(Set<String> ids) {
    long end = System.nanoTime() + SECONDS.toNanos(60);
    while (true) {
      assertThat(System.nanoTime()).as("a leader in time").isLessThan(end);
      for (String id : ids) {
        RaftNode node = nodes.get(id);
        if (node.status().role() == Role.LEADER) {
          return node;
        }
      }
    }
  }

  /** It has no route to that, which no log and no command line of its own has named. */
  @Test
  @DisplayName("a member that was away while the present leader was added catches up")
  void leaderThatItHasNeverHeardOf() throws Exception {
    for (String id : List.of("n1", "n2", "n3")) {
      startFounder(id);
    }
    leaderOf(Set.of("n1", "n2", "n3")).propose(bytes("a")).get(60, SECONDS);
    nodes.remove("n1").close();
    nodes.put("n4", builder("n4").join("n2=" + at("n2"), "n3=" + at("n3")).start());
    leaderOf(Set.of("n2", "n3"))
        .membership()
        .change(new ConfigurationChange.Add(new HostId("n4"), AddOptions.voter()))
        .get(60, SECONDS);
    leaderOf(Set.of("n2", "n3")).transferLeadership(new HostId("n4")).get(60, SECONDS);
    nodes.get("n4").propose(bytes("b")).get(60, SECONDS);
    long applied = nodes.get("n4").status().appliedIndex();

    startFounder("n1");

    assertThat(nodes.get("n1").awaitApplied(applied, Duration.ofMinutes(1)))
        .succeedsWithin(Duration.ofMinutes(2));
    assertThat(nodes.get("n4").status().role()).isEqualTo(Role.LEADER);
  }
}
