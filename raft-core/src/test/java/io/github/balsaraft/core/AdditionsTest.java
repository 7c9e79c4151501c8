package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.learner;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voter;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.core.membership.AdditionStatus;
import io.github.balsaraft.core.membership.AdditionStatus.Phase;
import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Member;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a leader tells of the members that it is adding, and how an addition ends that doesn't come to its goal. */
class AdditionsTest {

  private static final MembershipChange ADD_N4 =
      MembershipChange.add(voter("n4"), MembershipChange.NO_LIMIT);

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");
  private final HarnessReplica n4 = cluster.add("n4", CoreHarness.patience(4), Configuration.EMPTY);

  @BeforeEach
  void elect() {
    cluster.elect("n1");
  }

  private AdditionStatus status() {
    assertThat(n1.view().additions()).hasSize(1);
    return n1.view().additions().get(0);
  }

  /** n4 is a learner that gets nothing. */
  private long addUnreachable() {
    cluster.network().cut(n1.id, n4.id);
    long changeId = cluster.changeBy(n1, ADD_N4);
    cluster.settle();
    assertThat(n1.view().configuration().contains(n4.id)).isTrue();
    return changeId;
  }

  private Ready.ChangeOutcome outcomeOf(long changeId) {
    return n1.outcomes.stream()
        .filter(outcome -> outcome.changeId() == changeId)
        .findFirst()
        .orElseThrow();
  }

  private void loseOffice() {
    cluster.pass(n1, OPTIONS.electionTimeoutMaxNanos());
    assertThat(n1.leads()).isFalse();
  }

  @Test
  @DisplayName(
      "if leadership is lost while a learner is taken out again, nobody is told that it never was one")
  void lostWhileTakingBack() {
    long changeId = addUnreachable();
    cluster.network().cut(n1.id, n2.id);
    cluster.network().cut(n1.id, n3.id);
    assertThat(cluster.<Boolean>step(n1, core -> core.abortChange(changeId))).isTrue();
    cluster.settle();
    assertThat(n1.view().configuration().contains(n4.id)).isFalse();
    loseOffice();
    Ready.ChangeOutcome outcome = outcomeOf(changeId);
    assertThat(outcome.end()).isEqualTo(Ready.ChangeEnd.LOST);
    assertThat(outcome.detail())
        .contains("before its removal was committed")
        .contains("must be emptied");
  }

  @Test
  @DisplayName("an addition waits, catches up, and takes its role")
  void phases() {
    n4.autoDisk = false;
    cluster.changeBy(n1, ADD_N4);
    assertThat(status().phase()).isEqualTo(Phase.WAITING);
    assertThat(status().round()).isZero();
    cluster.settle();
    assertThat(status().phase()).isEqualTo(Phase.CATCHING_UP);
    assertThat(status().round()).isEqualTo(1);
    assertThat(status().match()).isZero();
    assertThat(status().missingEntries()).isEqualTo(n1.view().lastEntry().index());
    n4.autoDisk = true;
    while (n4.disk.pendingWrites() > 0) {
      cluster.completeWrite(n4);
    }
    while (!n1.view().configuration().isJoint()) {
      if (cluster.network().isEmpty()) {
        cluster.pass(n1, OPTIONS.heartbeatNanos());
      } else {
        cluster.deliver(cluster.network().take(0));
      }
    }
    assertThat(status().phase()).isEqualTo(Phase.TAKING_ROLE);
    assertThat(status().match()).isEqualTo(n1.view().lastEntry().index() - 1);
    assertThat(status().missingEntries()).isEqualTo(1);
  }

  @Test
  @DisplayName("one that was called off is there until the member is out again")
  void calledOff() {
    long changeId = addUnreachable();
    assertThat(cluster.<Boolean>step(n1, core -> core.abortChange(changeId))).isTrue();
    assertThat(status().phase()).isEqualTo(Phase.ABORTING);
    assertThat(cluster.<Boolean>step(n1, core -> core.abortChange(changeId)))
        .as("again")
        .isTrue();
    assertThat(cluster.<Boolean>step(n1, core -> core.abortChange(changeId + 1)))
        .as("another that there isn't")
        .isFalse();
    cluster.settle();
    assertThat(n1.view().additions()).isEmpty();
  }

  @Test
  @DisplayName("one whose member another change removes is over, and its end names that change")
  void removedByAnother() {
    long addition = addUnreachable();
    long removal = cluster.changeBy(n1, new MembershipChange.Remove(n4.id));
    cluster.settle();
    assertThat(outcomeOf(removal).end()).isEqualTo(Ready.ChangeEnd.DONE);
    assertThat(outcomeOf(addition).end()).isEqualTo(Ready.ChangeEnd.ABORTED);
    assertThat(outcomeOf(addition).index()).isEqualTo(outcomeOf(removal).index());
    assertThat(outcomeOf(addition).detail()).contains("another change");
    assertThat(n1.view().configuration().contains(n4.id)).as("for good").isFalse();
  }

  private long letInInPlaceOfN4() {
    cluster.add("n5", CoreHarness.patience(5), Configuration.EMPTY);
    Member again = Member.learner(CoreHarness.id("n5"), voter("n4").host(), "n4");
    return cluster.changeBy(
        n1, new MembershipChange.Add(again, List.of(n4.id), MembershipChange.NO_LIMIT));
  }

  @Test
  @DisplayName("one whose host has lost its disk meanwhile is over, and nobody is told to empty it")
  void hostCameBackEmpty() {
    long addition = addUnreachable();
    long replacement = letInInPlaceOfN4();
    cluster.settle();
    assertThat(outcomeOf(replacement).end()).isEqualTo(Ready.ChangeEnd.DONE);
    assertThat(outcomeOf(addition).end()).isEqualTo(Ready.ChangeEnd.ABORTED);
    assertThat(outcomeOf(addition).detail())
        .contains("n4 came back with an empty folder", "ask again")
        .doesNotContain("empty its data folder");
  }

  @Test
  @DisplayName(
      "one that was to replace the lost replica of its own host, and is called off, has to be emptied")
  void calledOffInPlaceOfTheReplicaOfItsHost() {
    cluster.add("n5", CoreHarness.patience(5), Configuration.EMPTY);
    cluster.crash(cluster.replica("n5"), 0);
    Member again = Member.voter(CoreHarness.id("n5"), voter("n3").host(), "n3");
    long addition = cluster.changeBy(
        n1, new MembershipChange.Add(again, List.of(n3.id), MembershipChange.NO_LIMIT));
    cluster.run(200 * MILLIS);
    assertThat(n1.view().configuration().contains(again.replica())).isTrue();
    assertThat(cluster.<Boolean>step(n1, core -> core.abortChange(addition))).isTrue();
    cluster.run(200 * MILLIS);
    assertThat(n1.view().configuration().contains(n3.id)).isTrue();
    assertThat(outcomeOf(addition).detail())
        .contains("empty its data folder")
        .doesNotContain("came back");
  }

  @Test
  @DisplayName("so is the promotion of a learner whose host has lost its disk")
  void learnerCameBackEmptyWhileItWasPromoted() {
    cluster.change(n1, n1.view().configuration().with(learner("n4")));
    cluster.run(200 * MILLIS);
    cluster.crash(n3, 0);
    cluster.crash(n4, 0);
    cluster.run(OPTIONS.electionTimeoutMaxNanos() + 200 * MILLIS);
    long promotion = cluster.changeBy(n1, ADD_N4);
    cluster.run(500 * MILLIS);
    assertThat(status().detail()).startsWith("held up");
    letInInPlaceOfN4();
    cluster.run(500 * MILLIS);
    assertThat(outcomeOf(promotion).end()).isEqualTo(Ready.ChangeEnd.ABORTED);
    assertThat(outcomeOf(promotion).detail())
        .contains("n4 came back with an empty folder", "ask again");
  }

  @Test
  @DisplayName("a leader that loses its office says so of it, too")
  void hostCameBackEmptyAndLeadershipIsLost() {
    long addition = addUnreachable();
    cluster.network().cut(n1.id, n2.id);
    cluster.network().cut(n1.id, n3.id);
    letInInPlaceOfN4();
    loseOffice();
    assertThat(outcomeOf(addition).end()).isEqualTo(Ready.ChangeEnd.LOST);
    assertThat(outcomeOf(addition).detail())
        .contains("n4, which came back with an empty folder")
        .doesNotContain("must be emptied");
  }

  @Test
  @DisplayName("a replica is added by one change at a time, another replica may be added meanwhile")
  void sameReplicaTwice() {
    addUnreachable();
    long second = cluster.changeBy(n1, ADD_N4);
    assertThat(outcomeOf(second).refusals())
        .extracting(ChangeRefusal::reason)
        .containsExactly(ChangeRefusal.Reason.CHANGE_UNDER_WAY);
    MembershipChange other = MembershipChange.add(voter("n5"), MembershipChange.NO_LIMIT);
    assertThat(n1.view().previewChange(other).isAllowed()).isTrue();
  }

  @Test
  @DisplayName(
      "what speaks against the next step and passes by itself holds an addition up, and doesn't end it")
  void heldUp() {
    cluster.change(n1, n1.view().configuration().with(learner("n4")));
    cluster.run(200 * MILLIS);
    cluster.crash(n3, 0);
    cluster.crash(n4, 0);
    cluster.run(OPTIONS.electionTimeoutMaxNanos() + 200 * MILLIS);
    long last = n1.view().lastEntry().index();
    long changeId = cluster.changeBy(n1, ADD_N4);
    cluster.run(500 * MILLIS);
    assertThat(n1.outcomes).extracting(Ready.ChangeOutcome::changeId).doesNotContain(changeId);
    assertThat(status().phase())
        .as("two of the four that would vote are heard of")
        .isEqualTo(Phase.CATCHING_UP);
    assertThat(status().detail()).contains("held up: ", "have to be heard of");
    assertThat(n1.view().lastEntry().index()).isEqualTo(last);
    cluster.start(n3);
    cluster.run(1000 * MILLIS);
    assertThat(outcomeOf(changeId).end()).isEqualTo(Ready.ChangeEnd.DONE);
    assertThat(n1.view().configuration().isVoter(n4.id)).isTrue();
  }

  @Test
  @DisplayName("if what holds it up lasts until its time is over, that is why it is given up")
  void heldUpUntilItsTimeIsOver() {
    cluster.change(n1, n1.view().configuration().with(learner("n4")));
    cluster.run(200 * MILLIS);
    cluster.crash(n3, 0);
    cluster.crash(n4, 0);
    cluster.run(OPTIONS.electionTimeoutMaxNanos() + 200 * MILLIS);
    long changeId = cluster.changeBy(n1, MembershipChange.add(voter("n4"), 1000 * MILLIS));
    cluster.run(1200 * MILLIS);
    assertThat(outcomeOf(changeId).end()).isEqualTo(Ready.ChangeEnd.ABORTED);
    assertThat(outcomeOf(changeId).detail())
        .contains("have to be heard of", "it stays what it was before")
        .doesNotContain("catch up");
  }

  @Test
  @DisplayName(
      "what speaks against it and doesn't pass ends an addition, though it was allowed when it was proposed")
  void becameImpossible() {
    cluster.changeBy(
        n1, MembershipChange.to(n1.view().configuration().with(voter("n2").withPriority(7))));
    long first = cluster.changeBy(n1, ADD_N4);
    Member onTheSameHost = Member.voter(CoreHarness.id("n5"), voter("n4").host(), "n4:2");
    long second =
        cluster.changeBy(n1, MembershipChange.add(onTheSameHost, MembershipChange.NO_LIMIT));
    assertThat(n1.view().additions()).as("both wait for the change before them").hasSize(2);
    cluster.settle();
    assertThat(outcomeOf(first).end()).isEqualTo(Ready.ChangeEnd.DONE);
    assertThat(outcomeOf(second).end()).isEqualTo(Ready.ChangeEnd.ABORTED);
    assertThat(outcomeOf(second).detail()).contains("would carry two members");
    assertThat(n1.view().configuration().contains(onTheSameHost.replica())).isFalse();
  }

  @Test
  @DisplayName("the number of a change that is under way can't be given to another")
  void sameNumberTwice() {
    long addition = addUnreachable();
    MembershipChange other = new MembershipChange.Remove(n3.id);
    assertThatThrownBy(() -> n1.core().changeConfiguration(addition, other))
        .isInstanceOf(IllegalArgumentException.class);
    long removal = cluster.changeBy(n1, other);
    assertThatThrownBy(() -> n1.core().changeConfiguration(removal, ADD_N4))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName("leadership is lost before it was a member: nothing of it is in the log")
  void lostWhileItWaits() {
    cluster.network().cut(n1.id, n2.id);
    cluster.network().cut(n1.id, n3.id);
    cluster.changeBy(n1, new MembershipChange.Remove(n3.id));
    long addition = cluster.changeBy(n1, ADD_N4);
    assertThat(status().phase()).isEqualTo(Phase.WAITING);
    assertThat(status().match()).isZero();
    loseOffice();
    assertThat(outcomeOf(addition).end()).isEqualTo(Ready.ChangeEnd.LOST);
    assertThat(outcomeOf(addition).detail()).contains("before it was a member");
    assertThat(n1.view().configuration().contains(n4.id)).isFalse();
  }

  @Test
  @DisplayName("leadership is lost while its last change is in the log: that may still commit")
  void lostWhileItTakesItsRole() {
    long addition = cluster.changeBy(n1, ADD_N4);
    while (!n1.view().configuration().isJoint()) {
      cluster.deliver(cluster.network().take(0));
    }
    cluster.network().take(message -> true);
    loseOffice();
    assertThat(outcomeOf(addition).end()).isEqualTo(Ready.ChangeEnd.LOST);
    assertThat(outcomeOf(addition).detail()).contains("it may still be");
  }

  @Test
  @DisplayName("what is proposed to a leader that is about to leave its office is not begun")
  void noneByALeaderThatLeaves() {
    cluster.changeBy(n1, new MembershipChange.Remove(n1.id));
    while (n1.view().transferTarget() == null) {
      cluster.deliver(cluster.network().take(0));
    }
    assertThat(n1.view().previewChange(ADD_N4).refusals())
        .extracting(ChangeRefusal::reason)
        .contains(ChangeRefusal.Reason.NOT_LEADER, ChangeRefusal.Reason.TRANSFERRING);
  }

  @Test
  @DisplayName(
      "the addition of a learner can't be called off once the change that makes it one is in the log")
  void tooLateToCallOffALearner() {
    long changeId =
        cluster.changeBy(n1, MembershipChange.add(learner("n4"), MembershipChange.NO_LIMIT));
    assertThat(n1.view().configuration().contains(n4.id)).isTrue();
    assertThat(status().phase()).isEqualTo(Phase.TAKING_ROLE);
    assertThat(cluster.<Boolean>step(n1, core -> core.abortChange(changeId))).isFalse();
    cluster.settle();
    assertThat(n1.lastOutcome().end()).isEqualTo(Ready.ChangeEnd.DONE);
  }

  @Test
  @DisplayName("if leadership is lost before that is committed, it may or may not be a learner")
  void learnerIsLostWithLeadership() {
    cluster.changeBy(n1, MembershipChange.add(learner("n4"), MembershipChange.NO_LIMIT));
    loseOffice();
    assertThat(n1.lastOutcome().end()).isEqualTo(Ready.ChangeEnd.LOST);
    assertThat(n1.lastOutcome().detail()).contains("may still be");
  }
}
