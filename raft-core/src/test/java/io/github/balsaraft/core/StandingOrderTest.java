package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.learner;
import static io.github.balsaraft.core.CoreHarness.voter;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.log.TermStarts;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Who stands for election first. The replica that is asked is n1, whose log ends with entry 3 of term 2. */
class StandingOrderTest {

  private static final EntryId LAST = new EntryId(2, 3);

  private static CoreContext n1In(Member... members) {
    return new CoreContext(
        OPTIONS,
        CoreHarness.patience(1),
        new CoreStart(
            id("n1"),
            new HardState(2, null),
            new TermStarts(EntryId.NONE, List.of(new EntryId(2, 1)), LAST.index()),
            null,
            Configuration.of(List.of(members)),
            new TreeMap<>(),
            0,
            0,
            0,
            List.of()),
        event -> {});
  }

  @Test
  @DisplayName(
      "the highest priority first, then the shortest campaign delay, then the lowest id; nobody without a vote, or who never stands")
  void standing() {
    CoreContext context = n1In(
        voter("n1"),
        voter("n2").withCampaignDelayMillis(20),
        voter("n3").withPriority(9),
        voter("n4").withCampaignDelayMillis(10),
        voter("n5"),
        voter("n6").withPriority(0),
        learner("n7").withPriority(9));
    assertThat(StandingOrder.standing(context))
        .extracting(Member::replica)
        .containsExactly(id("n3"), id("n1"), id("n5"), id("n4"), id("n2"));
  }

  @Test
  @DisplayName("who has a vote in the outgoing half only stands as well")
  void standingWhileJoint() {
    CoreContext context = n1In(
        voter("n1").withRole(MemberRole.VOTER, true),
        voter("n2").withRole(MemberRole.LEAVING, true),
        voter("n3"));
    assertThat(StandingOrder.standing(context))
        .extracting(Member::replica)
        .containsExactly(id("n1"), id("n2"), id("n3"));
  }

  @Test
  @DisplayName("its rank is how many stand before it, the leader that is gone left out")
  void rank() {
    CoreContext context =
        n1In(voter("n1"), voter("n2").withPriority(3), voter("n3").withPriority(2), voter("n4"));
    assertThat(StandingOrder.rankWithout(id("n9"), context)).isEqualTo(2);
    assertThat(StandingOrder.rankWithout(id("n4"), context)).isEqualTo(2);
    assertThat(StandingOrder.rankWithout(id("n2"), context)).isEqualTo(1);
  }

  @Test
  @DisplayName("one that never stands has its rank behind all that do")
  void rankOfOneThatNeverStands() {
    CoreContext context = n1In(voter("n1").withPriority(0), voter("n2"), voter("n3"), voter("n4"));
    assertThat(StandingOrder.rankWithout(id("n2"), context)).isEqualTo(2);
  }

  @Test
  @DisplayName("the longer log goes first, whatever the priorities")
  void byLog() {
    CoreContext context =
        n1In(voter("n1").withPriority(3), voter("n2"), voter("n3").withPriority(9));
    assertThat(StandingOrder.standsBefore(id("n2"), new EntryId(2, 4), context)).isTrue();
    assertThat(StandingOrder.standsBefore(id("n2"), new EntryId(3, 1), context)).isTrue();
    assertThat(StandingOrder.standsBefore(id("n3"), new EntryId(2, 2), context)).isFalse();
    assertThat(StandingOrder.standsBefore(id("n3"), new EntryId(1, 9), context)).isFalse();
  }

  @Test
  @DisplayName("of those with equal logs the configuration decides; a stranger never goes first")
  void byConfiguration() {
    CoreContext context =
        n1In(voter("n1").withPriority(3), voter("n2"), voter("n3").withPriority(9));
    assertThat(StandingOrder.standsBefore(id("n2"), LAST, context)).isFalse();
    assertThat(StandingOrder.standsBefore(id("n3"), LAST, context)).isTrue();
    assertThat(StandingOrder.standsBefore(id("n9"), LAST, context)).isFalse();
    assertThat(StandingOrder.standsBefore(id("n1"), LAST, context)).as("itself").isFalse();
  }
}
