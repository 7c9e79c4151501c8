package io.github.balsaraft.core.reads;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads that wait at a follower or learner until its leader has named an index for them. A request serves all reads that
 * arrived before it, and is repeated until it is answered.
 *
 * <p>A request number is never used twice, not even when a request is repeated because its answer may be lost: a late
 * answer to the first must not pass for one to the second, which covers reads that arrived later.
 */
public final class RemoteReads {

  /** Reads that a request covers, in the order of their arrival. */
  private final ArrayDeque<Waiting> covered = new ArrayDeque<>();

  /** Reads that arrived since the last request. */
  private final ArrayDeque<Waiting> uncovered = new ArrayDeque<>();

  private long nextRequest;
  private long requestedAtNanos;

  /**
   * @param firstRequest drawn at random, so that no earlier process of this replica has used the numbers
   */
  public RemoteReads(long firstRequest) {
    // A quarter of all numbers, so that counting up from here never wraps around.
    this.nextRequest = firstRequest >>> 2;
  }

  /** A read arrived. */
  public void add(long readId, long nowNanos) {
    uncovered.addLast(new Waiting(readId, nowNanos, 0));
  }

  /** Whether a request should be made now. */
  public boolean wantsRequest(long nowNanos, long repeatAfterNanos) {
    return covered.isEmpty()
        ? !uncovered.isEmpty()
        : nowNanos - requestedAtNanos >= repeatAfterNanos;
  }

  /** Makes a request for all reads that wait, those of unanswered ones included. */
  public long newRequest(long nowNanos) {
    long request = nextRequest++;
    for (Waiting read = uncovered.pollFirst(); read != null; read = uncovered.pollFirst()) {
      covered.addLast(new Waiting(read.readId, read.sinceNanos, request));
    }
    requestedAtNanos = nowNanos;
    return request;
  }

  /**
   * The reads that an answer is for: those that had arrived when its request was made. The answer to any request will do,
   * however late: it names an index that was committed after those reads had arrived.
   */
  public List<Long> answered(long request) {
    List<Long> reads = new ArrayList<>();
    while (!covered.isEmpty()
        && request < nextRequest
        && covered.getFirst().firstRequest <= request) {
      reads.add(covered.removeFirst().readId);
    }
    return reads;
  }

  /** Gives up on reads that have waited for this long. */
  public List<Long> expire(long nowNanos, long afterNanos) {
    if (isEmpty()) {
      return List.of();
    }
    List<Long> expired = new ArrayList<>();
    for (ArrayDeque<Waiting> reads : List.of(covered, uncovered)) {
      while (!reads.isEmpty() && nowNanos - reads.getFirst().sinceNanos >= afterNanos) {
        expired.add(reads.removeFirst().readId);
      }
    }
    return expired;
  }

  /** Gives up on all reads. */
  public List<Long> drain() {
    return expire(0, Long.MIN_VALUE);
  }

  /** How many reads wait. */
  public int size() {
    return covered.size() + uncovered.size();
  }

  /** Whether no read waits. */
  public boolean isEmpty() {
    return size() == 0;
  }

  private record Waiting(long readId, long sinceNanos, long firstRequest) {}
}
