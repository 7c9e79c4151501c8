package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.log.TermStarts;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.trace.TraceSink;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What one follower makes of one leader's messages. All of its log is durable at first: entries 1 to 4 of term 2 and 5 and 6
 * of term 3. The leader's term is 5.
 */
class AppendHandlingTest {

  private static final ReplicaId LEADER = id("n1");

  private final CoreContext context = new CoreContext(
      OPTIONS,
      CoreHarness.patience(2),
      new CoreStart(
          id("n2"),
          new HardState(5, null),
          new TermStarts(EntryId.NONE, List.of(new EntryId(2, 1), new EntryId(3, 5)), 6),
          null,
          voters("n1", "n2", "n3"),
          new TreeMap<>(),
          0,
          0,
          0),
      TraceSink.OFF);

  private final AppendHandling appends = new AppendHandling(context);

  private static EntryBatch entries(long term, long from, long to) {
    Payloads payloads = new Payloads(EntryType.COMMAND, 16);
    for (long index = from; index <= to; index++) {
      byte[] payload = {(byte) index};
      payloads.add(payload, Payloads.checksum(payload));
    }
    return payloads.place(new EntryId(term, from), 0);
  }

  private void receive(long session, EntryId previous, long commit, EntryBatch... batches) {
    appends.onAppendEntries(
        new AppendEntries(LEADER, context.self, 5, session, previous, List.of(batches), commit));
  }

  private AppendEntriesResponse answer() {
    List<ProtocolMessage> sent = context.outbox.take();
    assertThat(sent).hasSize(1);
    return (AppendEntriesResponse) sent.get(0);
  }

  /** The first index that this message made it write anew, or 0. */
  private long truncatedFrom() {
    return context.log.takeWrite(context.writes.issue(0)).truncateFrom();
  }

  @Test
  @DisplayName(
      "trap 14: entries that the log has are no conflict, wherever in a batch the conflict is")
  void conflictWithinABatch() {
    receive(1, EntryId.NONE, 0, entries(2, 1, 6));
    assertThat(truncatedFrom()).as("4 is of the same term in both logs").isEqualTo(5);
    assertThat(context.log.last()).isEqualTo(new EntryId(2, 6));
    assertThat(context.log.durableIndex()).as("what it may have acknowledged").isEqualTo(4);
  }

  @Test
  @DisplayName("trap 14: a conflict at a batch's first entry, and one right behind its last")
  void conflictAtTheEnds() {
    receive(1, new EntryId(2, 3), 0, entries(2, 4, 4));
    assertThat(truncatedFrom())
        .as("what follows the batch may be the leader's too")
        .isZero();
    assertThat(answer().durableMatch()).isEqualTo(4);
    receive(1, new EntryId(2, 4), 0, entries(4, 5, 5));
    assertThat(truncatedFrom()).isEqualTo(5);
    assertThat(context.log.last()).isEqualTo(new EntryId(4, 5));
  }

  @Test
  @DisplayName("of a batch that goes on after the log's end only what is missing is added")
  void batchBeyondTheEnd() {
    receive(1, new EntryId(2, 4), 0, entries(3, 5, 8));
    assertThat(context.log.last()).isEqualTo(new EntryId(3, 8));
    assertThat(context.log.durableIndex()).isEqualTo(6);
    assertThat(context.log.takeWrite(context.writes.issue(0)).append())
        .containsExactly(entries(3, 5, 8).from(7));
  }

  @Test
  @DisplayName(
      "nothing is truncated up to what is committed, even if a batch reaches back behind it")
  void batchFromBehindTheCommitIndex() {
    context.commitTo(5);
    receive(1, new EntryId(2, 2), 0, entries(2, 3, 4), entries(3, 5, 7));
    assertThat(truncatedFrom()).isZero();
    assertThat(context.log.last()).isEqualTo(new EntryId(3, 7));
  }

  @Test
  @DisplayName("what a session has proven stays proven when a message of its beginning comes late")
  void lateMessageOfTheSession() {
    receive(1, new EntryId(3, 6), 0);
    assertThat(answer().verified()).isEqualTo(6);
    receive(1, new EntryId(2, 2), 0);
    AppendEntriesResponse late = answer();
    assertThat(late.verified()).isEqualTo(6);
    assertThat(late.durableMatch()).isEqualTo(6);
  }

  @Test
  @DisplayName(
      "a later session begins with nothing proven, and a message of an earlier one is dropped")
  void sessions() {
    receive(1, new EntryId(3, 6), 0);
    assertThat(answer().verified()).isEqualTo(6);
    receive(2, new EntryId(2, 2), 0);
    AppendEntriesResponse ofNewSession = answer();
    assertThat(ofNewSession.session()).isEqualTo(2);
    assertThat(ofNewSession.verified()).isEqualTo(2);

    receive(1, new EntryId(3, 6), 6, entries(3, 7, 7));
    assertThat(context.outbox.take()).isEmpty();
    assertThat(context.counts.droppedMessages()).isEqualTo(1);
    assertThat(context.log.lastIndex()).isEqualTo(6);
    assertThat(context.commitIndex()).isZero();
  }

  @Test
  @DisplayName("what is committed needs no comparison, the rest does")
  void previousEntry() {
    context.commitTo(4);
    receive(1, new EntryId(2, 4), 4);
    assertThat(answer().isRejection()).isFalse();
    receive(1, new EntryId(2, 5), 4);
    AppendEntriesResponse refused = answer();
    assertThat(refused.isRejection()).isTrue();
    assertThat(refused.hint()).isEqualTo(new EntryId(2, 4));
  }

  @Test
  @DisplayName(
      "an answer tells what is durable, and the rest once it is; one for all messages that wait")
  void acknowledgesWhatIsDurable() {
    receive(1, new EntryId(3, 6), 0, entries(5, 7, 7));
    receive(1, new EntryId(5, 7), 0, entries(5, 8, 8));
    assertThat(context.outbox.take()).isEmpty();
    long sequence = context.writes.issue(0);
    context.log.takeWrite(sequence);
    appends.acknowledgeDurable(LEADER);
    assertThat(context.outbox.take()).as("6 is").hasSize(1);
    context.writes.written(sequence, 0);
    context.log.written(sequence);
    appends.acknowledgeDurable(LEADER);
    assertThat(answer().durableMatch()).isEqualTo(8);
    appends.acknowledgeDurable(LEADER);
    assertThat(context.outbox.take()).as("nothing new").isEmpty();
  }
}
