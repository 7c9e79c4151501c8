package io.github.balsaraft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.SessionAnswer;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.model.SnapshotRequest;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.testing.simulation.checks.Coverage;
import io.github.balsaraft.testing.simulation.checks.Happening;
import io.github.balsaraft.testing.simulation.world.Mishap;
import io.github.balsaraft.testing.simulation.world.Served;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A fault that never happens must be noticed: so what does happen is counted, and nothing else. */
class CoverageTest {

  private final Story story = new Story(3);
  private final StoryReplica n1 = story.n(1);
  private final StoryReplica n2 = story.n(2);
  private final StoryReplica n3 = story.n(3);
  private final Coverage coverage = story.coverage;

  private void happened(Happening what, int times) {
    assertThat(coverage.count(what)).as(what.label()).isEqualTo(times);
  }

  @Test
  void countsElections() {
    n3.becomes(Role.PRE_CANDIDATE, 1, null);
    story.elect(n1, 2, n2);
    story.replicate(n1, n2);
    n1.becomes(Role.FOLLOWER, 2, null);
    story.elect(n1, 3, n2);
    story.replicate(n1, n2);
    story.elect(n2, 4, n1);
    story.isRight();
    happened(Happening.PRE_VOTE, 1);
    happened(Happening.CAMPAIGN, 3);
    happened(Happening.LEADER_ELECTED, 3);
    happened(Happening.LEADER_CHANGED, 1);
    happened(Happening.LEADER_RESIGNED, 2);
    happened(Happening.VOTE_GRANTED, 3);
    happened(Happening.VOTE_REFUSED, 0);
  }

  @Test
  void countsConflictsAndCommits() {
    story.elect(n1, 2, n2);
    n1.appends(Story.command(7, 1));
    n1.stores();
    story.elect(n2, 3, n3);
    story.replicate(n2, n3, n1);
    n2.commits(2);
    n3.commits(2);
    n1.sends(
        new AppendEntriesResponse(n1.id, n2.id, 3, 1, 0, 0, new EntryId(3, 2), new EntryId(1, 1)));
    story.isRight();
    happened(Happening.TRUNCATION, 1);
    happened(Happening.ENTRY_TRUNCATED, 2);
    happened(Happening.COMMIT, 1);
    happened(Happening.ENTRY_COMMITTED, 2);
    happened(Happening.CONFLICT, 1);
  }

  @Test
  void countsChangesOfTheConfiguration() {
    story.elect(n1, 2, n2);
    story.replicate(n1, n2);
    n1.commits(2);
    Configuration smaller = Configuration.of(List.of(n1.asVoter(), n2.asLearner()));
    Configuration joint = story.founding.jointTowards(smaller, 3);
    n1.appends(Story.configuration(joint));
    story.replicate(n1, n2);
    n1.commits(3);
    n1.appends(Story.configuration(joint.leaveJoint(4)));
    story.replicate(n1);
    n1.commits(4);
    n1.step(new TraceEvent.ChangeEnded(n1.header(), 1, TraceEvent.End.DONE, 4, "", List.of()));
    Configuration promoted =
        joint.leaveJoint(4).jointTowards(joint.leaveJoint(4).with(n2.asVoter()), 5);
    n1.appends(Story.configuration(promoted));
    story.isRight();
    happened(Happening.CONFIGURATION_JOINT, 2);
    happened(Happening.CONFIGURATION_JOINT_LEFT, 1);
    happened(Happening.CONFIGURATION_SIMPLE, 0);
    happened(Happening.VOTER_DEMOTED, 1);
    happened(Happening.LEARNER_PROMOTED, 1);
    happened(Happening.MEMBER_REMOVED, 1);
    happened(Happening.CHANGE_DONE, 1);
  }

  @Test
  void countsFetchesOfSnapshotsAndThoseThatGoOnWithWhatIsThere() {
    asks(1, SnapshotRequest.MANIFEST, 0);
    asks(1, 1, 0);
    asks(1, 1, 4);
    happened(Happening.SNAPSHOT_FETCHED, 1);
    happened(Happening.SNAPSHOT_RESUMED, 0);
    asks(2, SnapshotRequest.MANIFEST, 0);
    asks(2, 1, 8);
    asks(2, 1, 12);
    happened(Happening.SNAPSHOT_FETCHED, 2);
    happened(Happening.SNAPSHOT_RESUMED, 1);
    asks(3, SnapshotRequest.MANIFEST, 0);
    asks(3, 2, 0);
    happened(Happening.SNAPSHOT_RESUMED, 2);
  }

  private void asks(long fetch, int file, long offset) {
    SnapshotRequest request =
        new SnapshotRequest(n1.id, n2.id, fetch, new EntryId(9, 1), 7, file, offset, 100);
    coverage.onSent(n1.host, n2.host, new GroupMessage(GroupId.DEFAULT, request), 1);
  }

  @Test
  void countsWhatSessionsAreAnswered() {
    coverage.onSessionAsks(1, new SessionEntry.Open(100));
    coverage.onSessionAnswered(1, SessionAnswer.applied(2, new byte[0]));
    happened(Happening.SESSION_OPENED, 1);

    SessionEntry command = new SessionEntry.Command(2, 1, 1, ByteBuffer.allocate(0));
    coverage.onSessionAsks(2, command);
    n1.applies(3, 1, 0, new byte[0], 0);
    coverage.onSessionAsks(3, command);
    coverage.onSessionAnswered(2, SessionAnswer.applied(3, new byte[0]));
    happened(Happening.SESSION_COMMAND, 1);
    happened(Happening.SESSION_REPEATED, 0);
    coverage.onSessionAnswered(3, SessionAnswer.applied(3, new byte[0]));
    happened(Happening.SESSION_COMMAND, 2);
    happened(Happening.SESSION_REPEATED, 1);

    coverage.onSessionAsks(4, command);
    coverage.onSessionAnswered(4, SessionAnswer.refused(SessionAnswer.Verdict.EXPIRED));
    coverage.onSessionAnswered(4, SessionAnswer.refused(SessionAnswer.Verdict.EXPIRED));
    coverage.onSessionAsks(5, command);
    coverage.onSessionAnswered(5, SessionAnswer.refused(SessionAnswer.Verdict.FORGOTTEN));
    happened(Happening.SESSION_EXPIRED, 1);
    happened(Happening.SESSION_OPENED, 1);
    happened(Happening.SESSION_COMMAND, 2);
  }

  @Test
  void countsMessagesByTheirKind() {
    TimeoutNow message = new TimeoutNow(n1.id, n2.id, 1, 1, 1, 1);
    GroupMessage sent = new GroupMessage(GroupId.DEFAULT, message);
    coverage.onSent(n1.host, n2.host, sent, 1);
    coverage.onSent(n1.host, n2.host, sent, 2);
    coverage.onArrived(n1.host, n2.host, sent, 1);
    coverage.onArrived(n1.host, n2.host, sent, 1);
    coverage.onLost(n1.host, n2.host, sent, 2);
    coverage.onLost(n1.host, n2.host, sent, 1);
    assertThat(coverage.toString()).containsPattern("TimeoutNow +2 +2 +1\\R");
    assertThat(coverage.neverHappened())
        .doesNotContain("TimeoutNow")
        .contains("TransferRevocation");
  }

  @Test
  void addsUp() {
    coverage.onFault("one");
    Coverage other = new Coverage();
    other.onFault("another");
    other.onEnd(n1.host, 1, "crash");
    other.onEnd(n1.host, 2, "can't start: no");
    GroupMessage message =
        new GroupMessage(GroupId.DEFAULT, new TimeoutNow(n1.id, n2.id, 1, 1, 1, 1));
    other.onSent(n1.host, n2.host, message, 1);
    coverage.onMishap(Mishap.MESSAGE_CUT, n1.host, n2.host);
    other.onMishap(Mishap.MESSAGE_CUT, n2.host, n1.host);
    Coverage sum = coverage.plus(other);
    assertThat(sum.count(Happening.FAULT)).isEqualTo(2);
    assertThat(sum.count(Happening.CRASH)).isEqualTo(1);
    assertThat(sum.count(Happening.START_REFUSED)).isEqualTo(1);
    assertThat(sum.count(Happening.START)).isEqualTo(3);
    assertThat(sum.count(Mishap.MESSAGE_CUT)).isEqualTo(2);
    assertThat(sum.toString()).containsPattern("TimeoutNow +1 +0 +0\\R");
    assertThat(coverage.count(Happening.CRASH)).isZero();
  }

  @Test
  @DisplayName("who asks for a snapshot before it has a core recovers; whoever asks later doesn't")
  void countsRecoveries() {
    GroupMessage asks = new GroupMessage(
        GroupId.DEFAULT, new SnapshotRequest(n1.id, n2.id, 1, new EntryId(1, 1), 0, 0, 0, 100));
    coverage.onSent(n1.host, n2.host, asks, 1);
    n1.restarts();
    happened(Happening.SNAPSHOT_RECOVERED, 0);
    coverage.onStart(n1.host, 7);
    coverage.onSent(n1.host, n2.host, asks, 2);
    coverage.onSent(n1.host, n2.host, asks, 3);
    coverage.onStep(
        n1.host,
        7,
        new TraceEvent.Started(
            n1.header(),
            1,
            null,
            EntryId.NONE,
            List.of(),
            EntryId.NONE,
            0,
            0,
            new TreeMap<>(Map.of(0L, Configuration.EMPTY))));
    happened(Happening.SNAPSHOT_RECOVERED, 1);
  }

  @Test
  void namesWhatHasNeverHappened() {
    Coverage nothing = new Coverage();
    assertThat(nothing.neverHappened()).contains("disks wiped", "Heartbeat", "JoinRequest");
    for (Happening what : Happening.values()) {
      assertThat(nothing.neverHappened()).contains(what.label());
      assertThat(nothing.toString()).contains(what.label());
    }
    for (Mishap what : Mishap.values()) {
      assertThat(nothing.neverHappened()).contains(what.label());
      assertThat(nothing.toString()).contains(what.label());
    }
    coverage.onMishap(Mishap.WRITE_TORN, n1.host, null);
    assertThat(coverage.neverHappened())
        .doesNotContain(Mishap.WRITE_TORN.label())
        .contains(Mishap.WRITE_FAILED.label());
    coverage.onNote(n1.host, "wiped");
    coverage.onNote(n1.host, "overloaded");
    happened(Happening.OVERLOADED, 1);
    assertThat(coverage.neverHappened()).doesNotContain("disks wiped", "processes started");
  }

  @Test
  void countsWhatIsServed() {
    for (Served what : Served.values()) {
      Coverage one = new Coverage();
      one.onServed(n1.host, what);
      assertThat(one.count(Happening.valueOf(what.name()))).isEqualTo(1);
    }
  }

  @Test
  void countsReadsThatFoundNoLease() {
    coverage.onStatus(n1.host, 1, refusedLeaseReads(3));
    coverage.onStatus(n1.host, 1, refusedLeaseReads(5));
    coverage.onStatus(n2.host, 1, refusedLeaseReads(1));
    coverage.onStatus(n1.host, 2, refusedLeaseReads(2));
    happened(Happening.READ_LEASE_REFUSED, 8);
  }

  private NodeStatus refusedLeaseReads(long count) {
    return NodeStatus.builder(GroupId.DEFAULT, n1.host, n1.id)
        .counters(new NodeStatus.Counters(0, count, 0, 0))
        .build();
  }
}
