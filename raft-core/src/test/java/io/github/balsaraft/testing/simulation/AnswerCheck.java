package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.testing.simulation.checks.AppliedCommands;
import io.github.balsaraft.testing.simulation.load.Attempt;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether what clients were told is true: what was called applied is, with that result; what was called not appended is not; and nobody was told sooner whose turn was later. */
final class AnswerCheck {

  private AnswerCheck() {}

  /** The first that is not true; null if all are. */
  static @Nullable String findUntrue(List<Attempt> attempts, AppliedCommands commands) {
    for (Attempt attempt : attempts) {
      AppliedCommands.Applied applied = commands.of(attempt.id());
      switch (attempt.outcome()) {
        case APPLIED -> {
          if (applied == null) {
            return attempt + " was not applied";
          }
          if (!Arrays.equals(applied.result(), attempt.result())) {
            return attempt + " had another result";
          }
        }
        case NOT_APPENDED -> {
          if (applied != null) {
            return attempt + " was applied at " + applied.index();
          }
        }
        case OPEN, UNKNOWN, UNANSWERED -> {
          // It may have been applied or not.
        }
      }
    }
    return null;
  }

  /**
   * The first answer of a process that comes after one to a command further on in the log (trap 50); null if there is none. Of nodes that
   * forward no proposals: an answer of the leader takes its time.
   */
  static @Nullable String findOutOfOrder(List<Attempt> attempts, AppliedCommands commands) {
    Map<String, Attempt> latest = new HashMap<>();
    List<Attempt> answered = attempts.stream()
        .filter(attempt -> attempt.answerNumber() > 0)
        .sorted(Comparator.comparingLong(Attempt::answerNumber))
        .toList();
    for (Attempt attempt : answered) {
      Attempt before = latest.put(attempt.host() + " " + attempt.life(), attempt);
      if (before != null && index(before, commands) > index(attempt, commands)) {
        return attempt + " was answered after " + before + ", and was applied before it";
      }
    }
    return null;
  }

  private static long index(Attempt attempt, AppliedCommands commands) {
    AppliedCommands.Applied applied = commands.of(attempt.id());
    return applied == null ? 0 : applied.index();
  }
}
