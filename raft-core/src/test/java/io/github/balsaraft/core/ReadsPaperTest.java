package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReadIndexRequest;
import io.github.balsaraft.model.ReadIndexResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Linearizable reads, claim by claim (Raft paper 8, thesis 6.4). The harness fails on any answer that would be stale. */
class ReadsPaperTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica leader = cluster.replica("n1");
  private final HarnessReplica follower = cluster.replica("n2");
  private final List<Ready.ReadOutcome> outcomes = new ArrayList<>();

  @BeforeEach
  void elect() {
    cluster.elect("n1");
    cluster.trace(new HarnessTrace() {
      @Override
      public void readEnded(HarnessReplica replica, Ready.ReadOutcome outcome) {
        outcomes.add(outcome);
      }
    });
  }

  private List<ProtocolMessage> of(Class<?> kind) {
    return cluster.network().inFlight().stream().filter(kind::isInstance).toList();
  }

  @Test
  @DisplayName(
      "6.4: a read is answered after a majority has confirmed the leader, at the commit index of its arrival")
  void confirmedByMajority() {
    cluster.propose(leader, "x");
    cluster.settle();
    long read = cluster.read(leader);
    assertThat(outcomes).isEmpty();
    cluster.network().take(message -> message.to().equals(follower.id)).forEach(cluster::deliver);
    cluster.network().take(message -> message.from().equals(follower.id)).forEach(cluster::deliver);
    assertThat(outcomes).containsExactly(new Ready.ReadOutcome(read, 2, ""));
  }

  @Test
  @DisplayName("6.4: reads that arrive while a round is under way share the next one")
  void batching() {
    cluster.read(leader);
    cluster.read(leader);
    cluster.read(leader);
    assertThat(of(Heartbeat.class)).as("one round, to two followers").hasSize(2);
    cluster.settle();
    assertThat(outcomes).hasSize(3).allMatch(Ready.ReadOutcome::isConfirmed);
  }

  @Test
  @DisplayName("6.4: the only voter confirms itself")
  void onlyVoter() {
    CoreHarness one = ofVoters(OPTIONS, "n1");
    one.elect("n1");
    one.read(one.replica("n1"));
    assertThat(one.replica("n1").reads).isEmpty();
  }

  @Test
  @DisplayName(
      "6.4: an answer to a heartbeat that was sent before the read arrived confirms nothing")
  void earlierRound() {
    cluster.pass(leader, 100 * MILLIS);
    cluster.network().take(message -> message instanceof Heartbeat).forEach(cluster::deliver);
    List<ProtocolMessage> late =
        cluster.network().take(message -> message instanceof HeartbeatResponse);
    assertThat(late).hasSize(2);
    cluster.read(leader);
    cluster.network().take(message -> true);
    late.forEach(cluster::deliver);
    assertThat(outcomes).isEmpty();
  }

  @Test
  @DisplayName("6.4: a lost heartbeat is made good by the next")
  void lostRound() {
    cluster.read(leader);
    cluster.network().take(message -> true);
    cluster.run(200 * MILLIS);
    assertThat(outcomes).singleElement().matches(Ready.ReadOutcome::isConfirmed);
  }

  @Test
  @DisplayName("6.4: a leader that lost its office without knowing answers no read")
  void deposedLeader() {
    cluster.network().cut(leader.id, follower.id);
    cluster.network().cut(leader.id, cluster.replica("n3").id);
    cluster.elect("n2");
    cluster.propose(follower, "x");
    cluster.settle();
    cluster.read(leader);
    cluster.run(3000 * MILLIS);
    assertThat(outcomes).singleElement().matches(outcome -> !outcome.isConfirmed());
  }

  @Test
  @DisplayName(
      "6.4: a follower asks its leader for an index, which is confirmed like a read of the leader's own")
  void followerRead() {
    cluster.propose(leader, "x");
    cluster.settle();
    cluster.read(follower);
    assertThat(of(ReadIndexRequest.class)).hasSize(1);
    cluster.settle();
    assertThat(outcomes).extracting(Ready.ReadOutcome::index).containsExactly(2L);
  }

  @Test
  @DisplayName("6.4: a learner serves reads like a follower")
  void learnerRead() {
    HarnessReplica learner = cluster.add("n4", CoreHarness.patience(4), Configuration.EMPTY);
    cluster.change(leader, voters("n1", "n2", "n3").with(CoreHarness.learner("n4")));
    cluster.settle();
    cluster.read(learner);
    cluster.settle();
    assertThat(outcomes).extracting(Ready.ReadOutcome::index).containsExactly(2L);
  }

  @Test
  @DisplayName(
      "6.4: a follower's request or its answer may get lost; it is asked again, and given up in the end")
  void followerReadIsRepeated() {
    cluster.read(follower);
    cluster.network().take(message -> true);
    cluster.run(300 * MILLIS);
    assertThat(outcomes).singleElement().matches(Ready.ReadOutcome::isConfirmed);
    cluster.read(follower);
    for (int i = 0; i < 30; i++) {
      cluster.pass(leader, 100 * MILLIS);
      cluster.pass(follower, 100 * MILLIS);
      cluster.network().take(m -> m instanceof ReadIndexRequest || m instanceof ReadIndexResponse);
      cluster.settle();
    }
    assertThat(outcomes).hasSize(2);
    assertThat(outcomes.get(1).isConfirmed()).isFalse();
  }

  @Test
  @DisplayName("6.4: nobody answers a read while no leader is known")
  void noLeader() {
    CoreHarness other = ofVoters(OPTIONS, "n1", "n2", "n3");
    other.trace(new HarnessTrace() {
      @Override
      public void readEnded(HarnessReplica replica, Ready.ReadOutcome outcome) {
        outcomes.add(outcome);
      }
    });
    other.read(other.replica("n1"));
    assertThat(outcomes).singleElement().matches(outcome -> !outcome.isConfirmed());
  }

  @Test
  @DisplayName("choice: waiting reads are bounded, at the leader and at followers")
  void bounded() {
    for (HarnessReplica replica : List.of(leader, follower)) {
      outcomes.clear();
      for (int i = 0; i < OPTIONS.maxWaitingReads() + 3; i++) {
        cluster.read(replica);
      }
      assertThat(outcomes).hasSize(3).allMatch(outcome -> !outcome.isConfirmed());
      cluster.settle();
      assertThat(outcomes).hasSize(OPTIONS.maxWaitingReads() + 3);
    }
  }

  private ReadIndexRequest question(long number) {
    return new ReadIndexRequest(
        follower.id, leader.id, leader.view().hardState().term(), number);
  }

  private ReadIndexResponse refusal(long number) {
    return new ReadIndexResponse(
        leader.id, follower.id, leader.view().hardState().term(), number, 0);
  }

  @Test
  @DisplayName("choice: a follower whose question finds too many reads is told so at once")
  void boundedForFollowers() {
    for (int i = 0; i < OPTIONS.maxWaitingReads(); i++) {
      cluster.read(leader);
    }
    cluster.deliver(question(77));
    assertThat(of(ReadIndexResponse.class))
        .containsExactly(new ReadIndexResponse(
            leader.id, follower.id, leader.view().hardState().term(), 77, 0, true));
    cluster.settle();
    assertThat(outcomes)
        .hasSize(OPTIONS.maxWaitingReads())
        .allMatch(Ready.ReadOutcome::isConfirmed);
  }

  @Test
  @DisplayName(
      "choice: a leader that leaves its office tells the followers whose questions it has not answered")
  void officeLostBeforeTheAnswer() {
    cluster.pass(leader, OPTIONS.electionTimeoutMaxNanos() / 2);
    cluster.network().take(message -> true);
    cluster.deliver(question(77));
    cluster.pass(leader, OPTIONS.electionTimeoutMaxNanos() / 2);
    assertThat(leader.leads()).isFalse();
    assertThat(of(ReadIndexResponse.class)).containsExactly(refusal(77));
  }

  @Test
  @DisplayName(
      "choice: a read that no quorum has confirmed for an election timeout is refused in office, too")
  void nothingCommitsInItsTerm() {
    CoreHarness other = ofVoters(OPTIONS, "n1", "n2", "n3");
    HarnessReplica n1 = other.replica("n1");
    other.timeout(n1);
    while (!n1.leads()) {
      other.deliver(other.network().take(0));
    }
    other.read(n1);
    for (long passed = 0; passed < OPTIONS.electionTimeoutMaxNanos(); passed += 100 * MILLIS) {
      assertThat(n1.reads).hasSize(1);
      other.pass(n1, 100 * MILLIS);
      other.settleWithout(AppendEntries.class);
      other.network().take(AppendEntries.class::isInstance);
    }
    assertThat(n1.reads).as("refused: the harness takes no other answer").isEmpty();
    assertThat(n1.leads()).as("a quorum answers its heartbeats").isTrue();
  }
}
