package io.github.balsaraft.node;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.RaftNode;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.BirthAnswer;
import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.storage.RecoveredState;
import io.github.balsaraft.testing.EchoMachine;
import io.github.balsaraft.transport.UnreadableEntries;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A replica that meets what only a newer version can read stops, and says so: skipping would let replicas diverge. */
class NewerEntriesTest {

  private static final String UPGRADE =
      "this server is older than a feature that the cluster uses, upgrade it: ";
  private static final String TYPE_9 = "entry 4 of term 3 is of type 9";
  private static final ReplicaId LEADER = new ReplicaId(77);

  private final MemoryLogStore.Contents disk = new MemoryLogStore().contents();
  private final FakeTransport transport = new FakeTransport();
  private @Nullable RaftNode node;

  @AfterEach
  void closeNode() {
    if (node != null) {
      node.close();
    }
  }

  /** A single member leads itself; what is sent to it in a later term it would follow. */
  private RaftNode running(LogStore store) throws Exception {
    RaftNode started = start(store, "n1");
    started.awaitLeader().get(30, SECONDS);
    return started;
  }

  private RaftNode start(LogStore store, String... founders) {
    RaftNode started = RaftNode.builder()
        .id("n1")
        .bootstrap(founders)
        .stateMachine(new EchoMachine())
        .logStore(store)
        .transport(transport)
        .start();
    node = started;
    return started;
  }

  private static void assertStopped(RaftNode node, String what) {
    NodeStatus status = node.status();
    assertThat(status.health()).isEqualTo(Health.FAILED);
    assertThat(status.healthDetail()).isEqualTo(UPGRADE + what);
    assertThat(node.explain())
        .contains("Failed: n1 has stopped taking part (" + UPGRADE + what + ")");
    CompletableFuture<byte[]> refused = node.propose(new byte[1]);
    assertThat(refused.handle((result, failure) -> String.valueOf(failure)).join())
        .contains(what);
  }

  private UnreadableEntries unreadable(ReplicaId to, long term) {
    return new UnreadableEntries(GroupId.DEFAULT, to, term, TYPE_9);
  }

  @Test
  void entriesOfTheLeaderStopTheReplicaTheyAreFor() throws Exception {
    RaftNode running = running(new MemoryLogStore(disk));
    NodeStatus before = running.status();
    transport.unreadable(
        before.cluster().orElseThrow(), unreadable(before.replica(), before.term() + 1));
    assertStopped(running, TYPE_9 + ", sent by n2");
  }

  @Test
  void entriesForAnotherReplicaOrOfAnEarlierTermOrAnotherClusterStopNobody() throws Exception {
    RaftNode running = running(new MemoryLogStore(disk));
    NodeStatus before = running.status();
    transport.unreadable(before.cluster().orElseThrow(), unreadable(LEADER, before.term() + 1));
    transport.unreadable(
        before.cluster().orElseThrow(), unreadable(before.replica(), before.term() - 1));
    transport.unreadable(
        new ClusterIdentity(5, 5), unreadable(before.replica(), before.term() + 1));
    assertThat(running.status().health()).isEqualTo(Health.RUNNING);
    assertThat(running.status().counters().misdirectedMessages()).isEqualTo(2);
    running.propose(new byte[1]).get(30, SECONDS);
  }

  @Test
  void configurationOfTheLeaderStopsTheReplica() throws Exception {
    RaftNode running = running(new MemoryLogStore(disk));
    NodeStatus before = running.status();
    EntryBatch late = configuration(new EntryId(before.term() - 1, before.lastIndex() + 1));
    transport.message(before.cluster().orElseThrow(), append(before, before.term() - 1, late));
    assertThat(running.status().health()).isEqualTo(Health.RUNNING);
    ReplicaId stranger = new ReplicaId(5);
    transport.message(
        before.cluster().orElseThrow(),
        new HeartbeatResponse(LEADER, stranger, before.term(), 1, 1));
    assertThat(running.status().counters().droppedMessages()).isEqualTo(1);
    EntryBatch batch = configuration(new EntryId(before.term() + 1, before.lastIndex() + 1));
    transport.message(before.cluster().orElseThrow(), append(before, before.term() + 1, batch));
    assertStopped(
        running,
        "entry " + batch.firstIndex() + " of term " + batch.term() + ": the group has feature level"
            + " 99, this library knows levels up to 1, sent by n2");
  }

  private static AppendEntries append(NodeStatus to, long term, EntryBatch batch) {
    EntryId previous = new EntryId(Math.min(term, to.term()), to.lastIndex());
    return new AppendEntries(LEADER, to.replica(), term, 1, previous, List.of(batch), 0);
  }

  /** With a feature level that doesn't exist yet. */
  private static EntryBatch configuration(EntryId position) {
    byte[] encoded = Configuration.of(List.of(
            Member.voter(LEADER, new HostId("n2"), "n2"),
            Member.voter(new ReplicaId(78), new HostId("n1"), "n1")))
        .encode();
    ByteBuffer.wrap(encoded).putShort(1, (short) 99);
    CRC32C crc = new CRC32C();
    crc.update(encoded, 0, encoded.length - 4);
    ByteBuffer.wrap(encoded).putInt(encoded.length - 4, (int) crc.getValue());
    return Payloads.single(EntryType.CONFIGURATION, encoded).place(position, 1);
  }

  @Test
  void firstEntryOfTheGroupStopsAReplicaThatIsBeingBorn() {
    RaftNode unborn = start(new MemoryLogStore(disk), "n1", "n2");
    ReplicaId self = unborn.status().replica();
    transport.unreadable(null, unreadable(self, 0));
    assertStopped(unborn, TYPE_9 + ", sent by n2");
  }

  @Test
  @Timeout(30)
  void firstConfigurationOfTheGroupStopsAReplicaThatIsBeingBorn() {
    RaftNode unborn = start(new MemoryLogStore(disk), "n1", "n2");
    ClusterIdentity cluster = new ClusterIdentity(5, 5);
    BirthAnswer answer = new BirthAnswer(
        unborn.status().replica(), 0, null, cluster, configuration(Birth.FOUNDING_ENTRY));
    // It listens only once its own id is durable.
    while (unborn.status().health() == Health.BEING_BORN) {
      transport.message(cluster, answer);
    }
    assertStopped(
        unborn, "the group has feature level 99, this library knows levels up to 1, sent by n2");
  }

  /** An entry in the middle of the log is read only when it is applied. */
  @Test
  @Timeout(30)
  void storedEntryStopsTheReplicaWhenItIsDue() throws Exception {
    running(new MemoryLogStore(disk)).propose(new byte[1]).get(30, SECONDS);
    closeNode();
    RaftNode downgraded = start(new StoreOfNewerVersion(disk), "n1");
    CompletableFuture<Void> leader = downgraded.awaitLeader();
    assertThat(leader.handle((known, failure) -> failure).get(30, SECONDS)).isNull();
    assertThat(
            downgraded.query(new byte[1]).handle((result, failure) -> failure).get(30, SECONDS))
        .isNotNull();
    // Who waits is told at once, the rest of the replica a moment later.
    while (downgraded.status().health() == Health.RUNNING) {
      Thread.onSpinWait();
    }
    assertStopped(downgraded, TYPE_9 + ", stored here");
  }

  /** All that is left of it: one entry can't be read. */
  private static final class StoreOfNewerVersion implements LogStore {
    private final MemoryLogStore readable;

    StoreOfNewerVersion(MemoryLogStore.Contents contents) {
      this.readable = new MemoryLogStore(contents);
    }

    @Override
    public RecoveredState recover() {
      return readable.recover();
    }

    @Override
    public void write(LogWrite write) {
      readable.write(write);
    }

    @Override
    public List<EntryBatch> read(GroupId group, long fromIndex, long toIndex, long maxBytes) {
      if (fromIndex > 1) {
        throw new UnknownFormatException(TYPE_9);
      }
      return readable.read(group, 1, 1, maxBytes);
    }

    @Override
    public Durability durability() {
      return readable.durability();
    }

    @Override
    public void close() {
      readable.close();
    }
  }
}
