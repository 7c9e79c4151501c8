package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.core.log.TermStarts;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.FetchEntries;
import io.github.balsaraft.model.FetchEntriesResponse;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.TransferRevocation;
import io.github.balsaraft.model.TransferRevocationResponse;
import io.github.balsaraft.model.VoteResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A member whose disk has damaged entries, while its hard state and the positions of its log are intact. n1 leads with five
 * entries in term 1, of which n2 has damaged 3.
 */
class RecoveryTest {

  private static final EntryId THIRD = new EntryId(1, 3);

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  /** The third entry of n2's log is damaged, and nobody can be asked for it. */
  private void damageThirdAlone() {
    replicateFive();
    cluster.crash(n2, 0);
    cutOff(n2);
    cluster.damage(n2, 3);
    cluster.start(n2);
  }

  private void replicateFive() {
    cluster.elect("n1");
    cluster.propose(n1, "a", "b", "c", "d");
    cluster.run(300 * MILLIS);
    assertThat(n2.disk.durableLastIndex()).isEqualTo(5);
  }

  private void cutOff(HarnessReplica replica) {
    for (HarnessReplica other : cluster.replicas()) {
      cluster.network().cut(replica.id, other.id);
      cluster.network().cut(other.id, replica.id);
    }
    cluster.settle();
  }

  /** n2 can send, and hears what a test delivers to it. */
  private void letSpeak() {
    cluster.network().heal(n2.id, n1.id);
    cluster.network().heal(n2.id, n3.id);
  }

  private <M extends ProtocolMessage> List<M> sent(HarnessReplica from, Class<M> type) {
    return cluster
        .network()
        .take(message -> type.isInstance(message) && message.from().equals(from.id))
        .stream()
        .map(type::cast)
        .toList();
  }

  private <M extends ProtocolMessage> M lastSent(HarnessReplica from, Class<M> type) {
    List<M> all = sent(from, type);
    return all.get(all.size() - 1);
  }

  private static EntryBatch entry(long term, long index, String payload) {
    return Payloads.single(EntryType.COMMAND, payload.getBytes(StandardCharsets.UTF_8))
        .place(new EntryId(term, index), 0);
  }

  private FetchEntriesResponse answer(FetchEntries question, EntryBatch... found) {
    return new FetchEntriesResponse(
        question.to(), question.from(), 1, question.request(), 5, List.of(found));
  }

  @Test
  @DisplayName("it gives no vote, but adopts the candidate's term")
  void refusesVotes() {
    damageThirdAlone();
    letSpeak();
    cluster.deliver(new RequestVote(n3.id, n2.id, 4, new EntryId(1, 5), false));
    assertThat(lastSent(n2, VoteResponse.class).granted()).isFalse();
    assertThat(n2.view().hardState()).isEqualTo(new HardState(4, null));
  }

  @Test
  @DisplayName("it promises no vote")
  void refusesPreVotes() {
    damageThirdAlone();
    letSpeak();
    cluster.deliver(new RequestPreVote(n3.id, n2.id, 4, new EntryId(1, 5)));
    assertThat(lastSent(n2, PreVoteResponse.class).granted()).isFalse();
  }

  @Test
  @DisplayName("it doesn't campaign, however long nobody leads")
  void neverCampaigns() {
    damageThirdAlone();
    for (int i = 0; i < 200; i++) {
      cluster.timeout(n2);
    }
    assertThat(n2.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(n2.view().hardState().term()).isEqualTo(1);
  }

  @Test
  @DisplayName("it doesn't campaign after a failure hint either")
  void noHintMakesItCampaign() {
    damageThirdAlone();
    cluster.network().healAll();
    cluster.run(500 * MILLIS);
    cutOff(n2);
    cluster.crash(n2, 0);
    cluster.damage(n2, 4);
    cluster.start(n2);
    cluster.network().heal(n1.id, n2.id);
    cluster.timeout(n1);
    cluster.settle();
    assertThat(n2.view().leader()).isEqualTo(n1.id);
    cluster.peerGone(n2, n1.id);
    cluster.pass(n2, 3000 * MILLIS);
    assertThat(n2.view().currentRole()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  @DisplayName("it doesn't take over an office that its leader hands to it")
  void takesOverNoOffice() {
    damageThirdAlone();
    cluster.network().heal(n1.id, n2.id);
    cluster.timeout(n1);
    cluster.settle();
    assertThat(n2.view().leader()).isEqualTo(n1.id);
    letSpeak();
    cluster.deliver(new TransferRevocation(n1.id, n2.id, 1, 1));
    long life = lastSent(n2, TransferRevocationResponse.class).life();
    cluster.deliver(new TimeoutNow(n1.id, n2.id, 1, 2, life, 1));
    assertThat(n2.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(n2.view().hardState().term()).isEqualTo(1);
  }

  @Test
  @DisplayName("as the only voter it doesn't lead")
  void onlyVoterDoesNotLead() {
    CoreHarness alone = ofVoters(OPTIONS, "n1");
    HarnessReplica only = alone.elect("n1");
    alone.propose(only, "a");
    alone.crash(only, 0);
    alone.damage(only, 2);
    alone.start(only);
    alone.run(5000 * MILLIS);
    assertThat(only.view().currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(only.core().nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  @DisplayName(
      "it acknowledges no more than what is before the first damaged entry, and takes what is new")
  void acknowledgesTheIntactBeginning() {
    damageThirdAlone();
    cluster.propose(n1, "e");
    cluster.network().heal(n1.id, n2.id);
    letSpeak();
    ignoreQuestions();
    AppendEntriesResponse last = null;
    for (int i = 0; i < 300; i++) {
      cluster.replicas().forEach(replica -> cluster.pass(replica, 10 * MILLIS));
      ignoreQuestions();
      for (ProtocolMessage message : List.copyOf(cluster.network().take(m -> true))) {
        last =
            message instanceof AppendEntriesResponse response && message.from().equals(n2.id)
                ? response
                : last;
        cluster.deliver(message);
        ignoreQuestions();
      }
    }
    assertThat(n2.disk.durableLastIndex()).isEqualTo(6);
    assertThat(last.verified()).isEqualTo(6);
    assertThat(last.durableMatch()).isEqualTo(2);
  }

  private void ignoreQuestions() {
    sent(n2, FetchEntries.class);
  }

  @Test
  @DisplayName("its answers to heartbeats go on: they speak of its term only")
  void answersHeartbeats() {
    damageThirdAlone();
    cluster.network().heal(n1.id, n2.id);
    letSpeak();
    cluster.timeout(n1);
    cluster.network().take(message -> message.to().equals(n2.id)).forEach(cluster::deliver);
    assertThat(sent(n2, HeartbeatResponse.class)).isNotEmpty();
    assertThat(n2.view().isRecovering()).isTrue();
  }

  @Test
  @DisplayName("it applies what is before the first damaged entry, and nothing from there on")
  void appliesTheIntactBeginning() {
    damageThirdAlone();
    cluster.network().heal(n1.id, n2.id);
    cluster.network().heal(n2.id, n1.id);
    for (int i = 0; i < 50; i++) {
      cluster.replicas().forEach(replica -> cluster.pass(replica, 20 * MILLIS));
      ignoreQuestions();
      cluster.network().take(m -> !(m instanceof FetchEntries)).forEach(cluster::deliver);
      ignoreQuestions();
    }
    assertThat(n2.view().commitIndex()).isEqualTo(5);
    assertThat(n2.applied).hasSize(2);
  }

  @Test
  @DisplayName(
      "it asks the other members in turn, the next after two heartbeat intervals, and its deadline says when")
  void asksInTurn() {
    damageThirdAlone();
    letSpeak();
    cluster.timeout(n2);
    FetchEntries first = lastSent(n2, FetchEntries.class);
    long now = n2.clockNanos;
    assertThat(n2.core().nextDeadlineNanos()).isEqualTo(now + 2 * OPTIONS.heartbeatNanos());
    cluster.timeout(n2);
    FetchEntries second = lastSent(n2, FetchEntries.class);
    assertThat(List.of(first.to(), second.to())).containsExactlyInAnyOrder(n1.id, n3.id);
    assertThat(List.of(first.entry(), second.entry())).containsExactly(THIRD, THIRD);
  }

  @Test
  @DisplayName("it asks for a few entries at a time, the first ones first")
  void asksForAFew() {
    replicateFive();
    cluster.propose(n1, "e", "f");
    cluster.run(200 * MILLIS);
    cluster.crash(n2, 0);
    cluster.settle();
    cluster.damage(n2, 2, 3, 4, 5, 6, 7);
    cluster.start(n2);
    assertThat(sent(n2, FetchEntries.class).stream()
            .map(message -> message.entry().index())
            .toList())
        .containsExactly(2L, 3L, 4L, 5L);
  }

  @Test
  @DisplayName("a follower gives it the entry, no leader is needed, and then it votes again")
  void aFollowerIsEnough() {
    replicateFive();
    cluster.crash(n1, 0);
    cluster.crash(n2, 0);
    cluster.settle();
    cluster.damage(n2, 3, 5);
    cluster.start(n2);
    assertThat(n3.view().currentRole()).isEqualTo(Role.FOLLOWER);
    cluster.run(600 * MILLIS);
    assertThat(n2.view().isRecovering()).isFalse();
    assertThat(n2.disk.damaged()).isEmpty();
    cluster.run(5000 * MILLIS);
    assertThat(n2.leads() || n3.leads()).isTrue();
  }

  @Test
  @DisplayName("an entry counts as repaired once its copy is durable, and is acknowledged then")
  void repairedMeansDurable() {
    replicateFive();
    cluster.crash(n2, 0);
    cluster.settle();
    cluster.damage(n2, 3);
    n2.autoDisk = false;
    cluster.start(n2);
    cluster.propose(n1, "e");
    cluster.run(400 * MILLIS);
    assertThat(n2.disk.pendingWrites()).isPositive();
    assertThat(n2.view().isRecovering()).isTrue();
    assertThat(n2.applied).hasSizeLessThan(3);
    while (n2.disk.pendingWrites() > 0) {
      cluster.completeWrite(n2);
    }
    assertThat(n2.view().isRecovering()).isFalse();
    assertThat(lastSent(n2, AppendEntriesResponse.class).durableMatch()).isEqualTo(6);
  }

  @Test
  @DisplayName("that the last damaged entry is whole again is told once")
  void repairIsTold() {
    replicateFive();
    cluster.crash(n2, 0);
    cluster.settle();
    cluster.damage(n2, 3, 4);
    List<HarnessReplica> repaired = new ArrayList<>();
    cluster.trace(new HarnessTrace() {
      @Override
      public void repaired(HarnessReplica replica) {
        repaired.add(replica);
      }
    });
    cluster.start(n2);
    cluster.run(3000 * MILLIS);
    assertThat(n2.view().isRecovering()).isFalse();
    assertThat(repaired).containsExactly(n2);
  }

  @Test
  @DisplayName("an answer that comes late still counts: an entry is what its term and index say")
  void lateAnswer() {
    damageThirdAlone();
    letSpeak();
    cluster.timeout(n2);
    FetchEntries first = lastSent(n2, FetchEntries.class);
    cluster.timeout(n2);
    cluster.deliver(answer(first, n1.disk.durableEntry(3)));
    assertThat(n2.view().isRecovering()).isFalse();
  }

  @Test
  @DisplayName(
      "it takes no entry of another term, with another checksum, or that it hasn't asked for")
  void checksWhatItGets() {
    damageThirdAlone();
    letSpeak();
    cluster.timeout(n2);
    FetchEntries question = lastSent(n2, FetchEntries.class);
    assertThat(question.checksum()).isNotZero();
    long dropped = n2.view().droppedMessages();
    cluster.deliver(answer(question, entry(2, 3, "b")));
    cluster.deliver(answer(question, entry(1, 3, "another")));
    cluster.deliver(answer(question, n1.disk.durableEntry(4)));
    cluster.deliver(new FetchEntriesResponse(
        n1.id, n2.id, 1, question.request() + 1, 5, List.of(n1.disk.durableEntry(3))));
    assertThat(n2.view().isRecovering()).isTrue();
    assertThat(n2.view().droppedMessages()).isEqualTo(dropped + 4);
  }

  @Test
  @DisplayName("of a batch it takes the entries that are damaged and leaves the others")
  void partOfABatch() {
    damageThirdAlone();
    letSpeak();
    cluster.timeout(n2);
    FetchEntries question = lastSent(n2, FetchEntries.class);
    Payloads payloads = new Payloads(EntryType.COMMAND, 16);
    for (String text : List.of("a", "b", "c")) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      payloads.add(bytes, Payloads.checksum(bytes));
    }
    EntryBatch batch = payloads.place(new EntryId(1, 2), n1.disk.durableEntry(2).logTimeMillis());
    cluster.deliver(answer(question, batch));
    assertThat(n2.view().isRecovering()).isFalse();
  }

  @Test
  @DisplayName(
      "a member gives what is durable and intact, from memory or from its disk, whatever it is itself")
  void whatAMemberGives() {
    damageThirdAlone();
    letSpeak();
    cluster.deliver(new FetchEntries(n3.id, n2.id, 0, 7, new EntryId(1, 4), 0));
    FetchEntriesResponse given = lastSent(n2, FetchEntriesResponse.class);
    assertThat(given.batches()).containsExactly(n1.disk.durableEntry(4));
    assertThat(given.request()).isEqualTo(7);
    assertThat(n2.view().hardState().term()).isEqualTo(1);
  }

  @Test
  @DisplayName("a member gives nothing that is damaged, not durable, or of another term")
  void whatAMemberDoesNotGive() {
    damageThirdAlone();
    letSpeak();
    n1.autoDisk = false;
    cluster.propose(n1, "e");
    cluster.deliver(new FetchEntries(n3.id, n2.id, 1, 1, THIRD, 0));
    cluster.deliver(new FetchEntries(n3.id, n2.id, 1, 2, new EntryId(2, 4), 0));
    cluster.deliver(new FetchEntries(n3.id, n1.id, 1, 3, new EntryId(1, 6), 0));
    assertThat(sent(n2, FetchEntriesResponse.class))
        .hasSize(2)
        .allSatisfy(message -> assertThat(message.batches()).isEmpty());
    FetchEntriesResponse ofLeader = lastSent(n1, FetchEntriesResponse.class);
    assertThat(ofLeader.batches()).isEmpty();
    assertThat(ofLeader.commit()).isEqualTo(5);
  }

  @Test
  @DisplayName(
      "an entry that is read too late, when another stands there, is not given away as that")
  void readAfterTruncation() {
    damageThirdAlone();
    letSpeak();
    n2.autoLoads = false;
    cluster.deliver(new FetchEntries(n3.id, n2.id, 1, 1, new EntryId(1, 4), 0));
    Ready.Load load = n2.loads.get(0).load();
    cluster.answerLoad(n2, load, List.of(entry(2, 4, "other")));
    assertThat(sent(n2, FetchEntriesResponse.class)).isEmpty();
  }

  @Test
  @DisplayName("what is damaged must be in the log")
  void damageOutsideOfTheLog() {
    CoreStart start = new CoreStart(
        new ReplicaId(1),
        new HardState(1, null),
        new TermStarts(EntryId.NONE, List.of(new EntryId(1, 1)), 2),
        null,
        voters("n1"),
        new TreeMap<>(),
        0,
        0,
        0,
        List.of(new DamagedEntry(new EntryId(1, 3), 0)));
    assertThatThrownBy(() -> new RaftCore(OPTIONS, () -> 1, start))
        .isInstanceOf(InvariantViolation.class);
  }
}
