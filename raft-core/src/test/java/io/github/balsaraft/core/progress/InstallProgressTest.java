package io.github.balsaraft.core.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ReplicaId;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What of a follower's takeover of snapshots is a step forward. */
class InstallProgressTest {

  private static final ReplicaId SOURCE = new ReplicaId(7);
  private static final EntryId FIRST = new EntryId(2, 100);
  private static final EntryId SECOND = new EntryId(2, 200);

  @Test
  @DisplayName(
      "more than ever is one; a fetch that begins anew, of whichever snapshot, is none until it is further than all before")
  void stepsForward() {
    InstallProgress install = new InstallProgress();
    install.from(SOURCE, FIRST);
    assertThat(install.done(FIRST, 10)).isTrue();
    assertThat(install.done(FIRST, 10)).isFalse();
    install.from(SOURCE, SECOND);
    assertThat(install.done(FIRST, 90)).as("what it is not asked for any more").isFalse();
    assertThat(install.done(SECOND, 9)).isFalse();
    assertThat(install.done(SECOND, 11)).isTrue();
  }
}
