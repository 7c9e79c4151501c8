package io.github.balsaraft.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Which write a message has to wait for, and how long the disk has been at one. */
class WriteSequenceTest {

  private final WriteSequence writes = new WriteSequence();

  @Test
  void whatHasChangedWaitsForTheNextWriteAndTheRestForTheLast() {
    assertThat(writes.issue(10)).isEqualTo(1);
    assertThat(writes.everythingGate(false)).isEqualTo(1);
    assertThat(writes.everythingGate(true)).isEqualTo(2);
    assertThat(writes.hardStateGate()).as("the hard state is as before").isZero();
    writes.issue(11);
    assertThat(writes.everythingGate(false)).isEqualTo(2);
  }

  @Test
  void aHardStateIsPartOfTheNextWriteAndOfNoLaterOne() {
    assertThat(writes.isHardStateUnwritten()).isFalse();
    writes.hardStateChanged();
    assertThat(writes.isHardStateUnwritten()).isTrue();
    assertThat(writes.hardStateGate()).isEqualTo(1);
    assertThat(writes.everythingGate(true)).isEqualTo(1);
    writes.issue(10);
    assertThat(writes.isHardStateUnwritten()).isFalse();
  }

  @Test
  void aCompletionCountsForAllBeforeItAndALateOneForNothing() {
    writes.issue(10);
    writes.issue(10);
    writes.written(2, 20);
    assertThat(writes.durable()).isEqualTo(2);
    writes.written(1, 30);
    assertThat(writes.durable()).isEqualTo(2);
    assertThat(writes.waitingSinceNanos()).isEqualTo(-1);
  }

  /** A store that says so would make messages leave before what they claim is durable. */
  @Test
  void aCompletionOfWhatWasNeverAskedForIsAViolation() {
    writes.issue(10);
    assertThatThrownBy(() -> writes.written(2, 20)).isInstanceOf(InvariantViolation.class);
    assertThat(writes.durable()).isZero();
  }

  @Test
  void aDiskThatGetsOnIsNotWaitedForSinceTheBeginning() {
    assertThat(writes.waitingSinceNanos()).isEqualTo(-1);
    writes.issue(10);
    writes.issue(15);
    assertThat(writes.waitingSinceNanos()).isEqualTo(10);
    writes.written(1, 20);
    assertThat(writes.waitingSinceNanos()).as("it is at the second one now").isEqualTo(20);
    writes.written(2, 30);
    assertThat(writes.waitingSinceNanos()).isEqualTo(-1);
    writes.issue(40);
    assertThat(writes.waitingSinceNanos()).isEqualTo(40);
  }
}
