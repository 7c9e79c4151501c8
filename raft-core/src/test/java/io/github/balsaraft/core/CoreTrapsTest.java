package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.log.TermStarts;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.VoteResponse;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** More mistakes of other implementations, beside {@link TrapsTest}; docs/traps.md lists all of them. */
class CoreTrapsTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  private static EntryBatch entry(long term, long index) {
    return Payloads.single(EntryType.COMMAND, new byte[0]).place(new EntryId(term, index), 0);
  }

  @Test
  @DisplayName(
      "trap 1: a vote is not told before it is durable, and a crash before that gives it back")
  void trap01_voteIsDurableFirst() {
    n3.autoDisk = false;
    cluster.deliver(new RequestVote(n1.id, n3.id, 1, EntryId.NONE, false));
    assertThat(cluster.network().inFlight()).isEmpty();
    cluster.crash(n3, 0);
    cluster.start(n3);
    cluster.deliver(new RequestVote(n2.id, n3.id, 1, EntryId.NONE, false));
    cluster.completeWrite(n3);
    assertThat(cluster.network().take(message -> true))
        .containsExactly(new VoteResponse(n3.id, n2.id, 1, true));
  }

  @Test
  @DisplayName("trap 7: votes and acknowledgements of strangers and learners are counted nowhere")
  void trap07_strangersDontCount() {
    cluster.timeout(n1);
    cluster.deliver(new PreVoteResponse(id("n8"), n1.id, 0, 1, true));
    assertThat(n1.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
    cluster.deliver(new PreVoteResponse(n2.id, n1.id, 0, 1, true));
    cluster.deliver(new VoteResponse(id("n8"), n1.id, 1, true));
    cluster.deliver(new VoteResponse(id("n9"), n1.id, 1, true));
    assertThat(n1.view().currentRole()).isEqualTo(Role.CANDIDATE);
    cluster.deliver(new VoteResponse(n3.id, n1.id, 1, true));
    assertThat(n1.leads()).isTrue();
  }

  @Test
  @DisplayName(
      "trap 9: in a joint configuration a candidate's own vote counts in the halves that contain it")
  void trap09_ownVoteInItsHalves() {
    Configuration joint = voters("n1", "n2").jointTowards(voters("n2"), 1);
    CoreHarness two = new CoreHarness(OPTIONS);
    HarnessReplica leaving = two.add("n1", CoreHarness.patience(1), joint);
    HarnessReplica staying = two.add("n2", CoreHarness.patience(2), joint);
    two.timeout(staying);
    two.network().take(message -> true);
    assertThat(staying.view().currentRole())
        .as("alone in the incoming half, one of two in the outgoing")
        .isEqualTo(Role.PRE_CANDIDATE);
    two.timeout(leaving);
    two.deliver(new PreVoteResponse(staying.id, leaving.id, 0, 1, true));
    assertThat(leaving.view().currentRole()).isEqualTo(Role.CANDIDATE);
    two.deliver(new VoteResponse(staying.id, leaving.id, 1, true));
    assertThat(leaving.leads())
        .as("no vote in the incoming half and none needed")
        .isTrue();
  }

  @Test
  @DisplayName(
      "trap 14: an old message that ends within the log leaves what follows, and its new copies agree")
  void trap14_repeatedMessageWithEntries() {
    cluster.elect("n1");
    cluster.propose(n1, "a");
    ProtocolMessage old = cluster
        .network()
        .take(message -> message instanceof AppendEntries append
            && message.to().equals(n2.id)
            && !append.batches().isEmpty())
        .get(0);
    cluster.deliver(old);
    cluster.settle();
    cluster.propose(n1, "b", "c");
    cluster.settle();
    cluster.deliver(old);
    assertThat(n2.view().lastEntry()).isEqualTo(n1.view().lastEntry());
  }

  @Test
  @DisplayName(
      "trap 19: entries on both sides of the log's start are no conflict with what is compacted")
  void trap19_straddlingTheStartOfTheLog() {
    TermStarts compacted = new TermStarts(new EntryId(3, 5), List.of(), 5);
    RaftCore core = new RaftCore(
        OPTIONS,
        () -> 1,
        new CoreStart(
            n2.id,
            new HardState(3, null),
            compacted,
            new SnapshotHeader(new EntryId(3, 5), 3, voters("n1", "n2", "n3"), 0, 0),
            voters("n1", "n2", "n3"),
            new TreeMap<>(),
            0,
            0,
            0));
    List<EntryBatch> entries = List.of(entry(2, 4), entry(3, 5), entry(3, 6), entry(4, 7));
    core.receive(new AppendEntries(n1.id, n2.id, 4, 1, new EntryId(2, 3), entries, 5));
    assertThat(core.view().lastEntry()).isEqualTo(new EntryId(4, 7));
    assertThat(core.view().termAt(6)).isEqualTo(3);
    assertThat(core.ready().write().truncateFrom()).isZero();
  }

  @Test
  @DisplayName("trap 21: the commit index is learnt anew after a restart, not guessed from the log")
  void trap21_commitIsLearntAnew() {
    cluster.elect("n1");
    cluster.propose(n1, "x");
    cluster.run(300 * MILLIS);
    assertThat(n2.view().commitIndex()).isEqualTo(2);
    cluster.crash(n2, 0);
    cluster.start(n2);
    assertThat(n2.view().commitIndex()).isZero();
    assertThat(n2.applied).isEmpty();
    cluster.run(300 * MILLIS);
    assertThat(n2.applied).hasSize(2);
  }

  @Test
  @DisplayName("trap 23: a leader answers no read before it has committed an entry of its own term")
  void trap23_noReadBeforeTheNoOp() {
    cluster.elect("n1");
    cluster.propose(n1, "x");
    cluster.network().take(message -> message.to().equals(n3.id));
    cluster.settle();
    assertThat(n1.view().commitIndex()).isEqualTo(2);
    cluster.crash(n1, 0);
    n2.autoDisk = true;
    cluster.pass(n3, 1000 * MILLIS);
    cluster.timeout(n2);
    while (!n2.leads()) {
      cluster.deliver(cluster.network().take(0));
    }
    long readId = cluster.read(n2);
    // n3 confirms the heartbeat; the no-op has not arrived there.
    cluster.network().take(message -> message instanceof AppendEntries);
    cluster.settle();
    assertThat(n2.reads).as("still waits").containsKey(readId);
    cluster.run(1500 * MILLIS);
    assertThat(n2.reads).doesNotContainKey(readId);
  }

  @Test
  @DisplayName("trap 24: a late answer to an earlier heartbeat confirms no read that came after it")
  void trap24_lateAnswer() {
    cluster.elect("n1");
    cluster.run(300 * MILLIS);
    cluster.network().cut(n1.id, n2.id);
    cluster.network().cut(n1.id, n3.id);
    long readId = cluster.read(n1);
    cluster.deliver(new HeartbeatResponse(n2.id, n1.id, 1, 1, 1));
    cluster.deliver(new HeartbeatResponse(n2.id, n1.id, 1, 2, 2));
    assertThat(n1.reads).containsKey(readId);
  }

  @Test
  @DisplayName(
      "trap 24: the answer to a heartbeat of an earlier term confirms nothing in a later term of the same leader")
  void trap24_answerToAnEarlierTerm() {
    cluster.elect("n1");
    cluster.crash(n1, 0);
    cluster.start(n1);
    cluster.elect("n1");
    assertThat(n1.view().hardState().term()).isEqualTo(2);
    // They were sent in term 1 and come only now; their numbers come again in term 2.
    for (long sequence = 1; sequence <= 50; sequence++) {
      cluster.deliver(new Heartbeat(n1.id, n2.id, 1, sequence, 0, 0, 0));
    }
    List<ProtocolMessage> answers = cluster.network().take(HeartbeatResponse.class::isInstance);
    cluster.network().cut(n1.id, n2.id);
    cluster.network().cut(n1.id, n3.id);
    long readId = cluster.read(n1);
    answers.forEach(cluster::deliver);
    assertThat(answers).hasSize(50);
    assertThat(n1.reads).containsKey(readId);
  }

  @Test
  @DisplayName("trap 28: a follower's read waits for the index that the leader has named")
  void trap28_followerReadNamesTheIndex() {
    cluster.elect("n1");
    cluster.network().cut(n1.id, n2.id);
    cluster.propose(n1, "x");
    cluster.settle();
    cluster.network().healAll();
    // n2 lacks x. The harness fails a read that may be answered below what was committed before.
    long readId = cluster.read(n2);
    cluster.settle();
    cluster.run(500 * MILLIS);
    assertThat(n2.reads).doesNotContainKey(readId);
  }

  @Test
  @DisplayName("trap 30: a configuration is in force when it is appended, committed or not")
  void trap30_inForceWhenAppended() {
    cluster.elect("n1");
    cluster.network().cut(n1.id, n2.id);
    cluster.network().cut(n1.id, n3.id);
    cluster.change(n1, voters("n1"));
    cluster.run(500 * MILLIS);
    assertThat(n1.view().configuration().isJoint()).isTrue();
    assertThat(n1.view().commitIndex()).as("needs the outgoing majority too").isEqualTo(1);
  }

  @Test
  @DisplayName(
      "trap 31: truncating a configuration puts the one before it back in force, its quorum too")
  void trap31_truncatedConfiguration() {
    cluster.elect("n1");
    cluster.network().cut(n1.id, n2.id);
    cluster.network().cut(n1.id, n3.id);
    cluster.change(n1, voters("n2", "n3"));
    cluster.pass(n1, 3000 * MILLIS);
    assertThat(n1.view().configuration().isJoint()).isTrue();
    cluster.network().healAll();
    cluster.elect("n2");
    cluster.run(1000 * MILLIS);
    assertThat(n1.view().configuration()).isEqualTo(voters("n1", "n2", "n3"));
    // With the joint quorum n1 would need n2 and n3.
    cluster.crash(n3, 0);
    cluster.pass(n2, 3000 * MILLIS);
    cluster.network().take(message -> true);
    cluster.elect("n1");
    cluster.propose(n1, "x");
    cluster.settle();
    assertThat(n1.applied).contains(n1.view().lastEntry());
  }

  @Test
  @DisplayName(
      "trap 50: who loses office says at once which proposals have an unknown outcome, and says it once")
  void trap50_proposalsOfAnEarlierTerm() {
    cluster.elect("n1");
    cluster.network().cut(n1.id, n2.id);
    cluster.network().cut(n1.id, n3.id);
    cluster.propose(n1, "x", "y");
    assertThat(n1.outstanding).hasSize(2);
    // The invariants look into every step: an open proposal needs an office in its term.
    cluster.pass(n1, 3000 * MILLIS);
    assertThat(n1.leads()).isFalse();
    assertThat(n1.outstanding).isEmpty();
  }
}
