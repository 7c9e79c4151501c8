package io.github.balsaraft.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.examples.kv.state.Answer;
import io.github.balsaraft.examples.kv.testing.FakeBackend;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Role;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Writes that come while a leader hands over, on a loop whose time the test passes. */
class HandoversTest {

  private static final List<Answer> ANSWERS = List.of(new Answer.Count(1));

  private final NotLeaderException refusal =
      new NotLeaderException(new HostId("n2"), "it hands leadership over to n2");

  private final FakeBackend backend = new FakeBackend();
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Handovers handovers =
      new Handovers(backend, TimeUnit.SECONDS.toNanos(10), () -> this.nanos);
  private long nanos;
  private int proposals;
  private boolean draining;

  /** How proposals end from now on. */
  private Supplier<CompletableFuture<List<Answer>>> ending =
      () -> CompletableFuture.failedFuture(refusal);

  @BeforeEach
  void handOver() {
    channel.freezeTime();
    backend.setTransferTarget("n2");
  }

  @AfterEach
  void close() {
    var unused = channel.close();
    backend.close();
  }

  private CompletableFuture<List<Answer>> propose(BooleanSupplier pointless) {
    return handovers.propose(
        channel.eventLoop(),
        () -> {
          proposals++;
          return ending.get();
        },
        pointless);
  }

  private CompletableFuture<List<Answer>> propose() {
    return propose(() -> draining);
  }

  private void passMillis(int millis) {
    for (int i = 0; i < millis; i++) {
      channel.runPendingTasks();
      nanos += TimeUnit.MILLISECONDS.toNanos(1);
      channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
    }
    channel.runPendingTasks();
  }

  private void assertThatRefused(CompletableFuture<List<Answer>> write) {
    assertThat(write).isCompletedExceptionally();
    assertThat(write.handle((answers, failure) -> failure).join()).isSameAs(refusal);
  }

  @Test
  @DisplayName("one is held, and not proposed again before this server takes writes, if that fails")
  void thisServerGoesOnLeading() {
    CompletableFuture<List<Answer>> write = propose();
    passMillis(1_000);
    assertThat(proposals).isEqualTo(1);
    assertThat(write).isNotDone();
    ending = () -> CompletableFuture.completedFuture(ANSWERS);
    backend.setTransferTarget(null);
    passMillis(300);
    assertThat(proposals).isEqualTo(2);
    assertThat(write).isCompletedWithValue(ANSWERS);
  }

  @Test
  @DisplayName("one ends with the refusal once another leads, or after a while")
  void anotherLeads() {
    CompletableFuture<List<Answer>> write = propose();
    backend.setTransferTarget(null);
    backend.setStatus(Role.FOLLOWER, "n2", 5);
    passMillis(100);
    assertThatRefused(write);
    backend.setStatus(Role.LEADER, "n1", 6);
    backend.setTransferTarget("n2");
    CompletableFuture<List<Answer>> next = propose();
    passMillis(9_900);
    assertThat(next).isNotDone();
    passMillis(200);
    assertThatRefused(next);
    assertThat(proposals).isEqualTo(2);
  }

  @Test
  @DisplayName("what is thrown while one is proposed again is not hidden by the refusal before it")
  void mayBeOnItsWay() {
    OutOfMemoryError error = new OutOfMemoryError("as the test says");
    CompletableFuture<List<Answer>> write = propose();
    passMillis(10);
    ending = () -> {
      throw error;
    };
    backend.setTransferTarget(null);
    passMillis(300);
    assertThat(proposals).isEqualTo(2);
    assertThat(write.handle((answers, failure) -> failure).join()).isSameAs(error);
  }

  @Test
  @DisplayName("what was proposed fails with its own failure")
  void failsLater() {
    CompletableFuture<List<Answer>> proposed = new CompletableFuture<>();
    ending = () -> proposed;
    CompletableFuture<List<Answer>> write = propose();
    IllegalStateException failure = new IllegalStateException("as the test says");
    proposed.completeExceptionally(new CompletionException(failure));
    assertThat(write.handle((answers, seen) -> seen).join()).hasCause(failure);
  }

  @Test
  @DisplayName("however many are held, few looks at the status are taken")
  void looksAreShared() {
    List<CompletableFuture<List<Answer>>> writes = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      writes.add(propose());
    }
    passMillis(1_000);
    assertThat(backend.looks()).isLessThan(30);
    ending = () -> CompletableFuture.completedFuture(ANSWERS);
    backend.setTransferTarget(null);
    passMillis(300);
    assertThat(writes).allSatisfy(write -> assertThat(write).isCompletedWithValue(ANSWERS));
    assertThat(proposals).isEqualTo(100);
  }

  @Test
  @DisplayName("one whose client is gone, or whose server is draining, is not held")
  void nobodyWaits() {
    CompletableFuture<List<Answer>> write = propose();
    CompletableFuture<List<Answer>> other = propose(() -> false);
    passMillis(1_000);
    draining = true;
    passMillis(100);
    assertThatRefused(write);
    assertThat(other).isNotDone();
    assertThat(proposals).isEqualTo(2);
  }

  @Test
  @DisplayName("one that can't be held ends with the refusal")
  void theStatusFails() {
    backend.failStatus(new IllegalStateException("closed"));
    CompletableFuture<List<Answer>> write = propose();
    passMillis(1);
    assertThatRefused(write);
  }
}
