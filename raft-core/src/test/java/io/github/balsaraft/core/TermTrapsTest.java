package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.Role;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Mistakes with members in different terms: who asks for pre-votes in vain for ever, and whom a member that comes back disturbs. */
class TermTrapsTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  private void cutOff(HarnessReplica one, HarnessReplica other) {
    cluster.network().cut(one.id, other.id);
    cluster.network().cut(other.id, one.id);
  }

  @Test
  @DisplayName(
      "trap 4: a pre-candidate adopts the later term of whoever refuses it, and the group gets a leader")
  void trap04_longLogOfAnOldTermAndShortLogOfALaterOne() {
    cluster.preset(n1, 3, 1, 3, 3, 3);
    cluster.preset(n2, 9, 1, 1);
    cluster.crash(n3, 0);
    cluster.run(6000 * MILLIS);
    assertThat(n1.leads()).isTrue();
    assertThat(n1.view().hardState().term()).isGreaterThan(9);
  }

  @Test
  @DisplayName("trap 4: a voter of an earlier term, whose log is shorter, is needed and helps")
  void trap04_voterOfAnEarlierTermIsNeeded() {
    cluster.preset(n1, 1, 1);
    cluster.preset(n2, 5, 1, 5);
    cluster.crash(n3, 0);
    // The one with the log asks, and the other doesn't.
    cluster.timeout(n2);
    cluster.settle();
    assertThat(n2.leads()).isTrue();
    assertThat(n2.view().hardState().term()).isEqualTo(6);
    assertThat(n1.view().leader()).isEqualTo(n2.id);
  }

  @Test
  @DisplayName(
      "trap 4: of four, one comes back in an earlier term, and without its vote there is no quorum")
  void trap04_returningVoterMakesTheQuorum() {
    CoreHarness four = ofVoters(OPTIONS, "n1", "n2", "n3", "n4");
    four.preset(four.replica("n2"), 5, 1, 5);
    four.preset(four.replica("n3"), 5, 1, 5);
    four.preset(four.replica("n4"), 2, 1);
    four.crash(four.replica("n1"), 0);
    four.crash(four.replica("n4"), 0);
    four.run(10_000 * MILLIS);
    assertThat(four.view("n2").hardState().term()).as("two of four ask in vain").isEqualTo(5);
    four.start(four.replica("n4"));
    four.run(6000 * MILLIS);
    assertThat(four.replicas()).filteredOn(HarnessReplica::leads).hasSize(1);
    assertThat(four.view("n4").hardState().term()).isGreaterThan(5);
  }

  @Test
  @DisplayName(
      "trap 4: a leader whose messages are stale to the only other member moves above its term")
  void trap04_leaderIsStaleToTheOnlyOther() {
    cluster.preset(n3, 9);
    cutOff(n1, n3);
    cutOff(n2, n3);
    cluster.elect("n1");
    cluster.propose(n1, "a", "b");
    cluster.settle();
    cluster.crash(n2, 0);
    cluster.network().healAll();
    // Long before it would notice that nobody answers.
    cluster.run(500 * MILLIS);
    assertThat(n1.leads()).isTrue();
    assertThat(n1.view().hardState().term()).isGreaterThan(9);
    assertThat(n3.view().leader()).isEqualTo(n1.id);
  }

  @Test
  @DisplayName("trap 4: of two members in a later term each is short of what the third has")
  void trap04_longestLogIsBehindBothOthers() {
    cluster.preset(n1, 8, 1, 8, 8);
    cluster.preset(n2, 9, 1);
    cluster.preset(n3, 9, 1);
    // The two can't reach each other: only with the third is there a quorum, and only it can lead.
    cutOff(n2, n3);
    cluster.run(10_000 * MILLIS);
    assertThat(n1.leads()).isTrue();
    assertThat(n1.view().hardState().term()).isGreaterThan(9);
  }

  @Test
  @DisplayName("trap 5: who was cut off for a hundred timeouts comes back, and the leader stays")
  void trap05_cutOffForAHundredTimeouts() {
    cluster.elect("n1");
    cutOff(n1, n3);
    cutOff(n2, n3);
    cluster.run(100 * OPTIONS.electionTimeoutMaxNanos());
    assertThat(n3.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
    cluster.network().healAll();
    cluster.run(3 * OPTIONS.electionTimeoutMaxNanos());
    assertThat(n1.leads()).isTrue();
    assertThat(n1.view().hardState().term()).as("nobody was elected anew").isEqualTo(1);
    assertThat(n3.view().leader()).isEqualTo(n1.id);
  }

  @Test
  @DisplayName(
      "trap 5: a leader moves above a member's term at most once in an election timeout, for members only")
  void trap05_movesAboveMembersOnly() {
    cluster.elect("n1");
    cluster.deliver(new HeartbeatResponse(id("n9"), n1.id, 7, 1, 0));
    assertThat(n1.leads()).as("n9 is no member").isTrue();
    cluster.deliver(new HeartbeatResponse(n3.id, n1.id, 7, 1, 0));
    cluster.settle();
    assertThat(n1.leads()).isTrue();
    assertThat(n1.view().hardState().term()).isEqualTo(8);
    cluster.deliver(new HeartbeatResponse(n3.id, n1.id, 9, 1, 0));
    assertThat(n1.view().hardState().term()).as("too soon").isEqualTo(8);
    cluster.run(2500 * MILLIS);
    cluster.deliver(new HeartbeatResponse(n3.id, n1.id, 9, 1, 0));
    cluster.settle();
    assertThat(n1.view().hardState().term()).isEqualTo(10);
  }
}
