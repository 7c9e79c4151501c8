package io.github.balsaraft.testing.simulation.checks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import org.junit.jupiter.api.Test;

class ReplicaModelTest {

  private final ReplicaModel replica = new ReplicaModel(new ReplicaId(1), new HostId("n1"));

  private void cut(long... indexes) {
    for (long index : indexes) {
      replica.cut(index, new EntryId(1, 20));
    }
  }

  private void isWritten(long stored, long log) {
    replica.stored.last = new EntryId(2, stored);
    replica.last = new EntryId(2, log);
    // What was cut were entries of other terms.
    replica.isWritten(end -> end.term() == 2 && end.index() >= stored);
  }

  @Test
  void oneWriteStandsForSeveralCuts() {
    cut(10, 5, 7);
    assertThat(replica.cutIsWritten(5)).isTrue();
    isWritten(8, 8);
    assertThat(replica.cutIsWritten(7)).as("nobody has asked for it again").isFalse();
  }

  @Test
  void cutThatIsStillToComeIsKnown() {
    cut(10, 5, 7);
    assertThat(replica.cutIsWritten(5)).isTrue();
    isWritten(9, 6);
    assertThat(replica.cutIsWritten(7)).isTrue();
    assertThat(replica.cutIsWritten(7)).isFalse();
  }

  @Test
  void cutThatCameLaterStays() {
    cut(10, 5, 7, 3);
    assertThat(replica.cutIsWritten(5)).isTrue();
    isWritten(2, 2);
    assertThat(replica.cutIsWritten(7)).isFalse();
    assertThat(replica.cutIsWritten(3)).isTrue();
    assertThat(replica.uncutIndex()).isEqualTo(Long.MAX_VALUE - 1);
  }

  @Test
  void nothingIsCutThatWasNot() {
    assertThat(replica.cutIsWritten(5)).isFalse();
    cut(5);
    assertThat(replica.cutIsWritten(6)).isFalse();
    assertThat(replica.cutIsWritten(5)).isTrue();
  }

  /**
   * A log that goes on with others' entries and then with its own again: what is stored looks like the log of now, and is the one
   * of before, which the disk cuts yet.
   */
  @Test
  void logThatIsWhatItWasIsCutOnceMore() {
    cut(5);
    replica.cut(7, new EntryId(2, 8));
    replica.cut(7, new EntryId(3, 7));
    assertThat(replica.cutIsWritten(5)).isTrue();
    isWritten(8, 8);
    assertThat(replica.uncutIndex()).as("this may be gone after a crash").isEqualTo(6);
    assertThat(replica.cutIsWritten(7)).isTrue();
  }
}
