package io.github.balsaraft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.SnapshotRequest;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.transport.ForwardingTransport;
import io.github.balsaraft.transport.LocalNetwork;
import io.github.balsaraft.transport.Transport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A snapshot that is damaged or cut off on its way is refused, and fetched again until it is whole. */
class DamagedStreamTest {

  /** So many parts are damaged; then they arrive as they are. */
  private static final int DAMAGED_PARTS = 5;

  private final LocalNetwork network = new LocalNetwork();
  private final Map<String, RaftNode> nodes = new LinkedHashMap<>();
  private final Map<String, Appender> machines = new LinkedHashMap<>();
  private final Map<String, MemoryLogStore.Contents> disks = new LinkedHashMap<>();
  private final AtomicInteger damaged = new AtomicInteger();

  @AfterEach
  void closeAll() {
    nodes.values().forEach(RaftNode::close);
  }

  private static SnapshotChunk with(SnapshotChunk chunk, int checksum, byte[] bytes) {
    return new SnapshotChunk(
        chunk.from(),
        chunk.to(),
        chunk.fetch(),
        chunk.status(),
        chunk.snapshot(),
        chunk.file(),
        chunk.offset(),
        chunk.fileBytes(),
        checksum,
        bytes);
  }

  private static int crc32c(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static byte[] flipped(byte[] bytes) {
    byte[] flipped = bytes.clone();
    flipped[flipped.length / 2] ^= 1;
    return flipped;
  }

  /** The network has changed a bit. */
  private static SnapshotChunk flipOnTheWay(SnapshotChunk chunk) {
    return with(chunk, chunk.checksum(), flipped(chunk.bytes()));
  }

  /** The source's disk has: the part's own checksum is right, that of the manifest is not. */
  private static SnapshotChunk flipAtTheSource(SnapshotChunk chunk) {
    byte[] bytes = flipped(chunk.bytes());
    return with(chunk, crc32c(bytes), bytes);
  }

  private static SnapshotChunk cutOff(SnapshotChunk chunk) {
    byte[] bytes = Arrays.copyOf(chunk.bytes(), chunk.bytes().length / 2);
    return with(chunk, crc32c(bytes), bytes);
  }

  private void start(String name, UnaryOperator<SnapshotChunk> damage) {
    Appender machine = new Appender();
    machines.put(name, machine);
    nodes.put(
        name,
        RaftNode.builder()
            .id(name)
            .bootstrap("n1", "n2", "n3")
            .stateMachine(machine)
            .logStore(new MemoryLogStore(
                disks.computeIfAbsent(name, any -> new MemoryLogStore().contents())))
            .transport(new Damaging(network.transport(), damage))
            .options(SnapshotNodesTest.OFTEN_IN_GROUPS)
            .start());
  }

  @Test
  void bitsThatFlipOnTheWay() throws Exception {
    fetchDamaged(DamagedStreamTest::flipOnTheWay, true);
  }

  @Test
  void manifestThatIsDamagedAtTheSource() throws Exception {
    fetchDamaged(DamagedStreamTest::flipAtTheSource, true);
  }

  @Test
  void stateThatIsDamagedAtTheSource() throws Exception {
    fetchDamaged(DamagedStreamTest::flipAtTheSource, false);
  }

  @Test
  void stateThatIsCutOff() throws Exception {
    fetchDamaged(DamagedStreamTest::cutOff, false);
  }

  /**
   * A member that was away needs a snapshot, and the first parts that it is sent are damaged.
   *
   * @param manifestToo else only parts of files are
   */
  private void fetchDamaged(UnaryOperator<SnapshotChunk> damage, boolean manifestToo)
      throws Exception {
    UnaryOperator<SnapshotChunk> firstParts = chunk -> {
      boolean meant = chunk.status() == SnapshotChunk.Status.PART
          && chunk.bytes().length > 1
          && (manifestToo || chunk.file() != SnapshotRequest.MANIFEST);
      return meant && damaged.incrementAndGet() <= DAMAGED_PARTS ? damage.apply(chunk) : chunk;
    };
    for (String name : List.of("n1", "n2", "n3")) {
      start(name, firstParts);
    }
    RaftNode leader = LocalCluster.await(
        "a leader",
        () -> nodes.values().stream()
            .filter(node -> node.status().role() == Role.LEADER)
            .findFirst());
    String away = nodes.entrySet().stream()
        .filter(node -> node.getValue() != leader)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
    nodes.remove(away).close();
    List<String> expected = new ArrayList<>();
    List<CompletableFuture<byte[]>> results = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      expected.add("command " + i);
      results.add(leader.propose(expected.get(i).getBytes(UTF_8)));
    }
    for (CompletableFuture<byte[]> result : results) {
      result.get(30, SECONDS);
    }
    LocalCluster.awaitTrue("a cut log", () -> leader.status().snapshots().firstIndex() > 1);
    start(away, firstParts);
    Appender machine = machines.get(away);
    LocalCluster.awaitTrue("all commands", () -> machine.applied().equals(expected));
    assertThat(damaged.get()).isGreaterThan(DAMAGED_PARTS);
    assertThat(machine.restored()).as("nothing damaged was installed").isEqualTo(1);
    assertThat(nodes.get(away).status().health()).isEqualTo(Health.RUNNING);
  }

  /** Changes parts of snapshots that it is given to send. */
  private static final class Damaging extends ForwardingTransport {
    private final UnaryOperator<SnapshotChunk> damage;

    Damaging(Transport real, UnaryOperator<SnapshotChunk> damage) {
      super(real);
      this.damage = damage;
    }

    @Override
    public void send(HostId to, List<GroupMessage> messages) {
      super.send(
          to,
          messages.stream()
              .map(message -> message.message() instanceof SnapshotChunk chunk
                  ? new GroupMessage(message.group(), damage.apply(chunk))
                  : message)
              .toList());
    }
  }
}
