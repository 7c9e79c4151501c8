package io.github.balsaraft.examples.kv.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.state.Answer.Count;
import io.github.balsaraft.examples.kv.state.Answer.Refused;
import io.github.balsaraft.examples.kv.state.Answer.Several;
import io.github.balsaraft.examples.kv.state.Answer.Value;
import io.github.balsaraft.examples.kv.state.ExpiryOperation.Expire;
import io.github.balsaraft.examples.kv.state.ExpiryOperation.Unless;
import io.github.balsaraft.examples.kv.state.Operation.Condition;
import io.github.balsaraft.examples.kv.state.Transaction.Versions;
import io.github.balsaraft.examples.kv.state.Transaction.Watched;
import io.github.balsaraft.testing.MadeUpCommand;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TransactionTest {

  private static final Bytes A = Bytes.of("a");
  private static final Bytes B = Bytes.of("b");

  private final KvStateMachine machine = new KvStateMachine();
  private long index = 40;
  private long logTimeMillis = 1_000;

  @Test
  @DisplayName("all answers come together, and one refusal doesn't undo the others")
  void answersOfAll() {
    Answer answer = apply(new Transaction(
        List.of(), List.of(set(A, "x"), new Operation.Increment(A, 1), new Operation.Get(A)), 100));
    assertThat(answer)
        .isEqualTo(new Several(List.of(
            Answer.Done.DONE,
            new Refused(Answer.Refusal.NOT_AN_INTEGER),
            new Value(Bytes.of("x")))));
  }

  @Test
  @DisplayName(
      "any change of a watched key is noticed, also one to the same value, of the deadline, and by time")
  void changesAreNoticed() {
    List<Operation> changes = List.of(
        set(A, "1"),
        new Operation.Increment(A, 0),
        new Operation.Append(A, Bytes.EMPTY, 100),
        new Expire(A, Expiry.after(50_000), Unless.NOTHING),
        new Operation.Delete(List.of(A)),
        new Expire(A, Expiry.after(-1), Unless.NOTHING));
    for (Operation change : changes) {
      apply(set(A, "1"));
      List<Watched> watched = watch(A, B);
      apply(change);
      assertThat(apply(new Transaction(watched, List.of(set(B, "done")), 100)))
          .as(change.toString())
          .isEqualTo(Answer.Nil.NIL);
      assertThat(apply(new Operation.Get(B))).isEqualTo(Answer.Nil.NIL);
    }
    apply(set(A, "1"), new Expire(A, Expiry.after(100), Unless.NOTHING));
    List<Watched> watched = watch(A);
    logTimeMillis += 100;
    assertThat(apply(new Transaction(watched, List.of(set(B, "done")), 100)))
        .isEqualTo(Answer.Nil.NIL);
  }

  @Test
  @DisplayName("what doesn't change a watched key doesn't prevent the transaction")
  void otherThingsAreNotNoticed() {
    apply(set(A, "x"));
    List<Watched> watched = watch(A, B);
    apply(
        set(Bytes.of("c"), "1"),
        new Operation.Increment(A, 1),
        new Operation.Get(A),
        new Operation.Delete(List.of(B)),
        new Expire(A, Expiry.after(5), new Unless(false, true, false, false)));
    assertThat(apply(new Transaction(watched, List.of(set(B, "done")), 100)))
        .isEqualTo(new Several(List.of(Answer.Done.DONE)));
  }

  @Test
  @DisplayName("a key that was deleted and set again is another one")
  void versionsAreNotReused() {
    apply(set(A, "1"));
    List<Watched> watched = watch(A);
    apply(new Operation.Delete(List.of(A)));
    apply(set(A, "1"));
    assertThat(apply(new Transaction(watched, List.of(), 100))).isEqualTo(Answer.Nil.NIL);
  }

  @Test
  @DisplayName("a key that was absent, and is again, has changed if it was there meanwhile")
  void comingAndGoingIsNoticed() {
    Operation past =
        new Operation.Set(A, Bytes.of("1"), Condition.ALWAYS, Bytes.EMPTY, false, Expiry.after(-1));
    List<List<Operation>> lives = List.of(
        List.of(set(A, "1"), new Operation.Delete(List.of(A))),
        List.of(set(A, "1"), new Operation.GetAndDelete(A)),
        List.of(set(A, "1"), new Expire(A, Expiry.after(-1), Unless.NOTHING)),
        List.of(past),
        List.of(new Transaction(
            List.of(), List.of(set(A, "1"), new Operation.Delete(List.of(A))), 100)));
    for (List<Operation> life : lives) {
      List<Watched> watched = watch(A);
      life.forEach(this::apply);
      assertThat(apply(new Transaction(watched, List.of(set(B, "done")), 100)))
          .as(life.toString())
          .isEqualTo(Answer.Nil.NIL);
    }
    List<Watched> watched = watch(A);
    apply(new Operation.Delete(List.of(A)), new Operation.GetAndDelete(A));
    assertThat(apply(new Transaction(watched, List.of(set(B, "done")), 100)))
        .as("there was nothing to delete")
        .isEqualTo(new Several(List.of(Answer.Done.DONE)));
  }

  @Test
  @DisplayName(
      "a key that was absent, and has come and expired, has changed, also while it is still to be removed")
  void expiryOfNewKeysIsNoticed() {
    List<Watched> watched = watch(A);
    int many = 3 * Keyspace.MAX_REMOVED_PER_ENTRY;
    // The deadlines before that of the key: it is removed two entries later than those.
    for (int i = 0; i < many; i++) {
      apply(set(Bytes.of("other" + i), "1", 100));
    }
    apply(set(A, "1", 101));
    List<Watched> present = watch(A);
    logTimeMillis += 101;
    for (int entry = 0; entry < 5; entry++) {
      for (List<Watched> each : List.of(watched, present)) {
        assertThat(apply(new Transaction(each, List.of(set(B, "done")), 100)))
            .as("entry %s", entry)
            .isEqualTo(Answer.Nil.NIL);
      }
    }
    assertThat(machine.keys()).isZero();
  }

  @Test
  @DisplayName("deletions are remembered in bounded space, and only in their own group of keys")
  void deletionsOfOthersAreRarelyNoticed() {
    int unchanged = 0;
    int rounds = 200;
    for (int i = 0; i < rounds; i++) {
      List<Watched> watched = watch(Bytes.of("absent" + i));
      Bytes other = Bytes.of("other" + i);
      apply(set(other, "1"), new Operation.Delete(List.of(other)));
      unchanged += apply(new Transaction(watched, List.of(), 100)) instanceof Several ? 1 : 0;
    }
    assertThat(unchanged).isGreaterThanOrEqualTo(rounds - 1);
  }

  @Test
  @DisplayName(
      "the answers of a transaction are bounded: reads are refused, and writes that answer values aren't done")
  void answersAreBounded() {
    apply(set(A, "0123456789"), set(B, "0123456789"));
    Several answers = (Several) apply(new Transaction(
        List.of(),
        List.of(
            new Operation.Get(A),
            new Operation.MultiGet(List.of(A)),
            new Operation.GetAndDelete(A),
            new Operation.Get(B),
            new Operation.GetAndDelete(B),
            new Operation.Exists(List.of(A, B))),
        15));
    Refused tooLong = new Refused(Answer.Refusal.ANSWERS_TOO_LONG);
    Value value = new Value(Bytes.of("0123456789"));
    assertThat(answers.answers())
        .containsExactly(value, tooLong, value, tooLong, tooLong, new Count(1));
    assertThat(apply(new Operation.Get(B))).isEqualTo(value);
  }

  @Test
  @DisplayName(
      "the value that exceeds the bound is answered, whatever its length; what is behind it isn't")
  void oneValueMayBeLonger() {
    apply(set(A, "0123456789"), set(B, "0123456789"));
    Value value = new Value(Bytes.of("0123456789"));
    Refused tooLong = new Refused(Answer.Refusal.ANSWERS_TOO_LONG);
    Several answers = (Several) apply(new Transaction(
        List.of(), List.of(set(B, "x"), new Operation.Get(A), new Operation.Get(B)), 9));
    assertThat(answers.answers()).containsExactly(Answer.Done.DONE, value, tooLong);
    Several shortOneBefore = (Several) apply(new Transaction(
        List.of(), List.of(new Operation.Get(B), new Operation.Get(A), new Operation.Get(B)), 9));
    assertThat(shortOneBefore.answers()).containsExactly(new Value(Bytes.of("x")), value, tooLong);
  }

  @Test
  @DisplayName(
      "the keys that one transaction, or one entry, looks at are bounded, and a transaction beyond that does nothing")
  void searchesAreBounded() {
    List<Bytes> keys = new ArrayList<>();
    for (int i = 0; i <= Batch.MOST_LOOKS / 2; i++) {
      keys.add(Bytes.of("k" + i));
    }
    apply(new Operation.MultiSet(keys, keys));
    Operation search = new SearchOperation.FindKeys(Bytes.of("none"));
    assertThat(apply(new Transaction(List.of(), List.of(set(B, "done"), search, search), 100)))
        .isEqualTo(new Refused(Answer.Refusal.TOO_MANY_LOOKS));
    assertThat(apply(new Operation.Get(B))).isEqualTo(Answer.Nil.NIL);
    assertThat(apply(new Transaction(List.of(), List.of(set(B, "done"), search), 100)))
        .isInstanceOf(Several.class);

    Transaction reads = new Transaction(List.of(), List.of(search), 100);
    List<Operation> many = List.of(reads, search, reads, search);
    assertThat(machine.read(many, 0).answers()).hasSize(2);
    byte[] entry = new Batch(many, 100_000).encode(0);
    assertThat(Answers.decode(machine.apply(new MadeUpCommand(++index, 4, logTimeMillis, entry))))
        .as("what an entry leaves undone is proposed again")
        .hasSize(2);
  }

  @Test
  @DisplayName("one that only reads is a read")
  void readingTransactions() {
    apply(set(A, "1"));
    Transaction reads = new Transaction(watch(A), List.of(new Operation.Get(A)), 100);
    assertThat(reads.isWrite()).isFalse();
    assertThat(machine.read(List.of(reads), 0).answers())
        .containsExactly(new Several(List.of(new Value(Bytes.of("1")))));
    assertThat(reads.keys()).containsExactly(A, A);
    assertThat(new Transaction(List.of(), List.of(set(A, "1")), 100).isWrite()).isTrue();
  }

  private List<Watched> watch(Bytes... keys) {
    Several versions = (Several)
        machine.read(List.of(new Versions(List.of(keys))), 0).answers().get(0);
    return List.of(keys).stream()
        .map(key ->
            new Watched(key, ((Count) versions.answers().get(List.of(keys).indexOf(key))).value()))
        .toList();
  }

  private static Operation set(Bytes key, String value) {
    return new Operation.Set(key, Bytes.of(value), Condition.ALWAYS, Bytes.EMPTY, false);
  }

  private static Operation set(Bytes key, String value, long forMillis) {
    return new Operation.Set(
        key, Bytes.of(value), Condition.ALWAYS, Bytes.EMPTY, false, Expiry.after(forMillis));
  }

  /** Applies them as one entry, and answers the last answer. */
  private Answer apply(Operation... operations) {
    byte[] bytes = new Batch(List.of(operations), 100_000).encode(0);
    List<Answer> answers =
        Answers.decode(machine.apply(new MadeUpCommand(++index, 4, logTimeMillis, bytes)));
    assertThat(answers).hasSize(operations.length);
    return answers.get(answers.size() - 1);
  }
}
