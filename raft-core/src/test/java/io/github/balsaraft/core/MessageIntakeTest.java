package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.FetchEntries;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.InstallSnapshot;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.InstallStatus;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReadIndexRequest;
import io.github.balsaraft.model.RemovedNotice;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.VoteResponse;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a message does whatever the role of its receiver, by its sender and its term. */
class MessageIntakeTest {

  private static final EntryId SHORTER = new EntryId(1, 1);

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  private List<ProtocolMessage> answersTo(ProtocolMessage message) {
    cluster.network().take(any -> true);
    cluster.deliver(message);
    return cluster.network().take(answer -> answer.to().equals(message.from()));
  }

  // ------------------------------------------------------------------ who was removed

  @Test
  @DisplayName(
      "trap 6: whatever a removed member asks or reports, it is told of its removal and nothing else")
  void removedMember() {
    cluster.elect("n1");
    cluster.change(n1, voters("n1", "n2"));
    cluster.network().cut(n1.id, n3.id);
    cluster.run(500 * MILLIS);
    cluster.network().healAll();
    long removedAt = n1.view().configuration().removedAt(n3.id);
    assertThat(removedAt).isPositive().isLessThanOrEqualTo(n1.view().commitIndex());
    long term = n1.view().hardState().term();
    EntryId last = n1.view().lastEntry();
    for (ProtocolMessage message : List.of(
        new RequestPreVote(n3.id, n1.id, term + 1, last),
        new RequestVote(n3.id, n1.id, term + 1, last, false),
        new ReadIndexRequest(n3.id, n1.id, term, 1),
        new FetchEntries(n3.id, n1.id, term, 1, last, 0),
        new AppendEntriesResponse(n3.id, n1.id, term, 1, 1, 1, EntryId.NONE, EntryId.NONE),
        new InstallSnapshotResponse(n3.id, n1.id, term, 1, last, InstallStatus.FAILED),
        new HeartbeatResponse(n3.id, n1.id, term + 9, 1, 0))) {
      assertThat(answersTo(message))
          .as("%s", message)
          .containsExactly(new RemovedNotice(n1.id, n3.id, term, removedAt));
      assertThat(n1.view().hardState().term()).isEqualTo(term);
      assertThat(n1.leads()).isTrue();
    }
    assertThat(answersTo(new Heartbeat(n3.id, n1.id, term - 1, 1, 0, 0, 0)))
        .as("a leader that removed itself is in office until it has handed over")
        .singleElement()
        .isInstanceOf(HeartbeatResponse.class);
  }

  // ------------------------------------------------------------------ votes of the same term

  @Test
  @DisplayName("5.2: a vote given in the voter's own term starts its election timeout anew")
  void voteInTheSameTerm() {
    cluster.preset(n2, 1, 1, 1);
    cluster.pass(n2, 1000 * MILLIS);
    long before = n2.core().nextDeadlineNanos();
    cluster.deliver(new RequestVote(n1.id, n2.id, 1, new EntryId(1, 2), false));
    assertThat(n2.disk.durableHardState()).isEqualTo(new HardState(1, n1.id));
    assertThat(n2.core().nextDeadlineNanos()).isGreaterThan(before);

    long refusing = n2.core().nextDeadlineNanos();
    cluster.pass(n2, 100 * MILLIS);
    cluster.deliver(new RequestVote(n3.id, n2.id, 1, new EntryId(1, 2), false));
    assertThat(n2.core().nextDeadlineNanos()).as("one that is refused doesn't").isEqualTo(refusing);
  }

  @Test
  @DisplayName(
      "thesis 9.6: who asks for pre-votes and gives its vote to another candidate lets that one win")
  void voteOfAPreCandidate() {
    cluster.preset(n2, 1, 1, 1);
    cluster.timeout(n2);
    assertThat(n2.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
    assertThat(answersTo(new RequestVote(n1.id, n2.id, 1, new EntryId(1, 2), false)))
        .containsExactly(new VoteResponse(n2.id, n1.id, 1, true));
    assertThat(n2.view().currentRole()).isEqualTo(Role.FOLLOWER);
    cluster.deliver(new PreVoteResponse(n3.id, n2.id, 1, 2, true));
    assertThat(n2.view().hardState().term()).as("its own question is off").isEqualTo(1);
  }

  // ------------------------------------------------------------------ later terms

  @Test
  @DisplayName("5.1: a candidate that hears of a later term in an answer becomes a follower in it")
  void candidateHearsLaterTerm() {
    cluster.timeout(n1);
    cluster.deliver(new PreVoteResponse(n2.id, n1.id, 0, 1, true));
    assertThat(n1.view().currentRole()).isEqualTo(Role.CANDIDATE);
    cluster.deliver(new VoteResponse(n3.id, n1.id, 5, false));
    assertThat(n1.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(n1.disk.durableHardState()).isEqualTo(new HardState(5, null));
  }

  // ------------------------------------------------------------------ contact with the leader

  @Test
  @DisplayName(
      "5.2: whatever a follower hears of its leader keeps it from campaigning and from helping others to")
  void contactWithTheLeader() {
    for (ProtocolMessage message : List.of(
        new Heartbeat(n1.id, n2.id, 1, 1, 0, 0, 0),
        new AppendEntries(n1.id, n2.id, 1, 1, EntryId.NONE, List.of(), 0),
        new InstallSnapshot(n1.id, n2.id, 1, 1, new EntryId(1, 4), n1.id))) {
      cluster.deliver(new Heartbeat(n1.id, n2.id, 1, 1, 0, 0, 0));
      cluster.pass(n2, OPTIONS.electionTimeoutMinNanos());
      long before = n2.core().nextDeadlineNanos();
      cluster.deliver(message);
      assertThat(n2.core().nextDeadlineNanos()).as("%s", message).isGreaterThan(before);
      assertThat(answersTo(new RequestPreVote(n3.id, n2.id, 2, new EntryId(1, 9))))
          .as("%s", message)
          .containsExactly(new PreVoteResponse(n2.id, n3.id, 1, 2, false));
    }
  }

  // ------------------------------------------------------------------ who never stands, and must

  /** n1 never stands, alone has three entries, and is asked for its vote every second. Whether it stands after all. */
  private static boolean stands(ProtocolMessage question) {
    CoreHarness other = new CoreHarness(OPTIONS);
    Configuration birth = Configuration.of(List.of(
        CoreHarness.voter("n1").withPriority(0), CoreHarness.voter("n2"), CoreHarness.voter("n3")));
    HarnessReplica never = other.add("n1", CoreHarness.patience(1), birth);
    other.preset(never, 1, 1, 1, 1);
    boolean stood = false;
    for (int second = 0; second < 10; second++) {
      other.deliver(question);
      other.pass(never, 1000 * MILLIS);
      other.network().take(message -> true);
      stood |= never.view().currentRole() == Role.PRE_CANDIDATE;
    }
    return stood;
  }

  @Test
  @DisplayName(
      "a member that never stands does so if a voter asks again and again for its vote and has a shorter log")
  void lastResort() {
    ReplicaId never = id("n1");
    assertThat(stands(new RequestVote(n2.id, never, 1, SHORTER, false))).isTrue();
    assertThat(stands(new RequestPreVote(n2.id, never, 2, SHORTER))).isTrue();
  }

  @Test
  @DisplayName(
      "it doesn't for a stranger's sake, nor for one whose log is as long: that one can win without")
  void noLastResort() {
    ReplicaId never = id("n1");
    assertThat(stands(new RequestVote(id("n9"), never, 1, SHORTER, false))).isFalse();
    assertThat(stands(new RequestPreVote(n2.id, never, 2, new EntryId(1, 3)))).isFalse();
  }
}
