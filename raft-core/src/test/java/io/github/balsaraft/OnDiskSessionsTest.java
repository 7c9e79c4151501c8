package io.github.balsaraft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.RaftSession;
import io.github.balsaraft.api.SessionKeepingStateMachine;
import io.github.balsaraft.api.SessionRecord;
import io.github.balsaraft.api.SessionsNotKeptException;
import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.SessionAnswer;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.transport.LocalNetwork;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Sessions of a group whose state machine keeps its state, and the records of sessions, by itself. */
class OnDiskSessionsTest {

  /** What survives a crash: written as a whole, at the end of each batch. */
  private static final class Database {
    List<String> applied = List.of();
    Map<ByteBuffer, byte[]> sessions = new TreeMap<>();
    EntryId position = EntryId.NONE;
    int restored;
  }

  private static final class Machine implements SessionKeepingStateMachine {
    private final Database database;
    private final List<String> applied;
    private final List<SessionRecord> records = new ArrayList<>();
    private EntryId position;

    Machine(Database database) {
      this.database = database;
      this.applied = new ArrayList<>(database.applied);
      this.position = database.position;
    }

    @Override
    public EntryId appliedEntry() {
      return position;
    }

    @Override
    public byte[] apply(Command command) {
      applied.add(new String(command.bytes(), UTF_8));
      position = new EntryId(command.term(), command.index());
      return ("result " + applied.size()).getBytes(UTF_8);
    }

    @Override
    public void putSessions(EntryId last, List<SessionRecord> changed) {
      records.addAll(changed);
      position = last;
    }

    @Override
    public void endBatch() {
      database.applied = List.copyOf(applied);
      database.position = position;
      for (SessionRecord record : records) {
        ByteBuffer key = ByteBuffer.wrap(record.key());
        if (record.isDeleted()) {
          database.sessions.remove(key);
        } else {
          database.sessions.put(key, record.value());
        }
      }
      records.clear();
    }

    @Override
    @SuppressWarnings("ByteBufferBackingArray") // Each wraps the whole array of a key.
    public List<SessionRecord> sessionRecords() {
      List<SessionRecord> all = new ArrayList<>();
      database.sessions.forEach((key, value) -> all.add(SessionRecord.of(key.array(), value)));
      return all;
    }

    @Override
    public byte[] query(byte[] query) {
      return query;
    }

    @Override
    public SnapshotView capture() {
      List<String> captured = List.copyOf(applied);
      return SnapshotView.of(out -> {
        DataOutputStream data = new DataOutputStream(out);
        data.writeInt(captured.size());
        for (String one : captured) {
          data.writeUTF(one);
        }
        data.flush();
      });
    }

    @Override
    public void restore(SnapshotReader snapshot) throws IOException {
      DataInputStream data = new DataInputStream(snapshot.state());
      applied.clear();
      for (int left = data.readInt(); left > 0; left--) {
        applied.add(data.readUTF());
      }
      position = snapshot.lastEntry();
      database.restored++;
    }
  }

  private static RaftNode start(Database database, MemoryLogStore.Contents log) throws Exception {
    return start(database, log, SnapshotNodesTest.OFTEN_IN_GROUPS);
  }

  private static RaftNode start(Database database, MemoryLogStore.Contents log, RaftOptions options)
      throws Exception {
    RaftNode node = RaftNode.builder()
        .id("n1")
        .bootstrap("n1")
        .stateMachine(new Machine(database))
        .logStore(new MemoryLogStore(log))
        .transport(new LocalNetwork().transport())
        .options(options)
        .start();
    node.awaitLeader().get(30, SECONDS);
    return node;
  }

  private static SessionAnswer propose(RaftNode node, byte[] entry) throws Exception {
    return SessionAnswer.decode(node.proposeInSession(entry).get(30, SECONDS));
  }

  @Test
  @DisplayName("trap 46: after a restart, what was applied in a session is answered from memory")
  void trap46_sessionsOfAMachineOnDisk() throws Exception {
    Database database = new Database();
    MemoryLogStore.Contents log = new MemoryLogStore().contents();
    long session;
    byte[] command;
    SessionAnswer first;
    try (RaftNode node = start(database, log)) {
      session = propose(node, SessionEntry.open(60_000)).index();
      command = SessionEntry.command(session, 1, 1, "a".getBytes(UTF_8));
      first = propose(node, command);
      assertThat(new String(first.result(), UTF_8)).isEqualTo("result 1");
    }
    try (RaftNode node = start(database, log)) {
      SessionAnswer again = propose(node, command);
      assertThat(again.index()).isEqualTo(first.index());
      assertThat(again.result()).isEqualTo(first.result());
      try (RaftSession other = node.session()) {
        assertThat(new String(other.propose("b".getBytes(UTF_8)).get(30, SECONDS), UTF_8))
            .isEqualTo("result 2");
      }
    }
    assertThat(database.applied).containsExactly("a", "b");
    assertThat(database.restored).isZero();
  }

  @Test
  @DisplayName("trap 46: a database that was lost gets the sessions with the snapshot")
  void trap46_sessionsComeWithTheSnapshot() throws Exception {
    MemoryLogStore.Contents log = new MemoryLogStore().contents();
    byte[] command;
    SessionAnswer first;
    try (RaftNode node = start(new Database(), log)) {
      long session = propose(node, SessionEntry.open(60_000)).index();
      command = SessionEntry.command(session, 1, 1, "a".getBytes(UTF_8));
      first = propose(node, command);
      for (int i = 0; i < 300; i++) {
        node.propose(("filler " + i).getBytes(UTF_8)).get(30, SECONDS);
      }
      LocalCluster.awaitTrue("a cut log", () -> node.status().snapshots().firstIndex() > 20);
    }
    Database lost = new Database();
    try (RaftNode node = start(lost, log)) {
      SessionAnswer again = propose(node, command);
      assertThat(again.index()).isEqualTo(first.index());
      assertThat(again.result()).isEqualTo(first.result());
    }
    assertThat(lost.restored).isEqualTo(1);
    assertThat(lost.applied).hasSize(301);
    // And from its own records the next time.
    try (RaftNode node = start(lost, log)) {
      assertThat(propose(node, command).index()).isEqualTo(first.index());
    }
    assertThat(lost.applied).hasSize(301);
  }

  @Test
  @DisplayName(
      "a state on disk is not restored from a snapshot of its own that ends with no command")
  void snapshotThatEndsWithoutACommand() throws Exception {
    Database database = new Database();
    MemoryLogStore.Contents log = new MemoryLogStore().contents();
    RaftOptions options = LocalCluster.options()
        .snapshots(SnapshotOptions.builder().maxEntries(1).build())
        .build();
    try (RaftNode node = start(database, log, options)) {
      node.propose("a".getBytes(UTF_8)).get(30, SECONDS);
    }
    // Each term begins with an entry that is no command, and each entry has its snapshot.
    for (int term = 0; term < 3; term++) {
      try (RaftNode node = start(database, log, options)) {
        LocalCluster.awaitTrue(
            "a snapshot of all there is",
            () ->
                node.status().snapshots().last().map(SnapshotStatus.Last::index).orElse(0L)
                    == node.status().lastIndex());
      }
    }
    assertThat(database.applied).containsExactly("a");
    assertThat(database.restored).isZero();
  }

  @Test
  void withoutAPlaceForTheirRecordsThereAreNoSessions() throws Exception {
    OnDiskStateMachine machine = new SnapshotNodesTest.OnDiskAppender();
    try (RaftNode node = RaftNode.builder()
        .id("n1")
        .bootstrap("n1")
        .stateMachine(machine)
        .logStore(new MemoryLogStore())
        .transport(new LocalNetwork().transport())
        .start()) {
      assertThatThrownBy(node::session)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("SessionKeepingStateMachine");
      assertThat(node.proposeInSession(SessionEntry.open(60_000)))
          .failsWithin(30, SECONDS)
          .withThrowableThat()
          .withCauseInstanceOf(SessionsNotKeptException.class);
    }
  }
}
