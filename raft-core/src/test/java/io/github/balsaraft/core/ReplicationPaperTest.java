package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ProtocolMessage;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Log replication, claim by claim (Raft paper 5.3; pipelining and parallel writes: thesis 10.2). */
class ReplicationPaperTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica leader = cluster.replica("n1");
  private final HarnessReplica follower = cluster.replica("n2");

  @BeforeEach
  void elect() {
    cluster.elect("n1");
  }

  private List<AppendEntries> appends(String to) {
    return cluster.network().inFlight().stream()
        .filter(AppendEntries.class::isInstance)
        .map(AppendEntries.class::cast)
        .filter(message -> message.to().equals(id(to)))
        .toList();
  }

  private List<ProtocolMessage> deliverTo(HarnessReplica replica) {
    List<ProtocolMessage> messages =
        cluster.network().take(message -> message.to().equals(replica.id));
    messages.forEach(cluster::deliver);
    return messages;
  }

  @Test
  @DisplayName(
      "5.3: the leader appends a command as a new entry and sends it to all others in parallel")
  void sendsToAll() {
    ProposalResult result = cluster.propose(leader, "x");
    assertThat(result).isEqualTo(new ProposalResult.Appended(new EntryId(1, 2)));
    assertThat(appends("n2")).extracting(AppendEntries::lastIndex).containsExactly(2L);
    assertThat(appends("n3")).extracting(AppendEntries::lastIndex).containsExactly(2L);
  }

  @Test
  @DisplayName("5.3: an entry is committed once a majority has it, and only then applied")
  void committedByMajority() {
    cluster.propose(leader, "x");
    assertThat(leader.view().commitIndex()).isEqualTo(1);
    assertThat(leader.applied).hasSize(1);
    deliverTo(follower);
    deliverTo(leader);
    assertThat(leader.view().commitIndex()).isEqualTo(2);
    assertThat(leader.applied).hasSize(2);
  }

  @Test
  @DisplayName("5.3: followers learn from the leader what is committed, and apply it in log order")
  void followersLearnOfCommit() {
    cluster.propose(leader, "x", "y");
    cluster.propose(leader, "z");
    cluster.settle();
    assertThat(follower.applied)
        .containsExactly(
            new EntryId(1, 1), new EntryId(1, 2), new EntryId(1, 3), new EntryId(1, 4));
  }

  @Test
  @DisplayName(
      "5.3: a message names the entry before its first; without that entry the follower refuses it")
  void refusesGap() {
    cluster.propose(leader, "x");
    cluster.network().take(message -> true);
    cluster.propose(leader, "y");
    assertThat(appends("n2"))
        .extracting(AppendEntries::previous)
        .containsExactly(new EntryId(1, 2));
    deliverTo(follower);
    assertThat(follower.view().lastEntry()).isEqualTo(new EntryId(1, 1));
    cluster.settle();
    assertThat(follower.view().lastEntry()).isEqualTo(new EntryId(1, 3));
  }

  @Test
  @DisplayName("5.3: conflicting entries of a follower are replaced by the leader's")
  void replacesConflicts() {
    CoreHarness other = ofVoters(OPTIONS, "n1", "n2", "n3");
    other.preset(other.replica("n1"), 3, 1, 3);
    other.preset(other.replica("n3"), 3, 1, 3);
    other.preset(other.replica("n2"), 2, 1, 2, 2, 2);
    other.elect("n1");
    assertThat(other.replica("n2").disk.writtenEntries())
        .isEqualTo(other.replica("n1").disk.writtenEntries());
  }

  @Test
  @DisplayName("5.3: the same message twice changes nothing the second time")
  void duplicateIsHarmless() {
    cluster.propose(leader, "x");
    List<AppendEntries> first = appends("n2");
    cluster.settle();
    cluster.propose(leader, "y");
    cluster.settle();
    List<EntryBatch> before = follower.disk.writtenEntries();
    first.forEach(cluster::deliver);
    cluster.settle();
    assertThat(follower.disk.writtenEntries()).isEqualTo(before);
    assertThat(follower.disk.writtenLastIndex()).isEqualTo(3);
  }

  @Test
  @DisplayName(
      "5.3: a follower that is away gets everything when it is back, as often as it has to be sent")
  void retriesForEver() {
    cluster.crash(follower, 0);
    for (int i = 0; i < 20; i++) {
      cluster.propose(leader, "command " + i);
      cluster.run(100 * MILLIS);
    }
    cluster.start(follower);
    cluster.run(2000 * MILLIS);
    assertThat(follower.applied).isEqualTo(leader.applied).hasSize(21);
  }

  @Test
  @DisplayName("5.5: a follower that is away costs a bounded number of messages")
  void boundedForTheAbsent() {
    for (int i = 0; i < 30; i++) {
      cluster.propose(leader, "command " + i);
      cluster.network().take(message -> message.to().equals(id("n3"))).forEach(cluster::deliver);
      cluster.network().take(message -> message.to().equals(leader.id)).forEach(cluster::deliver);
    }
    assertThat(leader.view().commitIndex()).isEqualTo(31);
    assertThat(appends("n2")).hasSize(OPTIONS.maxInflightMessages());
  }

  @Test
  @DisplayName(
      "thesis 10.2.1: the leader sends before its own write is done, and doesn't count itself until it is")
  void parallelWrite() {
    leader.autoDisk = false;
    cluster.propose(leader, "x");
    deliverTo(follower);
    deliverTo(leader);
    assertThat(leader.view().commitIndex()).as("n2 alone is no majority").isEqualTo(1);
    cluster.completeWrite(leader);
    assertThat(leader.view().commitIndex()).isEqualTo(2);
  }

  @Test
  @DisplayName("thesis 10.2.2: the next entries are sent before the last are acknowledged")
  void pipelining() {
    cluster.propose(leader, "x");
    cluster.propose(leader, "y");
    cluster.propose(leader, "z");
    assertThat(appends("n2"))
        .extracting(AppendEntries::previous)
        .containsExactly(new EntryId(1, 1), new EntryId(1, 2), new EntryId(1, 3));
  }

  /** Its first entries are on their way. */
  private static HarnessReplica electedUnheard(CoreHarness fresh) {
    HarnessReplica elected = fresh.replica("n1");
    fresh.timeout(elected);
    fresh.settleWithout(AppendEntries.class);
    assertThat(elected.leads()).isTrue();
    return elected;
  }

  @Test
  @DisplayName(
      "thesis 10.2.1: a new leader sends ahead too: the first answer of its term is a round trip away")
  void newLeaderSendsAhead() {
    CoreHarness fresh = ofVoters(OPTIONS, "n1", "n2", "n3");
    HarnessReplica elected = electedUnheard(fresh);
    fresh.propose(elected, "x");
    fresh.propose(elected, "y");
    List<Long> sent = fresh.network().take(AppendEntries.class::isInstance).stream()
        .filter(message -> message.to().equals(fresh.replica("n2").id))
        .map(message -> ((AppendEntries) message).lastIndex())
        .toList();
    assertThat(sent).containsExactly(1L, 2L, 3L);
  }

  @Test
  @DisplayName(
      "thesis 10.2.1: what a new leader sends ahead to whose log it doesn't know is bounded")
  void newLeaderSendsLittleForNothing() {
    CoreOptions roomy = new CoreOptionsBuilder()
        .maxMessageBytes(20_000)
        .maxInflight(100, 1 << 20)
        .maxUncommittedBytes(1 << 20)
        .build();
    CoreHarness fresh = ofVoters(roomy, "n1", "n2", "n3");
    HarnessReplica elected = electedUnheard(fresh);
    for (int i = 0; i < 20; i++) {
      fresh.propose(elected, "x".repeat(10_000));
    }
    long bytes = fresh.network().take(AppendEntries.class::isInstance).stream()
        .filter(message -> message.to().equals(fresh.replica("n2").id))
        .flatMap(message -> ((AppendEntries) message).batches().stream())
        .mapToLong(EntryBatch::sizeInBytes)
        .sum();
    assertThat(bytes).isBetween(CoreOptions.PROBE_BYTES, CoreOptions.PROBE_BYTES + 11_000);
  }

  @Test
  @DisplayName("5.1: a proposal to somebody who doesn't lead is refused")
  void onlyTheLeader() {
    ProposalResult result = cluster.propose(follower, "x");
    assertThat(result).isInstanceOf(ProposalResult.Refused.class);
    assertThat(((ProposalResult.Refused) result).reason())
        .isEqualTo(ProposalResult.Reason.NOT_LEADER);
  }

  @Test
  @DisplayName("choice: what is appended and not committed is bounded; the answer says so at once")
  void bounded() {
    cluster.network().take(message -> true);
    ProposalResult result = cluster.propose(leader, "x");
    for (int i = 0; i < 1000 && result instanceof ProposalResult.Appended; i++) {
      result = cluster.propose(leader, "c".repeat(500));
    }
    assertThat(((ProposalResult.Refused) result).reason())
        .isEqualTo(ProposalResult.Reason.OVERLOADED);
    assertThat(leader.view().uncommittedBytes()).isLessThanOrEqualTo(OPTIONS.maxUncommittedBytes());
    cluster.settle();
    assertThat(leader.view().uncommittedBytes()).isZero();
  }

  @Test
  @DisplayName("choice: messages are capped in bytes, unless one entry is larger")
  void messageSize() {
    cluster.crash(follower, 0);
    for (int i = 0; i < 20; i++) {
      cluster.propose(leader, "c".repeat(60));
      cluster.settle();
    }
    cluster.propose(leader, "c".repeat(2000));
    cluster.start(follower);
    cluster.pass(leader, 600 * MILLIS);
    for (int i = 0; i < 200 && !cluster.network().isEmpty(); i++) {
      for (AppendEntries message : appends("n2")) {
        long bytes =
            message.batches().stream().mapToLong(EntryBatch::sizeInBytes).sum();
        long entries = message.batches().stream().mapToLong(EntryBatch::count).sum();
        assertThat(bytes <= OPTIONS.maxMessageBytes() || entries == 1).isTrue();
      }
      cluster.deliver(cluster.network().take(0));
    }
    cluster.run(1000 * MILLIS);
    assertThat(follower.applied).isEqualTo(leader.applied);
  }
}
