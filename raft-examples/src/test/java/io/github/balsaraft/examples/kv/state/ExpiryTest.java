package io.github.balsaraft.examples.kv.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.state.ExpiryOperation.Expire;
import io.github.balsaraft.examples.kv.state.ExpiryOperation.Persist;
import io.github.balsaraft.examples.kv.state.ExpiryOperation.TimeForm;
import io.github.balsaraft.examples.kv.state.ExpiryOperation.TimeToLive;
import io.github.balsaraft.examples.kv.state.ExpiryOperation.Unless;
import io.github.balsaraft.examples.kv.state.KvStateMachine.Reads;
import io.github.balsaraft.examples.kv.state.Operation.Condition;
import io.github.balsaraft.testing.MadeUpCommand;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Keys come and go by log time alone. */
class ExpiryTest {

  private static final Bytes A = Bytes.of("a");
  private static final Bytes V = Bytes.of("v");
  private static final Answer VALUE = new Answer.Value(V);
  private static final Operation GET = new Operation.Get(A);
  private static final Operation TICK = new Operation.Tick();

  private final KvStateMachine machine = new KvStateMachine();
  private long index;

  @Test
  @DisplayName("a key is there until the log time has reached its deadline")
  void existsUntilItsDeadline() {
    apply(1_000, set("a", Expiry.after(500)));
    assertThat(apply(1_499, GET)).containsExactly(VALUE);
    assertThat(machine.nextDeadlineMillis()).isEqualTo(1_500);
    assertThat(apply(1_500, GET, new Operation.Exists(List.of(A)), new Operation.CountKeys()))
        .containsExactly(Answer.Nil.NIL, new Answer.Count(0), new Answer.Count(0));
    assertThat(machine.nextDeadlineMillis()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  @DisplayName("an entry that does nothing else lets keys expire")
  void timeEntriesAreEnough() {
    apply(1_000, set("a", Expiry.at(5_000)));
    assertThat(machine.keys()).isEqualTo(1);
    apply(5_000, TICK);
    assertThat(machine.keys()).isZero();
    assertThat(machine.logTimeMillis()).isEqualTo(5_000);
  }

  @Test
  @DisplayName("a read sees a key whose deadline its own clock has passed, and says so")
  void readsDecideNothing() {
    apply(1_000, set("a", Expiry.after(500)));
    Reads early = machine.read(List.of(GET), 1_499);
    assertThat(early.answers()).containsExactly(VALUE);
    assertThat(early.meetsDue()).isFalse();

    Reads late = machine.read(List.of(GET), 1_500);
    assertThat(late.answers()).as("the log time hasn't come so far").containsExactly(VALUE);
    assertThat(late.meetsDue()).isTrue();
    assertThat(late.dueMillis()).isEqualTo(1_500);

    Operation ofAnother = new Operation.Get(Bytes.of("b"));
    assertThat(machine.read(List.of(ofAnother), 1_500).meetsDue()).isFalse();
    assertThat(machine.read(List.of(new Operation.CountKeys()), 1_500).meetsDue())
        .isTrue();
    assertThat(machine.read(List.of(new SearchOperation.FindKeys(A)), 1_500).meetsDue())
        .isTrue();
    Operation transaction = new Transaction(List.of(), List.of(ofAnother, GET), 100);
    assertThat(machine.read(List.of(transaction), 1_500).meetsDue()).isTrue();
  }

  @Test
  @DisplayName(
      "how long is left is said by the reader's clock, and never below zero while the key is there")
  void timeToLive() {
    apply(1_000, set("a", Expiry.after(10_000)));
    Operation millis = new TimeToLive(A, TimeForm.MILLIS_LEFT);
    Operation seconds = new TimeToLive(A, TimeForm.SECONDS_LEFT);
    assertThat(machine.read(List.of(millis, seconds), 4_400).answers())
        .containsExactly(new Answer.Count(6_600), new Answer.Count(7));
    assertThat(machine.read(List.of(millis), 0).answers())
        .as("a clock that is behind the log time doesn't count")
        .containsExactly(new Answer.Count(10_000));
    assertThat(machine.read(List.of(millis), 20_000).answers())
        .containsExactly(new Answer.Count(0));
    assertThat(apply(3_000, millis)).containsExactly(new Answer.Count(8_000));
  }

  @Test
  @DisplayName("the log time of a machine never goes back")
  void timeNeverGoesBack() {
    apply(1_000, set("a", Expiry.after(500)));
    apply(1_500, TICK);
    assertThat(apply(1_200, GET)).containsExactly(Answer.Nil.NIL);
  }

  @Test
  @DisplayName("what is written without a deadline has none, and what changes a value keeps it")
  void whichWritesKeepDeadlines() {
    apply(1_000, set("a", Expiry.after(100)), set("a", Expiry.NEVER));
    assertThat(apply(2_000, GET)).containsExactly(VALUE);
    apply(2_000, set("a", Expiry.after(100)), set("a", Expiry.AS_BEFORE));
    apply(2_000, new Operation.Append(A, V, 10), new Operation.Delete(List.of(Bytes.of("x"))));
    assertThat(apply(2_099, GET)).containsExactly(new Answer.Value(Bytes.of("vv")));
    assertThat(apply(2_100, GET)).containsExactly(Answer.Nil.NIL);
    apply(2_100, set("a", Expiry.AS_BEFORE));
    assertThat(apply(99_999, GET)).as("there was none to keep").containsExactly(VALUE);
    apply(99_999, expire(Expiry.after(5)), new Persist(A));
    assertThat(apply(100_100, GET)).containsExactly(VALUE);
    assertThat(apply(100_100, expire(Expiry.at(100_100)), GET))
        .as("a deadline that is now deletes at once")
        .containsExactly(new Answer.Count(1), Answer.Nil.NIL);
  }

  @Test
  @DisplayName("a sum that no time can say is the last time there is, not a time long ago")
  void sumsDontOverflow() {
    apply(1_000, set("a", Expiry.after(Long.MAX_VALUE)));
    assertThat(apply(2_000, GET, new TimeToLive(A, TimeForm.AT_MILLIS)))
        .containsExactly(VALUE, new Answer.Count(Long.MAX_VALUE));
    assertThat(apply(2_000, expire(Expiry.after(Long.MIN_VALUE)), GET))
        .containsExactly(new Answer.Count(1), Answer.Nil.NIL);
  }

  @Test
  @DisplayName(
      "very many keys that expire at once are gone at once, and removed a bounded number at a time")
  void removalIsBounded() {
    int keys = 2 * Keyspace.MAX_REMOVED_PER_ENTRY + 10;
    for (int i = 0; i < keys; i++) {
      apply(1_000, set("k" + i, Expiry.at(2_000)));
    }
    assertThat(apply(2_000, new SearchOperation.FindKeys(Bytes.of("*"))))
        .as("none is seen")
        .containsExactly(new Answer.Values(List.of()));
    assertThat(machine.keys()).isEqualTo(keys - Keyspace.MAX_REMOVED_PER_ENTRY);
    assertThat(machine.nextDeadlineMillis()).as("more is due").isEqualTo(2_000);
    apply(2_000, set("k" + (keys - 1), Expiry.NEVER));
    apply(2_000, TICK);
    assertThat(machine.keys()).isEqualTo(1);
    assertThat(machine.nextDeadlineMillis()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  @DisplayName("deadlines that are moved again and again leave nothing behind")
  void movedDeadlinesDontLeak() {
    Keyspace keyspace = new Keyspace(new MemoryKeys());
    for (int i = 1; i <= 10_000; i++) {
      keyspace.beginEntry(i, i);
      keyspace.put(A, V, 1_000_000 + i);
    }
    assertThat(keyspace.deadlineCount()).isEqualTo(1);
    assertThat(keyspace.remove(A)).isTrue();
    assertThat(keyspace.deadlineCount()).isZero();
  }

  private static Operation set(String key, Expiry expiry) {
    return new Operation.Set(Bytes.of(key), V, Condition.ALWAYS, Bytes.EMPTY, false, expiry);
  }

  private static Operation expire(Expiry expiry) {
    return new Expire(A, expiry, Unless.NOTHING);
  }

  private List<Answer> apply(long logTimeMillis, Operation... operations) {
    byte[] bytes = new Batch(List.of(operations), 100_000).encode(0);
    return new ArrayList<>(
        Answers.decode(machine.apply(new MadeUpCommand(++index, 4, logTimeMillis, bytes))));
  }
}
