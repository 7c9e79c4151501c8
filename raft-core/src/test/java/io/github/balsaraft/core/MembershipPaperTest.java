package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.learner;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voter;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.membership.AdditionStatus;
import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.RemovedNotice;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.TimeoutNow;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Paper 6 and thesis 4, claim by claim, and what we added to them. */
class MembershipPaperTest {

  private static final long NO_LIMIT = MembershipChange.NO_LIMIT;

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  private HarnessReplica newcomer(String name) {
    return cluster.add(name, CoreHarness.patience(id(name).value()), Configuration.EMPTY);
  }

  private static List<Configuration> configurationsOf(HarnessReplica replica) {
    return replica.disk.writtenEntries().stream()
        .filter(entry -> entry.type() == EntryType.CONFIGURATION)
        .map(EntryBatch::singlePayload)
        .map(Configuration::decode)
        .toList();
  }

  private Ready.ChangeOutcome onlyOutcome(HarnessReplica replica) {
    assertThat(replica.outcomes).hasSize(1);
    return replica.outcomes.get(0);
  }

  // ------------------------------------------------------------------ how changes are made

  @Test
  @DisplayName("6: a configuration is in force as soon as it is in the log")
  void inForceWhenAppended() {
    newcomer("n4");
    cluster.elect("n1");
    cluster.change(n1, voters("n1", "n2", "n3").with(learner("n4")));
    assertThat(n1.view().commitIndex()).isEqualTo(1);
    assertThat(n1.view().configuration().contains(id("n4"))).isTrue();
    cluster.deliver(
        cluster.network().take(message -> message.to().equals(n2.id)).get(0));
    assertThat(n2.view().configuration().contains(id("n4"))).isTrue();
    assertThat(n2.view().commitIndex()).isEqualTo(1);
  }

  @Test
  @DisplayName("4.1: a change ends when it is committed, and is told once")
  void changeEndsWhenCommitted() {
    cluster.elect("n1");
    cluster.changeBy(n1, new MembershipChange.Remove(n3.id));
    assertThat(n1.outcomes).isEmpty();
    cluster.settle();
    assertThat(onlyOutcome(n1)).isEqualTo(new Ready.ChangeOutcome(1, Ready.ChangeEnd.DONE, 3, ""));
  }

  @Test
  @DisplayName("4.1: one that is committed in the same batch of inputs ends before the next begins")
  void changeEndsBeforeTheNext() {
    cluster.elect("n1");
    Configuration three = voters("n1", "n2", "n3");
    cluster.change(n1, three.with(voter("n3").withPriority(2)));
    cluster.network().take(message -> message.to().equals(n2.id)).forEach(cluster::deliver);
    ProtocolMessage answer =
        cluster.network().take(message -> message.from().equals(n2.id)).get(0);
    cluster.inputOnly(n1, core -> {
      core.receive(answer);
      return null;
    });
    cluster.change(n1, three.with(voter("n3").withPriority(3)));
    cluster.settle();
    assertThat(n1.outcomes)
        .containsExactly(
            new Ready.ChangeOutcome(1, Ready.ChangeEnd.DONE, 2, ""),
            new Ready.ChangeOutcome(2, Ready.ChangeEnd.DONE, 3, ""));
  }

  @Test
  @DisplayName(
      "4.1: a change that is not committed when leadership is lost may have come to either end")
  void changeIsLostWithLeadership() {
    cluster.elect("n1");
    cluster.network().cut(n1.id, n2.id);
    cluster.network().cut(n1.id, n3.id);
    cluster.changeBy(n1, new MembershipChange.Remove(n3.id));
    cluster.run(3000 * MILLIS);
    assertThat(n1.leads()).isFalse();
    assertThat(onlyOutcome(n1).end()).isEqualTo(Ready.ChangeEnd.LOST);
    assertThat(onlyOutcome(n1).detail()).contains("may still be");
  }

  @Test
  @DisplayName("4.1: a configuration entry that is truncated is no longer in force")
  void revertsWhenTruncated() {
    cluster.elect("n1");
    Configuration before = n1.view().configuration();
    cluster.network().cut(n1.id, n2.id);
    cluster.network().cut(n1.id, n3.id);
    cluster.changeBy(n1, new MembershipChange.Remove(n3.id));
    assertThat(n1.view().configuration().isJoint()).isTrue();
    cluster.pass(n2, 3000 * MILLIS);
    cluster.elect("n2");
    cluster.network().healAll();
    cluster.run(1000 * MILLIS);
    assertThat(n1.view().configuration()).isEqualTo(before);
  }

  @Test
  @DisplayName(
      "choice: a change made from a configuration that is not in force any more is refused")
  void outdatedChange() {
    cluster.elect("n1");
    long index = n1.view().configurationIndex();
    Configuration base = n1.view().configuration();
    cluster.change(n1, base.with(voter("n2").withPriority(5)));
    cluster.settle();
    Configuration target = base.with(voter("n3").withPriority(5));
    cluster.changeBy(n1, new MembershipChange.Reconfigure(target, index));
    assertThat(n1.lastOutcome().end()).isEqualTo(Ready.ChangeEnd.REFUSED);
    assertThat(n1.lastOutcome().refusals())
        .extracting(ChangeRefusal::reason)
        .containsExactly(ChangeRefusal.Reason.OUTDATED);
    assertThat(n1.view().configuration().member(n2.id).priority()).isEqualTo(5);
  }

  @Test
  @DisplayName("choice: an address changes without the member concerned, in one simple change")
  void addressOfAMemberThatIsDown() {
    cluster.elect("n1");
    cluster.crash(n3, 0);
    cluster.change(n1, n1.view().configuration().with(voter("n3").withAddress("elsewhere:1")));
    assertThat(n1.view().configuration().isJoint()).isFalse();
    cluster.settle();
    assertThat(onlyOutcome(n1).end()).isEqualTo(Ready.ChangeEnd.DONE);
    cluster.start(n3);
    cluster.run(500 * MILLIS);
    assertThat(n3.view().configuration().member(n3.id).address()).isEqualTo("elsewhere:1");
  }

  // ------------------------------------------------------------------ new members

  @Test
  @DisplayName("4.2.1: a new member is a learner until it has caught up, then it is a voter")
  void additionCatchesUpFirst() {
    HarnessReplica n4 = newcomer("n4");
    cluster.elect("n1");
    cluster.network().cut(n1.id, n4.id);
    cluster.changeBy(n1, MembershipChange.add(voter("n4"), NO_LIMIT));
    cluster.run(5000 * MILLIS);
    assertThat(n1.view().configuration().isVoter(n4.id)).isFalse();
    assertThat(n1.view().configuration().contains(n4.id)).isTrue();
    assertThat(n1.view().additions().get(0).phase()).isEqualTo(AdditionStatus.Phase.CATCHING_UP);
    assertThat(n1.view().additions().get(0).missingEntries()).isEqualTo(2);
    cluster.network().healAll();
    cluster.run(2000 * MILLIS);
    assertThat(onlyOutcome(n1).end()).isEqualTo(Ready.ChangeEnd.DONE);
    assertThat(n1.view().configuration().member(n4.id)).isEqualTo(voter("n4"));
    assertThat(n1.view().additions()).isEmpty();
  }

  @Test
  @DisplayName("4.2.1: a learner whose rounds take longer than an election timeout gets no vote")
  void slowRounds() {
    HarnessReplica n4 = newcomer("n4");
    n4.autoDisk = false;
    cluster.elect("n1");
    cluster.changeBy(n1, MembershipChange.add(voter("n4"), NO_LIMIT));
    for (int i = 0; i < 5; i++) {
      cluster.run(1200 * MILLIS);
      cluster.propose(n1, "x");
      while (n4.disk.pendingWrites() > 0) {
        cluster.completeWrite(n4);
      }
      cluster.settle();
    }
    assertThat(n1.view().configuration().isVoter(n4.id)).isFalse();
    assertThat(n1.view().additions().get(0).round()).isGreaterThan(3);
    n4.autoDisk = true;
    cluster.run(3000 * MILLIS);
    assertThat(n1.view().configuration().isVoter(n4.id)).isTrue();
  }

  @Test
  @DisplayName("4.2.1: a member that doesn't catch up in time is removed again, and it is said why")
  void timeLimit() {
    HarnessReplica n4 = newcomer("n4");
    cluster.elect("n1");
    cluster.network().cut(n1.id, n4.id);
    cluster.changeBy(n1, MembershipChange.add(voter("n4"), 3000 * MILLIS));
    cluster.run(2900 * MILLIS);
    assertThat(n1.view().configuration().contains(n4.id)).isTrue();
    cluster.run(400 * MILLIS);
    assertThat(n1.view().configuration().contains(n4.id)).isFalse();
    assertThat(onlyOutcome(n1).end()).isEqualTo(Ready.ChangeEnd.ABORTED);
    assertThat(onlyOutcome(n1).index())
        .isEqualTo(n1.view().configuration().removedAt(n4.id))
        .isPositive();
    assertThat(onlyOutcome(n1).detail())
        .as("its replica is spent, and to ask again with it would wait in vain")
        .contains("n4 was removed again at index " + onlyOutcome(n1).index(), "empty its data");
  }

  @Test
  @DisplayName(
      "choice: what it has of a snapshot is a step forward too, and the same again is none")
  void timeLimitBeginsAnewWhileItFetches() {
    cluster.elect("n1");
    cluster.propose(n1, "a", "b", "c");
    cluster.run(500 * MILLIS);
    cluster.snapshot(n1);
    assertThat(n1.view().baseEntry().index()).isGreaterThan(1);
    HarnessReplica n4 = newcomer("n4");
    n4.autoFetch = false;
    cluster.changeBy(n1, MembershipChange.add(voter("n4"), 3000 * MILLIS));
    cluster.run(1000 * MILLIS);
    assertThat(n4.fetches).hasSize(1);
    long generation = n4.fetches.get(0).generation();
    for (int i = 1; i <= 6; i++) {
      long doneBytes = 1000L * i;
      cluster.stepDo(n4, core -> core.snapshotProgress(generation, doneBytes));
      cluster.run(1500 * MILLIS);
    }
    assertThat(n1.view().configuration().contains(n4.id)).as("after 10 s").isTrue();
    for (int i = 1; i <= 3; i++) {
      long doneBytes = 1000L * i;
      cluster.stepDo(n4, core -> core.snapshotProgress(generation, doneBytes));
      cluster.run(1500 * MILLIS);
    }
    assertThat(n1.view().configuration().contains(n4.id))
        .as("it begins anew only")
        .isFalse();
    assertThat(onlyOutcome(n1).end()).isEqualTo(Ready.ChangeEnd.ABORTED);
  }

  @Test
  @DisplayName("choice: an addition that is called off takes the learner out again")
  void calledOff() {
    HarnessReplica n4 = newcomer("n4");
    cluster.elect("n1");
    cluster.network().cut(n1.id, n4.id);
    long changeId = cluster.changeBy(n1, MembershipChange.add(voter("n4"), NO_LIMIT));
    cluster.settle();
    assertThat(cluster.<Boolean>step(n1, core -> core.abortChange(changeId))).isTrue();
    cluster.settle();
    assertThat(onlyOutcome(n1).end()).isEqualTo(Ready.ChangeEnd.ABORTED);
    assertThat(n1.view().configuration().contains(n4.id)).isFalse();
    assertThat(cluster.<Boolean>step(n1, core -> core.abortChange(changeId))).isFalse();
  }

  @Test
  @DisplayName("choice: an addition whose last change is in the log can't be called off")
  void tooLateToCallOff() {
    newcomer("n4");
    cluster.elect("n1");
    long changeId = cluster.changeBy(n1, MembershipChange.add(voter("n4"), NO_LIMIT));
    while (!n1.view().configuration().isJoint()) {
      cluster.deliver(cluster.network().take(0));
    }
    assertThat(cluster.<Boolean>step(n1, core -> core.abortChange(changeId))).isFalse();
    cluster.settle();
    assertThat(onlyOutcome(n1).end()).isEqualTo(Ready.ChangeEnd.DONE);
  }

  @Test
  @DisplayName(
      "choice: after a change of leader the same call goes on with the learner that is there")
  void goesOnUnderTheNextLeader() {
    HarnessReplica n4 = newcomer("n4");
    cluster.elect("n1");
    cluster.network().cut(n1.id, n4.id);
    cluster.changeBy(n1, MembershipChange.add(voter("n4"), NO_LIMIT));
    cluster.settle();
    cluster.pass(n1, 3000 * MILLIS);
    assertThat(onlyOutcome(n1).end()).isEqualTo(Ready.ChangeEnd.LOST);
    assertThat(onlyOutcome(n1).detail()).contains("remains a learner");
    cluster.elect("n2");
    assertThat(n2.view().configuration().contains(n4.id)).isTrue();
    cluster.changeBy(n2, MembershipChange.add(voter("n4"), 1000 * MILLIS));
    cluster.run(500 * MILLIS);
    assertThat(onlyOutcome(n2).end()).isEqualTo(Ready.ChangeEnd.DONE);
    assertThat(configurationsOf(n2)).as("learner, joint, voter").hasSize(3);
  }

  @Test
  @DisplayName("choice: a learner that was there before stays one if it doesn't catch up in time")
  void learnerStaysLearner() {
    HarnessReplica n4 = newcomer("n4");
    cluster.elect("n1");
    cluster.change(n1, voters("n1", "n2", "n3").with(learner("n4")));
    cluster.settle();
    cluster.crash(n4, 0);
    for (int i = 0; i < 3; i++) {
      cluster.propose(n1, "x");
    }
    cluster.changeBy(n1, MembershipChange.add(voter("n4"), 1000 * MILLIS));
    cluster.run(2000 * MILLIS);
    assertThat(n1.lastOutcome().end()).isEqualTo(Ready.ChangeEnd.ABORTED);
    assertThat(n1.view().configuration().member(n4.id)).isEqualTo(learner("n4"));
  }

  @Test
  @DisplayName("choice: two additions at once wait for each other and both come to their end")
  void twoAdditions() {
    newcomer("n4");
    newcomer("n5");
    cluster.elect("n1");
    cluster.changeBy(n1, MembershipChange.add(voter("n4"), NO_LIMIT));
    cluster.changeBy(n1, MembershipChange.add(learner("n5"), NO_LIMIT));
    cluster.run(1000 * MILLIS);
    assertThat(n1.outcomes)
        .extracting(Ready.ChangeOutcome::end)
        .containsExactly(Ready.ChangeEnd.DONE, Ready.ChangeEnd.DONE);
    assertThat(n1.view().configuration().members())
        .containsExactly(voter("n1"), voter("n2"), voter("n3"), voter("n4"), learner("n5"));
  }

  @Test
  @DisplayName(
      "choice: an addition that is asked for while the configuration is joint waits for its turn")
  void additionWhileJoint() {
    newcomer("n4");
    cluster.elect("n1");
    cluster.changeBy(n1, new MembershipChange.Remove(n3.id));
    assertThat(n1.view().configuration().isJoint()).isTrue();
    cluster.changeBy(n1, MembershipChange.add(voter("n4"), NO_LIMIT));
    cluster.run(1000 * MILLIS);
    assertThat(n1.outcomes)
        .extracting(Ready.ChangeOutcome::end)
        .containsExactly(Ready.ChangeEnd.DONE, Ready.ChangeEnd.DONE);
    assertThat(n1.view().configuration().members())
        .containsExactly(voter("n1"), voter("n2"), voter("n4"));
  }

  @Test
  @DisplayName("6: a member is replaced in one joint change, once the new one has caught up")
  void replacement() {
    newcomer("n4");
    cluster.elect("n1");
    cluster.crash(n3, 0);
    cluster.changeBy(n1, MembershipChange.replace(n3.id, voter("n4").withPriority(7), NO_LIMIT));
    cluster.run(1000 * MILLIS);
    List<Configuration> steps = configurationsOf(n1);
    assertThat(steps).hasSize(3);
    assertThat(steps.get(0).member(id("n4")).role()).isEqualTo(MemberRole.LEARNER);
    assertThat(steps.get(1).isJoint()).isTrue();
    assertThat(steps.get(1).incomingVoters()).containsExactly(n1.id, n2.id, id("n4"));
    assertThat(steps.get(2).members())
        .containsExactly(voter("n1"), voter("n2"), voter("n4").withPriority(7));
    assertThat(onlyOutcome(n1).end()).isEqualTo(Ready.ChangeEnd.DONE);
  }

  @Test
  @DisplayName("4.2.1: the size of the quorum doesn't change when a learner joins")
  void learnerCountsNowhere() {
    newcomer("n4");
    newcomer("n5");
    cluster.elect("n1");
    cluster.changeBy(n1, MembershipChange.add(learner("n4"), NO_LIMIT));
    cluster.changeBy(n1, MembershipChange.add(learner("n5"), NO_LIMIT));
    cluster.run(500 * MILLIS);
    for (String learner : List.of("n4", "n5")) {
      cluster.crash(cluster.replica(learner), 0);
    }
    cluster.crash(n3, 0);
    long before = n1.view().commitIndex();
    cluster.propose(n1, "x");
    cluster.settle();
    assertThat(n1.view().commitIndex()).as("n1 and n2 suffice").isEqualTo(before + 1);
  }

  // ------------------------------------------------------------------ removed members

  @Test
  @DisplayName(
      "4.2.3: a removed member is told once that is committed, and stays quiet from then on")
  void removedMemberIsTold() {
    cluster.elect("n1");
    cluster.changeBy(n1, new MembershipChange.Remove(n3.id));
    cluster.settle();
    assertThat(n3.view().removedAt()).isEqualTo(3);
    cluster.run(20_000 * MILLIS);
    assertThat(n3.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(n3.view().hardState().term()).isEqualTo(1);
    assertThat(n3.core().nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  @DisplayName(
      "4.2.3: who was away and asks for votes is told by any member, and after a restart again")
  void removedWhileAway() {
    cluster.elect("n1");
    cluster.crash(n3, 0);
    cluster.changeBy(n1, new MembershipChange.Remove(n3.id));
    cluster.run(500 * MILLIS);
    for (int life = 0; life < 2; life++) {
      cluster.start(n3);
      cluster.network().cut(n3.id, n1.id);
      cluster.timeout(n3);
      cluster.settle();
      assertThat(n3.view().removedAt()).isEqualTo(3);
      cluster.crash(n3, 0);
    }
    assertThat(n1.leads()).isTrue();
  }

  @Test
  @DisplayName("choice: a member that knows its removal to be committed gives no votes")
  void removedMemberGivesNoVotes() {
    cluster.elect("n1");
    cluster.changeBy(n1, new MembershipChange.Remove(n3.id));
    cluster.settle();
    cluster.network().take(message -> true);
    cluster.deliver(new RequestPreVote(n2.id, n3.id, 9, n2.view().lastEntry()));
    PreVoteResponse answer = (PreVoteResponse) cluster.network().take(0);
    assertThat(answer.granted()).isFalse();
  }

  @Test
  @DisplayName(
      "choice: a member that knows the removing index to be committed with itself in it believes nobody")
  void falseNotice() {
    cluster.elect("n1");
    cluster.run(300 * MILLIS);
    cluster.deliver(new RemovedNotice(n2.id, n3.id, 1, n3.view().commitIndex()));
    assertThat(n3.view().removedAt()).isZero();
    assertThat(n3.view().leader()).isEqualTo(n1.id);
  }

  @Test
  @DisplayName(
      "4.2.2: a leader that removes itself is in office until that is committed, and no longer")
  void leaderRemovesItself() {
    cluster.elect("n1");
    cluster.changeBy(n1, new MembershipChange.Remove(n1.id));
    cluster.deliver(
        cluster.network().take(message -> message.to().equals(n2.id)).get(0));
    cluster.network().take(AppendEntries.class::isInstance);
    assertThat(n1.leads()).isTrue();
    cluster.run(600 * MILLIS);
    assertThat(n1.leads()).isFalse();
    assertThat(onlyOutcome(n1).end()).isEqualTo(Ready.ChangeEnd.DONE);
    assertThat(n1.view().removedAt()).isEqualTo(3);
  }

  @Test
  @DisplayName(
      "6, thesis 4.2.2: choice: the successor is told in the step in which the leader's removal is committed")
  void successorIsToldAtOnce() {
    cluster.elect("n1");
    cluster.run(300 * MILLIS);
    cluster.changeBy(n1, new MembershipChange.Remove(n1.id));
    ProtocolMessage message = cluster.network().take(0);
    while (!isDurableAt(n3, n1.view().configurationIndex(), message)
        || n1.view().configuration().isJoint()) {
      cluster.deliver(message);
      message = cluster.network().take(0);
    }
    n1.core().receive(message);
    Ready ready = n1.core().ready();
    assertThat(n1.view().committedRemovalOf(n1.id)).isPositive();
    // In this very output: nobody knows when there is another one.
    assertThat(ready.messages()).anyMatch(TimeoutNow.class::isInstance);
  }

  private static boolean isDurableAt(HarnessReplica replica, long index, ProtocolMessage message) {
    return message instanceof AppendEntriesResponse response
        && response.from().equals(replica.id)
        && response.durableMatch() == index;
  }
}
