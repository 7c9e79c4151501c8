package io.github.balsaraft.simulation;

import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.SNAPSHOT;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Snapshots that a state machine must not be restored from are found. */
class SnapshotChecksTest {

  private static final long CONTENT = 77;

  private final Story story = new Story(3);
  private final StoryReplica n1 = story.n(1);
  private final StoryReplica n2 = story.n(2);
  private final StoryReplica n3 = story.n(3);

  /** Commands are committed at index 3 and 4, and are on all disks; n1 has applied them and written its state down after each. */
  @BeforeEach
  void twoCommandsAreCommitted() {
    story.elect(n1, 2, n2);
    n1.appends(Story.command(71, 5));
    n1.appends(Story.command(72, 6));
    story.replicate(n1, n2, n3);
    n1.commits(4);
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
