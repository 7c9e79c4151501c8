package io.github.balsaraft.core;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.FetchEntries;
import io.github.balsaraft.model.FetchEntriesResponse;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Asks the other members for the entries that this replica's disk has damaged: each member in turn, whoever leads, and the
 * next one after two heartbeat intervals. The rules of replication are not touched: neither terms nor progress nor sessions
 * change by it.
 *
 * <p>If all were asked and somebody who doesn't have the entry knows that it is committed there, a snapshot that covers it is
 * fetched: that log was compacted. An entry that nobody has stays damaged until a leader's log has another in its place. So a
 * group that can elect no leader without this replica waits, if the only copy of an entry is damaged: nobody can tell that it
 * was not committed.
 */
final class Refilling {

  /** For how many entries it asks at the same time. */
  static final int WINDOW = 4;

  private final CoreContext context;
  private final Transitions transitions;
  private final SnapshotIntake snapshots;
  private final TreeMap<Long, Question> questions = new TreeMap<>();
  private boolean recovering;
  private long lastRequest;

  Refilling(CoreContext context, Transitions transitions, SnapshotIntake snapshots) {
    this.context = context;
    this.transitions = transitions;
    this.snapshots = snapshots;
    this.recovering = context.repair.isRecovering();
  }

  /** When the next question is due. */
  long deadlineNanos() {
    long deadline = Long.MAX_VALUE;
    if (recovering && mayAsk()) {
      for (DamagedEntry wanted : context.repair.wanted(WINDOW)) {
        Question question = questions.get(wanted.entry().index());
        deadline =
            Math.min(deadline, question == null ? context.nowNanos() : question.deadlineNanos);
      }
    }
    return deadline;
  }

  /** Asks what is due. */
  void step() {
    if (!recovering) {
      return;
    }
    if (!context.repair.isRecovering()) {
      recovering = false;
      questions.clear();
      context.output.allRepaired();
      return;
    }
    questions.keySet().removeIf(index -> context.repair.wantedAt(index) == null);
    if (mayAsk()) {
      for (DamagedEntry wanted : context.repair.wanted(WINDOW)) {
        Question question =
            questions.computeIfAbsent(wanted.entry().index(), index -> new Question());
        if (question.attempts == 0 || question.deadlineNanos <= context.nowNanos()) {
          ask(wanted, question);
        }
      }
    }
  }

  /** Who was removed needs no entries any more. */
  private boolean mayAsk() {
    return context.removals.ownRemoval() == 0 && !others().isEmpty();
  }

  /** The other members, and the leader even if the configuration that names it is damaged. */
  private List<ReplicaId> others() {
    List<ReplicaId> others = new ArrayList<>();
    for (Member member : context.configuration().members()) {
      if (!member.replica().equals(context.self)) {
        others.add(member.replica());
      }
    }
    ReplicaId leader = transitions.current().leader();
    if (leader != null && !others.contains(leader)) {
      others.add(leader);
    }
    return others;
  }

  private void ask(DamagedEntry wanted, Question question) {
    List<ReplicaId> others = others();
    if (question.attempts > 0 && question.attempts % others.size() == 0) {
      endOfRound(wanted.entry(), question);
    }
    long turn = wanted.entry().index() + question.attempts;
    question.attempts++;
    question.request = ++lastRequest;
    question.deadlineNanos = context.nowNanos() + 2 * context.options.heartbeatNanos();
    context.outbox.send(new FetchEntries(
        context.self,
        others.get((int) (turn % others.size())),
        context.term(),
        question.request,
        wanted.entry(),
        wanted.checksum()));
  }

  /** Everybody was asked, and nobody has answered with the entry so far. */
  private void endOfRound(EntryId wanted, Question question) {
    if (!question.sources.isEmpty()) {
      int choice = question.rounds++ % question.sources.size();
      snapshots.fetchInPlaceOf(wanted, question.sources.get(choice));
      question.sources.clear();
    }
  }

  /**
   * An answer. It may be late: an entry is known by its term and index, so that it doesn't matter which of the questions it
   * answers.
   */
  void onResponse(FetchEntriesResponse message) {
    if (message.request() < 1 || message.request() > lastRequest) {
      context.counts.dropped();
    } else if (message.batches().isEmpty()) {
      onNothing(message);
    } else {
      boolean used = false;
      for (EntryBatch batch : message.batches()) {
        for (long index = batch.firstIndex(); index <= batch.lastIndex(); index++) {
          DamagedEntry wanted = context.repair.wantedAt(index);
          if (wanted != null) {
            EntryBatch copy = batch.from(index).upTo(index);
            if (isCopy(copy, wanted)) {
              context.refill(copy);
              used = true;
            }
          }
        }
      }
      if (!used) {
        context.counts.dropped();
      }
    }
  }

  private static boolean isCopy(EntryBatch found, DamagedEntry wanted) {
    if (!found.last().equals(wanted.entry())) {
      return false;
    }
    EntryBatch.Cursor cursor = found.cursor();
    cursor.next();
    return wanted.checksum() == 0 || wanted.checksum() == Payloads.checksum(cursor.payloadBytes());
  }

  private void onNothing(FetchEntriesResponse message) {
    questions.forEach((index, question) -> {
      if (question.request == message.request()) {
        if (message.commit() >= index) {
          question.sources.add(message.from());
        }
        // The next one at once; but once everybody was asked only after a while.
        if (question.attempts % Math.max(1, others().size()) != 0) {
          question.deadlineNanos = context.nowNanos();
        }
      }
    });
  }

  private static final class Question {
    int attempts;
    int rounds;

    /** The latest. */
    long request;

    long deadlineNanos;

    /** Those that said in this round that the entry is committed, and don't have it. */
    final List<ReplicaId> sources = new ArrayList<>();
  }
}
