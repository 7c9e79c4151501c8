package io.github.balsaraft.node;

import io.github.balsaraft.model.SessionAnswer;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One client's session, as it is replicated: which of its commands were applied, and with which results. */
final class OpenSession {

  /** What a kept result takes besides its bytes, about. */
  static final int RESULT_OVERHEAD_BYTES = 128;

  /** The number of a session's first command. */
  static final long FIRST_SEQUENCE = 1;

  final long id;
  final long timeoutMillis;

  /** The log time of its last use. */
  long usedAtMillis;

  /** The log index of its last use, or a number in the order of those; later uses have greater ones. */
  long usedAtIndex;

  /** Whether it was taken out of its table. */
  boolean isGone;

  /** Nobody asks for what is below; and nothing below is applied any more. */
  long lowestUnanswered;

  /** What was applied, from {@link #lowestUnanswered} on, by sequence number. */
  final TreeMap<Long, SessionAnswer> answers = new TreeMap<>();

  /** What was captured last; null if it was used since. */
  private CapturedSessions.@Nullable Session captured;

  /** What the answers take in memory, about. */
  long keptBytes;

  OpenSession(
      long id, long timeoutMillis, long usedAtMillis, long usedAtIndex, long lowestUnanswered) {
    this.id = id;
    this.timeoutMillis = timeoutMillis;
    this.usedAtMillis = usedAtMillis;
    this.usedAtIndex = usedAtIndex;
    this.lowestUnanswered = lowestUnanswered;
  }

  /** The last log time at which it is not expired. */
  long lastMillis() {
    return usedAtMillis + timeoutMillis;
  }

  void use(long logTimeMillis, long index) {
    captured = null;
    usedAtMillis = logTimeMillis;
    usedAtIndex = index;
  }

  /** Whether no command was ever applied in it. */
  boolean isNeverUsed() {
    return answers.isEmpty() && lowestUnanswered == FIRST_SEQUENCE;
  }

  /** What a snapshot holds of it as it is now. */
  CapturedSessions.Session capture() {
    CapturedSessions.Session present = captured;
    if (present == null) {
      long[] sequences = new long[answers.size()];
      int next = 0;
      for (long sequence : answers.keySet()) {
        sequences[next++] = sequence;
      }
      present = new CapturedSessions.Session(
          id,
          timeoutMillis,
          usedAtMillis,
          lowestUnanswered,
          sequences,
          List.copyOf(answers.values()));
      captured = present;
    }
    return present;
  }

  @Nullable
  SessionAnswer answer(long sequence) {
    return answers.get(sequence);
  }

  void keep(long sequence, SessionAnswer answer) {
    captured = null;
    answers.put(sequence, answer);
    keptBytes += weight(answer);
  }

  /** The client needs no answer below. */
  void forgetBelow(long sequence) {
    captured = null;
    while (!answers.isEmpty() && answers.firstKey() < sequence) {
      keptBytes -= weight(answers.pollFirstEntry().getValue());
    }
    lowestUnanswered = Math.max(lowestUnanswered, sequence);
  }

  static long weight(SessionAnswer answer) {
    return (long) answer.result().length + RESULT_OVERHEAD_BYTES;
  }
}
