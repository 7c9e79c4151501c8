package io.github.balsaraft.simulation;

import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.CHECK_FAILED;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.DISK;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.ELECTION_SAFETY;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.TRACE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.VoteResponse;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.testing.simulation.checks.Checks;
import io.github.balsaraft.testing.simulation.checks.Violation;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the checks see must be complete and make sense, and what is wrong is not lost. */
class TraceChecksTest {

  private final Story story = new Story(3);
  private final StoryReplica n1 = story.n(1);
  private final StoryReplica n2 = story.n(2);

  @Test
  void aStepIsMissing() {
    n1.forgetsAStep();
    story.isRight();
    n1.sees(2);
    story.isWrong(TRACE);
  }

  @Test
  void aStepLeadsToAnotherStateThanItSays() {
    n1.countsDurable(1);
    story.isRight();
    n1.leader = n2.id;
    n1.countsDurable(1);
    story.isWrong(TRACE);
  }

  @Test
  void onlyACandidateBecomesLeader() {
    // Everybody has promised its vote, so that only the trace is wrong.
    n1.campaigns(2);
    n1.stores();
    n1.asksForVote(n2);
    n2.sees(2);
    n2.votesFor(n1);
    n2.stores();
    n2.sends(new VoteResponse(n2.id, n1.id, 2, true));
    n1.becomes(Role.FOLLOWER, 2, null);
    story.isRight();
    n1.leads();
    story.isWrong(TRACE);
  }

  @Test
  void anEarlierProcessGoesOn() {
    n1.restarts();
    story.isRight();
    TraceEvent late = new TraceEvent.RoleChanged(n1.header(), Role.PRE_CANDIDATE, 1, null, "");
    story.checks.onStep(n1.host, 1, late);
    story.isWrong(TRACE);
  }

  @Test
  void somebodySendsWhomNobodyKnows() {
    StoryReplica stranger = new StoryReplica(9, story.checks);
    story.isRight();
    stranger.sends(new HeartbeatResponse(stranger.id, n1.id, 1, 1, 1));
    story.isWrong(TRACE);
  }

  @Test
  void aWriteThatBelongsToNobody() {
    StoryReplica stranger = new StoryReplica(9, story.checks);
    story.isRight();
    stranger.storesTerm();
    story.isWrong(DISK);
  }

  @Test
  void theFirstViolationStays() {
    n1.campaigns(2);
    n1.leads();
    story.isWrong(ELECTION_SAFETY);
    Violation first = story.checks.violation();
    n2.forgetsAStep();
    n2.sees(3);
    assertThat(story.checks.violation()).isSameAs(first);
    assertThat(first.toString())
        .startsWith("ELECTION_SAFETY: n1 (r00000000000000a1, life 1) in term 2 becomes leader");
    assertThat(first.toError()).hasMessage(first.toString());
  }

  @Test
  void aCheckThatFailsItselfIsNotLost() {
    Checks checks = new Checks();
    checks.onDurable(new HostId("n1"), 1, null);
    Violation violation = checks.violation();
    assertThat(violation.kind()).isEqualTo(CHECK_FAILED);
    assertThat(violation.toError()).hasCause(violation.cause());
    assertThat(violation.cause()).isInstanceOf(NullPointerException.class);
  }

  @Test
  @DisplayName(
      "a disk that was wiped carries a new replica, and what the old one has stored still counts")
  void aWipedDiskCarriesANewReplica() {
    story.elect(n1, 2, n2);
    story.replicate(n1, n2);
    StoryReplica anew = n2.isReplacedByANewReplica();
    story.isRight();
    assertThat(story.checks.replicaOn(n2.host)).isEqualTo(anew.id);
    n1.commits(2);
    story.isRight();
    assertThat(story.checks.isStoredBy(n2.id, 2)).isTrue();
    assertThat(story.checks.isStoredBy(anew.id, 2)).isFalse();
  }

  @Test
  void oneReplicaIsOnTwoHosts() {
    story.isRight();
    story.checks.onDurable(
        n2.host, 1, LogWrite.of(List.of(GroupWrite.ofReplica(GroupId.DEFAULT, n1.record()))));
    story.isWrong(DISK);
  }
}
