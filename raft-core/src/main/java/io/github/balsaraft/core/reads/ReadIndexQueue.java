package io.github.balsaraft.core.reads;

import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads that wait at a leader until a quorum has confirmed that it still leads (Raft thesis 6.4). All reads that arrive
 * while one round is under way share the next: a round for each has 0.30 times the operations of reads with 1,024 outstanding, at
 * 2.9 times the processor time. Rounds that don't wait for each other are neither slower nor faster in what could be measured
 * (docs/benchmarks.md); that there is one at a time bounds the heartbeats by the round trips.
 *
 * <p>A round is known by the sequence number of the heartbeat that opened it. An answer confirms a round only if it is to
 * a heartbeat that was sent after the round's reads arrived: to the same or a later sequence number.
 */
public final class ReadIndexQueue {

  private List<Read> waiting = new ArrayList<>();
  private final Deque<Round> rounds = new ArrayDeque<>();

  /** A read of this replica. */
  public void add(long readId, long nowNanos) {
    waiting.add(new Read(null, readId, nowNanos));
  }

  /** A read that another member asks for. */
  public void add(ReplicaId from, long request, long nowNanos) {
    waiting.add(new Read(from, request, nowNanos));
  }

  /** Whether a round should be opened now: reads wait and none is under way that would make them wait for its end. */
  public boolean wantsRound() {
    return !waiting.isEmpty() && rounds.isEmpty();
  }

  /**
   * A heartbeat with this sequence number is about to be sent: it serves all waiting reads.
   *
   * @param commitIndex the leader's commit index at this moment, from which the reads may be answered
   */
  public void openRound(long sequence, long commitIndex) {
    if (!waiting.isEmpty()) {
      rounds.addLast(new Round(sequence, commitIndex, waiting));
      waiting = new ArrayList<>();
    }
  }

  /** A quorum has answered a heartbeat of this sequence number or later: the reads of rounds up to it. */
  public List<Confirmed> confirmedTo(long sequence) {
    List<Confirmed> confirmed = List.of();
    while (!rounds.isEmpty() && rounds.getFirst().sequence <= sequence) {
      Round round = rounds.removeFirst();
      if (confirmed.isEmpty()) {
        confirmed = new ArrayList<>();
      }
      confirmed.add(new Confirmed(round.commitIndex, round.reads));
    }
    return confirmed;
  }

  /** Gives up on reads that have waited for this long. */
  public List<Read> expire(long nowNanos, long afterNanos) {
    // Those that wait have arrived after those of any round,
    // and those of a round after those of the round before.
    List<Read> oldest = rounds.isEmpty() ? waiting : rounds.getFirst().reads;
    long arrivedUntilNanos = nowNanos - afterNanos;
    if (oldest.isEmpty() || oldest.get(0).sinceNanos > arrivedUntilNanos) {
      return List.of();
    }
    List<Read> expired = new ArrayList<>();
    rounds.forEach(round -> takeLate(round.reads, arrivedUntilNanos, expired));
    rounds.removeIf(round -> round.reads.isEmpty());
    takeLate(waiting, arrivedUntilNanos, expired);
    return expired;
  }

  private static void takeLate(List<Read> reads, long arrivedUntilNanos, List<Read> expired) {
    int late = 0;
    while (late < reads.size() && reads.get(late).sinceNanos <= arrivedUntilNanos) {
      late++;
    }
    expired.addAll(reads.subList(0, late));
    reads.subList(0, late).clear();
  }

  /** Gives up on all reads. */
  public List<Read> drain() {
    List<Read> all = new ArrayList<>();
    rounds.forEach(round -> all.addAll(round.reads));
    all.addAll(waiting);
    rounds.clear();
    waiting = new ArrayList<>();
    return all;
  }

  /** How many reads wait. */
  public int size() {
    int size = waiting.size();
    for (Round round : rounds) {
      size += round.reads.size();
    }
    return size;
  }

  /**
   * A read.
   *
   * @param from the member that asked, or null for this replica
   * @param id its own number for it
   * @param sinceNanos when it arrived
   */
  public record Read(@Nullable ReplicaId from, long id, long sinceNanos) {}

  /**
   * Reads that may be answered.
   *
   * @param index from a state that has applied this index
   * @param reads which
   */
  public record Confirmed(long index, List<Read> reads) {}

  private record Round(long sequence, long commitIndex, List<Read> reads) {}
}
