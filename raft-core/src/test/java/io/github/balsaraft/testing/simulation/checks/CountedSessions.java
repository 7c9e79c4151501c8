package io.github.balsaraft.testing.simulation.checks;

import io.github.balsaraft.model.SessionAnswer;
import io.github.balsaraft.model.SessionAnswer.Verdict;
import io.github.balsaraft.model.SessionEntry;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The clients' sessions: how many there were, and how many of their commands were in the log more than once. */
final class CountedSessions {

  private final Consumer<Happening> counter;

  /** By the number of the attempt. Asked for by key and never gone through. */
  private final Map<Long, Asked> open = new HashMap<>();

  private long appliedIndex;

  CountedSessions(Consumer<Happening> counter) {
    this.counter = counter;
  }

  /** Somebody has applied a command. */
  void applied(long index) {
    appliedIndex = Math.max(appliedIndex, index);
  }

  void asks(long number, SessionEntry entry) {
    open.put(number, new Asked(entry, appliedIndex));
  }

  void answered(long number, SessionAnswer answer) {
    Asked asked = open.remove(number);
    if (asked == null) {
      return;
    }
    if (answer.verdict() == Verdict.EXPIRED) {
      counter.accept(Happening.SESSION_EXPIRED);
    } else if (answer.verdict() == Verdict.APPLIED) {
      if (asked.entry instanceof SessionEntry.Open) {
        counter.accept(Happening.SESSION_OPENED);
      } else if (asked.entry instanceof SessionEntry.Command) {
        counter.accept(Happening.SESSION_COMMAND);
        if (answer.index() <= asked.appliedIndex) {
          // What was applied before it was asked for was asked for before.
          counter.accept(Happening.SESSION_REPEATED);
        }
      }
    }
  }

  /**
   * An attempt without an answer.
   *
   * @param appliedIndex up to where somebody had applied commands when it was made
   */
  private record Asked(SessionEntry entry, long appliedIndex) {}
}
