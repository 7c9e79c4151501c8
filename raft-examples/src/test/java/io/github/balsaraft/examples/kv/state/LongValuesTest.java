package io.github.balsaraft.examples.kv.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.balsaraft.examples.kv.state.Answer.Refused;
import io.github.balsaraft.testing.MadeUpCommand;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Long values on a disk are read when they are answered, and no more of them than may be: one client must not stop every replica. */
class LongValuesTest {

  private static final int LENGTH = 8 << 20;
  private static final Bytes KEY = Bytes.of("k");
  private static final Refused TOO_LONG = new Refused(Answer.Refusal.ANSWERS_TOO_LONG);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir
  private Path folder;

  private OnDiskKvStateMachine machine;
  private long index;

  @BeforeEach
  void setOneLongValue() {
    machine = OnDiskKvStateMachine.open(folder);
    apply(new Operation.Set(KEY, value(LENGTH), Operation.Condition.ALWAYS, Bytes.EMPTY, false));
    machine.endBatch();
  }

  @AfterEach
  void close() {
    machine.close();
  }

  private static Bytes value(int length) {
    byte[] value = new byte[length];
    value[length - 1] = 1;
    return Bytes.wrap(value);
  }

  private List<Answer> apply(Operation... operations) {
    byte[] batch = new Batch(List.of(operations), Integer.MAX_VALUE).encode(64);
    return Answers.decode(machine.apply(new MadeUpCommand(++index, 4, index, batch)));
  }

  private static long allocatedBytes() {
    return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  private static Operation[] times(int count, Operation operation) {
    return Collections.nCopies(count, operation).toArray(Operation[]::new);
  }

  @Test
  @DisplayName("a transaction reads no more long values than it answers")
  void aTransactionReadsWhatItAnswers() {
    Operation write = new Operation.Increment(Bytes.of("x"), 1);
    Operation many = new Operation.MultiGet(Collections.nCopies(10_000, KEY));
    List<Operation> operations = new ArrayList<>(List.of(write, many));
    operations.addAll(Collections.nCopies(1_000, new Operation.Get(KEY)));
    operations.addAll(Collections.nCopies(1_000, new Operation.MultiGet(List.of(KEY, KEY))));
    long before = allocatedBytes();
    List<Answer> answers = apply(new Transaction(List.of(), operations, Integer.MAX_VALUE));
    // Two values and the one that exceeds the bound: read, written out, and decoded here.
    assertThat(allocatedBytes() - before).isLessThan(20L * LENGTH);
    List<Answer> each = ((Answer.Several) answers.get(0)).answers();
    assertThat(each).hasSize(2_002);
    assertThat(each.get(1)).isEqualTo(TOO_LONG);
    assertThat(each).filteredOn(Answer.Value.class::isInstance).hasSize(3);
  }

  @Test
  @DisplayName("what an entry reads of several long values is bounded before it is read")
  void anEntryReadsWhatItAnswers() {
    long before = allocatedBytes();
    assertThat(apply(new Operation.MultiGet(Collections.nCopies(10_000, KEY))))
        .containsExactly(TOO_LONG);
    assertThat(allocatedBytes() - before).isLessThan(4L * LENGTH);
  }

  @Test
  @DisplayName("reads of long values that come together are answered in parts")
  void readsAreAnsweredInParts() {
    List<Operation> reads = List.of(times(1024, new Operation.Get(KEY)));
    long before = allocatedBytes();
    List<Answer> answers = machine.read(reads, 0).answers();
    assertThat(allocatedBytes() - before).isLessThan(20L * LENGTH);
    assertThat(answers).hasSizeBetween(1, 9).containsOnly(new Answer.Value(value(LENGTH)));
    assertThat(machine
            .read(List.of(new Operation.MultiGet(Collections.nCopies(10_000, KEY))), 0)
            .answers())
        .containsExactly(TOO_LONG);
    assertThat(
            machine.read(List.of(new Operation.MultiGet(List.of(KEY, KEY))), 0).answers())
        .containsExactly(
            new Answer.Values(List.of(Optional.of(value(LENGTH)), Optional.of(value(LENGTH)))));
  }

  @Test
  @DisplayName("what needs no value reads none, and a deadline is changed without it")
  void valuesThatNobodyNeedsAreNotRead() {
    long before = allocatedBytes();
    List<Answer> answers = apply(
        new Operation.Exists(List.of(KEY, KEY)),
        new Operation.Length(KEY),
        new Transaction.Versions(List.of(KEY)),
        new Operation.RefuseIfPresent(KEY, Answer.Refusal.INVALID_EXPIRE),
        new SearchOperation.FindKeys(Bytes.of("*")),
        new SearchOperation.Scan(0, Bytes.of("*"), 10),
        new Operation.Increment(KEY, 1),
        new ExpiryOperation.Expire(KEY, Expiry.after(50), ExpiryOperation.Unless.NOTHING),
        new ExpiryOperation.TimeToLive(KEY, ExpiryOperation.TimeForm.MILLIS_LEFT),
        new ExpiryOperation.Persist(KEY));
    assertThat(machine.read(List.of(new Operation.Length(KEY)), 1).answers())
        .containsExactly(new Answer.Count(LENGTH));
    assertThat(allocatedBytes() - before).isLessThan(LENGTH / 2);
    assertThat(answers)
        .containsExactly(
            new Answer.Count(2),
            new Answer.Count(LENGTH),
            new Answer.Several(List.of(new Answer.Count(1))),
            new Refused(Answer.Refusal.INVALID_EXPIRE),
            new Answer.Values(List.of(Optional.of(KEY))),
            new Answer.Page(0, List.of(KEY)),
            new Refused(Answer.Refusal.NOT_AN_INTEGER),
            new Answer.Count(1),
            new Answer.Count(50),
            new Answer.Count(1));
  }

  /** Around the length from which on a value is apart from its key; each changes what the one before it has left. */
  @Test
  @DisplayName(
      "values of any length are answered as from memory, by whatever changes or removes them too")
  void answersAreThoseOfTheStoreInMemory() throws IOException {
    KvStateMachine memory = new KvStateMachine();
    List<Integer> lengths = List.of(1, 1024, 1025, 3, 2000, 3000, 1024, 1025);
    for (int at = 0; at < 200; at++) {
      Bytes key = Bytes.of("key" + at % 3);
      Bytes value = value(lengths.get(at % lengths.size()));
      Operation operation = switch (at % 11) {
        case 0 -> new ExpiryOperation.GetAndExpire(key, Expiry.at(1));
        case 1, 2, 3 ->
          new Operation.Set(key, value, Operation.Condition.ALWAYS, Bytes.EMPTY, true);
        case 4 -> new Operation.Append(key, Bytes.wrap(new byte[] {5}), 10_000);
        case 5 -> new Operation.Set(key, Bytes.EMPTY, Operation.Condition.IF_EQUAL, value, true);
        case 6 -> new ExpiryOperation.GetAndExpire(key, Expiry.after(2));
        case 7 -> new ExpiryOperation.Persist(key);
        case 8 -> new Operation.MultiSet(List.of(key), List.of(value));
        case 9 -> new Operation.GetAndDelete(key);
        default ->
          new ExpiryOperation.Expire(key, Expiry.after(30), ExpiryOperation.Unless.NOTHING);
      };
      byte[] batch = new Batch(List.of(operation, new Operation.Get(key)), 1 << 20).encode(64);
      MadeUpCommand command = new MadeUpCommand(++index, 4, 1_000 + at, batch);
      assertThat(machine.apply(command)).as("step %s", at).isEqualTo(memory.apply(command));
      if (at % 5 == 0) {
        machine.endBatch();
      }
    }
    apply(new Operation.Delete(List.of(KEY, Bytes.of("key0"), Bytes.of("key1"), Bytes.of("key2"))));
    machine.endBatch();
    machine.close();
    List<Byte> left = new ArrayList<>();
    try (KeyDatabase database = new KeyDatabase(folder)) {
      database.walk(new byte[0], (key, value) -> left.add(key[0]));
    }
    assertThat(left)
        .as("no value is left without its key")
        .containsOnlyOnce((byte) 'm')
        .containsOnly((byte) 'm', (byte) 'g');
  }

  @Test
  @DisplayName("a value that is changed again and again is once in the open batch, or a few times")
  void overwrittenValuesAreDropped() throws IOException {
    machine.close();
    try (KeyDatabase database = new KeyDatabase(folder)) {
      byte[] key = {'x'};
      byte[] gone = {'y'};
      database.put(gone, key);
      database.write();
      database.delete(gone);
      for (int i = 1; i <= 40; i++) {
        database.put(key, value(LENGTH - i).array());
        assertThat(database.batchBytes()).isLessThan(20L * LENGTH);
      }
      assertThat(database.get(key)).isEqualTo(value(LENGTH - 40).array());
      assertThat(database.get(gone)).isNull();
      database.write();
      assertThat(database.get(key)).hasSize(LENGTH - 40);
      assertThat(database.get(gone)).isNull();
    }
  }

  @Test
  @DisplayName(
      "what an entry writes anew of long values is bounded, and is written before there is more")
  void appendsAreBounded() {
    int keys = 20;
    for (int i = 0; i < keys; i++) {
      apply(new Operation.Set(
          Bytes.of("k" + i), value(LENGTH), Operation.Condition.ALWAYS, Bytes.EMPTY, false));
      machine.endBatch();
    }
    List<Operation> appends = new ArrayList<>();
    for (int i = 0; i < keys; i++) {
      appends.add(new Operation.Append(Bytes.of("k" + i), Bytes.of("x"), 2 * LENGTH));
    }
    assertThat(machine.isBatchFull()).isFalse();
    List<Answer> answers = apply(appends.toArray(Operation[]::new));
    int most = Batch.MOST_REWRITTEN_BYTES / LENGTH;
    assertThat(answers).hasSize(most).containsOnly(new Answer.Count(LENGTH + 1));
    assertThat(machine.isBatchFull()).isTrue();
    machine.endBatch();
    assertThat(machine.isBatchFull()).isFalse();
    List<Answer> together = apply(new Transaction(List.of(), appends, Integer.MAX_VALUE));
    assertThat(((Answer.Several) together.get(0)).answers())
        .hasSize(keys)
        .endsWith(new Refused(Answer.Refusal.TOO_MUCH_REWRITTEN))
        .filteredOn(Answer.Count.class::isInstance)
        .hasSize(most);
  }
}
