package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.learner;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voter;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReadIndexRequest;
import io.github.balsaraft.model.ReadIndexResponse;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.TransferRevocation;
import io.github.balsaraft.model.TransferRevocationResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** When a follower has something to do, and what it does then. */
class FollowerStateTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  private static long waitNanos(HarnessReplica replica) {
    return replica.core().nextDeadlineNanos() - replica.clockNanos;
  }

  @Test
  @DisplayName(
      "a follower with a read to ask for again is to be called a heartbeat interval later, not at once")
  void readToRepeat() {
    cluster.elect("n1");
    cluster.run(300 * MILLIS);
    assertThat(waitNanos(n2)).isGreaterThan(OPTIONS.heartbeatNanos());
    cluster.read(n2);
    assertThat(waitNanos(n2)).isEqualTo(OPTIONS.heartbeatNanos());
  }

  @Test
  @DisplayName(
      "a learner notices that its leader is silent, and then asks all members now and then, as nobody's candidate")
  void learnerWithoutLeader() {
    HarnessReplica n4 = cluster.add("n4", CoreHarness.patience(4), Configuration.EMPTY);
    assertThat(n4.core().nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    cluster.elect("n1");
    cluster.change(n1, voters("n1", "n2", "n3").with(learner("n4")));
    cluster.run(300 * MILLIS);
    assertThat(n4.view().leader()).isEqualTo(n1.id);
    assertThat(waitNanos(n4))
        .isBetween(OPTIONS.electionTimeoutMinNanos() / 2, OPTIONS.electionTimeoutMaxNanos());
    cluster.timeout(n4);
    assertThat(n4.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(n4.view().leader()).isNull();
    assertThat(cluster.network().isEmpty()).as("not yet").isTrue();
    cluster.timeout(n4);
    assertThat(cluster.network().take(message -> true))
        .containsExactly(
            question(n4, n1.id, n4.view().lastEntry()),
            question(n4, n2.id, n4.view().lastEntry()),
            question(n4, n3.id, n4.view().lastEntry()));
    assertThat(waitNanos(n4)).as("calmly").isGreaterThan(2 * OPTIONS.electionTimeoutMaxNanos());
    assertThat(n4.view().currentRole()).isEqualTo(Role.FOLLOWER);
  }

  private static RequestPreVote question(HarnessReplica from, ReplicaId to, EntryId lastEntry) {
    return new RequestPreVote(from.id, to, RequestPreVote.NO_CAMPAIGN, lastEntry);
  }

  @Test
  @DisplayName("a learner that hears its leader asks nobody")
  void learnerWithLeader() {
    HarnessReplica n4 = cluster.add("n4", CoreHarness.patience(4), Configuration.EMPTY);
    cluster.elect("n1");
    cluster.change(n1, voters("n1", "n2", "n3").with(learner("n4")));
    List<ProtocolMessage> questions = new ArrayList<>();
    cluster.trace(new HarnessTrace() {
      @Override
      public void sent(ProtocolMessage message, boolean passes) {
        if (message instanceof RequestPreVote) {
          questions.add(message);
        }
      }
    });
    cluster.run(20_000 * MILLIS);
    assertThat(questions).isEmpty();
    assertThat(n4.view().leader()).isEqualTo(n1.id);
  }

  @Test
  @DisplayName("such a question is granted by nobody, and makes no candidate stand back")
  void questionDisturbsNobody() {
    cluster.timeout(n1);
    assertThat(n1.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
    cluster.network().take(message -> true);
    long deadline = n1.core().nextDeadlineNanos();
    cluster.deliver(question(n2, n1.id, new EntryId(7, 9)));
    assertThat(cluster.network().take(message -> true))
        .containsExactly(new PreVoteResponse(n1.id, n2.id, 0, RequestPreVote.NO_CAMPAIGN, false));
    assertThat(n1.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
    assertThat(n1.core().nextDeadlineNanos()).isEqualTo(deadline);
  }

  @Test
  @DisplayName(
      "trap 6: who sees its own removal committed in its log campaigns at nobody's request")
  void ownRemovalInTheLog() {
    cluster.allowForgery();
    cluster.elect("n1");
    cluster.run(300 * MILLIS);
    Configuration joint = n1.view().configuration().jointTowards(voters("n1", "n3"), 2);
    EntryBatch first =
        Payloads.single(EntryType.CONFIGURATION, joint.encode()).place(new EntryId(1, 2), 0);
    EntryBatch second = Payloads.single(
            EntryType.CONFIGURATION, joint.leaveJoint(3).encode())
        .place(new EntryId(1, 3), 0);
    cluster.deliver(
        new AppendEntries(n1.id, n2.id, 1, 1, new EntryId(1, 1), List.of(first, second), 3));
    cluster.deliver(new TransferRevocation(n1.id, n2.id, 1, 0));
    long life = ((TransferRevocationResponse)
            cluster.network().take(TransferRevocationResponse.class::isInstance).get(0))
        .life();
    assertThat(n2.view().leader()).isEqualTo(n1.id);
    assertThat(n2.view().removedAt()).isEqualTo(3);
    cluster.deliver(new TimeoutNow(n1.id, n2.id, 1, 1, life, 3));
    assertThat(n2.view().currentRole()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  @DisplayName(
      "a heartbeat whose commit index is beyond the log is answered, but counted: a disk has lost entries, and the leader is asked where the logs agree")
  void commitBeyondTheLog() {
    cluster.allowForgery();
    cluster.deliver(new Heartbeat(n1.id, n2.id, 1, 1, 0, 0, 0));
    cluster.network().take(message -> true);
    long before = n2.view().droppedMessages();
    cluster.deliver(new Heartbeat(n1.id, n2.id, 1, 2, 7, 7, 0));
    assertThat(n2.view().droppedMessages()).isEqualTo(before + 1);
    assertThat(cluster.network().inFlight())
        .hasExactlyElementsOfTypes(AppendEntriesResponse.class, HeartbeatResponse.class);
  }

  // ------------------------------------------------------------------ what it takes for committed

  @Test
  @DisplayName("a follower that was started anew hears of the commit index though nobody writes")
  void commitIndexAfterARestart() {
    cluster.elect("n1");
    cluster.propose(n1, "x", "y");
    cluster.run(OPTIONS.heartbeatNanos());
    long committed = n1.view().commitIndex();
    cluster.crash(n2, 0);
    cluster.start(n2);
    assertThat(n2.view().commitIndex()).isZero();
    cluster.run(2 * OPTIONS.heartbeatNanos());
    assertThat(n2.view().commitIndex()).isEqualTo(committed).isEqualTo(3);
    assertThat(n2.applied).isEqualTo(n1.applied);
    cluster.network().take(message -> true);
    cluster.pass(n1, OPTIONS.heartbeatNanos());
    cluster.settleWithout(AppendEntries.class);
    assertThat(cluster.network().isEmpty()).as("nothing is asked any more").isTrue();
  }

  @Test
  @DisplayName("so does one to which the way takes no entries")
  void commitIndexWhereTheWayTakesNoMore() {
    cluster.elect("n1");
    cluster.propose(n1, "x", "y");
    cluster.run(OPTIONS.heartbeatNanos());
    cluster.stepDo(n1, core -> core.writable(n2.id, false));
    cluster.crash(n2, 0);
    cluster.start(n2);
    cluster.run(2 * OPTIONS.heartbeatNanos());
    assertThat(n2.view().commitIndex()).isEqualTo(n1.view().commitIndex()).isEqualTo(3);
  }

  private long questionsInFlight() {
    return cluster.network().take(AppendEntriesResponse.class::isInstance).stream()
        .map(AppendEntriesResponse.class::cast)
        .filter(answer -> answer.session() == AppendEntriesResponse.NO_SESSION)
        .count();
  }

  @Test
  @DisplayName("it asks for the proof no more often than once in a heartbeat interval")
  void asksOnceInAHeartbeatInterval() {
    cluster.elect("n1");
    cluster.propose(n1, "x", "y");
    cluster.run(OPTIONS.heartbeatNanos());
    cluster.crash(n2, 0);
    cluster.start(n2);
    for (int interval = 0; interval < 3; interval++) {
      for (int read = 0; read < 10; read++) {
        cluster.read(n1);
        cluster.settleWithout(AppendEntriesResponse.class);
      }
      assertThat(n1.reads).isEmpty();
      assertThat(questionsInFlight()).as("interval %d", interval).isEqualTo(1);
      cluster.pass(n2, OPTIONS.heartbeatNanos() - 1);
      cluster.read(n1);
      cluster.settleWithout(AppendEntriesResponse.class);
      assertThat(questionsInFlight()).isZero();
      cluster.pass(n2, 1);
    }
    cluster.run(2 * OPTIONS.heartbeatNanos());
    assertThat(n2.view().commitIndex()).isEqualTo(3);
  }

  @Test
  @DisplayName(
      "so does one that stood for election before it heard its leader again, and holds more by now")
  void commitIndexAfterACampaign() {
    cluster.elect("n1");
    cluster.run(OPTIONS.heartbeatNanos());
    cluster.propose(n1, "x");
    cluster.settleWithout(Heartbeat.class);
    cluster.network().take(message -> true);
    assertThat(n1.view().commitIndex()).isEqualTo(2);
    assertThat(n2.view().commitIndex()).isEqualTo(1);
    cluster.timeout(n2);
    assertThat(n2.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
    cluster.network().take(message -> true);
    cluster.run(2 * OPTIONS.heartbeatNanos());
    assertThat(n1.leads()).isTrue();
    assertThat(n2.view().commitIndex()).isEqualTo(2);
  }

  // ------------------------------------------------------------------ reads

  private List<Ready.ReadOutcome> readOutcomes() {
    List<Ready.ReadOutcome> outcomes = new ArrayList<>();
    cluster.trace(new HarnessTrace() {
      @Override
      public void readEnded(HarnessReplica replica, Ready.ReadOutcome outcome) {
        outcomes.add(outcome);
      }
    });
    return outcomes;
  }

  @Test
  @DisplayName("a read that the leader can't confirm is refused at once, not when its time is over")
  void unconfirmedRead() {
    List<Ready.ReadOutcome> outcomes = readOutcomes();
    cluster.elect("n1");
    cluster.read(n2);
    ReadIndexRequest request = (ReadIndexRequest)
        cluster.network().take(ReadIndexRequest.class::isInstance).get(0);
    cluster.deliver(new ReadIndexResponse(n1.id, n2.id, request.term(), request.request(), 0));
    assertThat(outcomes)
        .singleElement()
        .satisfies(outcome -> assertThat(outcome.isConfirmed()).isFalse());
  }

  @Test
  @DisplayName(
      "a read that the leader has no room for is refused as overload, so that its caller asks again")
  void readBeyondTheLeadersRoom() {
    List<Ready.ReadOutcome> outcomes = readOutcomes();
    cluster.elect("n1");
    cluster.read(n2);
    ReadIndexRequest request = (ReadIndexRequest)
        cluster.network().take(ReadIndexRequest.class::isInstance).get(0);
    cluster.deliver(
        new ReadIndexResponse(n1.id, n2.id, request.term(), request.request(), 0, true));
    assertThat(outcomes)
        .singleElement()
        .satisfies(outcome -> assertThat(outcome.isOverload()).isTrue());
  }

  @Test
  @DisplayName("reads that wait for a leader are refused at once when there is another")
  void leaderChangedDuringRead() {
    List<Ready.ReadOutcome> outcomes = readOutcomes();
    cluster.elect("n1");
    long read = cluster.read(n2);
    cluster.deliver(new Heartbeat(n3.id, n2.id, 9, 1, 0, 0, 0));
    assertThat(outcomes).singleElement().satisfies(outcome -> {
      assertThat(outcome.readId()).isEqualTo(read);
      assertThat(outcome.isConfirmed()).isFalse();
    });
  }

  // ------------------------------------------------------------------ hints

  @Test
  @DisplayName(
      "after a hint, who would vote for another candidate gives it a moment, and not a whole election timeout")
  void standsBackForAMoment() {
    cluster.elect("n1");
    cluster.run(300 * MILLIS);
    cluster.crash(n1, 0);
    cluster.peerGone(n3, n1.id);
    assertThat(waitNanos(n3)).as("after n2").isEqualTo(CoreOptions.HINT_STAGGER_NANOS);
    cluster.deliver(new RequestPreVote(n2.id, n3.id, 2, n3.view().lastEntry()));
    assertThat(cluster.network().take(PreVoteResponse.class::isInstance))
        .containsExactly(new PreVoteResponse(n3.id, n2.id, 1, 2, true));
    assertThat(waitNanos(n3))
        .isBetween(CoreOptions.HINT_PATIENCE_NANOS, 2 * CoreOptions.HINT_PATIENCE_NANOS - 1);
  }

  @Test
  @DisplayName("without a hint a pre-vote for another candidate puts nothing off")
  void noStandingBackWithoutAHint() {
    cluster.pass(n3, 500 * MILLIS);
    long before = n3.core().nextDeadlineNanos();
    cluster.deliver(new RequestPreVote(n2.id, n3.id, 1, EntryId.NONE));
    assertThat(cluster.network().take(PreVoteResponse.class::isInstance))
        .containsExactly(new PreVoteResponse(n3.id, n2.id, 0, 1, true));
    assertThat(n3.core().nextDeadlineNanos()).isEqualTo(before);
  }

  // ------------------------------------------------------------------ who never stands

  @Test
  @DisplayName(
      "who never stands asks all other voters, as nobody's candidate, and believes those that may stand")
  void asksOtherVoters() {
    CoreHarness other = new CoreHarness(OPTIONS);
    Configuration birth = Configuration.of(
        List.of(voter("n1").withPriority(0), voter("n2"), voter("n3").withPriority(0)));
    HarnessReplica never = other.add("n1", CoreHarness.patience(1), birth);
    other.preset(never, 4, 1, 1);
    other.timeout(never);
    List<ProtocolMessage> asked = other.network().take(message -> true);
    assertThat(asked)
        .containsExactly(
            question(never, n2.id, never.view().lastEntry()),
            question(never, n3.id, never.view().lastEntry()));
    assertThat(never.view().currentRole()).isEqualTo(Role.FOLLOWER);

    long before = never.view().droppedMessages();
    other.deliver(new PreVoteResponse(n3.id, never.id, 4, RequestPreVote.NO_CAMPAIGN, false));
    assertThat(never.view().droppedMessages()).as("n3 never stands").isEqualTo(before + 1);
    other.deliver(new PreVoteResponse(n2.id, never.id, 4, RequestPreVote.NO_CAMPAIGN, false));
    assertThat(never.view().droppedMessages()).as("n2 may").isEqualTo(before + 1);
  }
}
