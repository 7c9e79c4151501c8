package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.testing.simulation.checks.AppliedCommands;
import io.github.balsaraft.testing.simulation.load.Attempt;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether what clients were told is true: what was called applied is, with that result; what was called not appended is not. */
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
}
