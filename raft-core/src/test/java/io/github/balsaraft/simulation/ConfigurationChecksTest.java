package io.github.balsaraft.simulation;

import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.CONFIGURATION;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.LOG_MATCHING;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.trace.TraceEvent;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Raft paper 6 and thesis 4: configurations that come too early, or are no safe step, are found. */
class ConfigurationChecksTest {

  private static final ReplicaId NEW = new ReplicaId(0xb4);
  private static final Member LEARNER = Member.learner(NEW, new HostId("n4"), "n4");
  private static final Member VOTER = Member.voter(NEW, new HostId("n4"), "n4");

  private final Story story = new Story(3);
  private final StoryReplica n1 = story.n(1);
  private final StoryReplica n2 = story.n(2);
  private final StoryReplica n3 = story.n(3);
  private final Configuration founding = story.founding;

  /** n1 leads term 2; its no-op is on all disks. */
  @BeforeEach
  void n1Leads() {
    story.elect(n1, 2, n2);
    story.replicate(n1, n2, n3);
  }

  /** Appends and commits a configuration by the book. */
  private void changes(Configuration next) {
    n1.appends(Story.configuration(next));
    story.replicate(n1, n2, n3);
    n1.commits(n1.last().index());
  }

  @Test
  void oneStepAfterTheOther() {
    n1.commits(2);
    Configuration withLearner = founding.with(LEARNER);
    changes(withLearner);
    Configuration joint = withLearner.jointTowards(withLearner.with(VOTER).without(n3.id), 4);
    assertThat(joint.isJoint()).isTrue();
    changes(joint);
    changes(joint.leaveJoint(5));
    story.isRight();
    assertThat(story.checks.committedConfiguration()).isEqualTo(joint.leaveJoint(5));
    n2.restarts();
    story.isRight();
  }

  @Test
  void aSecondUncommittedConfiguration() {
    n1.commits(2);
    n1.appends(Story.configuration(founding.with(LEARNER)));
    story.isRight();
    n1.appends(Story.configuration(founding));
    story.isWrong(CONFIGURATION);
  }

  @Test
  @DisplayName("a change before an entry of the leader's own term is committed (trap 29)")
  void aChangeThatComesTooEarly() {
    story.isRight();
    n1.appends(Story.configuration(founding.with(LEARNER)));
    story.isWrong(CONFIGURATION);
  }

  @Test
  @DisplayName("the own term counts, not that something is committed")
  void aChangeThatComesTooEarlyInALaterTerm() {
    n1.commits(2);
    n2.commits(2);
    story.elect(n2, 3, n3);
    story.isRight();
    n2.appends(Story.configuration(founding.with(LEARNER)));
    story.isWrong(CONFIGURATION);
  }

  @Test
  void quorumsThatDontOverlap() {
    n1.commits(2);
    changes(founding.with(LEARNER));
    story.isRight();
    n1.appends(Story.configuration(Configuration.of(List.of(n1.asVoter(), VOTER))));
    story.isWrong(CONFIGURATION);
  }

  @Test
  @DisplayName("joint consensus is left towards voters that were in no half")
  void jointConsensusIsLeftForSomethingElse() {
    n1.commits(2);
    Configuration alone = Configuration.of(List.of(n1.asVoter(), n2.asLearner(), n3.asLearner()));
    changes(founding.jointTowards(alone, 3));
    story.isRight();
    n1.appends(Story.configuration(Configuration.of(List.of(VOTER))));
    story.isWrong(CONFIGURATION);
  }

  @Test
  void aRemovedReplicaIsBack() {
    n1.commits(2);
    changes(founding.with(LEARNER));
    Configuration without = founding.with(LEARNER).jointTowards(founding, 4);
    assertThat(without.removedAt(NEW)).isEqualTo(4);
    changes(without);
    story.isRight();
    n1.appends(Story.configuration(without.with(LEARNER)));
    story.isWrong(CONFIGURATION);
  }

  @Test
  @DisplayName("a configuration takes effect when it is applied, not when it is appended")
  void theConfigurationInForceIsNotTheLatest() {
    n1.commits(2);
    EntryBatch entry = Story.placed(Story.configuration(founding.with(LEARNER)), 2, 3);
    n1.log.add(entry);
    story.isRight();
    n1.step(
        new TraceEvent.ConfigurationAppended(n1.header(1), entry.last(), founding.with(LEARNER)));
    story.isWrong(CONFIGURATION);
  }

  @Test
  @DisplayName("a configuration stays in force when its entry is truncated (trap 31)")
  void theConfigurationOutlivesItsEntry() {
    n1.commits(2);
    n1.appends(Story.configuration(founding.with(LEARNER)));
    n1.stores();
    story.elect(n2, 3, n3);
    n1.sees(3);
    story.isRight();
    n1.log.remove(2);
    n1.step(new TraceEvent.Truncated(n1.header(3), 3));
    story.isWrong(CONFIGURATION);
  }

  @Test
  void theConfigurationBeforeIsInForceAgainWhenItsEntryIsTruncated() {
    n1.commits(2);
    n1.appends(Story.configuration(founding.with(LEARNER)));
    n1.stores();
    story.elect(n2, 3, n3);
    n1.sees(3);
    n1.truncates(3);
    story.isRight();
  }

  @Test
  void anotherConfigurationThanElsewhere() {
    n1.commits(2);
    n1.appends(Story.configuration(founding.with(LEARNER)));
    story.isRight();
    n2.appends(Story.placed(Story.configuration(founding), 2, 3));
    story.isWrong(LOG_MATCHING);
  }

  @Test
  @DisplayName("a snapshot says another configuration than the log that it stands in for (trap 32)")
  void aSnapshotWithAnotherConfiguration() {
    n1.commits(2);
    changes(founding.with(LEARNER));
    story.isRight();
    n2.commitIndex = 3;
    n2.step(new TraceEvent.Installed(n2.header(1), new EntryId(2, 3), founding, 1));
    story.isWrong(CONFIGURATION);
  }
}
