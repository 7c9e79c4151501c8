package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.learner;
import static io.github.balsaraft.core.CoreHarness.voter;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Member;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What one addition asks of the configuration, step by step. */
class AdditionTest {

  private static final Configuration THREE = voters("n1", "n2", "n3");
  private static final long NO_LIMIT = MembershipChange.NO_LIMIT;

  private static Addition of(Member wanted, long timeLimitNanos, String... replaces) {
    return new Addition(
        1,
        new MembershipChange.Add(
            wanted, List.of(replaces).stream().map(CoreHarness::id).toList(), timeLimitNanos),
        1000,
        false);
  }

  @Test
  @DisplayName("it is overdue once its time limit is over, and never without one")
  void overdue() {
    Addition addition = of(voter("n4"), 50);
    assertThat(addition.isOverdue(1049)).isFalse();
    assertThat(addition.isOverdue(1050)).isTrue();
    assertThat(of(voter("n4"), NO_LIMIT).isOverdue(Long.MAX_VALUE)).isFalse();
    addition.gotOn(1040);
    addition.gotOn(1030);
    assertThat(addition.isOverdue(1089)).isFalse();
    assertThat(addition.isOverdue(1090)).isTrue();
    addition.hasCaughtUp = true;
    addition.gotOn(1080);
    assertThat(addition.isOverdue(1090))
        .as("what has caught up once waits for something else")
        .isTrue();
  }

  @Test
  @DisplayName("it gets on if it lacks less than ever: not if others write faster than it takes")
  void getsOn() {
    Addition addition = of(voter("n4"), 50);
    addition.lacks(100, 1000);
    addition.lacks(100, 1030);
    addition.lacks(120, 1040);
    assertThat(addition.isOverdue(1050)).isTrue();
    addition.lacks(99, 1045);
    assertThat(addition.isOverdue(1094)).isFalse();
  }

  @Test
  @DisplayName("a newcomer is a learner first, and so is a learner that is to be reached elsewhere")
  void wantsStaging() {
    Addition addition = of(voter("n4").withAddress("here:1"), NO_LIMIT);
    Configuration elsewhere = THREE.with(learner("n4"));
    Configuration here = THREE.with(learner("n4").withAddress("here:1"));
    assertThat(addition.wantsStaging(THREE)).isTrue();
    assertThat(addition.wantsStaging(elsewhere)).isTrue();
    assertThat(addition.staging(elsewhere)).isEqualTo(here);
    assertThat(addition.wantsStaging(here)).isFalse();
  }

  @Test
  @DisplayName("a voter stays one while its address or priority changes")
  void voterIsNotStaged() {
    assertThat(of(voter("n3").withPriority(5), NO_LIMIT).wantsStaging(THREE)).isFalse();
  }

  @Test
  @DisplayName("whom a new voter replaces stays until then, unless it counts nowhere")
  void stagingOfAVoter() {
    Configuration staging =
        of(voter("n4"), NO_LIMIT, "n3", "n5").staging(THREE.with(learner("n5")));
    assertThat(staging.isVoter(id("n3"))).isTrue();
    assertThat(staging.contains(id("n5"))).isFalse();
    assertThat(staging.member(id("n4"))).isEqualTo(learner("n4"));
  }

  @Test
  @DisplayName("a learner takes the place even of a voter at once: there is nothing to wait for")
  void stagingOfALearner() {
    Configuration staging = of(learner("n4"), NO_LIMIT, "n3").staging(THREE);
    assertThat(staging.members()).containsExactly(voter("n1"), voter("n2"), learner("n4"));
  }

  @Test
  @DisplayName(
      "it is reached when the member is what it should be and those that it replaces are gone")
  void reached() {
    Addition addition = of(voter("n4"), NO_LIMIT, "n3");
    assertThat(addition.isReachedBy(voters("n1", "n2", "n4"))).isTrue();
    assertThat(addition.isReachedBy(voters("n1", "n2", "n3", "n4"))).isFalse();
    assertThat(addition.isReachedBy(voters("n1", "n2").with(learner("n4")))).isFalse();
    assertThat(addition.isReachedBy(voters("n1", "n2"))).isFalse();
  }
}
