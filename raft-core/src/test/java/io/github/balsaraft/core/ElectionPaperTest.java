package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.VoteResponse;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Leader election, claim by claim (Raft paper 5.1, 5.2; PreVote: thesis 9.6; CheckQuorum: thesis 6.2). */
class ElectionPaperTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");

  private static VoteResponse vote(String from, long term, boolean granted) {
    return new VoteResponse(id(from), id("n1"), term, granted);
  }

  private <T extends ProtocolMessage> List<T> sent(Class<T> kind) {
    return cluster.network().take(message -> true).stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .toList();
  }

  /** Makes n1 a candidate of term 1 whose requests nobody has seen. */
  private void makeCandidate() {
    cluster.timeout(n1);
    cluster.deliver(new io.github.balsaraft.model.PreVoteResponse(id("n2"), id("n1"), 0, 1, true));
    assertThat(n1.view().currentRole()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  @DisplayName("5.2: a server begins as a follower")
  void startsAsFollower() {
    assertThat(n1.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(n1.view().leader()).isNull();
  }

  @Test
  @DisplayName("5.2: a follower that hears nothing for an election timeout begins an election")
  void timeoutStartsElection() {
    long before = n1.core().nextDeadlineNanos() - 1;
    cluster.pass(n1, before - n1.clockNanos);
    assertThat(n1.view().currentRole()).isEqualTo(Role.FOLLOWER);
    cluster.pass(n1, 1);
    assertThat(n1.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
    assertThat(sent(RequestPreVote.class))
        .extracting(ProtocolMessage::to)
        .containsExactly(id("n2"), id("n3"));
  }

  @Test
  @DisplayName("5.2: a candidate increments its term, votes for itself and asks all others")
  void candidate() {
    makeCandidate();
    assertThat(n1.disk.durableHardState()).isEqualTo(new HardState(1, n1.id));
    assertThat(sent(RequestVote.class))
        .extracting(ProtocolMessage::to)
        .containsExactly(id("n2"), id("n3"));
  }

  @Test
  @DisplayName("5.2: votes from a majority make it leader, and it tells all others at once")
  void majorityWins() {
    makeCandidate();
    cluster.network().take(message -> true);
    cluster.deliver(vote("n3", 1, true));
    assertThat(n1.leads()).isTrue();
    assertThat(sent(Heartbeat.class))
        .extracting(ProtocolMessage::to)
        .containsExactly(id("n2"), id("n3"));
  }

  @Test
  @DisplayName("5.2: a refused, repeated or foreign vote makes no majority")
  void noMajority() {
    CoreHarness five = ofVoters(OPTIONS, "n1", "n2", "n3", "n4", "n5");
    HarnessReplica candidate = five.replica("n1");
    five.timeout(candidate);
    for (String voter : List.of("n2", "n3")) {
      five.deliver(
          new io.github.balsaraft.model.PreVoteResponse(id(voter), candidate.id, 0, 1, true));
    }
    five.deliver(vote("n2", 1, true));
    five.deliver(vote("n2", 1, true));
    five.deliver(vote("n8", 1, true));
    five.deliver(vote("n4", 1, false));
    five.deliver(vote("n4", 1, true));
    assertThat(candidate.leads()).isFalse();
    five.deliver(vote("n3", 1, true));
    assertThat(candidate.leads()).isTrue();
  }

  @Test
  @DisplayName("5.2: a candidate that hears a leader of its term or a later one follows it")
  void candidateFollowsLeader() {
    makeCandidate();
    cluster.deliver(new Heartbeat(id("n2"), n1.id, 1, 1, 0, 0, 0));
    assertThat(n1.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(n1.view().leader()).isEqualTo(id("n2"));
  }

  @Test
  @DisplayName(
      "5.2: a candidate ignores a leader of an earlier term, which learns the later term from the answer")
  void candidateRejectsOldLeader() {
    makeCandidate();
    cluster.network().take(message -> true);
    cluster.deliver(new AppendEntries(id("n2"), n1.id, 0, 1, EntryId.NONE, List.of(), 0));
    assertThat(n1.view().currentRole()).isEqualTo(Role.CANDIDATE);
    assertThat(sent(AppendEntriesResponse.class))
        .extracting(ProtocolMessage::term)
        .containsExactly(1L);
  }

  @Test
  @DisplayName(
      "5.2: an election that nobody wins ends with the timeout, and the next is in a later term")
  void candidateStartsAgain() {
    makeCandidate();
    cluster.timeout(n1);
    assertThat(n1.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
    cluster.settle();
    assertThat(n1.leads()).isTrue();
    assertThat(n1.view().hardState().term()).isEqualTo(2);
  }

  @Test
  @DisplayName("5.2: election timeouts are spread at random over the given range")
  void trap12_timeoutsAreRandom() {
    TreeSet<Long> timeouts = new TreeSet<>();
    for (int seed = 0; seed < 200; seed++) {
      CoreHarness one = new CoreHarness(OPTIONS);
      HarnessReplica replica =
          one.add("n1", new SplittableRandom(seed)::nextLong, CoreHarness.voters("n1", "n2", "n3"));
      timeouts.add(replica.core().nextDeadlineNanos() / (100 * MILLIS));
      assertThat(replica.core().nextDeadlineNanos()).isBetween(1000 * MILLIS, 2000 * MILLIS - 1);
    }
    assertThat(timeouts).as("tenths of a second").hasSize(10);
  }

  @Test
  @DisplayName("5.2: each attempt of one and the same member draws its timeout anew")
  void trap12_eachAttemptDrawsAnew() {
    CoreHarness one = new CoreHarness(OPTIONS);
    HarnessReplica replica =
        one.add("n1", new SplittableRandom(1)::nextLong, CoreHarness.voters("n1", "n2", "n3"));
    TreeSet<Long> timeouts = new TreeSet<>();
    for (int attempt = 0; attempt < 200; attempt++) {
      long timeout = replica.core().nextDeadlineNanos() - replica.clockNanos;
      assertThat(timeout).isBetween(1000 * MILLIS, 2000 * MILLIS - 1);
      timeouts.add(timeout / (100 * MILLIS));
      one.timeout(replica);
      one.network().take(message -> true);
    }
    assertThat(timeouts).as("tenths of a second").hasSize(10);
  }

  @Test
  @DisplayName("5.2: a leader's heartbeats keep its followers from campaigning")
  void heartbeatsKeepOffice() {
    cluster.elect("n1");
    cluster.run(20_000 * MILLIS);
    assertThat(n1.leads()).isTrue();
    assertThat(n1.view().hardState().term()).isEqualTo(1);
  }

  @Test
  @DisplayName(
      "5.1: a leader that hears of a later term from a member is leader of the old one no longer")
  void leaderHearsLaterTerm() {
    cluster.elect("n1");
    cluster.deliver(new AppendEntries(id("n2"), n1.id, 3, 1, EntryId.NONE, List.of(), 0));
    assertThat(n1.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(n1.view().hardState()).isEqualTo(new HardState(3, null));
  }

  @Test
  @DisplayName("5.2: votes survive a restart: no second vote in the same term")
  void voteSurvivesRestart() {
    cluster.deliver(new RequestVote(id("n2"), n1.id, 1, EntryId.NONE, false));
    cluster.crash(n1, 0);
    cluster.start(n1);
    cluster.network().take(message -> true);
    cluster.deliver(new RequestVote(id("n3"), n1.id, 1, EntryId.NONE, false));
    assertThat(sent(VoteResponse.class)).extracting(VoteResponse::granted).containsExactly(false);
  }

  @Test
  @DisplayName("5.2: giving a vote starts the election timeout anew")
  void votePostponesOwnElection() {
    cluster.pass(n2, 1000 * MILLIS);
    long before = n2.core().nextDeadlineNanos();
    cluster.deliver(new RequestVote(id("n3"), n2.id, 1, EntryId.NONE, false));
    assertThat(n2.core().nextDeadlineNanos()).isGreaterThan(before);
  }

  @Test
  @DisplayName("thesis 9.6: a pre-vote that is not won raises nobody's term")
  void preVoteRaisesNoTerm() {
    cluster.network().cut(n1.id, id("n2"));
    cluster.network().cut(n1.id, id("n3"));
    for (int i = 0; i < 50; i++) {
      cluster.timeout(n1);
    }
    assertThat(n1.view().hardState()).isEqualTo(HardState.INITIAL);
  }

  @Test
  @DisplayName("thesis 6.2: a leader that no quorum answers for an election timeout steps down")
  void checkQuorum() {
    cluster.elect("n1");
    cluster.network().take(message -> true);
    cluster.pass(n1, 1900 * MILLIS);
    assertThat(n1.leads()).isTrue();
    cluster.pass(n1, 200 * MILLIS);
    assertThat(n1.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(n1.view().leader()).isNull();
  }

  @Test
  @DisplayName("5.2: the only voter needs nobody and doesn't wait")
  void onlyVoter() {
    CoreHarness one = ofVoters(OPTIONS, "n1");
    one.run(10 * MILLIS);
    assertThat(one.replica("n1").leads()).isTrue();
    assertThat(one.view("n1").commitIndex()).isEqualTo(1);
  }
}
