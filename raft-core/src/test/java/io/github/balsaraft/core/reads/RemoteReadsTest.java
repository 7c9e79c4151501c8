package io.github.balsaraft.core.reads;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RemoteReadsTest {

  private final RemoteReads reads = new RemoteReads(-5);

  @Test
  void aLateAnswerServesTheReadsThatItsRequestCoveredAndNoOthers() {
    reads.add(1, 0);
    long first = reads.newRequest(0);
    reads.add(2, 10);
    long second = reads.newRequest(20);
    assertThat(reads.answered(first)).containsExactly(1L);
    assertThat(reads.answered(first)).isEmpty();
    assertThat(reads.answered(second)).containsExactly(2L);
    assertThat(reads.isEmpty()).isTrue();
  }

  /** The leader's round may always take longer than the time after which a request is repeated. */
  @Test
  void answersThatAreSlowerThanRepeatsAreStillOfUse() {
    reads.add(1, 0);
    long first = reads.newRequest(0);
    assertThat(reads.wantsRequest(99, 100)).isFalse();
    assertThat(reads.wantsRequest(100, 100)).isTrue();
    reads.newRequest(100);
    reads.newRequest(200);
    assertThat(reads.answered(first)).containsExactly(1L);
  }

  @Test
  void anAnswerToWhatWasNeverAskedIsForNobody() {
    reads.add(1, 0);
    long request = reads.newRequest(0);
    assertThat(reads.answered(request + 1)).isEmpty();
    assertThat(reads.answered(request - 1)).isEmpty();
    assertThat(reads.size()).isEqualTo(1);
  }

  @Test
  void whatHasWaitedTooLongIsGivenUp() {
    reads.add(1, 0);
    reads.newRequest(0);
    reads.add(2, 50);
    assertThat(reads.expire(99, 100)).isEmpty();
    assertThat(reads.expire(100, 100)).containsExactly(1L);
    assertThat(reads.drain()).containsExactly(2L);
  }
}
