package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.load.Attempt;
import io.github.balsaraft.testing.simulation.world.Observer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether what clients were told is true: what was called applied is, once and with that result; what was called not appended is
 * not. What was applied first anywhere counts; that it is the same everywhere is checked elsewhere.
 */
final class Promises implements Observer {

  private final Map<Long, Applied> byAttempt = new HashMap<>();
  private long lastIndex;
  private @Nullable String problem;

  /** The index of the last command that was applied anywhere. */
  long lastIndex() {
    return lastIndex;
  }

  /** How many commands were applied. */
  int applied() {
    return byAttempt.size();
  }

  @Nullable
  String problem() {
    return problem;
  }

  @Override
  public void onApplied(HostId host, int life, Command command, byte[] result) {
    if (command.index() <= lastIndex) {
      return;
    }
    lastIndex = command.index();
    long attempt = command.payload().getLong();
    Applied before = byAttempt.put(attempt, new Applied(command.index(), result));
    if (before != null && problem == null) {
      problem = "attempt " + attempt + " was applied twice, at " + before.index + " and at "
          + command.index();
    }
  }

  /** What is wrong with what clients were told; null if nothing is. */
  @Nullable
  String broken(List<Attempt> attempts) {
    for (Attempt attempt : attempts) {
      Applied applied = byAttempt.get(attempt.id());
      switch (attempt.outcome()) {
        case APPLIED -> {
          if (applied == null) {
            return attempt + " was not applied";
          }
          if (!Arrays.equals(applied.result, attempt.result())) {
            return attempt + " had another result";
          }
        }
        case NOT_APPENDED -> {
          if (applied != null) {
            return attempt + " was applied at " + applied.index;
          }
        }
        case OPEN, UNKNOWN, UNANSWERED -> {
          // It may have been applied or not.
        }
      }
    }
    return null;
  }

  private static final class Applied {
    private final long index;
    private final byte[] result;

    Applied(long index, byte[] result) {
      this.index = index;
      this.result = result;
    }
  }
}
