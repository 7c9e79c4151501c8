package io.github.balsaraft.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.testing.RespClient;
import io.github.balsaraft.examples.kv.testing.TestServer;
import io.github.balsaraft.model.Role;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The servers as a Redis Cluster, in the forms that its clients read. */
class ClusterCommandTest {
  private final TestServer server = TestServer.start();

  @AfterEach
  void close() {
    server.close();
  }

  private String ask(String... words) {
    try (RespClient client = server.connect()) {
      return client.send(words).readReply();
    }
  }

  @Test
  @DisplayName("the leader has all slots, and those who are connected are its replicas")
  void slots() {
    String id = idOf("MYID");
    String slots = ask("CLUSTER", "SLOTS");
    assertThat(slots)
        .startsWith("[[:0, :16383, [\"127.0.0.1\", :7001, " + id + ", []], [\"127.0.0.1\", :700")
        .contains(":7002", ":7003");

    server.backend().setStatus(Role.FOLLOWER, "n2", List.of("n2"), Optional.empty());
    assertThat(ask("CLUSTER", "SLOTS"))
        .startsWith("[[:0, :16383, [\"127.0.0.1\", :7002, ")
        .contains(":7001")
        .as("n3 is not connected")
        .doesNotContain(":7003");
  }

  private String idOf(String subcommand) {
    String id = ask("CLUSTER", subcommand);
    assertThat(id).matches("\"[0-9a-f]{40}\"");
    return id;
  }

  @Test
  @DisplayName("nodes: one line for each, with flags, master, epoch and slots")
  void nodes() {
    String text = ask("CLUSTER", "NODES");
    List<String> lines = List.of(text.substring(1, text.length() - 1).split("\\\\x0a", -1));
    String id = idOf("MYID").replace("\"", "");
    assertThat(lines).hasSize(4).endsWith("");
    assertThat(lines).contains(id + " 127.0.0.1:7001@9001 myself,master - 0 0 4 connected 0-16383");
    assertThat(lines.stream().filter(line -> line.contains(":7002@9002")))
        .singleElement()
        .asString()
        .matches("[0-9a-f]{40} 127.0.0.1:7002@9002 slave " + id + " 0 0 4 connected");
  }

  @Test
  @DisplayName("shards: one, with all servers and how they are")
  void shards() {
    server.backend().setStatus(Role.LEADER, "n1", List.of("n3"), Optional.empty());
    assertThat(ask("CLUSTER", "SHARDS"))
        .startsWith("[[\"slots\", [:0, :16383], \"nodes\", [[\"id\", " + idOf("MYID"))
        .contains("\"role\", \"master\", \"replication-offset\", :0, \"health\", \"online\"]")
        .containsSubsequence(":7002, \"ip\"", "\"role\", \"replica\"", "\"fail\"");
  }

  @Test
  @DisplayName("without a leader there are no slots")
  void noLeader() {
    server.backend().setStatus(Role.CANDIDATE, null, List.of(), Optional.empty());
    assertThat(ask("CLUSTER", "SLOTS")).isEqualTo("[]");
    assertThat(ask("CLUSTER", "INFO"))
        .contains("cluster_state:fail", "cluster_slots_assigned:0", "cluster_known_nodes:3");
    assertThat(ask("CLUSTER", "NODES")).contains("myself,slave - 0 0").doesNotContain("16383");
    assertThat(ask("CLUSTER", "SHARDS")).startsWith("[[\"slots\", [], \"nodes\"");
  }

  @Test
  @DisplayName("with a leader the cluster is well, and the term is its epoch")
  void info() {
    assertThat(ask("CLUSTER", "INFO"))
        .contains(
            "cluster_state:ok\\x0d\\x0acluster_slots_assigned:16384",
            "cluster_current_epoch:4",
            "cluster_size:1");
  }
}
