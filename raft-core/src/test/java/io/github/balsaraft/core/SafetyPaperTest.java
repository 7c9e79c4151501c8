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
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.VoteResponse;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Safety, claim by claim (Raft paper 5.4, figures 2, 3 and 8; configuration changes: section 6). */
class SafetyPaperTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  private static EntryBatch entry(long term, long index) {
    return Payloads.single(EntryType.COMMAND, new byte[0]).place(new EntryId(term, index), 0);
  }

  @Test
  @DisplayName("5.4.1: who lacks a committed entry gets no majority")
  void electionRestriction() {
    cluster.elect("n1");
    cluster.network().cut(n1.id, n3.id);
    cluster.propose(n1, "x");
    cluster.settle();
    cluster.crash(n1, 0);
    cluster.pass(n2, 1000 * MILLIS);
    for (int i = 0; i < 10; i++) {
      cluster.timeout(n3);
      cluster.settle();
      assertThat(n3.leads()).isFalse();
    }
    cluster.elect("n2");
    assertThat(n3.applied).contains(new EntryId(1, 2));
  }

  @Test
  @DisplayName(
      "5.4.2, figure 8: copies of an earlier term's entry don't commit it, one of the own term above does")
  void trap13_onlyOwnTermByCounting() {
    cluster.preset(n1, 4, 1, 2);
    cluster.preset(n2, 4, 1, 2);
    cluster.preset(n3, 4, 1);
    cluster.elect("n1");
    long session = n1.view().progressOf(n2.id).session();
    CoreHarness again = ofVoters(OPTIONS, "n1", "n2", "n3");
    HarnessReplica leader = again.replica("n1");
    again.preset(leader, 4, 1, 2);
    again.preset(again.replica("n2"), 4, 1, 2);
    again.timeout(leader);
    again.deliver(new io.github.balsaraft.model.PreVoteResponse(id("n2"), leader.id, 4, 5, true));
    again.deliver(new VoteResponse(id("n2"), leader.id, 5, true));
    again.deliver(new AppendEntriesResponse(
        id("n2"), leader.id, 5, session, 2, 2, EntryId.NONE, EntryId.NONE));
    assertThat(leader.view().progressOf(id("n2")).match()).isEqualTo(2);
    assertThat(leader.view().commitIndex()).as("2@2 is on two of three").isZero();
    again.network().take(message -> message instanceof RequestVote);
    again.settle();
    assertThat(leader.view().commitIndex()).as("with the no-op 3@5").isEqualTo(3);
  }

  @Test
  @DisplayName(
      "figure 3, leader append-only: a leader takes no entries from anybody of its own term")
  void leaderAppendOnly() {
    cluster.elect("n1");
    long dropped = n1.view().droppedMessages();
    cluster.deliver(
        new AppendEntries(n2.id, n1.id, 1, 1, EntryId.NONE, List.of(entry(1, 1), entry(1, 2)), 2));
    assertThat(n1.leads()).isTrue();
    assertThat(n1.view().lastEntry()).isEqualTo(new EntryId(1, 1));
    assertThat(n1.view().droppedMessages()).isEqualTo(dropped + 1);
  }

  @Test
  @DisplayName("figure 2: term, vote and entries are on stable storage before an answer leaves")
  void persistsBeforeAnswering() {
    n2.autoDisk = false;
    cluster.deliver(new RequestVote(n1.id, n2.id, 1, EntryId.NONE, false));
    assertThat(cluster.network().inFlight()).isEmpty();
    cluster.completeWrite(n2);
    assertThat(cluster.network().take(message -> true))
        .singleElement()
        .isInstanceOf(VoteResponse.class);

    cluster.deliver(new AppendEntries(n1.id, n2.id, 1, 1, EntryId.NONE, List.of(entry(1, 1)), 0));
    assertThat(cluster.network().inFlight()).isEmpty();
    cluster.completeWrite(n2);
    assertThat(cluster.network().take(message -> true))
        .singleElement()
        .isInstanceOf(AppendEntriesResponse.class);
  }

  @Test
  @DisplayName("figure 3, state machine safety: what is committed stays, whatever a message says")
  void committedStays() {
    cluster.elect("n1");
    cluster.propose(n1, "x");
    cluster.settle();
    cluster.deliver(
        new AppendEntries(n3.id, n2.id, 9, 1, EntryId.NONE, List.of(entry(8, 1), entry(8, 2)), 0));
    assertThat(n2.view().termAt(2)).isEqualTo(1);
    assertThat(n2.applied).containsExactly(new EntryId(1, 1), new EntryId(1, 2));
  }

  @Test
  @DisplayName("5.5: a replica that lost power comes back with what was durable and catches up")
  void powerLoss() {
    cluster.elect("n1");
    n3.autoDisk = false;
    cluster.propose(n1, "x");
    cluster.settle();
    cluster.crash(n3, 0);
    cluster.start(n3);
    assertThat(n3.view().lastEntry()).isEqualTo(new EntryId(1, 1));
    n3.autoDisk = true;
    cluster.run(1500 * MILLIS);
    assertThat(n3.applied).isEqualTo(n1.applied).hasSize(2);
  }

  @Test
  @DisplayName("5.5: all lose power at once, and nothing that was committed is lost")
  void powerLossOfAll() {
    cluster.elect("n1");
    cluster.propose(n1, "x", "y");
    cluster.settle();
    for (HarnessReplica replica : cluster.replicas()) {
      cluster.crash(replica, 0);
    }
    cluster.replicas().forEach(cluster::start);
    assertThat(n1.view().commitIndex()).as("not stored: learned again").isZero();
    cluster.elect("n2");
    assertThat(n1.applied).startsWith(new EntryId(1, 1), new EntryId(1, 2), new EntryId(1, 3));
  }

  // ------------------------------------------------------------------ section 6

  @Test
  @DisplayName(
      "6: a configuration is in force as soon as it is appended, and reverts if it is truncated")
  void inForceWhenAppended() {
    cluster.elect("n1");
    cluster.network().cut(n1.id, n2.id);
    cluster.network().cut(n1.id, n3.id);
    cluster.change(n1, voters("n1", "n2"));
    assertThat(n1.view().configuration().isJoint()).isTrue();
    cluster.elect("n2");
    cluster.network().healAll();
    cluster.run(1000 * MILLIS);
    assertThat(n1.view().leader()).isEqualTo(n2.id);
    assertThat(n1.view().configuration()).isEqualTo(voters("n1", "n2", "n3"));
  }

  @Test
  @DisplayName("6: a joint configuration needs a majority of the old and of the new voters")
  void jointNeedsBoth() {
    for (int i = 4; i <= 6; i++) {
      cluster.add("n" + i, CoreHarness.patience(i), Configuration.EMPTY);
    }
    cluster.elect("n1");
    Configuration staged = voters("n1", "n2", "n3");
    for (String learner : List.of("n4", "n5", "n6")) {
      staged = staged.with(CoreHarness.learner(learner));
    }
    cluster.change(n1, staged);
    cluster.settle();
    cluster.change(n1, voters("n4", "n5", "n6"));
    deliverBetween("n2", "n3");
    assertThat(n1.view().commitIndex()).as("all old voters, no new one").isEqualTo(2);
    deliverBetween("n4");
    assertThat(n1.view().commitIndex()).as("one new voter is no majority").isEqualTo(2);
    deliverBetween("n5");
    assertThat(n1.view().commitIndex()).isEqualTo(3);
  }

  /** One round trip between the leader and these. */
  private void deliverBetween(String... names) {
    List<String> wanted = List.of(names);
    cluster
        .network()
        .take(message -> wanted.contains(CoreHarness.name(message.to())))
        .forEach(cluster::deliver);
    cluster
        .network()
        .take(message -> wanted.contains(CoreHarness.name(message.from())))
        .forEach(cluster::deliver);
  }

  @Test
  @DisplayName("6: a leader that comes up in a joint configuration brings it to its end")
  void newLeaderLeavesJoint() {
    cluster.elect("n1");
    cluster.change(n1, voters("n2", "n3"));
    cluster.network().take(message -> !message.from().equals(n1.id)).forEach(cluster::deliver);
    cluster.network().take(message -> true).forEach(cluster::deliver);
    cluster.crash(n1, 0);
    cluster.network().take(message -> true);
    assertThat(n2.view().configuration().isJoint()).isTrue();
    cluster.elect("n2");
    assertThat(n2.view().configuration().members()).isEqualTo(voters("n2", "n3").members());
    assertThat(n3.view().configuration()).isEqualTo(n2.view().configuration());
  }

  @Test
  @DisplayName("6: a member that was removed disturbs nobody")
  void removedMember() {
    cluster.elect("n1");
    cluster.network().cut(n1.id, n3.id);
    cluster.change(n1, voters("n1", "n2"));
    cluster.settle();
    cluster.network().healAll();
    for (int i = 0; i < 100; i++) {
      cluster.run(100 * MILLIS);
      if (n3.view().removedAt() == 0) {
        cluster.timeout(n3);
      }
    }
    assertThat(n3.view().removedAt()).isEqualTo(3);
    assertThat(n3.core().nextDeadlineNanos()).as("it stays quiet").isEqualTo(Long.MAX_VALUE);
    assertThat(n1.leads()).isTrue();
    assertThat(n1.view().hardState().term()).isEqualTo(1);
  }

  @Test
  @DisplayName(
      "thesis 4.2.1: a learner receives everything, counts in no quorum and never campaigns")
  void learner() {
    HarnessReplica n4 = cluster.add("n4", CoreHarness.patience(4), Configuration.EMPTY);
    cluster.elect("n1");
    cluster.change(n1, voters("n1", "n2", "n3").with(CoreHarness.learner("n4")));
    cluster.run(500 * MILLIS);
    assertThat(n4.applied).isEqualTo(n1.applied).hasSize(2);
    cluster.crash(n2, 0);
    cluster.crash(n3, 0);
    cluster.propose(n1, "x");
    cluster.run(10_000 * MILLIS);
    assertThat(n4.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(n4.view().lastEntry().index()).isEqualTo(3);
    assertThat(n1.view().commitIndex()).isEqualTo(2);
  }
}
