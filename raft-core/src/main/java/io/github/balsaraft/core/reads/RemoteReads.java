package io.github.balsaraft.core.reads;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads that wait at a follower or learner until its leader has named an index for them. One request is under way at a
 * time and serves all reads that arrived before it.
 *
 * <p>A request number is never used twice, not even when a request is repeated because its answer was lost: a late answer
 * to the first must not pass for one to the second, which covers reads that arrived later.
 */
public final class RemoteReads {

  private final List<Waiting> waiting = new ArrayList<>();
  private List<Waiting> requested = new ArrayList<>();
  private long nextRequest;
  private long currentRequest;
  private long requestedAtNanos;

  /**
   * @param firstRequest drawn at random, so that no earlier process of this replica has used the numbers
   */
  public RemoteReads(long firstRequest) {
    this.nextRequest = firstRequest;
  }

  /** A read arrived. */
  public void add(long readId, long nowNanos) {
    waiting.add(new Waiting(readId, nowNanos));
  }

  /** Whether a request should be made now. */
  public boolean wantsRequest(long nowNanos, long repeatAfterNanos) {
    return requested.isEmpty()
        ? !waiting.isEmpty()
        : nowNanos - requestedAtNanos >= repeatAfterNanos;
  }

  /** Makes a request for all reads that wait, those of an unanswered one included. */
  public long newRequest(long nowNanos) {
    requested.addAll(waiting);
    waiting.clear();
    requestedAtNanos = nowNanos;
    currentRequest = nextRequest++;
    return currentRequest;
  }

  /** The reads that an answer is for, or null if it is not to the current request. */
  public @Nullable List<Long> answered(long request) {
    if (requested.isEmpty() || request != currentRequest) {
      return null;
    }
    List<Long> reads = requested.stream().map(Waiting::readId).toList();
    requested = new ArrayList<>();
    return reads;
  }

  /** Gives up on reads that have waited for this long. */
  public List<Long> expire(long nowNanos, long afterNanos) {
    List<Long> expired = new ArrayList<>();
    for (List<Waiting> reads : List.of(requested, waiting)) {
      reads.removeIf(read -> {
        boolean late = nowNanos - read.sinceNanos >= afterNanos;
        if (late) {
          expired.add(read.readId);
        }
        return late;
      });
    }
    return expired;
  }

  /** The answer to the current request is not expected any more: its reads wait for the next. */
  public void forgetRequest() {
    waiting.addAll(0, requested);
    requested = new ArrayList<>();
  }

  /** Gives up on all reads. */
  public List<Long> drain() {
    return expire(0, Long.MIN_VALUE);
  }

  /** How many reads wait. */
  public int size() {
    return waiting.size() + requested.size();
  }

  /** Whether no read waits. */
  public boolean isEmpty() {
    return waiting.isEmpty() && requested.isEmpty();
  }

  private record Waiting(long readId, long sinceNanos) {}
}
