package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.SessionKeepingStateMachine;
import io.github.balsaraft.api.SessionRecord;
import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.testing.EchoMachine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Clients are gone, and nobody uses a session any more: those there are expire with whatever entries go on. */
class SessionExpiryTest {

  private static final long TIMEOUT_MILLIS = 60_000;
  private static final long BEGIN_MILLIS = 1_000;

  private boolean mayGoOn = true;
  private long lastIndex;

  /** Stops after a command that says so. */
  private class Machine extends EchoMachine {
    @Override
    public byte[] apply(Command command) {
      if (new String(command.bytes(), UTF_8).equals("stop")) {
        mayGoOn = false;
      }
      return super.apply(command);
    }
  }

  private final class Keeper extends Machine implements SessionKeepingStateMachine {
    final List<SessionRecord> put = new ArrayList<>();
    EntryId last = EntryId.NONE;

    @Override
    public EntryId appliedEntry() {
      return EntryId.NONE;
    }

    @Override
    public void putSessions(EntryId lastEntry, List<SessionRecord> records) {
      last = lastEntry;
      put.addAll(records);
    }

    @Override
    public List<SessionRecord> sessionRecords() {
      return List.of();
    }

    @Override
    public void endBatch() {
      // Nothing is written.
    }

    @Override
    public SnapshotView capture() {
      throw new AssertionError("no snapshot is taken");
    }

    @Override
    public void restore(SnapshotReader snapshot) {
      throw new AssertionError("none is restored");
    }
  }

  private EntryApplier applier(StateMachine machine) {
    lastIndex = 0;
    mayGoOn = true;
    return new EntryApplier(
        GroupId.DEFAULT,
        machine,
        new MemoryLogStore(),
        0,
        1 << 20,
        new Unheard(),
        () -> mayGoOn,
        () -> false);
  }

  private static final class Unheard implements EntryApplier.Results {
    @Override
    public void applied(long index, byte[] result) {
      // Nobody waits here.
    }

    @Override
    public void rejected(long index, CommandRejectedException rejection) {
      throw new AssertionError(rejection);
    }
  }

  private void apply(EntryApplier applier, EntryType type, long logTimeMillis, byte[]... entries)
      throws Exception {
    Payloads payloads = new Payloads(type, entries.length);
    for (byte[] entry : entries) {
      payloads.add(entry, Payloads.checksum(entry));
    }
    EntryBatch batch = payloads.place(new EntryId(1, lastIndex + 1), logTimeMillis);
    lastIndex = batch.lastIndex();
    applier.committed(lastIndex, applier.keepWithinBudget(List.of(batch)));
    applier.applySlice();
  }

  private void open(EntryApplier applier) throws Exception {
    apply(applier, EntryType.SESSION, BEGIN_MILLIS, SessionEntry.open(TIMEOUT_MILLIS));
    assertThat(applier.sessionsStatus().open()).isEqualTo(1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  @DisplayName("a session expires with a command that belongs to none")
  void withCommands() throws Exception {
    EntryApplier applier = applier(new Machine());
    open(applier);
    apply(applier, EntryType.COMMAND, BEGIN_MILLIS + TIMEOUT_MILLIS, bytes("a"), bytes("b"));
    assertThat(applier.sessionsStatus().open()).isEqualTo(1);
    apply(applier, EntryType.COMMAND, BEGIN_MILLIS + TIMEOUT_MILLIS + 1, bytes("c"));
    assertThat(applier.sessionsStatus().open()).isZero();
    assertThat(applier.sessions().isEmpty()).isTrue();
  }

  @Test
  @DisplayName("a session expires with the first entry of a new leader")
  void withoutCommands() throws Exception {
    EntryApplier applier = applier(new Machine());
    open(applier);
    apply(applier, EntryType.NO_OP, BEGIN_MILLIS + TIMEOUT_MILLIS + 1, new byte[0]);
    assertThat(applier.sessionsStatus().open()).isZero();
  }

  @Test
  @DisplayName(
      "which sessions there are depends on the entries that were applied, not on their batches")
  void whateverTheBatches() throws Exception {
    long late = BEGIN_MILLIS + TIMEOUT_MILLIS + 1;
    EntryApplier stopped = applier(new Machine());
    open(stopped);
    apply(stopped, EntryType.COMMAND, late, bytes("stop"), bytes("b"));
    assertThat(stopped.appliedIndex()).isEqualTo(2);
    EntryApplier single = applier(new Machine());
    open(single);
    apply(single, EntryType.COMMAND, late, bytes("a"));
    assertThat(single.appliedIndex()).isEqualTo(2);
    assertThat(stopped.sessions().capture().encode())
        .isEqualTo(single.sessions().capture().encode())
        .isEqualTo(new SessionTable().capture().encode());
  }

  @Test
  @DisplayName("a machine that keeps the records is told with the batch in which they expire")
  void withRecords() throws Exception {
    Keeper keeper = new Keeper();
    EntryApplier applier = applier(keeper);
    open(applier);
    keeper.put.clear();
    apply(applier, EntryType.COMMAND, BEGIN_MILLIS + TIMEOUT_MILLIS + 1, bytes("a"));
    assertThat(keeper.put).hasSize(1).allMatch(SessionRecord::isDeleted);
    assertThat(keeper.last).isEqualTo(new EntryId(1, 2));
  }

  @Test
  @DisplayName("a machine that keeps the records is told of what has expired without a command")
  void withRecordsAndWithoutCommands() throws Exception {
    Keeper keeper = new Keeper();
    EntryApplier applier = applier(keeper);
    open(applier);
    keeper.put.clear();
    apply(applier, EntryType.NO_OP, BEGIN_MILLIS + TIMEOUT_MILLIS + 1, new byte[0]);
    apply(applier, EntryType.COMMAND, BEGIN_MILLIS + TIMEOUT_MILLIS + 1, bytes("a"));
    assertThat(keeper.put).hasSize(1).allMatch(SessionRecord::isDeleted);
    assertThat(keeper.last).isEqualTo(new EntryId(1, 3));
  }
}
