package io.github.balsaraft.node;

import io.github.balsaraft.model.ForwardedOutcomes;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;

/**
 * Outcomes of forwarded proposals, from when they are known until the transport has taken them. A way that is full or broken for a while
 * delays them and loses none, since nobody can ask for them again: a command that returns what it removes has removed it.
 *
 * <p>What waits for one replica is bounded in bytes, so that one that is gone takes no room from others; and nothing waits for longer than a
 * request may take: its proposer has given up by then.
 *
 * <p>Thread-safe. It holds its lock while it sends; a transport calls nobody back meanwhile.
 */
final class OutcomeQueue {

  /** Outcomes share a message up to this size, or that of the largest message; one that is larger has a message of its own. What sharing saves was not measured. */
  private static final long MAX_SHARED_BYTES = 1L << 20;

  /** What a message takes besides its outcomes, at the most. */
  static final long BESIDE_THE_OUTCOMES_BYTES = 1024;

  /** How soon what was left is tried again. A transport says when a way has room again, but not that it has room for this. */
  private static final long RETRY_NANOS = 10_000_000L;

  /** No more goes to one replica within that time, and one message: entries need the way, too, and it takes a moment until it is said to be full. */
  private static final long MAX_BYTES_AT_A_TIME = 8L << 20;

  /** What an outcome takes besides its bytes, about. */
  static final long OVERHEAD_BYTES = 40;

  /** This part of the room is for outcomes that are no results. */
  private static final int FOR_OTHERS_THAN_RESULTS = 16;

  /** Runs something at a time of the monotonic clock. */
  interface Timer {
    void schedule(long atNanos, Runnable task);
  }

  private final ReplicaId self;
  private final long maxBytes;
  private final long maxSharedBytes;
  private final long patienceNanos;
  private final LongSupplier clock;
  private final Timer timer;
  private final BiPredicate<ReplicaId, ForwardedOutcomes> send;
  private final AtomicLong bytes = new AtomicLong();

  // Guarded by this.
  private final Map<ReplicaId, Line> waiting = new LinkedHashMap<>();
  private long bytesSinceFlush;
  private boolean retryScheduled;
  private boolean closed;

  /**
   * An empty one.
   *
   * @param maxBytes that may wait for one replica, or a single outcome
   * @param maxMessageBytes that a transport takes
   * @param patienceNanos how long a proposer waits
   * @param send returns false if the message was not sent
   */
  OutcomeQueue(
      ReplicaId self,
      long maxBytes,
      long maxMessageBytes,
      long patienceNanos,
      LongSupplier clock,
      Timer timer,
      BiPredicate<ReplicaId, ForwardedOutcomes> send) {
    this.self = self;
    this.maxBytes = maxBytes;
    this.maxSharedBytes = Math.min(MAX_SHARED_BYTES, maxMessageBytes - BESIDE_THE_OUTCOMES_BYTES);
    this.patienceNanos = patienceNanos;
    this.clock = clock;
    this.timer = timer;
    this.send = send;
  }

  /** A follower's process. */
  record Origin(ReplicaId replica, long number) {}

  /**
   * Takes an outcome, which is sent with the next {@link #flush} at the latest.
   *
   * @return false if too much waits already; nobody is told of this one then
   */
  boolean add(Origin origin, ForwardedOutcomes.Outcome outcome) {
    Waiting added = new Waiting(origin, outcome, clock.getAsLong());
    synchronized (this) {
      if (closed) {
        return send(origin, List.of(outcome));
      }
      Line line = waiting.computeIfAbsent(origin.replica, any -> new Line(added.sinceNanos));
      if (!hasRoomFor(line, added)) {
        sendFirst(line);
      }
      if (!hasRoomFor(line, added)) {
        return false;
      }
      line.add(added);
      bytes.addAndGet(added.bytes());
      bytesSinceFlush += added.bytes();
      if (bytesSinceFlush > maxSharedBytes) {
        // Not all results of a long turn at once.
        flush();
      }
    }
    return true;
  }

  private boolean hasRoomFor(Line line, Waiting added) {
    // Word of a result that found no room needs some itself, or whoever waits would not be told.
    long most = added.outcome.kind() == ForwardedOutcomes.Kind.APPLIED
        ? maxBytes - maxBytes / FOR_OTHERS_THAN_RESULTS
        : maxBytes;
    return line.bytes == 0 || line.bytes + added.bytes() <= most;
  }

  /** What waits, in bytes. */
  long bytes() {
    return bytes.get();
  }

  /** What waits for one replica, in bytes. */
  synchronized long bytesFor(ReplicaId replica) {
    Line line = waiting.get(replica);
    return line == null ? 0 : line.bytes;
  }

  /** The way to a replica is said to have room again. To be called before entries are sent there, which may take all of it. */
  synchronized void hasRoom(ReplicaId replica) {
    Line line = waiting.get(replica);
    if (line != null) {
      line.leftBytes = MAX_BYTES_AT_A_TIME;
      sendFirst(line);
    }
  }

  /** Sends what can be sent, and forgets the rest: nothing waits here any more. What is added later is sent at once or never. */
  synchronized void close() {
    closed = true;
    for (Line line : waiting.values()) {
      line.leftBytes = Long.MAX_VALUE;
      sendFirst(line);
      bytes.addAndGet(-line.bytes);
    }
    waiting.clear();
  }

  /** Sends what the ways have room for: few messages for each replica, of bounded size. */
  void flush() {
    if (bytes.get() == 0) {
      return;
    }
    synchronized (this) {
      bytesSinceFlush = 0;
      long nowNanos = clock.getAsLong();
      try {
        sendAll(nowNanos);
      } finally {
        if (bytes.get() > 0 && !retryScheduled) {
          timer.schedule(nowNanos + RETRY_NANOS, this::retry);
          retryScheduled = true;
        }
      }
    }
  }

  private void sendAll(long nowNanos) {
    Iterator<Line> all = waiting.values().iterator();
    while (all.hasNext()) {
      Line line = all.next();
      if (nowNanos - line.sinceNanos >= RETRY_NANOS) {
        line.sinceNanos = nowNanos;
        line.leftBytes = MAX_BYTES_AT_A_TIME;
        forgetLate(line, nowNanos);
      }
      sendFirst(line);
      if (line.isUnused()) {
        all.remove();
      }
    }
  }

  private void retry() {
    synchronized (this) {
      retryScheduled = false;
    }
    flush();
  }

  private void forgetLate(Line line, long nowNanos) {
    while (!line.outcomes.isEmpty()
        && nowNanos - line.outcomes.getFirst().sinceNanos >= patienceNanos) {
      long unused = remove(line, 1);
    }
  }

  private void sendFirst(Line line) {
    while (!line.outcomes.isEmpty() && line.leftBytes > 0) {
      List<ForwardedOutcomes.Outcome> outcomes = line.first(maxSharedBytes);
      if (!send(line.outcomes.getFirst().origin, outcomes)) {
        line.leftBytes = 0;
        return;
      }
      line.leftBytes -= remove(line, outcomes.size());
    }
  }

  private boolean send(Origin origin, List<ForwardedOutcomes.Outcome> outcomes) {
    return send.test(
        origin.replica, new ForwardedOutcomes(self, origin.replica, origin.number, outcomes));
  }

  /** Returns how many bytes they took. */
  private long remove(Line line, int count) {
    long removed = 0;
    for (int i = 0; i < count; i++) {
      removed += line.outcomes.removeFirst().bytes();
    }
    line.bytes -= removed;
    bytes.addAndGet(-removed);
    return removed;
  }

  /** What waits for one replica, in the order in which it became known. */
  private static final class Line {
    final Deque<Waiting> outcomes = new ArrayDeque<>();
    long bytes;
    long sinceNanos;

    /** So much may be sent from {@link #sinceNanos} on; none once something was not taken. */
    long leftBytes = MAX_BYTES_AT_A_TIME;

    Line(long sinceNanos) {
      this.sinceNanos = sinceNanos;
    }

    void add(Waiting added) {
      outcomes.addLast(added);
      bytes += added.bytes();
    }

    /** Nothing waits, and nothing was sent lately. */
    boolean isUnused() {
      return outcomes.isEmpty() && leftBytes == MAX_BYTES_AT_A_TIME;
    }

    /** What goes with the next message: of one process only. */
    List<ForwardedOutcomes.Outcome> first(long maxSharedBytes) {
      List<ForwardedOutcomes.Outcome> first = new ArrayList<>();
      long firstBytes = 0;
      for (Waiting next : outcomes) {
        firstBytes += next.bytes();
        boolean isApart =
            firstBytes > maxSharedBytes || !next.origin.equals(outcomes.getFirst().origin);
        if (!first.isEmpty() && isApart) {
          break;
        }
        first.add(next.outcome);
      }
      return first;
    }
  }

  private record Waiting(Origin origin, ForwardedOutcomes.Outcome outcome, long sinceNanos) {
    long bytes() {
      return outcome.bytes().length + OVERHEAD_BYTES;
    }
  }
}
