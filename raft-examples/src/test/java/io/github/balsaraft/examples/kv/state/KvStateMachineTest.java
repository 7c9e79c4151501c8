package io.github.balsaraft.examples.kv.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.examples.kv.state.Answer.Refused;
import io.github.balsaraft.testing.MadeUpCommand;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class KvStateMachineTest {

  private static final Bytes A = Bytes.of("a");
  private static final Bytes B = Bytes.of("b");

  private final KvStateMachine machine = new KvStateMachine();

  @Test
  void operationsOfABatchSeeThoseBeforeThem() {
    List<Answer> answers = apply(
        1000,
        set("a", "1"),
        new Operation.Increment(A, 5),
        new Operation.Get(A),
        new Operation.Append(B, Bytes.of("xy"), 10),
        new Operation.MultiGet(List.of(A, Bytes.of("none"), B)),
        new Operation.Exists(List.of(A, A, Bytes.of("none"))),
        new Operation.Delete(List.of(A, A)),
        new Operation.CountKeys());

    assertThat(answers)
        .containsExactly(
            Answer.Done.DONE,
            new Answer.Count(6),
            new Answer.Value(Bytes.of("6")),
            new Answer.Count(2),
            new Answer.Values(
                List.of(Optional.of(Bytes.of("6")), Optional.empty(), Optional.of(Bytes.of("xy")))),
            new Answer.Count(2),
            new Answer.Count(1),
            new Answer.Count(1));
    assertThat(machine.keys()).isEqualTo(1);
  }

  @Test
  void whatAServerSaysOfItselfIsKnownAndIsNoKey() {
    assertThat(machine.clientAddress("n4")).isEmpty();
    assertThat(apply(1000, announcement("h:1"), new Operation.CountKeys()))
        .containsExactly(Answer.Done.DONE, new Answer.Count(0));
    assertThat(machine.clientAddress("n4")).contains("h:1");
    apply(1000, announcement("h:2"));
    assertThat(machine.clientAddress("n4")).contains("h:2");
    assertThat(machine.clientAddress("n5")).isEmpty();
  }

  private static Operation announcement(String address) {
    return new Operation.Announce(Bytes.of("n4"), Bytes.of(address));
  }

  @Test
  void compareAndSetTakesPlaceOnlyIfTheValueIsEqual() {
    assertThat(apply(1000, ifEqual("old", "new"))).containsExactly(Answer.Nil.NIL);
    assertThat(apply(1000, set("a", "old"), ifEqual("older", "new"), new Operation.Get(A)))
        .endsWith(Answer.Nil.NIL, new Answer.Value(Bytes.of("old")));
    assertThat(apply(1000, ifEqual("old", "new"), new Operation.Get(A)))
        .containsExactly(Answer.Done.DONE, new Answer.Value(Bytes.of("new")));
  }

  @Test
  void whatIsRefusedChangesNothing() {
    List<Answer> answers = apply(
        1000,
        set("a", "text"),
        new Operation.Increment(A, 1),
        set("b", Long.toString(Long.MAX_VALUE)),
        new Operation.Increment(B, 1),
        new Operation.Append(A, Bytes.of("s"), 4),
        new Operation.MultiGet(List.of(A, B)));

    assertThat(answers.get(1)).isEqualTo(new Answer.Refused(Answer.Refusal.NOT_AN_INTEGER));
    assertThat(answers.get(3)).isEqualTo(new Answer.Refused(Answer.Refusal.OVERFLOW));
    assertThat(answers.get(4)).isEqualTo(new Answer.Refused(Answer.Refusal.TOO_LONG));
    assertThat(answers.get(5))
        .isEqualTo(new Answer.Values(List.of(
            Optional.of(Bytes.of("text")), Optional.of(Bytes.of(Long.toString(Long.MAX_VALUE))))));
  }

  /** The bound is in the batch, so that all replicas stop at the same operation. */
  @Test
  void aBatchStopsWhenItsAnswersBecomeTooMany() {
    apply(1000, set("a", "0123456789"));

    List<Answer> answers =
        apply(20, new Operation.Get(A), new Operation.Get(A), new Operation.Get(A), set("a", "no"));

    assertThat(answers).hasSize(1);
    assertThat(apply(20, new Operation.Get(A)))
        .containsExactly(new Answer.Value(Bytes.of("0123456789")));
    assertThat(apply(0, set("b", "1"))).as("answers no value").hasSize(1);
  }

  /** What is executed has to be answered, so that who proposes must have memory for the answer before. */
  @Test
  void anOperationThatMayAnswerMoreThanTheBatchAllowsSaysSoInsteadOfBeingDone() {
    apply(1000, set("a", "0123456789"));
    Operation setAndGet =
        new Operation.Set(A, Bytes.of("no"), Operation.Condition.ALWAYS, Bytes.EMPTY, true);
    Operation several = new Transaction(
        List.of(),
        List.of(set("b", "long"), new Operation.Get(B), new Operation.GetAndDelete(A)),
        100);
    for (Operation operation : List.of(
        setAndGet,
        new Operation.GetAndDelete(A),
        new Operation.Get(A),
        new ExpiryOperation.GetAndExpire(A, Expiry.after(100)))) {
      assertThat(apply(10, operation, set("b", "no")))
          .as("%s", operation)
          .containsExactly(new Answer.NoRoom(11));
      assertThat(apply(11, set("b", "1"), operation)).as("%s", operation).hasSize(1);
    }
    assertThat(apply(14, several)).containsExactly(new Answer.NoRoom(15));
    assertThat(apply(1000, new Operation.Get(A), new Operation.Get(B)))
        .containsExactly(new Answer.Value(Bytes.of("0123456789")), new Answer.Value(Bytes.of("1")));

    assertThat(apply(15, several))
        .containsExactly(new Answer.Several(List.of(
            Answer.Done.DONE,
            new Answer.Value(Bytes.of("long")),
            new Answer.Value(Bytes.of("0123456789")))));
    assertThat(apply(0, new Operation.GetAndDelete(A))).containsExactly(Answer.Nil.NIL);
  }

  /** By what the operations before may have made of a value. */
  @Test
  void theAnswersOfATransactionAreBoundedBeforeItIsExecuted() {
    apply(1000, set("a", "0123456789"));
    Transaction transaction = new Transaction(
        List.of(),
        List.of(
            new Operation.Append(A, Bytes.of("01234"), 100),
            new Operation.Increment(B, 1),
            new Operation.MultiGet(List.of(A, B, Bytes.of("none"))),
            new Operation.MultiSet(List.of(A, B), List.of(Bytes.of("abc"), Bytes.of("de"))),
            new Operation.Get(A),
            new Operation.Get(B)),
        1000);
    int bound = 1 + 3 * 10 + 15 + Decimal.MAX_LENGTH + 3 + 2;
    assertThat(apply(bound - 1, transaction)).containsExactly(new Answer.NoRoom(bound));
    assertThat(apply(bound, transaction)).hasSize(1).doesNotContain(Answer.Nil.NIL);
    Transaction bounded =
        new Transaction(List.of(), Collections.nCopies(50, new Operation.GetAndDelete(A)), 10);
    assertThat(apply(1, bounded)).containsExactly(new Answer.NoRoom(1 + 10 + 3));
  }

  /** They come with the entry, and any client may put one into the log: it would take the memory of every replica. */
  @Test
  void boundsOfAnEntryCountUpToOurOwn() {
    Refused tooLong = new Refused(Answer.Refusal.ANSWERS_TOO_LONG);
    apply(1000, set("a", "x".repeat(1 << 20)));
    Operation[] reads = Collections.nCopies(40, new Operation.Get(A)).toArray(Operation[]::new);
    assertThat(apply(Integer.MAX_VALUE, reads)).hasSize(16);
    assertThat(apply(Integer.MAX_VALUE, new Operation.MultiGet(Collections.nCopies(15, A))))
        .doesNotContain(tooLong);
    assertThat(apply(Integer.MAX_VALUE, new Operation.MultiGet(Collections.nCopies(16, A))))
        .containsExactly(tooLong);
    List<Answer> ofTransaction =
        apply(Integer.MAX_VALUE, new Transaction(List.of(), List.of(reads), Integer.MAX_VALUE));
    assertThat(((Answer.Several) ofTransaction.get(0)).answers())
        .filteredOn(answer -> !answer.equals(tooLong))
        .as("and one value")
        .hasSize(17);
  }

  @Test
  void noValueBecomesLongerThanAnyServerTakes() {
    Keyspace keyspace = new Keyspace(new MemoryKeys());
    Bytes half = Bytes.wrap(new byte[Operation.Append.LARGEST_VALUE_BYTES / 2]);
    Operation append = new Operation.Append(A, half, Integer.MAX_VALUE);
    assertThat(append.applyTo(keyspace)).isEqualTo(new Answer.Count(half.length()));
    assertThat(append.applyTo(keyspace)).isEqualTo(new Answer.Count(2L * half.length()));
    assertThat(new Operation.Append(A, Bytes.of("x"), Integer.MAX_VALUE).applyTo(keyspace))
        .isEqualTo(new Refused(Answer.Refusal.TOO_LONG));
  }

  @Test
  void aQueryReadsAndNeverWrites() {
    apply(1000, set("a", "1"));

    byte[] answers = machine.query(new Batch(List.of(new Operation.Get(A)), 100).encode(0));

    assertThat(Answers.decode(answers)).containsExactly(new Answer.Value(Bytes.of("1")));
    byte[] write = new Batch(List.of(set("a", "2")), 100).encode(0);
    assertThatThrownBy(() -> machine.query(write)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> machine.read(List.of(set("a", "2")), 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(machine.read(List.of(new Operation.Get(A)), 0).answers())
        .containsExactly(new Answer.Value(Bytes.of("1")));
  }

  @Test
  void integersAreReadAsStrictlyAsByRedis() {
    for (String text : List.of("0", "7", "-1", "9223372036854775807", "-9223372036854775808")) {
      assertThat(Decimal.parse(Bytes.of(text))).hasValue(Long.parseLong(text));
    }
    for (String text : List.of(
        "",
        "-",
        "+1",
        "01",
        "-0",
        " 1",
        "1 ",
        "1.0",
        "x",
        "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999",
        "18446744073709551616")) {
      assertThat(Decimal.parse(Bytes.of(text))).as(text).isEqualTo(OptionalLong.empty());
    }
  }

  private List<Answer> apply(int maxAnswerBytes, Operation... operations) {
    byte[] encoded = new Batch(List.of(operations), maxAnswerBytes).encode(0);
    return Answers.decode(machine.apply(new MadeUpCommand(1, 4, 0, encoded)));
  }

  private static Operation set(String key, String value) {
    return new Operation.Set(
        Bytes.of(key), Bytes.of(value), Operation.Condition.ALWAYS, Bytes.EMPTY, false);
  }

  private static Operation ifEqual(String expected, String value) {
    return new Operation.Set(
        A, Bytes.of(value), Operation.Condition.IF_EQUAL, Bytes.of(expected), false);
  }

  /** A client of the library may send what it likes: that must not stop every replica, and again at each start. */
  @Test
  void whatNoVersionWritesIsRefusedAndTheNextIsApplied() {
    byte[] batch = new Batch(List.of(set("a", "1")), 100).encode(10);
    byte[][] garbage = {
      {},
      "SET a 1".getBytes(StandardCharsets.UTF_8),
      Arrays.copyOf(batch, batch.length - 1),
      Arrays.copyOf(batch, batch.length + 1),
      new Batch(List.of(announcement("x".repeat(70_000))), 100).encode(10)
    };
    for (byte[] bytes : garbage) {
      assertThatThrownBy(() -> machine.apply(new MadeUpCommand(1, 4, 1000, bytes)))
          .isInstanceOf(CommandRejectedException.class)
          .hasMessageStartingWith("no batch: ");
    }
    assertThat(apply(1000, set("a", "1"))).containsExactly(Answer.Done.DONE);
    byte[] newer = batch.clone();
    newer[0] = 2;
    assertThatThrownBy(() -> machine.apply(new MadeUpCommand(2, 4, 1000, newer)))
        .as("others may know it")
        .isInstanceOf(FormatException.class);
  }

  @Test
  void readsThatTakeMuchMemoryOrTimeTogetherAreAnsweredInParts() {
    KvStateMachine small = new KvStateMachine(20_000);
    List<Bytes> keys = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      keys.add(Bytes.of("key" + i));
    }
    byte[] batch = new Batch(List.of(new Operation.MultiSet(keys, keys)), 1).encode(64);
    small.apply(new MadeUpCommand(1, 4, 1000, batch));

    Operation all = new SearchOperation.FindKeys(Bytes.of("*"));
    Operation none = new SearchOperation.FindKeys(Bytes.of("x*"));
    Operation page = new SearchOperation.Scan(0, Bytes.of("*"), 1000);
    Operation several = new Operation.MultiGet(keys);
    Operation one = new Operation.Get(keys.get(0));
    assertThat(answers(small, all)).hasSize(1);
    assertThat(answers(small, several)).hasSize(1);
    assertThat(answers(small, page)).hasSize(2);
    assertThat(answers(small, new Transaction(List.of(), List.of(several, one), 1 << 20)))
        .hasSize(1);
    // Values and keys themselves are those of the store.
    assertThat(answers(small, one)).hasSize(1024);
    // Looking takes time, whatever is found.
    assertThat(answers(new KvStateMachine(), none)).hasSize(1024);
    assertThat(answers(small, none)).hasSize(101);
  }

  private static List<Answer> answers(KvStateMachine machine, Operation read) {
    return machine.read(Collections.nCopies(1024, read), 1000).answers();
  }
}
