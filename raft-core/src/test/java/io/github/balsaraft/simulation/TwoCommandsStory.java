package io.github.balsaraft.simulation;

import org.junit.jupiter.api.BeforeEach;

/** How stories of what is applied begin: commands are committed at index 3 and 4, and are on all disks; n1 leads and knows it. */
abstract class TwoCommandsStory {

  final Story story = new Story(3);
  final StoryReplica n1 = story.n(1);
  final StoryReplica n2 = story.n(2);
  final StoryReplica n3 = story.n(3);

  @BeforeEach
  void twoCommandsAreCommitted() {
    story.elect(n1, 2, n2);
    n1.appends(Story.command(71, 5));
    n1.appends(Story.command(72, 6));
    story.replicate(n1, n2, n3);
    n1.commits(4);
  }
}
