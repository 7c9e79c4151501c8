package io.github.balsaraft.testing.simulation.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceHeader;
import io.github.balsaraft.model.trace.TraceState;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** No more disks are destroyed than a group survives, whatever becomes of the changes that are under way. */
class DamageBudgetTest {

  private static final long CONFIGURED_AT = 1;

  private final ClusterView view = new ClusterView();
  private final DamageBudget budget = new DamageBudget(view);

  private static HostId host(int number) {
    return new HostId("n" + number);
  }

  private static Member voter(int number) {
    return Member.voter(new ReplicaId(number), host(number), "n" + number);
  }

  private static Member learner(int number) {
    return Member.learner(new ReplicaId(number), host(number), "n" + number);
  }

  private static Configuration voters(int count) {
    return Configuration.of(
        IntStream.rangeClosed(1, count).mapToObj(DamageBudgetTest::voter).toList());
  }

  /** Every member runs, and has this configuration, which is committed. */
  private void committed(Configuration configuration) {
    for (Member member : configuration.members()) {
      TreeMap<Long, Configuration> configurations = new TreeMap<>();
      configurations.put(CONFIGURED_AT, configuration);
      started(member, CONFIGURED_AT, configurations);
    }
  }

  private void started(
      Member member, long commitIndex, SortedMap<Long, Configuration> configurations) {
    EntryId last = new EntryId(1, CONFIGURED_AT);
    TraceState state =
        new TraceState(1, null, Role.FOLLOWER, null, commitIndex, last, last.index());
    view.onStep(
        member.host(),
        1,
        new TraceEvent.Started(
            new TraceHeader(member.replica(), 1, 0, state),
            1,
            null,
            EntryId.NONE,
            List.of(last),
            last,
            last.index(),
            commitIndex,
            configurations));
  }

  /** One of them has a further one in its log, which nobody knows to be committed. */
  private void appended(int number, Configuration configuration) {
    EntryId entry = new EntryId(1, CONFIGURED_AT + 1);
    TraceState state =
        new TraceState(1, null, Role.LEADER, null, CONFIGURED_AT, entry, entry.index());
    view.onStep(
        host(number),
        1,
        new TraceEvent.ConfigurationAppended(
            new TraceHeader(new ReplicaId(number), 2, 0, state), entry, configuration));
  }

  private boolean destroyed(int number) {
    return budget.take(host(number));
  }

  private boolean mayLeave(int number) {
    return budget.mayLeave(host(number));
  }

  @Test
  void whoIsDamagedIsKnown() {
    committed(voters(3));
    assertThat(budget.isDestroyed(host(1))).isFalse();
    assertThat(destroyed(1)).isTrue();
    assertThat(budget.isDestroyed(host(1))).isTrue();
    assertThat(budget.isDestroyed(host(2))).isFalse();
  }

  @Test
  void beforeThereIsAGroupNothingIsDestroyed() {
    assertThat(destroyed(1)).isFalse();
  }

  @Test
  @DisplayName("what is on a new disk is not known before it takes part")
  void newDisk() {
    committed(voters(5));
    view.onNote(host(2), "wiped");
    assertThat(destroyed(2)).isFalse();
    assertThat(budget.takeDisk(host(2))).isTrue();
    assertThat(destroyed(3)).isTrue();
    assertThat(destroyed(4)).isTrue();
    assertThat(budget.takeDisk(host(5))).isFalse();
  }

  @Test
  @DisplayName("who is no member may become one, and must not bring damage along")
  void outsiders() {
    committed(voters(4));
    started(voter(5), CONFIGURED_AT, new TreeMap<>());
    assertThat(destroyed(5)).isFalse();
    assertThat(budget.takeDisk(host(5))).isTrue();
    assertThat(destroyed(1)).isTrue();
    assertThat(destroyed(2)).isFalse();
  }

  @Test
  @DisplayName("as long as its founders have committed nothing, there is no group")
  void beforeTheFoundingIsCommitted() {
    TreeMap<Long, Configuration> founded = new TreeMap<>();
    founded.put(0L, Configuration.EMPTY);
    founded.put(CONFIGURED_AT, voters(5));
    started(voter(1), 0, founded);
    assertThat(destroyed(1)).isFalse();
    started(voter(1), CONFIGURED_AT, founded);
    assertThat(destroyed(1)).isTrue();
  }

  @Test
  void aMajorityStaysIntact() {
    committed(voters(5));
    assertThat(destroyed(1)).isTrue();
    assertThat(destroyed(2)).isTrue();
    assertThat(destroyed(3)).isFalse();
    assertThat(destroyed(2)).as("what is destroyed can be destroyed again").isTrue();
  }

  @Test
  void whoMayLeaveIsNotCountedOn() {
    committed(voters(5));
    assertThat(mayLeave(5)).isTrue();
    assertThat(destroyed(1)).isTrue();
    assertThat(destroyed(2)).as("without n5 two of four would be lost").isFalse();
    budget.stays(host(5));
    assertThat(destroyed(2)).isTrue();
  }

  @Test
  void whoIsNeededMayNotLeave() {
    committed(voters(5));
    assertThat(destroyed(1)).isTrue();
    assertThat(destroyed(2)).isTrue();
    assertThat(mayLeave(3)).isFalse();
    assertThat(mayLeave(1)).as("one whose disk is lost is no help").isTrue();
  }

  @Test
  @DisplayName("hosts that were asked to leave, and stay, are lost too if their disks are")
  void lostOnesMayStay() {
    committed(voters(5));
    assertThat(mayLeave(4)).isTrue();
    assertThat(mayLeave(5)).isTrue();
    assertThat(destroyed(4)).isTrue();
    assertThat(destroyed(5)).isTrue();
    assertThat(destroyed(3)).as("the third of five").isFalse();
  }

  @Test
  void eachHalfOfAJointConfigurationKeepsAMajority() {
    committed(voters(3).jointTowards(voters(5), CONFIGURED_AT));
    assertThat(destroyed(1)).isTrue();
    assertThat(destroyed(2)).as("two of five would do, two of the three not").isFalse();
  }

  @Test
  void aConfigurationThatIsNotCommittedMayCome() {
    committed(voters(5));
    appended(1, voters(5).jointTowards(voters(3), CONFIGURED_AT + 1));
    assertThat(destroyed(1)).isTrue();
    assertThat(destroyed(2)).isFalse();
  }

  @Test
  void aLearnerWithALostDiskMayBecomeAVoter() {
    committed(voters(3).with(learner(4)));
    assertThat(destroyed(4)).isTrue();
    assertThat(destroyed(1)).as("two of four").isFalse();
  }

  @Test
  @DisplayName(
      "somebody stays who may lead: one of priority 0 doesn't stand, however long there is no leader")
  void whoNeverLeadsIsNoHelp() {
    committed(
        Configuration.of(List.of(voter(1), voter(2).withPriority(0), voter(3).withPriority(0))));
    assertThat(mayLeave(1)).isFalse();
    assertThat(destroyed(1)).isFalse();
    assertThat(destroyed(2)).isTrue();
  }

  @Test
  void anIntactLearnerIsNoHelp() {
    committed(voters(2).with(learner(3)));
    assertThat(destroyed(1)).isFalse();
  }
}
