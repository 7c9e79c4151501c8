package io.github.balsaraft.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.state.Batch;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.Expiry;
import io.github.balsaraft.examples.kv.state.Operation;
import io.github.balsaraft.examples.kv.state.Operation.Condition;
import io.github.balsaraft.examples.kv.testing.FakeBackend;
import io.github.balsaraft.model.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Keys expire in a cluster where nobody writes. */
class ExpirerTest {

  private final FakeBackend backend = new FakeBackend();
  private long clockMillis = 1_000;
  private long logMillis = 1_000;
  private long nanos;
  private final Expirer expirer = new Expirer(
      backend,
      backend.state(),
      new Execution(backend, backend.state(), Long.MAX_VALUE, () -> nanos),
      () -> clockMillis,
      () -> nanos);

  @BeforeEach
  void applyAtOnce() {
    backend.completeAtOnce(true);
    backend.setClock(() -> logMillis);
  }

  @AfterEach
  void close() {
    backend.close();
  }

  private void set(int keys, long deadlineMillis) {
    List<Operation> sets = new ArrayList<>();
    for (int i = 0; i < keys; i++) {
      sets.add(new Operation.Set(
          Bytes.of("key-" + i),
          Bytes.of("v"),
          Condition.ALWAYS,
          Bytes.EMPTY,
          false,
          Expiry.at(deadlineMillis)));
    }
    var unused = backend.propose(new Batch(sets, 1 << 20).encode(0));
  }

  /** How many entries there are, without that of {@link #set}. */
  private int entriesAfterStep() {
    expirer.step(Runnable::run);
    return backend.proposed().size() - 1;
  }

  private void passTime(long millis) {
    clockMillis += millis;
    logMillis += millis;
    nanos += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Test
  @DisplayName(
      "the leader appends an entry when the time of a key has come, and none before or after")
  void oneEntryWhenDue() {
    set(3, 5_000);
    passTime(3_999);
    assertThat(entriesAfterStep()).isZero();
    passTime(1);
    assertThat(entriesAfterStep()).isEqualTo(1);
    assertThat(backend.state().keys()).isZero();
    passTime(10_000);
    assertThat(entriesAfterStep()).isEqualTo(1);
  }

  @Test
  @DisplayName("who doesn't lead appends nothing")
  void onlyTheLeader() {
    set(1, 5_000);
    passTime(10_000);
    backend.setStatus(Role.FOLLOWER, "n2", List.of("n2"), Optional.empty());
    assertThat(entriesAfterStep()).isZero();
    backend.setStatus(Role.LEADER, "n1", List.of("n2"), Optional.empty());
    assertThat(entriesAfterStep()).isEqualTo(1);
  }

  @Test
  @DisplayName(
      "where very many keys expire at once, entries follow each other until all are removed")
  void manyAtOnce() {
    set(3_000, 5_000);
    passTime(4_000);
    assertThat(entriesAfterStep()).isEqualTo(3);
    assertThat(backend.state().keys()).isZero();
  }

  @Test
  @DisplayName("while log time doesn't follow the clock there are a few entries, not one each time")
  void patience() {
    set(1, 5_000);
    clockMillis = 1_000_000;
    int looks = 0;
    for (long end = nanos + TimeUnit.MINUTES.toNanos(1); nanos < end; looks++) {
      nanos += TimeUnit.MILLISECONDS.toNanos(50);
      expirer.step(Runnable::run);
    }
    assertThat(looks).isEqualTo(1_200);
    assertThat(backend.proposed().size() - 1).isBetween(10, 20);

    logMillis = 5_000;
    nanos += TimeUnit.SECONDS.toNanos(5);
    expirer.step(Runnable::run);
    assertThat(backend.state().keys()).isZero();
  }

  @Test
  @DisplayName("one that failed is tried again a little later, and never two at a time")
  void failures() {
    set(1, 5_000);
    passTime(4_000);
    backend.failProposals(new IllegalStateException("no"));
    assertThat(entriesAfterStep()).isEqualTo(1);
    assertThat(entriesAfterStep()).isEqualTo(1);
    backend.failProposals(null);
    passTime(100);
    backend.hold();
    assertThat(entriesAfterStep()).isEqualTo(2);
    passTime(10_000);
    assertThat(entriesAfterStep()).isEqualTo(2);
  }

  @Test
  @DisplayName("a loop that once can't be handed the end of an entry doesn't keep keys for ever")
  void theEndGetsLost() {
    set(1, 5_000);
    passTime(4_000);
    backend.failProposals(new IllegalStateException("no"));
    expirer.step(task -> {
      throw new OutOfMemoryError("as the test says");
    });
    backend.failProposals(null);
    assertThat(entriesAfterStep()).as("the failure is known all the same").isEqualTo(1);
    passTime(100);
    assertThat(entriesAfterStep()).isEqualTo(2);
    assertThat(backend.state().keys()).isZero();
  }
}
