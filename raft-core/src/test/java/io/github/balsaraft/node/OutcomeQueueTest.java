package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.ForwardedOutcomes;
import io.github.balsaraft.model.ForwardedOutcomes.Kind;
import io.github.balsaraft.model.ForwardedOutcomes.Outcome;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.node.OutcomeQueue.Origin;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** What waits for a way back: when it goes, and how much of it at once. What proposers hear is in {@link ForwardingTest}. */
class OutcomeQueueTest {

  private static final ReplicaId LEADER = new ReplicaId(2);
  private static final Origin FOLLOWER = new Origin(new ReplicaId(1), 77);
  private static final long RETRY = 10_000_000;
  private static final int MAX_MESSAGE = 4 << 20;

  private final List<ForwardedOutcomes> sent = new ArrayList<>();
  private final Queue<Runnable> timer = new ArrayDeque<>();
  private boolean wayBack = true;
  private long nowNanos;

  private OutcomeQueue queue(long maxBytes, long maxMessageBytes) {
    return new OutcomeQueue(
        LEADER,
        maxBytes,
        maxMessageBytes,
        Long.MAX_VALUE,
        () -> nowNanos,
        (atNanos, task) -> timer.add(task),
        (to, message) -> wayBack && sent.add(message));
  }

  private static void add(OutcomeQueue queue, int count, int bytes) {
    for (int sequence = 1; sequence <= count; sequence++) {
      assertThat(queue.add(FOLLOWER, new Outcome(sequence, Kind.APPLIED, new byte[bytes])))
          .isTrue();
    }
  }

  private List<Long> sequences() {
    return sent.stream()
        .flatMap(message -> message.outcomes().stream())
        .map(Outcome::sequence)
        .toList();
  }

  /** There may be no room at any other moment. */
  @Test
  void whatWaitsGoesFirstWhenThereIsRoomAgain() {
    OutcomeQueue queue = queue(1000, MAX_MESSAGE);
    wayBack = false;
    add(queue, 1, 6);
    queue.flush();
    wayBack = true;
    queue.hasRoom(new ReplicaId(3));
    assertThat(sent).isEmpty();
    queue.hasRoom(FOLLOWER.replica());
    assertThat(sequences()).containsExactly(1L);
    assertThat(queue.bytes()).isZero();
  }

  /** A transport refuses what is longer than its frames, and would do so each time. */
  @Test
  void outcomesShareNoMessageThatIsTooLong() {
    OutcomeQueue queue = queue(1 << 20, 5000);
    add(queue, 3, 1900);
    queue.flush();
    assertThat(sent).hasSize(2);
    assertThat(sequences()).containsExactly(1L, 2L, 3L);
  }

  /** Entries for the same follower have the same way. */
  @Test
  void notAllThatWaitsIsSentAtOnce() {
    OutcomeQueue queue = queue(64 << 20, MAX_MESSAGE);
    add(queue, 10, MAX_MESSAGE / 2);
    queue.flush();
    assertThat(sent).hasSize(4);
    nowNanos += RETRY;
    timer.remove().run();
    assertThat(sent).hasSize(8);
    nowNanos += RETRY;
    queue.flush();
    assertThat(sequences()).hasSize(10);
    assertThat(queue.bytes()).isZero();
  }
}
