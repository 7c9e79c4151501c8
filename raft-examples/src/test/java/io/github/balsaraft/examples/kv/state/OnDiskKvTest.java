package io.github.balsaraft.examples.kv.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.SessionRecord;
import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.testing.MadeUpCommand;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The key-value store on disk beside the one in memory: the same answers, also after restarts, crashes and snapshots. */
class OnDiskKvTest {

  private static final int KEYS = 12;

  @TempDir
  private Path folder;

  private int folders;

  private Path newFolder() {
    return folder.resolve(Integer.toString(++folders));
  }

  /** Random batches with deadlines, at indexes and times that go on in steps. */
  private static List<MadeUpCommand> commands(Random random, int count) {
    List<MadeUpCommand> commands = new ArrayList<>();
    long index = 0;
    long logTimeMillis = 1_000_000;
    for (int i = 0; i < count; i++) {
      index += 1 + random.nextInt(2);
      logTimeMillis += random.nextInt(30);
      List<Operation> operations = new ArrayList<>();
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        operations.add(operation(random, i));
      }
      commands.add(
          new MadeUpCommand(index, 4, logTimeMillis, new Batch(operations, 10_000).encode(64)));
    }
    return commands;
  }

  private static Operation operation(Random random, int at) {
    Bytes key = Bytes.of("key" + random.nextInt(KEYS));
    return switch (random.nextInt(9)) {
      case 0, 1 ->
        new Operation.Set(
            key,
            Bytes.of(at),
            Operation.Condition.ALWAYS,
            Bytes.EMPTY,
            true,
            random.nextBoolean() ? Expiry.after(1 + random.nextInt(200)) : Expiry.NEVER);
      case 2 -> new Operation.Increment(key, 7);
      case 3 -> new Operation.GetAndDelete(key);
      case 4 ->
        new ExpiryOperation.Expire(
            key, Expiry.after(1 + random.nextInt(300)), ExpiryOperation.Unless.NOTHING);
      case 5 -> new ExpiryOperation.Persist(key);
      case 6 -> new Operation.Announce(Bytes.of("n" + random.nextInt(3)), Bytes.of(at));
      case 7 ->
        new Transaction(
            List.of(new Transaction.Watched(key, random.nextInt(5))),
            List.of(new Operation.Get(key), new Operation.Delete(List.of(key)), all()),
            10_000);
      default -> new SearchOperation.Scan(0, Bytes.of("*"), 1 + random.nextInt(5));
    };
  }

  private static Operation all() {
    return new SearchOperation.FindKeys(Bytes.of("*"));
  }

  /** All that can be seen of a state. */
  private static List<Object> seen(KvStateMachine machine) {
    List<Operation> reads = new ArrayList<>(List.of(all(), new Operation.CountKeys()));
    for (int i = 0; i < KEYS; i++) {
      Bytes key = Bytes.of("key" + i);
      reads.add(new Operation.Get(key));
      reads.add(new Transaction.Versions(List.of(key)));
      reads.add(new ExpiryOperation.TimeToLive(key, ExpiryOperation.TimeForm.AT_MILLIS));
    }
    List<Object> seen =
        new ArrayList<>(machine.read(reads, machine.logTimeMillis()).answers());
    seen.add(machine.keys());
    seen.add(machine.expiringKeys());
    seen.add(machine.nextDeadlineMillis());
    seen.add(machine.logTimeMillis());
    for (int i = 0; i < 3; i++) {
      seen.add(machine.clientAddress("n" + i));
    }
    return seen;
  }

  private static KvStateMachine inMemory(List<MadeUpCommand> commands, long toIndex) {
    KvStateMachine machine = new KvStateMachine();
    for (MadeUpCommand command : commands) {
      if (command.index() <= toIndex) {
        machine.apply(command);
      }
    }
    return machine;
  }

  private static SessionRecord record(long number) {
    byte[] key = new byte[16];
    key[7] = (byte) number;
    return SessionRecord.of(key, new byte[] {(byte) number});
  }

  @Test
  void answersAndStatesAreThoseOfTheOneInMemory() {
    for (int seed = 1; seed <= 10; seed++) {
      Random random = new Random(seed);
      KvStateMachine memory = new KvStateMachine();
      Path path = newFolder();
      OnDiskKvStateMachine disk = OnDiskKvStateMachine.open(path);
      for (MadeUpCommand command : commands(random, 300)) {
        assertThat(disk.apply(command))
            .as("seed %s, index %s", seed, command.index())
            .isEqualTo(memory.apply(command));
        if (random.nextInt(5) == 0) {
          disk.endBatch();
          assertThat(seen(disk)).as("seed %s", seed).isEqualTo(seen(memory));
          assertThat(disk.appliedEntry()).isEqualTo(new EntryId(4, command.index()));
          if (random.nextInt(8) == 0) {
            disk.close();
            disk = OnDiskKvStateMachine.open(path);
            assertThat(seen(disk)).as("opened again, seed %s", seed).isEqualTo(seen(memory));
            assertThat(disk.appliedEntry()).isEqualTo(new EntryId(4, command.index()));
          }
        }
      }
      disk.close();
    }
  }

  @Test
  @DisplayName(
      "trap 46: what a crash leaves is of one moment: keys, deadlines, sessions and the entry")
  void trap46_whatACrashLeavesIsOfOneMoment() throws IOException {
    Random random = new Random(1);
    List<MadeUpCommand> commands = commands(random, 400);
    Path path = newFolder();
    List<Long> positions = new ArrayList<>();
    try (OnDiskKvStateMachine disk = OnDiskKvStateMachine.open(path)) {
      for (MadeUpCommand command : commands) {
        disk.apply(command);
        if (random.nextInt(4) == 0) {
          disk.putSessions(
              new EntryId(command.term(), command.index()), List.of(record(command.index() % 100)));
          disk.endBatch();
        }
        if (random.nextInt(40) == 0) {
          disk.endBatch();
          // Writes out what is in memory, as happens by itself with more of it.
          disk.capture().close();
        }
        if (random.nextInt(40) == 0) {
          Path copy = copyOf(path);
          try (OnDiskKvStateMachine left = OnDiskKvStateMachine.open(copy)) {
            long index = left.appliedEntry().index();
            positions.add(index);
            assertThat(index).isLessThanOrEqualTo(command.index());
            assertThat(seen(left)).isEqualTo(seen(inMemory(commands, index)));
          }
        }
      }
    }
    assertThat(positions).anyMatch(index -> index > 0).hasSizeGreaterThan(3);
  }

  /** What a killed process leaves. */
  private Path copyOf(Path path) throws IOException {
    Path copy = newFolder();
    KvDisk.copy(path, copy);
    return copy;
  }

  @Test
  void aSnapshotIsTheStateOfItsMomentAndReplacesWhatWasThere() throws IOException {
    List<MadeUpCommand> commands = commands(new Random(2), 200);
    Map<String, byte[]> files = new LinkedHashMap<>();
    long captured = commands.get(99).index();
    try (OnDiskKvStateMachine source = OnDiskKvStateMachine.open(newFolder())) {
      for (MadeUpCommand command : commands.subList(0, 100)) {
        source.apply(command);
      }
      source.putSessions(new EntryId(4, captured), List.of(record(5)));
      source.endBatch();
      try (SnapshotView view = source.capture()) {
        for (MadeUpCommand command : commands.subList(100, 200)) {
          source.apply(command);
        }
        source.endBatch();
        Map<String, ByteArrayOutputStream> written = new LinkedHashMap<>();
        view.writeTo(name -> written.computeIfAbsent(name, same -> new ByteArrayOutputStream()));
        written.forEach((name, bytes) -> files.put(name, bytes.toByteArray()));
      }
    }
    assertThat(files).containsKey("CURRENT");
    Path path = newFolder();
    try (OnDiskKvStateMachine target = OnDiskKvStateMachine.open(path)) {
      target.apply(commands.get(0));
      target.putSessions(new EntryId(4, 1), List.of(record(9)));
      target.endBatch();
      assertThat(target.owner()).isNull();
      target.claim(new byte[] {1, 2});
      target.restore(reader(files, captured + 1));
      assertThat(seen(target)).isEqualTo(seen(inMemory(commands, captured)));
      assertThat(target.sessionRecords()).containsExactly(record(5));
      assertThat(target.appliedEntry()).isEqualTo(new EntryId(4, captured + 1));
      for (MadeUpCommand command : commands.subList(100, 200)) {
        target.apply(command);
      }
      target.endBatch();
    }
    try (OnDiskKvStateMachine again = OnDiskKvStateMachine.open(path)) {
      assertThat(again.owner()).isEqualTo(new byte[] {1, 2});
      assertThat(seen(again)).isEqualTo(seen(inMemory(commands, Long.MAX_VALUE)));
    }
  }

  @Test
  void filesThatNoDatabaseHasAreRefused() {
    try (OnDiskKvStateMachine machine = OnDiskKvStateMachine.open(newFolder())) {
      assertThatThrownBy(() -> machine.restore(reader(Map.of("../outside", new byte[1]), 5)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("../outside");
      assertThatThrownBy(() -> machine.restore(reader(Map.of("state", new byte[1]), 5)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("--engine");
    }
    assertThatThrownBy(() ->
            new KvStateMachine().restore(reader(Map.of("CURRENT", new byte[1]), 5)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("--engine");
  }

  /** What it is about to restore would be taken away from it. */
  @Test
  void aSecondOneIsRefusedBeforeItTouchesAnything() throws IOException {
    Path path = newFolder();
    try (OnDiskKvStateMachine first = OnDiskKvStateMachine.open(path)) {
      Path file = Files.createDirectories(path.resolve("incoming")).resolve("000009.sst");
      Files.writeString(file, "what it restores");
      for (int attempt = 0; attempt < 2; attempt++) {
        assertThatThrownBy(() -> OnDiskKvStateMachine.open(path))
            .isInstanceOf(UncheckedIOException.class)
            .hasMessageContaining("in use by a running process");
      }
      assertThat(file).hasContent("what it restores");
      assertThat(path.resolve("checkpoints")).exists();
      assertThat(first.appliedEntry()).isEqualTo(EntryId.NONE);
    }
    OnDiskKvStateMachine.open(path).close();
  }

  @Test
  void afterItsEndItIsNotUsed() {
    OnDiskKvStateMachine machine = OnDiskKvStateMachine.open(newFolder());
    machine.close();
    machine.close();
    assertThatThrownBy(() -> seen(machine))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  private static SnapshotReader reader(Map<String, byte[]> files, long index) {
    return new SnapshotReader() {
      @Override
      public EntryId lastEntry() {
        return new EntryId(4, index);
      }

      @Override
      public List<String> files() {
        return List.copyOf(files.keySet());
      }

      @Override
      public InputStream file(String name) throws IOException {
        byte[] bytes = files.get(name);
        if (bytes == null) {
          throw new IOException("no file " + name);
        }
        return new ByteArrayInputStream(bytes);
      }
    };
  }
}
