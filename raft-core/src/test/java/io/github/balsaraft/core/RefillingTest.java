package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.learner;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.FetchEntries;
import io.github.balsaraft.model.FetchEntriesResponse;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Who is asked for damaged entries, when, and what is made of the answers, message by message. n1 leads with five entries in
 * term 1; n2 starts with some of them damaged, is heard by the others, and hears only what a test delivers.
 */
class RefillingTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.replica("n1");
  private final HarnessReplica n2 = cluster.replica("n2");
  private final HarnessReplica n3 = cluster.replica("n3");

  private void damage(long... indexes) {
    cluster.elect("n1");
    cluster.propose(n1, "a", "b", "c", "d");
    cluster.run(300 * MILLIS);
    cluster.crash(n2, 0);
    cluster.settle();
    cluster.damage(n2, indexes);
    cluster.start(n2);
  }

  private List<FetchEntries> questions() {
    return cluster.network().take(FetchEntries.class::isInstance).stream()
        .map(FetchEntries.class::cast)
        .toList();
  }

  private FetchEntries onlyQuestion() {
    List<FetchEntries> questions = questions();
    assertThat(questions).hasSize(1);
    return questions.get(0);
  }

  private static FetchEntriesResponse answer(
      FetchEntries question, long commit, EntryBatch... found) {
    return new FetchEntriesResponse(
        question.to(), question.from(), 1, question.request(), commit, List.of(found));
  }

  private List<FetchEntriesResponse> answersOf(HarnessReplica replica) {
    return cluster
        .network()
        .take(
            message -> message instanceof FetchEntriesResponse && message.from().equals(replica.id))
        .stream()
        .map(FetchEntriesResponse.class::cast)
        .toList();
  }

  private ReplicaId other(ReplicaId asked) {
    return asked.equals(n1.id) ? n3.id : n1.id;
  }

  // ------------------------------------------------------------------ who is asked, and when

  @Test
  @DisplayName("several questions begin at different members")
  void questionsAreSpread() {
    damage(2, 3);
    List<FetchEntries> questions = questions();
    assertThat(questions).extracting(FetchEntries::to).containsExactlyInAnyOrder(n1.id, n3.id);
  }

  @Test
  @DisplayName(
      "after a member that has nothing the next is asked at once, and once all were asked only after a while")
  void nothingIsAnAnswer() {
    damage(3);
    FetchEntries first = onlyQuestion();
    cluster.deliver(answer(first, 0));
    FetchEntries second = onlyQuestion();
    assertThat(second.to()).isEqualTo(other(first.to()));
    cluster.deliver(answer(second, 0));
    assertThat(questions()).isEmpty();
    cluster.timeout(n2);
    assertThat(onlyQuestion().to()).isEqualTo(first.to());
  }

  @Test
  @DisplayName(
      "that a member has nothing concerns the question that it answers, and no earlier one")
  void nothingConcernsItsQuestion() {
    damage(2, 3);
    List<FetchEntries> questions = questions();
    cluster.deliver(answer(questions.get(1), 0));
    FetchEntries again = onlyQuestion();
    assertThat(again.entry()).isEqualTo(questions.get(1).entry());
    cluster.deliver(answer(questions.get(1), 0));
    assertThat(questions()).isEmpty();
  }

  @Test
  @DisplayName(
      "the leader is asked too if the configuration that names it is among what is damaged")
  void unknownLeaderIsAsked() {
    cluster.add("n4", CoreHarness.patience(4), voters("n1", "n2", "n3"));
    cluster.elect("n1");
    cluster.change(n1, voters("n1", "n2", "n3").with(learner("n4")));
    cluster.run(300 * MILLIS);
    cluster.change(n1, voters("n2", "n4"));
    cluster.run(300 * MILLIS);
    cluster.crash(n1, 0);
    cluster.crash(n3, 0);
    HarnessReplica n4 = cluster.replica("n4");
    cluster.transfer(n2, n4.id);
    cluster.run(300 * MILLIS);
    assertThat(n4.leads()).isTrue();
    cluster.crash(n2, 0);
    cluster.damage(n2, 2, 3, 4);
    cluster.start(n2);
    assertThat(n2.view().configuration()).isEqualTo(voters("n1", "n2", "n3"));
    cluster.run(1500 * MILLIS);
    assertThat(n4.leads()).isTrue();
    assertThat(n2.view().isRecovering()).isFalse();
    assertThat(n2.view().configuration()).isEqualTo(n4.view().configuration());
  }

  // ------------------------------------------------------------------ a snapshot instead

  @Test
  @DisplayName(
      "no snapshot is fetched for an entry that nobody knows to be committed: it may never have been")
  void noSnapshotOfWhatIsNotCommitted() {
    n2.autoFetch = false;
    damage(3);
    for (int round = 0; round < 3; round++) {
      cluster.deliver(answer(onlyQuestion(), 2));
      cluster.deliver(answer(onlyQuestion(), 2));
      cluster.timeout(n2);
    }
    assertThat(n2.fetches).isEmpty();
  }

  @Test
  @DisplayName("those that have compacted it are asked for a snapshot in turn")
  void sourcesInTurn() {
    n2.autoFetch = false;
    damage(3);
    cluster.deliver(answer(onlyQuestion(), 5));
    cluster.deliver(answer(onlyQuestion(), 5));
    cluster.timeout(n2);
    Ready.Fetch first = n2.fetches.get(0);
    cluster.failFetch(n2, first);
    cluster.deliver(answer(onlyQuestion(), 5));
    cluster.deliver(answer(onlyQuestion(), 5));
    cluster.timeout(n2);
    assertThat(n2.fetches).hasSize(1);
    assertThat(n2.fetches.get(0).source()).isEqualTo(other(first.source()));
  }

  @Test
  @DisplayName("what a member said in an earlier round makes no source of it: it may be gone")
  void sourcesOfThisRound() {
    n2.autoFetch = false;
    damage(3);
    cluster.deliver(answer(onlyQuestion(), 5));
    questions();
    cluster.timeout(n2);
    assertThat(n2.fetches).hasSize(1);
    cluster.failFetch(n2, n2.fetches.get(0));
    for (int i = 0; i < 6; i++) {
      questions();
      cluster.timeout(n2);
    }
    assertThat(n2.fetches).isEmpty();
  }

  @Test
  @DisplayName("a snapshot in place of a damaged configuration says what that was")
  void snapshotKnowsTheConfiguration() {
    cluster.elect("n1");
    cluster.add("n4", CoreHarness.patience(4), voters("n1", "n2", "n3"));
    cluster.change(n1, voters("n1", "n2", "n3").with(learner("n4")));
    cluster.run(300 * MILLIS);
    long index = n2.view().configurationIndex();
    cluster.propose(n1, "a");
    cluster.run(300 * MILLIS);
    cluster.crash(n2, 0);
    for (HarnessReplica other : List.of(n1, n3, cluster.replica("n4"))) {
      cluster.snapshot(other);
    }
    cluster.run(2500 * MILLIS);
    assertThat(n1.disk.durableBase().index()).isGreaterThan(index);
    cluster.damage(n2, index);
    cluster.start(n2);
    Configuration before = n2.view().configuration();
    assertThat(before.contains(CoreHarness.id("n4"))).isFalse();
    cluster.run(3000 * MILLIS);
    assertThat(n2.view().isRecovering()).isFalse();
    assertThat(n2.view().configurationIndex()).isEqualTo(index);
    assertThat(n2.view().configuration()).isEqualTo(n1.view().configuration());
  }

  @Test
  @DisplayName("the last entry that the own snapshot covers is covered too")
  void lastOfTheOwnSnapshot() {
    cluster.elect("n1");
    cluster.propose(n1, "a", "b", "c", "d");
    cluster.run(600 * MILLIS);
    n2.disk.save(cluster.takeSnapshot(n2));
    cluster.crash(n2, 0);
    cluster.damage(n2, 5);
    cluster.start(n2);
    assertThat(n2.view().isRecovering()).isFalse();
    assertThat(n2.disk.durableBase()).isEqualTo(new EntryId(1, 5));
  }

  // ------------------------------------------------------------------ what is made of a copy

  @Test
  @DisplayName("an answer to nothing that was ever asked is dropped")
  void answerToNothing() {
    damage(3);
    FetchEntries question = onlyQuestion();
    cluster.deliver(new FetchEntriesResponse(
        n1.id, n2.id, question.term(), 0, 5, List.of(n1.disk.durableEntry(3))));
    assertThat(n2.view().isRecovering()).isTrue();
  }

  @Test
  @DisplayName("a copy that a later leader's entry has overtaken in the same batch is not written")
  void copyOfWhatIsTruncated() {
    damage(3);
    FetchEntries question = onlyQuestion();
    EntryBatch other = Payloads.single(EntryType.COMMAND, "x".getBytes(StandardCharsets.UTF_8))
        .place(new EntryId(2, 3), n1.disk.durableEntry(2).logTimeMillis());
    cluster.allowForgery();
    ProtocolMessage copy = answer(question, 0, n1.disk.durableEntry(3));
    ProtocolMessage append =
        new AppendEntries(n3.id, n2.id, 2, 1, new EntryId(1, 2), List.of(other), 0);
    receiveOnly(copy);
    receiveOnly(append);
    cluster.pump(n2);
    assertThat(n2.view().isRecovering()).isFalse();
    assertThat(n2.disk.durableEntry(3).last()).isEqualTo(new EntryId(2, 3));
    assertThat(n2.disk.durableLastIndex()).isEqualTo(3);
  }

  @Test
  @DisplayName("a copy of what a snapshot has covered in the same batch is not written")
  void copyOfWhatIsCompacted() {
    n2.autoFetch = false;
    damage(3);
    FetchEntries question = onlyQuestion();
    cluster.deliver(answer(question, 5));
    cluster.deliver(answer(onlyQuestion(), 5));
    cluster.timeout(n2);
    Ready.Fetch fetch = n2.fetches.get(0);
    receiveOnly(answer(onlyQuestion(), 5, n1.disk.durableEntry(3)));
    cluster.endFetch(n2, fetch);
    assertThat(n2.view().isRecovering()).isFalse();
    assertThat(n2.disk.durableBase()).isEqualTo(new EntryId(1, 5));
  }

  private void receiveOnly(ProtocolMessage message) {
    cluster.inputOnly(n2, core -> {
      core.receive(message);
      return null;
    });
  }

  // ------------------------------------------------------------------ what a member gives

  @Test
  @DisplayName("a member that has compacted an entry says so at once")
  void compactedIsNothing() {
    cluster.elect("n1");
    cluster.propose(n1, "a", "b", "c", "d");
    cluster.run(600 * MILLIS);
    cluster.snapshot(n1);
    cluster.run(300 * MILLIS);
    EntryId base = n1.disk.durableBase();
    assertThat(base.index()).isEqualTo(5);
    cluster.deliver(new FetchEntries(n3.id, n1.id, 1, 1, base, 0));
    assertThat(answersOf(n1)).singleElement().satisfies(given -> {
      assertThat(given.batches()).isEmpty();
      assertThat(given.commit()).isEqualTo(5);
    });
  }

  @Test
  @DisplayName("of what its log store reads a member gives the one entry that was asked for")
  void onlyWhatWasAskedFor() {
    damage(3);
    n2.autoLoads = false;
    cluster.deliver(new FetchEntries(n3.id, n2.id, 1, 7, new EntryId(1, 4), 0));
    Ready.Load load = n2.loads.get(0).load();
    Payloads payloads = new Payloads(EntryType.COMMAND, 16);
    for (String text : List.of("b", "c", "d")) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      payloads.add(bytes, Payloads.checksum(bytes));
    }
    EntryBatch wider = payloads.place(new EntryId(1, 3), n1.disk.durableEntry(3).logTimeMillis());
    cluster.answerLoad(n2, load, List.of(n1.disk.durableEntry(2), wider));
    assertThat(answersOf(n2))
        .singleElement()
        .satisfies(
            given -> assertThat(given.batches()).containsExactly(wider.from(4).upTo(4)));
  }

  @Test
  @DisplayName("a member reads for a few others at a time; the oldest question gives way")
  void fewLoads() {
    damage(3);
    n2.autoLoads = false;
    for (int request = 1; request <= EntryAnswers.MAX_LOADS + 1; request++) {
      cluster.deliver(new FetchEntries(n3.id, n2.id, 1, request, new EntryId(1, 4), 0));
    }
    for (HarnessReplica.PendingLoad load : List.copyOf(n2.loads)) {
      cluster.answerLoad(n2, load.load(), List.of(n1.disk.durableEntry(4)));
    }
    assertThat(answersOf(n2))
        .extracting(FetchEntriesResponse::request)
        .hasSize(EntryAnswers.MAX_LOADS)
        .doesNotContain(1L);
  }

  @Test
  @DisplayName(
      "who knows just that entry to be committed, and nothing above it, is a source of a snapshot")
  void committedUpToTheDamage() {
    n2.autoFetch = false;
    damage(3);
    cluster.deliver(answer(onlyQuestion(), 3));
    cluster.deliver(answer(onlyQuestion(), 3));
    cluster.timeout(n2);
    assertThat(n2.fetches).extracting(Ready.Fetch::atLeast).containsExactly(new EntryId(1, 3));
  }

  @Test
  @DisplayName("a member gives the last entry that is durable here, from its memory or its disk")
  void lastDurable() {
    cluster.elect("n1");
    cluster.propose(n1, "a", "b", "c", "d");
    cluster.run(300 * MILLIS);
    cluster.deliver(new FetchEntries(n3.id, n1.id, 1, 7, new EntryId(1, 5), 0));
    assertThat(answersOf(n1))
        .singleElement()
        .satisfies(given -> assertThat(given.batches()).containsExactly(n1.disk.durableEntry(5)));
  }
}
