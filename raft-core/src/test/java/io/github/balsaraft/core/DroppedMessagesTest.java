package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.InstallStatus;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReadIndexRequest;
import io.github.balsaraft.model.ReadIndexResponse;
import io.github.balsaraft.model.RemovedNotice;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.TransferRevocation;
import io.github.balsaraft.model.TransferRevocationResponse;
import io.github.balsaraft.model.VoteResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What comes too late, from the wrong replica or for nobody changes nothing and is counted, once. The count is what tells an
 * operator of a wrong address or of a peer that misbehaves.
 */
class DroppedMessagesTest {

  private static final long TERM = 3;
  private static final ReplicaId STRANGER = id("n9");

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  /** n1 leads in term 3. */
  @BeforeEach
  void elect() {
    for (HarnessReplica candidate : new HarnessReplica[] {n1, n2, n1}) {
      cluster.elect(candidate.name);
    }
    cluster.settle();
    assertThat(n1.view().hardState().term()).isEqualTo(TERM);
    assertThat(n1.leads()).isTrue();
  }

  private void assertDropped(HarnessReplica replica, ProtocolMessage message) {
    long before = replica.view().droppedMessages();
    Role role = replica.view().currentRole();
    ReplicaId leader = replica.view().leader();
    HardState hardState = replica.view().hardState();
    cluster.stepDo(replica, core -> core.receive(message));
    assertThat(replica.view().droppedMessages()).as("%s", message).isEqualTo(before + 1);
    assertThat(replica.view().currentRole()).isEqualTo(role);
    assertThat(replica.view().leader()).isEqualTo(leader);
    assertThat(replica.view().hardState()).isEqualTo(hardState);
    assertThat(cluster.network().isEmpty()).as("nobody is answered").isTrue();
  }

  private void assertTaken(HarnessReplica replica, ProtocolMessage message) {
    long before = replica.view().droppedMessages();
    cluster.stepDo(replica, core -> core.receive(message));
    assertThat(replica.view().droppedMessages()).as("%s", message).isEqualTo(before);
  }

  @Test
  @DisplayName("a message for somebody else, or from the receiver itself")
  void addresses() {
    assertDropped(n2, new Heartbeat(n1.id, n3.id, TERM, 1, 0, 0, 0));
    assertDropped(n2, new Heartbeat(n2.id, n2.id, TERM, 1, 0, 0, 0));
    assertTaken(n2, new Heartbeat(n1.id, n2.id, TERM, 1, 0, 0, 0));
  }

  @Test
  @DisplayName(
      "a request to campaign that isn't its leader's, or is one of an earlier or a later term")
  void requestsToCampaign() {
    assertDropped(n2, new TimeoutNow(n1.id, n2.id, TERM - 1, 1, 0, 1));
    assertDropped(n2, new TimeoutNow(n1.id, n2.id, TERM + 1, 1, 0, 1));
    assertDropped(n2, new TimeoutNow(n3.id, n2.id, TERM, 1, 0, 1));
    assertDropped(n1, new TimeoutNow(n2.id, n1.id, TERM, 1, 0, 1));
  }

  @Test
  @DisplayName(
      "a request to campaign from a leader that has gone on; the same again, while it waits, is none")
  void requestsToCampaignOfItsLeader() {
    cluster.stepDo(n2, core -> core.receive(new TransferRevocation(n1.id, n2.id, TERM, 0)));
    long life = ((TransferRevocationResponse)
            cluster.network().take(TransferRevocationResponse.class::isInstance).get(0))
        .life();
    long last = n2.view().lastEntry().index();
    assertDropped(n2, new TimeoutNow(n1.id, n2.id, TERM, 1, life, last - 1));
    assertTaken(n2, new TimeoutNow(n1.id, n2.id, TERM, 2, life, last + 1));
    assertTaken(n2, new TimeoutNow(n1.id, n2.id, TERM, 2, life, last + 1));
    assertDropped(n2, new TimeoutNow(n1.id, n2.id, TERM, 1, life, last + 1));
  }

  @Test
  @DisplayName("a revocation of an earlier or a later term, or at a leader")
  void revocations() {
    assertDropped(n2, new TransferRevocation(n1.id, n2.id, TERM - 1, 1));
    assertDropped(n2, new TransferRevocation(n1.id, n2.id, TERM + 1, 1));
    assertDropped(n1, new TransferRevocation(n2.id, n1.id, TERM, 1));
    assertTaken(n2, new TransferRevocation(n1.id, n2.id, TERM, 1));
  }

  @Test
  @DisplayName("an answer of an earlier term, and of a later one at a follower")
  void answersOfOtherTerms() {
    for (HarnessReplica replica : new HarnessReplica[] {n1, n2}) {
      assertDropped(replica, new HeartbeatResponse(n3.id, replica.id, TERM - 1, 1, 0));
      assertDropped(replica, new TransferRevocationResponse(n3.id, replica.id, TERM - 1, 1, 0));
      assertDropped(
          replica,
          new InstallSnapshotResponse(
              n3.id, replica.id, TERM - 1, 1, new EntryId(1, 1), InstallStatus.INSTALLED));
    }
    assertDropped(n2, new HeartbeatResponse(n3.id, n2.id, TERM + 1, 1, 0));
  }

  @Test
  @DisplayName(
      "an answer of a later term at a leader, from a stranger; and from a member within an election timeout")
  void answersOfLaterTermsAtTheLeader() {
    assertDropped(n1, new HeartbeatResponse(STRANGER, n1.id, TERM + 4, 1, 0));
    cluster.stepDo(n1, core -> core.receive(new HeartbeatResponse(n2.id, n1.id, TERM + 4, 1, 0)));
    cluster.settle();
    assertThat(n1.leads()).as("in a term above").isTrue();
    long above = n1.view().hardState().term();
    assertThat(above).isGreaterThan(TERM + 4);
    cluster.pass(n1, OPTIONS.electionTimeoutMaxNanos() - 1);
    cluster.settle();
    assertDropped(n1, new HeartbeatResponse(n2.id, n1.id, above + 4, 1, 0));
    cluster.pass(n1, 1);
    cluster.stepDo(n1, core -> core.receive(new HeartbeatResponse(n2.id, n1.id, above + 4, 1, 0)));
    assertThat(n1.view().hardState().term()).as("an election timeout later").isGreaterThan(above);
  }

  @Test
  @DisplayName("answers to questions that nobody has asked")
  void answersToNoQuestion() {
    assertDropped(n2, new ReadIndexResponse(n1.id, n2.id, TERM, 77, 1));
    assertDropped(n2, new PreVoteResponse(n3.id, n2.id, TERM, TERM + 1, true));
  }

  @Test
  @DisplayName("answers of the current term to what only another role asks")
  void answersForAnotherRole() {
    for (HarnessReplica replica : new HarnessReplica[] {n1, n2}) {
      assertDropped(replica, new VoteResponse(n3.id, replica.id, TERM, true));
      assertDropped(replica, new PreVoteResponse(n3.id, replica.id, TERM, TERM + 1, true));
    }
    assertDropped(n1, new ReadIndexResponse(n3.id, n1.id, TERM, 77, 1));
    assertDropped(n2, new HeartbeatResponse(n3.id, n2.id, TERM, 1, 0));
    assertDropped(n2, new TransferRevocationResponse(n3.id, n2.id, TERM, 1, 0));
    assertDropped(
        n2, new AppendEntriesResponse(n3.id, n2.id, TERM, 1, 1, 1, EntryId.NONE, EntryId.NONE));
    assertDropped(
        n2,
        new InstallSnapshotResponse(
            n3.id, n2.id, TERM, 1, new EntryId(1, 1), InstallStatus.INSTALLED));
  }

  private AppendEntriesResponse acknowledgement(ReplicaId from, long session, long durable) {
    return new AppendEntriesResponse(
        from, n1.id, TERM, session, durable, durable, EntryId.NONE, EntryId.NONE);
  }

  @Test
  @DisplayName(
      "at the leader: an acknowledgement of a stranger, of another session, or of what it never had")
  void acknowledgements() {
    long session = n1.view().progressOf(n2.id).session();
    long last = n1.view().lastEntry().index();
    assertDropped(n1, acknowledgement(STRANGER, session, last));
    assertDropped(n1, acknowledgement(n2.id, session + 1, last));
    assertDropped(n1, acknowledgement(n2.id, session, last + 1));
    assertTaken(n1, acknowledgement(n2.id, session, last));
  }

  @Test
  @DisplayName("at the leader: an answer of a stranger, or to a heartbeat that was never sent")
  void answersToHeartbeats() {
    assertDropped(n1, new HeartbeatResponse(STRANGER, n1.id, TERM, 1, 1));
    assertDropped(n1, new HeartbeatResponse(n2.id, n1.id, TERM, 1000, 1));
    assertTaken(n1, new HeartbeatResponse(n2.id, n1.id, TERM, 1, 1));
  }

  @Test
  @DisplayName("at the leader: what a member says of a snapshot that it was not asked to take over")
  void snapshotsThatNobodyAskedFor() {
    long session = n1.view().progressOf(n2.id).session();
    assertDropped(
        n1,
        new InstallSnapshotResponse(
            n2.id, n1.id, TERM, session, new EntryId(1, 1), InstallStatus.INSTALLED));
    assertDropped(
        n1,
        new InstallSnapshotResponse(
            STRANGER, n1.id, TERM, session, new EntryId(1, 1), InstallStatus.FAILED));
  }

  @Test
  @DisplayName("at a pre-candidate: an answer to another question than its own")
  void answersToAnotherQuestion() {
    cluster.network().cut(n1.id, n2.id);
    cluster.pass(n2, OPTIONS.electionTimeoutMaxNanos());
    cluster.timeout(n2);
    assertThat(n2.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
    cluster.network().take(message -> true);
    assertDropped(n2, new PreVoteResponse(n3.id, n2.id, TERM, TERM + 2, true));
    assertDropped(n2, new PreVoteResponse(n3.id, n2.id, TERM, TERM, true));
  }

  @Test
  @DisplayName("a request to campaign at a member that campaigns already")
  void requestToACandidate() {
    cluster.crash(n1, 0);
    cluster.crash(n3, 0);
    cluster.network().take(message -> true);
    cluster.start(n3);
    n3.autoDisk = false;
    cluster.pass(n2, OPTIONS.electionTimeoutMaxNanos());
    cluster.timeout(n2);
    cluster.pass(n3, OPTIONS.electionTimeoutMaxNanos());
    while (n2.view().currentRole() != Role.CANDIDATE) {
      cluster.timeout(n2);
      cluster.settle();
    }
    cluster.network().take(message -> true);
    long term = n2.view().hardState().term();
    assertDropped(n2, new TimeoutNow(n1.id, n2.id, term, 1, 0, 1));
    assertDropped(n2, new TransferRevocationResponse(n1.id, n2.id, term, 1, 0));
  }

  @Test
  @DisplayName("only a question about reads is answered by whoever can't serve it, with a refusal")
  void readAtAFollower() {
    cluster.stepDo(n2, core -> core.receive(new ReadIndexRequest(n3.id, n2.id, TERM, 77)));
    assertThat(cluster.network().take(message -> true))
        .containsExactly(new ReadIndexResponse(n2.id, n3.id, TERM, 77, 0));
  }

  @Test
  @DisplayName("a notice of a removal that a member knows better, or a second one")
  void removedNotices() {
    cluster.allowForgery();
    assertDropped(n2, new RemovedNotice(n1.id, n2.id, TERM, 1));
    assertDropped(n2, new RemovedNotice(n1.id, n2.id, TERM, 0));
    assertTaken(n2, new RemovedNotice(n1.id, n2.id, TERM, 1000));
    cluster.network().take(message -> true);
    assertThat(n2.view().removedAt()).isEqualTo(1000);
    assertDropped(n2, new RemovedNotice(n1.id, n2.id, TERM, 2000));
    assertThat(n2.view().removedAt()).isEqualTo(1000);
  }
}
