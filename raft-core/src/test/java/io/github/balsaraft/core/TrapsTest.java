package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.core.log.TermStarts;
import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.Role;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Mistakes that other implementations made, and the rule of the core that each of them broke. */
class TrapsTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  private static EntryBatch entry(long term, long index) {
    return Payloads.single(EntryType.COMMAND, new byte[0]).place(new EntryId(term, index), 0);
  }

  private AppendEntriesResponse lastAnswer() {
    List<ProtocolMessage> sent = cluster.network().take(AppendEntriesResponse.class::isInstance);
    return (AppendEntriesResponse) sent.get(sent.size() - 1);
  }

  @Test
  @DisplayName("trap 2: a log of a later term than the stored one is refused at the start")
  void trap02_termBelowTheLog() {
    TermStarts terms = new TermStarts(EntryId.NONE, List.of(new EntryId(5, 1)), 3);
    CoreStart start = new CoreStart(
        id("n1"), new HardState(4, null), terms, null, voters("n1"), new TreeMap<>(), 0, 0, 0);
    assertThatThrownBy(() -> new RaftCore(OPTIONS, () -> 1, start))
        .isInstanceOf(InvariantViolation.class);
  }

  @Test
  @DisplayName(
      "trap 8: a learner that doesn't know yet that it has a vote answers, and the group elects a leader")
  void trap08_learnerVotes() {
    HarnessReplica n4 = cluster.add("n4", CoreHarness.patience(4), Configuration.EMPTY);
    cluster.elect("n1");
    cluster.change(n1, voters("n1", "n2", "n3").with(CoreHarness.learner("n4")));
    cluster.settle();
    cluster.network().cut(n1.id, n4.id);
    cluster.change(n1, voters("n1", "n2", "n3", "n4"));
    cluster.settle();
    assertThat(n4.view().configuration().isVoter(n4.id)).isFalse();
    // Of four voters three must be up: n2, n3 and the one that doesn't know.
    cluster.crash(n1, 0);
    cluster.elect("n2");
    assertThat(n2.leads()).isTrue();
  }

  @Test
  @DisplayName("trap 14: an old message that is shorter than the log truncates nothing")
  void trap14_oldShortMessage() {
    cluster.elect("n1");
    cluster.propose(n1, "a", "b", "c");
    cluster.settle();
    cluster.deliver(new AppendEntries(
        n1.id, n2.id, 1, n1.view().progressOf(n2.id).session(), new EntryId(1, 1), List.of(), 1));
    assertThat(n2.view().lastEntry()).isEqualTo(new EntryId(1, 4));
  }

  @Test
  @DisplayName(
      "traps 15 and 16: a follower with a longer tail acknowledges and commits only what the message proves")
  void trap15_longerTail() {
    cluster.allowForgery();
    cluster.preset(n2, 3, 1, 1, 3, 3, 3);
    cluster.deliver(new AppendEntries(n1.id, n2.id, 4, 1, new EntryId(1, 2), List.of(), 5));
    AppendEntriesResponse answer = lastAnswer();
    assertThat(answer.durableMatch()).isEqualTo(2);
    assertThat(answer.verified()).isEqualTo(2);
    assertThat(n2.view().commitIndex()).isEqualTo(2);
    assertThat(n2.view().lastEntry()).as("nothing differs yet").isEqualTo(new EntryId(3, 5));
  }

  @Test
  @DisplayName("trap 16: a heartbeat's commit index beyond the log is not believed")
  void trap16_heartbeatBeyondTheLog() {
    cluster.preset(n2, 3, 1, 1);
    cluster.deliver(new Heartbeat(n1.id, n2.id, 3, 1, 7, 7, 0));
    assertThat(n2.view().commitIndex()).isZero();
  }

  @Test
  @DisplayName(
      "trap 16: a disk that went back to what it held before another leader's entries gets nothing committed by a heartbeat")
  void trap16_diskThatWentBack() {
    cluster.preset(n1, 3, 1, 3, 3);
    cluster.preset(n3, 3, 1, 3, 3);
    cluster.preset(n2, 2, 1, 2, 2, 2);
    cluster.elect("n1");
    cluster.run(200 * MILLIS);
    EntryId last = n1.view().lastEntry();
    assertThat(n2.view().lastEntry()).isEqualTo(last);
    assertThat(n2.view().commitIndex()).isEqualTo(last.index()).isEqualTo(4);
    cluster.allowForgery();
    cluster.preset(n2, last.term(), 1, 2, 2, 2);
    assertThat(n2.view().lastEntry()).as("what was acknowledged is gone").isNotEqualTo(last);
    cluster.run(500 * MILLIS);
    assertThat(n1.leads()).isTrue();
    assertThat(n2.view().lastEntry()).isEqualTo(last);
    assertThat(n2.view().commitIndex()).isEqualTo(4);
    assertThat(n2.applied).isEqualTo(n1.applied);
  }

  @Test
  @DisplayName(
      "trap 17: answers of another term or session, or about entries that don't exist, move nothing")
  void trap17_staleAnswers() {
    cluster.preset(n1, 2, 1, 2);
    cluster.preset(n2, 2, 1, 2);
    cluster.elect("n1");
    cluster.allowForgery();
    cluster.propose(n1, "x");
    cluster.network().take(message -> true);
    Progress progress = n1.view().progressOf(n2.id);
    long match = progress.match();
    answer(n1.view().hardState().term() - 1, progress.session(), 4);
    answer(n1.view().hardState().term(), progress.session() + 1, 4);
    answer(n1.view().hardState().term(), progress.session(), 5);
    assertThat(progress.match()).isEqualTo(match);
    answer(n1.view().hardState().term(), progress.session(), 4);
    assertThat(progress.match()).isEqualTo(4);
    answer(n1.view().hardState().term(), progress.session(), 1);
    assertThat(progress.match()).as("never goes back").isEqualTo(4);
    assertThat(progress.next()).isEqualTo(5);
  }

  private void answer(long term, long session, long match) {
    cluster.deliver(new AppendEntriesResponse(
        n2.id, n1.id, term, session, match, match, EntryId.NONE, EntryId.NONE));
  }

  @Test
  @DisplayName("trap 17: entries that were loaded for an earlier term are not sent in a later one")
  void trap17_loadOfAnEarlierTerm() {
    CoreHarness small = new CoreHarness(new CoreOptionsBuilder().windowBytes(0).build());
    for (int i = 1; i <= 3; i++) {
      small.add("n" + i, CoreHarness.patience(i), voters("n1", "n2", "n3"));
    }
    HarnessReplica leader = small.replica("n1");
    HarnessReplica lagging = small.replica("n3");
    leader.autoLoads = false;
    small.network().cut(id("n2"), lagging.id);
    small.network().cut(leader.id, lagging.id);
    small.elect("n1");
    for (int i = 0; i < 10; i++) {
      small.propose(leader, "command " + i);
      small.settle();
    }
    small.network().heal(leader.id, lagging.id);
    small.run(1200 * MILLIS);
    HarnessReplica.PendingLoad early = leader.loads.get(0);
    small.network().take(message -> true);
    small.pass(leader, 3000 * MILLIS);
    assertThat(leader.leads()).isFalse();
    small.elect("n2");
    small.pass(small.replica("n2"), 3000 * MILLIS);
    small.network().take(message -> true);
    small.elect("n1");
    small.run(1200 * MILLIS);
    HarnessReplica.PendingLoad late = leader.loads.get(leader.loads.size() - 1);
    assertThat(late.load().generation()).isNotEqualTo(early.load().generation());
    small.network().take(message -> true);
    small.answerLoad(leader, early.load(), early.found());
    assertThat(small.network().inFlight()).isEmpty();
    small.answerLoad(leader, late.load(), late.found());
    assertThat(small.network().inFlight()).isNotEmpty();
    leader.autoLoads = true;
    small.run(1200 * MILLIS);
    assertThat(lagging.applied).isEqualTo(leader.applied);
  }

  @Test
  @DisplayName("trap 18: a late refusal doesn't undo what is known since")
  void trap18_lateRefusal() {
    cluster.elect("n1");
    cluster.propose(n1, "a", "b", "c");
    cluster.settle();
    Progress progress = n1.view().progressOf(n2.id);
    cluster.deliver(new AppendEntriesResponse(
        n2.id, n1.id, 1, progress.session(), 0, 0, new EntryId(1, 2), EntryId.NONE));
    assertThat(progress.mode()).isEqualTo(Progress.Mode.REPLICATE);
    assertThat(progress.next()).isEqualTo(5);
  }

  @Test
  @DisplayName(
      "trap 20: an entry that is committed elsewhere and not durable here is not applied here")
  void trap20_appliesOnlyWhatIsDurableHere() {
    cluster.elect("n1");
    n2.autoDisk = false;
    cluster.propose(n1, "x");
    cluster.settle();
    cluster.run(300 * MILLIS);
    cluster.deliver(new AppendEntries(
        n1.id, n2.id, 1, n1.view().progressOf(n2.id).session(), new EntryId(1, 2), List.of(), 2));
    assertThat(n2.view().commitIndex()).isEqualTo(2);
    assertThat(n2.applied).hasSize(1);
    cluster.completeWrite(n2);
    assertThat(n2.applied).hasSize(2);
  }

  @Test
  @DisplayName(
      "trap 20: what others have committed and the leader's disk has not counts in its limits")
  void trap20_whatIsNotDurableHereCountsInTheLimits() {
    cluster.elect("n1");
    n1.autoDisk = false;
    int appended = 0;
    ProposalResult result = cluster.propose(n1, "x");
    while (result instanceof ProposalResult.Appended && appended < 1000) {
      appended++;
      cluster.settle();
      assertThat(n1.view().commitIndex())
          .as("the others commit it")
          .isEqualTo(n1.view().lastEntry().index());
      result = cluster.propose(n1, "c".repeat(500));
    }
    assertThat(((ProposalResult.Refused) result).reason())
        .isEqualTo(ProposalResult.Reason.OVERLOADED);
    assertThat(n1.view().uncommittedBytes()).isLessThanOrEqualTo(OPTIONS.maxUncommittedBytes());
    assertThat(n1.view().durableIndex()).isEqualTo(1);

    while (n1.disk.pendingWrites() > 0) {
      cluster.completeWrite(n1);
    }
    assertThat(n1.view().uncommittedBytes()).isZero();
    assertThat(cluster.propose(n1, "x")).isInstanceOf(ProposalResult.Appended.class);
  }

  @Test
  @DisplayName("trap 22: a single replica replays its log after each restart")
  void trap22_singleReplicaRestarts() {
    CoreHarness one = ofVoters(OPTIONS, "n1");
    HarnessReplica only = one.replica("n1");
    for (int i = 1; i <= 10; i++) {
      one.run(10 * MILLIS);
      one.propose(only, "x");
      assertThat(only.applied).hasSize(2 * i);
      one.crash(only, 0);
      one.start(only);
    }
  }

  @Test
  @DisplayName(
      "trap 29: no change of the configuration before the leader has committed an entry of its own term")
  void trap29_noChangeBeforeTheNoOp() {
    cluster.timeout(n1);
    while (!n1.leads()) {
      cluster.deliver(cluster.network().take(0));
    }
    assertThat(cluster.change(n1, voters("n1", "n2"))).isFalse();
    assertThat(n1.outcomes.get(0).detail())
        .as("that, and not that the followers were not heard of")
        .contains("has not committed an entry of its own term");
    cluster.settle();
    assertThat(cluster.change(n1, voters("n1", "n2"))).isTrue();
  }

  @Test
  @DisplayName(
      "trap 29: no change while one is not committed, be it joint, the end of a joint one, or a learner's")
  void trap29_oneChangeAtATime() {
    cluster.elect("n1");
    Configuration withLearner = voters("n1", "n2", "n3").with(CoreHarness.learner("n4"));
    assertThat(cluster.change(n1, withLearner)).isTrue();
    assertThat(cluster.change(n1, withLearner)).isFalse();
    cluster.settle();
    assertThat(cluster.change(n1, voters("n1", "n2"))).isTrue();
    assertThat(cluster.change(n1, withLearner)).as("joint").isFalse();
    while (n1.view().configuration().isJoint()) {
      cluster.deliver(cluster.network().take(0));
    }
    assertThat(cluster.change(n1, withLearner)).as("its end").isFalse();
    cluster.settle();
    assertThat(cluster.change(n1, withLearner)).as("n3 was removed").isFalse();
    assertThat(cluster.change(n1, voters("n1", "n2").with(CoreHarness.learner("n5"))))
        .isTrue();
  }

  @Test
  @DisplayName(
      "trap 33: who restarts in a joint configuration leaves it only when it is committed under both halves")
  void trap33_recoveredLeaderInJoint() {
    CoreHarness two = ofVoters(OPTIONS, "n1", "n2");
    HarnessReplica leader = two.elect("n1");
    two.network().cut(leader.id, id("n2"));
    two.change(leader, voters("n1"));
    two.crash(leader, 0);
    two.start(leader);
    two.network().healAll();
    two.network().cut(leader.id, id("n2"));
    two.run(10_000 * MILLIS);
    assertThat(leader.leads()).as("the outgoing half needs n2").isFalse();
    assertThat(leader.view().configuration().isJoint()).isTrue();
    two.network().healAll();
    two.run(5000 * MILLIS);
    assertThat(leader.view().configuration().members()).isEqualTo(voters("n1").members());
    assertThat(leader.leads()).isTrue();
  }

  @Test
  @DisplayName("trap 35: a replica that was told no configuration never campaigns")
  void trap35_noConfiguration() {
    CoreHarness other = new CoreHarness(OPTIONS);
    HarnessReplica newcomer = other.add("n1", CoreHarness.patience(1), Configuration.EMPTY);
    other.run(20_000 * MILLIS);
    assertThat(newcomer.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(newcomer.core().nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  @DisplayName("a lost append is resent however many reads there are: their rounds put off nothing")
  void readsPutOffNoResend() {
    cluster.elect("n1");
    cluster.propose(n1, "x");
    cluster.network().take(message -> message.to().equals(n3.id));
    for (int i = 0; i < 60; i++) {
      cluster.read(n1);
      cluster.settle();
      cluster.pass(n1, 20 * MILLIS);
      cluster.settle();
    }
    assertThat(n3.view().lastEntry()).isEqualTo(new EntryId(1, 2));
  }

  @Test
  @DisplayName("a change to something that can't be in force is refused, not thrown")
  void impossibleChange() {
    cluster.elect("n1");
    Configuration joint = voters("n1", "n2", "n3").jointTowards(voters("n1", "n2"), 9);
    for (Configuration target : List.of(joint, Configuration.EMPTY)) {
      assertThat(cluster.change(n1, target)).isFalse();
    }
  }

  @Test
  @DisplayName("messages that make no sense are dropped and counted")
  void nonsense() {
    cluster.elect("n1");
    long before = n2.view().droppedMessages();
    cluster.deliver(new AppendEntries(n1.id, n2.id, 1, 2, EntryId.NONE, List.of(entry(1, 2)), 0));
    cluster.deliver(new AppendEntries(n1.id, n2.id, 1, 2, EntryId.NONE, List.of(entry(3, 1)), 0));
    cluster.deliver(new AppendEntries(n1.id, n2.id, 1, 0, EntryId.NONE, List.of(), 0));
    cluster.deliver(new Heartbeat(n2.id, n2.id, 9, 1, 0, 0, 0));
    assertThat(n2.view().droppedMessages()).isEqualTo(before + 4);
    assertThat(n2.view().hardState().term()).isEqualTo(1);
  }
}
