package io.github.balsaraft.testing.simulation.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.AddOptions;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MemberOptions;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import java.time.Duration;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Answers to changes that are not true are found, and true ones are not. */
class AnsweredChangesTest {

  private static final ConfigurationChange ADD =
      new ConfigurationChange.Add(host(4), AddOptions.voter());
  private static final ConfigurationChange REMOVE = new ConfigurationChange.Remove(host(3));

  private final AnsweredChanges answers = new AnsweredChanges();
  private final TreeMap<Long, Configuration> committed = new TreeMap<>();

  AnsweredChangesTest() {
    committed.put(1L, voters(3));
  }

  private static HostId host(int number) {
    return new HostId("n" + number);
  }

  private static Configuration voters(int count) {
    return Configuration.of(IntStream.rangeClosed(1, count)
        .mapToObj(number -> Member.voter(new ReplicaId(number), host(number), "n" + number))
        .toList());
  }

  private void done(ConfigurationChange change, long index, Configuration configuration) {
    answers.asked(change, 1);
    answers.done(change, new ChangeResult(index, configuration));
  }

  private void refused(ConfigurationChange change, long committedIndex) {
    answers.asked(change, committedIndex);
    answers.refused(change, committedIndex);
  }

  private String untrue() {
    return answers.findUntrue(committed);
  }

  @Test
  void whatIsDoneIsCommitted() {
    done(ADD, 9, voters(4));
    assertThat(untrue()).contains("called done").contains("committed there is null");
    committed.put(9L, voters(4));
    assertThat(untrue()).isNull();
    committed.put(9L, voters(5));
    assertThat(untrue()).contains("called done");
  }

  @Test
  void whatIsDoneIsWhatWasAskedFor() {
    committed.put(9L, voters(3).with(Member.learner(new ReplicaId(4), host(4), "n4")));
    Configuration now = committed.get(9L);
    done(ADD, 9, now);
    done(new ConfigurationChange.Demote(host(4)), 9, now);
    done(new ConfigurationChange.Promote(host(3), Duration.ofSeconds(1)), 9, now);
    done(new ConfigurationChange.Remove(host(5)), 9, now);
    done(new ConfigurationChange.Update(host(4), MemberOptions.NONE.withPriority(1)), 9, now);
    done(new ConfigurationChange.SetLeases(LeaseRules.FORBIDDEN), 9, now);
    assertThat(untrue()).isNull();
    done(new ConfigurationChange.Promote(host(4), Duration.ofSeconds(1)), 9, now);
    assertThat(untrue()).contains("Promote").contains("called done, and isn't");
  }

  @Test
  void eachKindOfChangeShows() {
    Configuration now = committed.get(1L);
    for (ConfigurationChange wrong : new ConfigurationChange[] {
      ADD,
      REMOVE,
      new ConfigurationChange.Demote(host(1)),
      new ConfigurationChange.Replace(host(1), host(2), Duration.ofSeconds(1)),
      new ConfigurationChange.Replace(host(7), host(8), Duration.ofSeconds(1)),
      new ConfigurationChange.Update(host(1), MemberOptions.NONE.withPriority(3)),
      new ConfigurationChange.SetLeases(LeaseRules.permitted(100))
    }) {
      AnsweredChanges one = new AnsweredChanges();
      one.done(wrong, new ChangeResult(1, now));
      assertThat(one.findUntrue(committed)).as("%s", wrong).contains("and isn't");
    }
  }

  /** As when an operator replaces a host while another, who needs it elsewhere, adds it again. */
  @Test
  void whatIsDoneMayBeUndoneByAnotherAtTheSameTimeOnly() {
    ConfigurationChange opposite = new ConfigurationChange.Update(host(3), MemberOptions.NONE);
    answers.asked(opposite, 1);
    answers.done(opposite, new ChangeResult(1, voters(3)));
    answers.asked(REMOVE, 1);
    answers.asked(new ConfigurationChange.Remove(host(2)), 1);
    answers.done(REMOVE, new ChangeResult(1, voters(3)));
    assertThat(untrue()).as("one before it, and one of another host").contains("and isn't");

    AnsweredChanges overlapping = new AnsweredChanges();
    overlapping.asked(REMOVE, 1);
    overlapping.asked(opposite, 1);
    overlapping.done(opposite, new ChangeResult(1, voters(3)));
    overlapping.done(REMOVE, new ChangeResult(1, voters(3)));
    assertThat(overlapping.findUntrue(committed)).as("one that ended meanwhile").isNull();
  }

  @Test
  void whatIsRefusedIsNotMadeLater() {
    refused(REMOVE, 5);
    assertThat(untrue()).isNull();
    committed.put(6L, voters(2));
    assertThat(untrue()).contains("called refused, and made at index 6");
  }

  @Test
  void rolesAndOptionsThatAreRefusedAreNotGivenLater() {
    Configuration withLearner = voters(3).with(Member.learner(new ReplicaId(4), host(4), "n4"));
    Configuration withVoter = voters(4);
    ConfigurationChange promote = new ConfigurationChange.Promote(host(4), Duration.ofSeconds(1));
    ConfigurationChange demote = new ConfigurationChange.Demote(host(4));
    ConfigurationChange update =
        new ConfigurationChange.Update(host(3), MemberOptions.NONE.withPriority(7));
    Configuration updated = Configuration.of(voters(3).members().stream()
        .map(member -> member.host().equals(host(3)) ? member.withPriority(7) : member)
        .toList());
    isFoundOf(promote, withLearner, withVoter);
    isFoundOf(demote, withVoter, withLearner);
    isFoundOf(update, voters(3), updated);
  }

  private static void isFoundOf(
      ConfigurationChange change, Configuration before, Configuration after) {
    AnsweredChanges one = new AnsweredChanges();
    TreeMap<Long, Configuration> history = new TreeMap<>();
    history.put(1L, before);
    one.asked(change, 5);
    one.refused(change, 5);
    assertThat(one.findUntrue(history)).isNull();
    history.put(6L, after);
    assertThat(one.findUntrue(history)).contains("called refused, and made at index 6");
  }

  /** The group gives a member that comes back with an empty disk its role again, without being asked. */
  @Test
  void whoComesBackIsGivenItsRoleByTheGroup() {
    Configuration withLearner = voters(3).with(Member.learner(new ReplicaId(4), host(4), "n4"));
    committed.put(3L, withLearner);
    refused(new ConfigurationChange.Promote(host(4), Duration.ofSeconds(1)), 5);
    committed.put(6L, voters(3).with(Member.voter(new ReplicaId(9), host(4), "n4")));
    assertThat(untrue()).isNull();
  }

  @Test
  void whatIsRefusedMayBeMadeByAnother() {
    refused(REMOVE, 5);
    answers.asked(new ConfigurationChange.Remove(host(2)), 5);
    committed.put(6L, voters(2));
    assertThat(untrue()).as("of another host").contains("called refused");
    answers.asked(REMOVE, 6);
    assertThat(untrue()).as("asked for afterwards").contains("called refused");
    answers.asked(REMOVE, 5);
    assertThat(untrue()).isNull();
  }

  @Test
  void whatWasDoneBeforeIsNotMadeAgainByIt() {
    committed.put(3L, voters(2));
    done(REMOVE, 3, voters(2));
    committed.put(4L, voters(3));
    refused(REMOVE, 4);
    assertThat(untrue()).isNull();
    committed.put(6L, voters(2));
    assertThat(untrue()).contains("called refused, and made at index 6");
  }

  @Test
  void whatWasSoBeforeWasNotMade() {
    committed.put(3L, voters(2));
    refused(REMOVE, 4);
    committed.put(6L, voters(2).with(Member.voter(new ReplicaId(9), host(9), "n9")));
    assertThat(untrue()).isNull();
  }

  /** One whose outcome nobody knows is made after another, for the same, was refused. */
  @Test
  void ofSeveralForTheSameTheEarlierMayBeMade() {
    answers.asked(REMOVE, 3);
    refused(REMOVE, 5);
    committed.put(8L, voters(2));
    answers.asked(REMOVE, 20);
    answers.refused(REMOVE, 20);
    assertThat(untrue()).isNull();
  }
}
