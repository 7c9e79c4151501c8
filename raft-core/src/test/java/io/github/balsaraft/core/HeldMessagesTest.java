package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.FetchEntries;
import io.github.balsaraft.model.FetchEntriesResponse;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.InstallStatus;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReadIndexRequest;
import io.github.balsaraft.model.ReadIndexResponse;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.TransferRevocationResponse;
import io.github.balsaraft.model.VoteResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What waits for a disk that hangs is bounded, and says all the same what it must. */
class HeldMessagesTest {

  private static final ReplicaId N1 = id("n1");
  private static final ReplicaId N2 = id("n2");
  private static final ReplicaId N3 = id("n3");

  private final HeldMessages held = new HeldMessages();

  private List<ProtocolMessage> release(long durable) {
    List<ProtocolMessage> free = new ArrayList<>();
    held.release(durable, free::add);
    return free;
  }

  private static HeartbeatResponse contact(ReplicaId leader, long sequence, long stamp) {
    return new HeartbeatResponse(N3, leader, 5, sequence, stamp);
  }

  private static AppendEntriesResponse accepted(long session, long durableMatch) {
    return new AppendEntriesResponse(
        N3, N1, 5, session, 20, durableMatch, EntryId.NONE, EntryId.NONE);
  }

  private static AppendEntriesResponse rejected(long index) {
    EntryId previous = new EntryId(4, index);
    return new AppendEntriesResponse(N3, N1, 5, 1, 0, 0, previous, new EntryId(3, 2));
  }

  @Test
  @DisplayName("one answer to heartbeats waits for each receiver: the latest")
  void heartbeats() {
    HeartbeatResponse other = contact(N2, 3, 11);
    held.add(7, contact(N1, 3, 10));
    held.add(7, other);
    held.add(7, contact(N1, 9, 12));
    held.add(7, contact(N1, 4, 13));
    assertThat(release(6)).isEmpty();
    assertThat(release(7)).containsExactly(other, contact(N1, 9, 12));
    assertThat(held.size()).isZero();
  }

  @Test
  @DisplayName(
      "an answer in a later term takes the place of an earlier one, and waits for its own write")
  void laterTerm() {
    HeartbeatResponse later = new HeartbeatResponse(N3, N1, 6, 1, 14);
    held.add(7, contact(N1, 9, 12));
    held.add(8, later);
    assertThat(release(7)).isEmpty();
    assertThat(release(8)).containsExactly(later);
  }

  @Test
  @DisplayName(
      "an answer to a leader whose term is over takes no answer's place that tells of contact")
  void notFollowing() {
    HeartbeatResponse late = contact(N1, 1000, 0);
    held.add(7, late);
    held.add(7, contact(N1, 1, 10));
    held.add(7, contact(N1, 2, 11));
    held.add(7, late);
    assertThat(release(7)).containsExactly(contact(N1, 2, 11));
  }

  @Test
  @DisplayName("of two answers to requests to install the one of the session counts")
  void installs() {
    EntryId snapshot = new EntryId(4, 10);
    InstallSnapshotResponse failed =
        new InstallSnapshotResponse(N3, N1, 5, 8, snapshot, InstallStatus.FAILED);
    held.add(7, failed);
    held.add(7, new InstallSnapshotResponse(N3, N1, 5, 0, snapshot, InstallStatus.FAILED));
    assertThat(release(7)).containsExactly(failed);
  }

  @Test
  @DisplayName(
      "of questions for an index the latest waits: numbers are drawn anew by each follower")
  void readRequests() {
    ReadIndexRequest latest = new ReadIndexRequest(N3, N1, 5, 2);
    held.add(7, new ReadIndexRequest(N3, N1, 5, 900));
    held.add(7, latest);
    assertThat(release(7)).containsExactly(latest);
  }

  @Test
  @DisplayName("one acknowledgement waits, and one rejection beside it")
  void acknowledgements() {
    held.add(7, accepted(2, 10));
    held.add(7, rejected(20));
    held.add(7, accepted(2, 12));
    held.add(7, accepted(1, 15));
    held.add(7, rejected(19));
    assertThat(release(7)).containsExactly(accepted(2, 12), rejected(19));
  }

  @Test
  @DisplayName("a vote that was given stays given; of pre-votes the latest answer counts")
  void votes() {
    VoteResponse given = new VoteResponse(N3, N1, 5, true);
    PreVoteResponse refused = new PreVoteResponse(N3, N1, 5, 6, false);
    held.add(7, given);
    held.add(7, new PreVoteResponse(N3, N1, 5, 6, true));
    held.add(7, new VoteResponse(N3, N1, 5, false));
    held.add(7, refused);
    assertThat(release(7)).containsExactly(given, refused);
  }

  @Test
  @DisplayName("a follower whose term can't be written holds a few messages, however long it takes")
  void hungDisk() {
    CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
    HarnessReplica leader = cluster.replica("n1");
    HarnessReplica follower = cluster.replica("n3");
    follower.autoDisk = false;
    cluster.timeout(leader);
    cluster.settle();
    assertThat(leader.leads()).isTrue();

    for (int i = 0; i < 1000; i++) {
      cluster.read(leader);
      cluster.settle();
    }
    cluster.run(3 * OPTIONS.electionTimeoutMaxNanos());
    CoreContext context = (CoreContext) ObjectGraph.get(follower.core(), "context");
    HeldMessages waiting = (HeldMessages) ObjectGraph.get(context.outbox, "held");
    assertThat(waiting.size()).isBetween(1, 6);

    List<ProtocolMessage> answers = new ArrayList<>();
    cluster.trace(new HarnessTrace() {
      @Override
      public void sent(ProtocolMessage message, boolean passes) {
        if (message instanceof HeartbeatResponse && message.from().equals(N3)) {
          answers.add(message);
        }
      }
    });
    while (follower.disk.pendingWrites() > 0) {
      cluster.completeWrite(follower);
    }
    cluster.settle();
    assertThat(answers).hasSize(1);
    assertThat(leader.view().progressOf(N3).contact().contactSequence())
        .isEqualTo(((HeartbeatResponse) answers.get(0)).sequence())
        .isGreaterThan(1000);
    assertThat(leader.view().progressOf(N3).match())
        .isEqualTo(leader.view().lastEntry().index());
  }

  @Test
  @DisplayName("whichever was said first, what was said in the later term stays")
  void earlierTermSaidLater() {
    HeartbeatResponse later = new HeartbeatResponse(N3, N1, 6, 1, 14);
    held.add(7, later);
    held.add(8, contact(N1, 9, 15));
    assertThat(release(8)).containsExactly(later);
  }

  @Test
  @DisplayName(
      "of two answers to one heartbeat the later one waits: its stamp is that of a later moment")
  void sameHeartbeat() {
    held.add(7, contact(N1, 9, 12));
    held.add(7, contact(N1, 9, 13));
    assertThat(release(7)).containsExactly(contact(N1, 9, 13));
  }

  @Test
  @DisplayName("a vote that is given after it was refused is given")
  void voteAfterRefusal() {
    VoteResponse given = new VoteResponse(N3, N1, 5, true);
    held.add(7, new VoteResponse(N3, N1, 5, false));
    held.add(8, given);
    assertThat(release(8)).containsExactly(given);
  }

  @Test
  @DisplayName("of answers about one session of installing the latest of each kind waits")
  void installsOfOneKind() {
    InstallSnapshotResponse installed = installing(8, 10, InstallStatus.INSTALLED);
    held.add(7, installing(8, 10, InstallStatus.UNDER_WAY));
    held.add(7, installed);
    held.add(7, installing(8, 20, InstallStatus.UNDER_WAY));
    held.add(7, installing(9, 15, InstallStatus.UNDER_WAY));
    assertThat(release(7)).containsExactly(installed, installing(9, 15, InstallStatus.UNDER_WAY));

    held.add(8, installing(9, 15, InstallStatus.UNDER_WAY));
    held.add(8, installing(9, 16, InstallStatus.UNDER_WAY));
    assertThat(release(8)).containsExactly(installing(9, 16, InstallStatus.UNDER_WAY));
  }

  private static InstallSnapshotResponse installing(
      long session, long lastIndex, InstallStatus status) {
    return new InstallSnapshotResponse(N3, N1, 5, session, new EntryId(4, lastIndex), status);
  }

  @Test
  @DisplayName(
      "for a damaged entry the latest question waits, and one for each other entry beside it")
  void questionsForEntries() {
    FetchEntries other = new FetchEntries(N3, N1, 5, 2, new EntryId(4, 12), 0);
    FetchEntries again = new FetchEntries(N3, N1, 5, 3, new EntryId(4, 11), 0);
    held.add(7, new FetchEntries(N3, N1, 5, 1, new EntryId(4, 11), 0));
    held.add(7, other);
    held.add(7, again);
    assertThat(release(7)).containsExactly(other, again);
  }

  @Test
  @DisplayName("of copies of entries, which are large, only the last one waits for each receiver")
  void copiesOfEntries() {
    FetchEntriesResponse other = new FetchEntriesResponse(N3, N2, 5, 7, 20, List.of());
    FetchEntriesResponse last = new FetchEntriesResponse(N3, N1, 5, 2, 20, List.of());
    held.add(7, new FetchEntriesResponse(N3, N1, 5, 1, 20, List.of()));
    held.add(7, other);
    held.add(7, last);
    assertThat(release(7)).containsExactly(other, last);
  }

  @Test
  @DisplayName("a revocation of a later transfer is acknowledged, in whatever order they arrive")
  void revocations() {
    TransferRevocationResponse latest = new TransferRevocationResponse(N3, N1, 5, 3, 70);
    held.add(7, new TransferRevocationResponse(N3, N1, 5, 2, 70));
    held.add(7, latest);
    held.add(7, new TransferRevocationResponse(N3, N1, 5, 1, 70));
    assertThat(release(7)).containsExactly(latest);

    TransferRevocationResponse ofThisLife = new TransferRevocationResponse(N3, N1, 5, 3, 71);
    held.add(8, latest);
    held.add(8, ofThisLife);
    assertThat(release(8)).containsExactly(ofThisLife);
  }

  @Test
  @DisplayName(
      "a question that is asked again unchanged waits no longer than when it was asked first")
  void sameQuestion() {
    RequestPreVote question = new RequestPreVote(N3, N1, 6, new EntryId(4, 20));
    held.add(7, question);
    held.add(8, question);
    assertThat(release(7)).containsExactly(question);
    assertThat(held.size()).isZero();
  }

  @Test
  @DisplayName("answers to different questions for an index all leave: no later one says the same")
  void answersToDifferentQuestions() {
    ReadIndexResponse one = new ReadIndexResponse(N3, N1, 5, 1, 20);
    ReadIndexResponse other = new ReadIndexResponse(N3, N1, 5, 2, 20);
    held.add(7, one);
    held.add(7, other);
    assertThat(release(7)).containsExactly(one, other);
  }

  @Test
  @DisplayName("what is withdrawn is gone, and what is said besides still waits")
  void withdrawn() {
    held.add(7, contact(N1, 9, 12));
    held.add(7, new RequestVote(N3, N1, 5, new EntryId(4, 20), false));
    held.removeIf(RequestVote.class::isInstance);
    assertThat(release(7)).containsExactly(contact(N1, 9, 12));
  }

  @Test
  @DisplayName(
      "who follows another leader of its term before its request for votes could leave never sends it (trap 1)")
  void withdrawnVoteRequests() {
    CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
    HarnessReplica late = cluster.replica("n1");
    late.autoDisk = false;
    cluster.timeout(late);
    List<ProtocolMessage> preVotes = cluster.network().take(message -> true);
    preVotes.stream().filter(message -> message.to().equals(N3)).forEach(cluster::deliver);
    cluster.settle();
    assertThat(late.view().currentRole()).isEqualTo(Role.CANDIDATE);

    cluster.elect("n2");
    cluster.settle();
    assertThat(late.view().hardState().term()).isEqualTo(1);
    assertThat(late.view().leader()).isEqualTo(N2);

    List<ProtocolMessage> sent = new ArrayList<>();
    cluster.trace(new HarnessTrace() {
      @Override
      public void sent(ProtocolMessage message, boolean passes) {
        sent.add(message);
      }
    });
    while (late.disk.pendingWrites() > 0) {
      cluster.completeWrite(late);
    }
    assertThat(sent)
        .noneMatch(RequestVote.class::isInstance)
        .as("but that it is in touch with its leader")
        .anyMatch(HeartbeatResponse.class::isInstance);
  }
}
