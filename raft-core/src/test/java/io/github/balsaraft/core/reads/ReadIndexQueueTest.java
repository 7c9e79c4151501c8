package io.github.balsaraft.core.reads;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReadIndexQueueTest {

  private final ReadIndexQueue queue = new ReadIndexQueue();

  @Test
  void aRoundServesWhatArrivedBeforeIt() {
    queue.add(1, 0);
    queue.openRound(7, 40);
    queue.add(2, 0);
    assertThat(queue.wantsRound()).isFalse();
    assertThat(queue.confirmedTo(6)).isEmpty();
    assertThat(queue.confirmedTo(7).get(0).index()).isEqualTo(40);
    assertThat(queue.wantsRound()).isTrue();
  }

  /** A quorum may answer heartbeats while nothing commits: such reads must not wait for ever. */
  @Test
  void whatHasWaitedTooLongIsGivenUpInARoundAndBeforeOne() {
    queue.add(1, 0);
    queue.add(2, 60);
    queue.openRound(1, 0);
    queue.add(3, 70);
    assertThat(queue.expire(99, 100)).isEmpty();
    assertThat(queue.expire(160, 100)).extracting(ReadIndexQueue.Read::id).containsExactly(1L, 2L);
    assertThat(queue.size()).isEqualTo(1);
    assertThat(queue.expire(170, 100)).extracting(ReadIndexQueue.Read::id).containsExactly(3L);
    assertThat(queue.wantsRound()).isFalse();
  }

  /** Else a later round would wait for one that has no reads left, and that nobody may ever answer. */
  @Test
  void aRoundOfWhichAllReadsAreGivenUpIsOver() {
    queue.add(1, 0);
    queue.openRound(1, 0);
    queue.expire(100, 100);
    queue.add(2, 110);
    assertThat(queue.wantsRound()).isTrue();
  }

  @Test
  void allReadsAreGivenUpOnce() {
    queue.add(1, 0);
    queue.openRound(1, 0);
    queue.add(2, 0);
    assertThat(queue.drain()).extracting(ReadIndexQueue.Read::id).containsExactly(1L, 2L);
    assertThat(queue.drain()).isEmpty();
    assertThat(queue.size()).isZero();
    assertThat(queue.confirmedTo(1)).isEmpty();
  }
}
