package io.github.balsaraft.node;

import io.github.balsaraft.model.SessionAnswer;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One client's session, as it is replicated: which of its commands were applied, and with which results. */
final class OpenSession {

  /** What a kept result takes besides its bytes, about. */
  static final int RESULT_OVERHEAD_BYTES = 128;

  final long id;
  final long timeoutMillis;

  /** The log time of its last use. */
  long usedAtMillis;

  /** Nobody asks for what is below; and nothing below is applied any more. */
  long lowestUnanswered;

  /** What was applied, from {@link #lowestUnanswered} on, by sequence number. */
  final TreeMap<Long, SessionAnswer> answers = new TreeMap<>();

  /** What the answers take in memory, about. */
  long keptBytes;

  OpenSession(long id, long timeoutMillis, long usedAtMillis, long lowestUnanswered) {
    this.id = id;
    this.timeoutMillis = timeoutMillis;
    this.usedAtMillis = usedAtMillis;
    this.lowestUnanswered = lowestUnanswered;
  }

  /** The last log time at which it is not expired. */
  long lastMillis() {
    return usedAtMillis + timeoutMillis;
  }

  @Nullable
  SessionAnswer answer(long sequence) {
    return answers.get(sequence);
  }

  void keep(long sequence, SessionAnswer answer) {
    answers.put(sequence, answer);
    keptBytes += weight(answer);
  }

  /** The client needs no answer below. */
  void forgetBelow(long sequence) {
    while (!answers.isEmpty() && answers.firstKey() < sequence) {
      keptBytes -= weight(answers.pollFirstEntry().getValue());
    }
    lowestUnanswered = Math.max(lowestUnanswered, sequence);
  }

  static long weight(SessionAnswer answer) {
    return (long) answer.result().length + RESULT_OVERHEAD_BYTES;
  }
}
