package io.github.balsaraft.transport.netty;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.RaftNode;
import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.api.SnapshottingStateMachine;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.storage.MemoryLogStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A snapshot between members whose transport takes no messages as large as chunks usually are. */
class SmallFramesSnapshotTest extends NettyHosts {

  private static final int COMMAND_BYTES = 48 << 10;
  private static final int COMMANDS = 40;

  private final Map<String, String> addresses = new LinkedHashMap<>();
  private final List<NettyTransport> transports = new ArrayList<>();
  private final Map<String, MemoryLogStore.Contents> disks = new LinkedHashMap<>();
  private final Map<String, RaftNode> nodes = new LinkedHashMap<>();

  @AfterEach
  void closeNodes() {
    nodes.values().forEach(RaftNode::close);
  }

  private RaftNode start(String id, Concatenation machine) {
    NettyTransport transport = NettyTransport.builder()
        .bindAddress(String.valueOf(addresses.get(id)))
        .maxFrameBytes(128 << 10)
        .build();
    transports.add(transport);
    RaftNode node = RaftNode.builder()
        .id(id)
        .stateMachine(machine)
        .logStore(
            new MemoryLogStore(disks.computeIfAbsent(id, first -> new MemoryLogStore().contents())))
        .transport(transport)
        .options(RaftOptions.builder()
            .maxCommandBytes(COMMAND_BYTES)
            .snapshots(SnapshotOptions.builder()
                .minLogBytes(1 << 20)
                .logRatio(0)
                .retained(1, 2)
                .build())
            .build())
        .bootstrap(addresses.entrySet().stream()
            .map(member -> member.getKey() + "=" + member.getValue())
            .toArray(String[]::new))
        .start();
    nodes.put(id, node);
    return node;
  }

  private static void awaitTrue(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
    }
  }

  private RaftNode any(Predicate<NodeStatus> wanted) {
    AtomicReference<RaftNode> found = new AtomicReference<>();
    awaitTrue("such a member", () -> {
      nodes.values().stream().filter(node -> wanted.test(node.status())).forEach(found::set);
      return found.get() != null;
    });
    return found.get();
  }

  @Test
  @DisplayName("a member that was away for long gets one that is larger than any message")
  void memberThatWasAway() throws Exception {
    for (String member : List.of("n1", "n2", "n3")) {
      addresses.put(member, "127.0.0.1:" + freePort());
    }
    for (String member : addresses.keySet()) {
      RaftNode unused = start(member, new Concatenation());
    }
    RaftNode leader = any(status -> status.role() == Role.LEADER);
    RaftNode away =
        any(status -> status.role() == Role.FOLLOWER && status.leader().isPresent());
    String id = away.status().host().name();
    away.close();
    List<CompletableFuture<byte[]>> answers = new ArrayList<>();
    for (int i = 0; i < COMMANDS; i++) {
      answers.add(leader.propose(new byte[COMMAND_BYTES]));
    }
    CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).get(60, SECONDS);
    awaitTrue("a cut log", () -> leader.status().snapshots().firstIndex() > 10);

    Concatenation late = new Concatenation();
    RaftNode back = start(id, late);
    awaitTrue("all commands", () -> late.bytes() == COMMANDS * COMMAND_BYTES);
    assertThat(back.status().snapshots().last()).isPresent();
    assertThat(transports)
        .allSatisfy(transport -> assertThat(transport.stats().droppedTooLarge()).isZero());
  }

  /** Keeps the bytes of all commands after each other. */
  private static final class Concatenation implements SnapshottingStateMachine {
    private final ByteArrayOutputStream all = new ByteArrayOutputStream();

    @Override
    public synchronized byte[] apply(Command command) {
      all.writeBytes(command.bytes());
      return new byte[0];
    }

    @Override
    public byte[] query(byte[] query) {
      return new byte[0];
    }

    synchronized int bytes() {
      return all.size();
    }

    @Override
    public synchronized SnapshotView capture() {
      byte[] captured = all.toByteArray();
      return SnapshotView.of(out -> out.write(captured));
    }

    @Override
    public synchronized void restore(SnapshotReader snapshot) throws IOException {
      all.reset();
      all.writeBytes(snapshot.state().readAllBytes());
    }
  }
}
