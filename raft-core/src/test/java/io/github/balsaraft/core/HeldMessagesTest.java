package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.InstallStatus;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReadIndexRequest;
import io.github.balsaraft.model.ReplicaId;
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
}
