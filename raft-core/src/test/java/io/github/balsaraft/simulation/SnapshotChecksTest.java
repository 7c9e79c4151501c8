package io.github.balsaraft.simulation;

import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.SNAPSHOT;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Snapshots that a state machine must not be restored from are found. */
class SnapshotChecksTest extends TwoCommandsStory {

  private static final long CONTENT = 77;

  /** It has applied both commands, and written its state down after each. */
  @BeforeEach
  void n1HasCaptured() {
    n1.applies(3, 5);
    n1.captures(3, CONTENT);
    n1.applies(4, 11);
    n1.captures(4, CONTENT + 1);
  }

  @Test
  void whatSomebodyHasCapturedMayBeRestored() {
    n2.isRestored(3, CONTENT);
    n2.isRestored(4, CONTENT + 1);
    n3.captures(4, CONTENT + 2);
    n2.restarts();
    n2.isRestored(4, CONTENT + 2);
    story.isRight();
  }

  @Test
  @DisplayName("a snapshot that goes further than what is committed")
  void beyondWhatIsCommitted() {
    n1.appends(Story.command(73, 7));
    n3.captures(5, CONTENT + 3);
    story.isRight();
    n2.isRestored(5, CONTENT + 3);
    story.isWrong(SNAPSHOT);
  }

  @Test
  void whatNobodyHasCaptured() {
    story.isRight();
    n2.isRestored(4, CONTENT);
    story.isWrong(SNAPSHOT);
  }

  @Test
  @DisplayName("a snapshot takes the place of a state that is newer")
  void older() {
    n2.isRestored(4, CONTENT + 1);
    story.isRight();
    n2.isRestored(3, CONTENT);
    story.isWrong(SNAPSHOT);
  }
}
