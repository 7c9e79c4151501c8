package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.AddOptions;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MemberOptions;
import io.github.balsaraft.core.membership.AdditionStatus;
import io.github.balsaraft.model.ChangeRefusal.Reason;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.ReplicaId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of an operator's change, by the configuration that it meets. */
class ChangePlanTest {

  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final long INDEX = 20;

  private static final Configuration THREE =
      Configuration.of(List.of(voter(1), voter(2), voter(3)));

  private static Member voter(int number) {
    return Member.voter(new ReplicaId(number), host(number), "at-n" + number);
  }

  private static Member learner(int number) {
    return voter(number).withRole(MemberRole.LEARNER, false);
  }

  private static HostId host(int number) {
    return new HostId("n" + number);
  }

  private static ChangePlan plan(ConfigurationChange change, Configuration current) {
    return plan(change, current, List.of());
  }

  private static ChangePlan plan(
      ConfigurationChange change, Configuration current, List<AdditionStatus> additions) {
    Guests guests = new Guests(new Guests.Routes() {
      @Override
      public void open(HostId host, String address) {
        // Nothing is sent to it.
      }

      @Override
      public void close(HostId host) {
        // It was never open.
      }
    });
    return ChangePlan.of(change, current, INDEX, additions, guests, LIMIT.toNanos());
  }

  private static ConfigurationChange remove(int number) {
    return new ConfigurationChange.Remove(host(number));
  }

  private static ConfigurationChange replace(int old, int replacement) {
    return new ConfigurationChange.Replace(host(old), host(replacement), LIMIT);
  }

  private static Configuration changed(Configuration from, Configuration to) {
    Configuration next = from.jointTowards(to, INDEX - 2);
    return next.isJoint() ? next.leaveJoint(INDEX - 1) : next;
  }

  private static void assertRefused(ChangePlan plan, Reason reason, String detail) {
    assertThat(plan)
        .isInstanceOfSatisfying(
            ChangePlan.Refuse.class,
            refuse -> assertThat(refuse.refusal())
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(reason))
                .satisfies(refusal -> assertThat(refusal.detail()).contains(detail)));
  }

  // ------------------------------------------------------------------ beside an addition

  private static AdditionStatus addition(Member wanted, ReplicaId... replaces) {
    return new AdditionStatus(
        7, wanted, List.of(replaces), AdditionStatus.Phase.CATCHING_UP, 1, 10, 5, "");
  }

  /** It would be answered as done, and then become again what the addition was begun with. */
  @Test
  void whoIsBeingAddedIsNeitherUpdatedNorDemoted() {
    Configuration current = THREE.with(learner(4));
    ConfigurationChange update =
        new ConfigurationChange.Update(host(4), MemberOptions.NONE.withAddress("elsewhere"));
    ConfigurationChange demote = new ConfigurationChange.Demote(host(4));
    List<AdditionStatus> additions = List.of(addition(voter(4)));
    assertRefused(plan(update, current, additions), Reason.CHANGE_UNDER_WAY, "n4 is being added");
    assertRefused(plan(demote, current, additions), Reason.CHANGE_UNDER_WAY, "n4 is being added");
    assertThat(plan(update, current)).isInstanceOf(ChangePlan.Propose.class);
  }

  @Test
  void whoIsBeingReplacedIsNotUpdated() {
    Configuration current = THREE.with(learner(4));
    ConfigurationChange update =
        new ConfigurationChange.Update(host(3), MemberOptions.NONE.withPriority(7));
    assertRefused(
        plan(update, current, List.of(addition(voter(4), new ReplicaId(3)))),
        Reason.CHANGE_UNDER_WAY,
        "n3 is being replaced by n4");
    assertThat(plan(update, current, List.of(addition(voter(4)))))
        .as("another addition is none of its business")
        .isInstanceOf(ChangePlan.Propose.class);
  }

  // ------------------------------------------------------------------ asked for again

  /** The end of the first attempt was lost with the leader, and it had been committed. */
  @Test
  void aRemovalThatIsDoneIsDone() {
    assertThat(plan(remove(3), changed(THREE, THREE.without(new ReplicaId(3)))))
        .isEqualTo(new ChangePlan.Done());
    Configuration four = THREE.with(learner(4));
    assertThat(plan(remove(4), changed(four, THREE))).isEqualTo(new ChangePlan.Done());
    assertThat(plan(remove(4), changed(four, THREE).with(learner(4))))
        .as("added again")
        .isInstanceOf(ChangePlan.Propose.class);
  }

  @Test
  void whoWasNeverThereIsMistyped() {
    Configuration two = changed(THREE, THREE.without(new ReplicaId(3)));
    assertRefused(
        plan(remove(33), two), Reason.UNKNOWN_MEMBER, "n33 isn't a member; members are n1 and n2");
    assertRefused(plan(replace(33, 1), two), Reason.UNKNOWN_MEMBER, "n33 isn't a member");
  }

  @Test
  void aReplacementThatIsDoneIsDone() {
    Configuration after =
        changed(THREE.with(learner(4)), THREE.without(new ReplicaId(3)).with(voter(4)));
    assertThat(plan(replace(3, 4), after)).isEqualTo(new ChangePlan.Done());
    Configuration learners = changed(THREE.with(learner(4)), THREE.with(learner(5)));
    assertThat(plan(replace(4, 5), learners)).isEqualTo(new ChangePlan.Done());
  }

  /** To say that it is done would hide that a vote is missing. */
  @Test
  void aVotersPlaceIsNotTakenByALearnerOrByNobody() {
    Configuration removed = changed(THREE, THREE.without(new ReplicaId(3)));
    assertRefused(
        plan(replace(3, 4), removed.with(learner(4))),
        Reason.UNKNOWN_MEMBER,
        "n3 was removed at index 19");
    assertRefused(
        plan(replace(3, 4), removed), Reason.UNKNOWN_MEMBER, "n3 was removed at index 19");
  }

  // ------------------------------------------------------------------ options of who is there

  @Test
  void anAdditionIsDoneOnlyIfTheOptionsAreTheSame() {
    Configuration group =
        THREE.with(voter(3).withPriority(7).withCampaignDelayMillis(250)).with(learner(4));
    AddOptions same = AddOptions.voter().withPriority(7).withCampaignDelay(Duration.ofMillis(250));
    assertThat(plan(new ConfigurationChange.Add(host(3), same), group))
        .isEqualTo(new ChangePlan.Done());
    for (AddOptions other :
        List.of(same.withPriority(8), same.withCampaignDelay(Duration.ofMillis(251)))) {
      assertRefused(
          plan(new ConfigurationChange.Add(host(3), other), group),
          Reason.IMPOSSIBLE,
          "n3 is a voter already, with priority 7 and a campaign delay of 250 ms");
    }
    assertRefused(
        plan(new ConfigurationChange.Add(host(4), AddOptions.learner().withPriority(3)), group),
        Reason.IMPOSSIBLE,
        "n4 is a learner already, with priority 1 and a campaign delay of 0 ms");
  }
}
