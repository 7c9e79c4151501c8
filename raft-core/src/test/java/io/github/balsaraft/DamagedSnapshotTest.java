package io.github.balsaraft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.api.RaftEvent;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.storage.FileSnapshotStore;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.transport.LocalNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots that are damaged in their folder while no process runs: decision 11. */
class DamagedSnapshotTest {

  private final LocalNetwork network = new LocalNetwork();
  private final Map<String, RaftNode> nodes = new LinkedHashMap<>();
  private final Map<String, Appender> machines = new LinkedHashMap<>();
  private final Map<String, MemoryLogStore.Contents> logs = new LinkedHashMap<>();
  private final Map<String, FileSnapshotStore> stores = new LinkedHashMap<>();
  private final ConcurrentLinkedQueue<RaftEvent> events = new ConcurrentLinkedQueue<>();
  private final List<String> expected = new ArrayList<>();

  @TempDir
  Path folder;

  @AfterEach
  void closeAll() {
    List.copyOf(nodes.keySet()).forEach(this::stop);
  }

  private RaftNode start(String name, Appender machine, String... founders) {
    FileSnapshotStore store = new FileSnapshotStore(folder.resolve(name));
    stores.put(name, store);
    RaftNode node;
    try {
      node = RaftNode.builder()
          .id(name)
          .bootstrap(founders)
          .stateMachine(machine)
          .logStore(new MemoryLogStore(
              logs.computeIfAbsent(name, any -> new MemoryLogStore().contents())))
          .snapshots(store)
          .transport(network.transport())
          .options(SnapshotNodesTest.OFTEN_IN_GROUPS)
          .listener(events::add)
          .start();
    } catch (LogStoreException e) {
      store.close();
      throw e;
    }
    machines.put(name, machine);
    nodes.put(name, node);
    return node;
  }

  private RaftNode start(String name) {
    return start(name, new Appender(), "n1", "n2", "n3");
  }

  private void stop(String name) {
    nodes.remove(name).close();
    stores.remove(name).close();
  }

  private RaftNode awaitLeader() {
    return LocalCluster.await(
        "a leader",
        () -> nodes.values().stream()
            .filter(node -> node.status().role() == Role.LEADER)
            .filter(node -> node.status().commitIndex() == node.status().lastIndex())
            .findFirst());
  }

  private void propose(int commands) throws Exception {
    RaftNode leader = awaitLeader();
    List<CompletableFuture<byte[]>> results = new ArrayList<>();
    for (int i = 0; i < commands; i++) {
      expected.add("command " + expected.size());
      results.add(leader.propose(expected.get(expected.size() - 1).getBytes(UTF_8)));
    }
    for (CompletableFuture<byte[]> result : results) {
      result.get(30, SECONDS);
    }
  }

  private void awaitCutLogs() {
    LocalCluster.awaitTrue(
        "cut logs",
        () -> nodes.values().stream()
            .allMatch(node -> node.status().snapshots().firstIndex() > 1
                && node.status().snapshots().taking().isEmpty()));
  }

  private void foundAndFill() throws Exception {
    for (String name : List.of("n1", "n2", "n3")) {
      start(name);
    }
    propose(500);
    awaitCutLogs();
  }

  private List<Path> files(String name) {
    try (Stream<Path> all = Files.list(folder.resolve(name))) {
      return all.filter(file -> !file.toString().endsWith(".lock")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void damage(String name, String endOfFile, UnaryOperator<byte[]> how) throws IOException {
    for (Path file : files(name)) {
      if (file.toString().endsWith(endOfFile)) {
        Files.write(file, how.apply(Files.readAllBytes(file)));
      }
    }
  }

  private static byte[] flipped(byte[] bytes) {
    byte[] flipped = bytes.clone();
    flipped[flipped.length / 2] ^= 1;
    return flipped;
  }

  private static byte[] cut(byte[] bytes) {
    return Arrays.copyOf(bytes, bytes.length / 2);
  }

  private String aFollower() {
    RaftNode leader = awaitLeader();
    return nodes.entrySet().stream()
        .filter(node -> node.getValue() != leader)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  private void comesBackUnderItsOldName(String endOfFile, UnaryOperator<byte[]> how)
      throws Exception {
    foundAndFill();
    String name = aFollower();
    ReplicaId old = nodes.get(name).status().replica();
    stop(name);
    events.clear();
    damage(name, endOfFile, how);
    RaftNode again = start(name);
    LocalCluster.awaitTrue(
        "the state of the others", () -> machines.get(name).applied().equals(expected));
    assertThat(again.status().health()).isEqualTo(Health.RUNNING);
    assertThat(again.status().replica()).isEqualTo(old);
    assertThat(machines.get(name).restored()).isEqualTo(1);
    assertThat(again.status().configuration().members())
        .as("nobody was let in anew")
        .hasSize(3)
        .anyMatch(member -> member.replica().equals(old));
    LocalCluster.awaitTrue(
        "listeners hear of both",
        () -> events.stream()
            .filter(event -> event instanceof RaftEvent.HealthChanged)
            .map(event -> ((RaftEvent.HealthChanged) event).health())
            .toList()
            .containsAll(List.of(Health.RECOVERING, Health.RUNNING)));
    propose(10);
    LocalCluster.awaitTrue("what is new", () -> machines.get(name).applied().equals(expected));
    stop(name);
    start(name);
    LocalCluster.awaitTrue(
        "the same from its own snapshot", () -> machines.get(name).applied().equals(expected));
  }

  @Test
  @DisplayName(
      "a bit of the state: the member fetches a snapshot again by itself, and is who it was")
  void changedState() throws Exception {
    comesBackUnderItsOldName(".0", DamagedSnapshotTest::flipped);
  }

  @Test
  @DisplayName("a state that was cut off")
  void truncatedState() throws Exception {
    comesBackUnderItsOldName(".0", DamagedSnapshotTest::cut);
  }

  @Test
  @DisplayName("a manifest that tells nothing any more, not even of the other members")
  void damagedManifest() throws Exception {
    comesBackUnderItsOldName(".manifest", DamagedSnapshotTest::cut);
  }

  @Test
  @DisplayName("a snapshot that is gone altogether")
  void emptiedFolder() throws Exception {
    foundAndFill();
    String name = aFollower();
    stop(name);
    for (Path file : files(name)) {
      Files.delete(file);
    }
    start(name);
    LocalCluster.awaitTrue(
        "the state of the others", () -> machines.get(name).applied().equals(expected));
  }

  @Test
  @DisplayName("two of three: the group is down as long as the third is, says why, and comes back")
  void twoOfThree() throws Exception {
    foundAndFill();
    String intact = aFollower();
    for (String name : List.copyOf(nodes.keySet())) {
      stop(name);
    }
    List<String> damaged =
        Stream.of("n1", "n2", "n3").filter(name -> !name.equals(intact)).toList();
    List<List<Path>> before = damaged.stream().map(this::files).toList();
    for (String name : damaged) {
      damage(name, ".0", DamagedSnapshotTest::flipped);
      start(name);
    }
    LocalCluster.awaitTrue(
        "fetches that can't succeed",
        () -> events.stream()
                .filter(event -> event instanceof RaftEvent.SnapshotFailed)
                .count()
            > 2);
    for (String name : damaged) {
      RaftNode node = nodes.get(name);
      assertThat(node.status().health()).isEqualTo(Health.RECOVERING);
      assertThat(node.status().healthDetail()).contains("no intact snapshot holds what was before");
      assertThat(node.explain())
          .startsWith("Recovering: " + name)
          .contains("neither votes nor acknowledges");
      CompletableFuture<byte[]> refused = node.propose("in vain".getBytes(UTF_8));
      assertThatThrownBy(() -> refused.get(30, SECONDS)).hasMessageContaining("fetches another");
    }
    assertThat(damaged.stream().map(this::files).toList())
        .as("nothing is deleted")
        .isEqualTo(before);
    start(intact);
    propose(10);
    LocalCluster.awaitTrue(
        "the same state everywhere",
        () -> machines.values().stream().allMatch(machine -> machine.applied().equals(expected)));
  }

  @Test
  @DisplayName(
      "a group of one has nobody to fetch it from: it is refused, and its folder stays as it is")
  void theOnlyMember() throws Exception {
    start("n1", new Appender(), "n1");
    propose(500);
    awaitCutLogs();
    stop("n1");
    damage("n1", ".0", DamagedSnapshotTest::flipped);
    List<Path> before = files("n1");
    assertThatThrownBy(() -> start("n1", new Appender(), "n1"))
        .isInstanceOf(LogStoreException.class)
        .hasMessageContaining("put a copy of the snapshot back");
    assertThat(files("n1")).isEqualTo(before);
  }

  @Test
  @DisplayName(
      "a state that is on disk and newer than any snapshot is not replaced by an older one")
  void stateOnDisk() throws Exception {
    Map<String, SnapshotNodesTest.OnDiskAppender> onDisk = new LinkedHashMap<>();
    for (String name : List.of("n1", "n2", "n3")) {
      onDisk.put(name, new SnapshotNodesTest.OnDiskAppender());
      start(name, onDisk.get(name), "n1", "n2", "n3");
    }
    propose(500);
    awaitCutLogs();
    String name = aFollower();
    OnDiskStateMachine state = onDisk.get(name);
    LocalCluster.awaitTrue("all of it", () -> onDisk.get(name).applied().equals(expected));
    EntryId held = state.appliedEntry();
    stop(name);
    damage(name, ".0", DamagedSnapshotTest::flipped);
    start(name, onDisk.get(name), "n1", "n2", "n3");
    propose(10);
    LocalCluster.awaitTrue("what is new", () -> onDisk.get(name).applied().equals(expected));
    assertThat(state.appliedEntry().index()).isGreaterThan(held.index());
    assertThat(onDisk.get(name).restored()).isZero();
  }
}
