package io.github.balsaraft.testing.simulation.checks;

import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.APPLIED_TWICE;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.APPLY_DIVERGED;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.LOG_TIME;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.STATE_MACHINE_SAFETY;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.MadeUpCommand;
import io.github.balsaraft.testing.simulation.world.Observer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The commands that state machines have applied: one sequence for the whole group. Whoever applies an index gets the same
 * command there and returns the same result, in every life; and no attempt of a client is in it twice.
 *
 * <p>Needs no trace, so that it also serves a run that checks only its end. Not thread-safe.
 */
public final class AppliedCommands implements Observer {

  /** How many bytes at the beginning of a command say which attempt it is. */
  public static final int ATTEMPT_BYTES = 8;

  private final TreeMap<Long, Applied> byIndex = new TreeMap<>();

  // Asked for by key and never gone through, so that their order doesn't matter.
  private final Map<Long, Long> indexByAttempt = new HashMap<>();
  private final Map<HostId, LastOfLife> lives = new HashMap<>();

  private @Nullable Violation violation;

  /** Knows none yet. */
  public AppliedCommands() {}

  /** The first violation that was found; null if there was none. */
  public @Nullable Violation violation() {
    return violation;
  }

  /** What was applied at an index; null if nothing was. */
  public @Nullable Applied at(long index) {
    return byIndex.get(index);
  }

  /** What became of a client's attempt; null if nobody has applied it. */
  public @Nullable Applied of(long attempt) {
    Long index = indexByAttempt.get(attempt);
    return index == null ? null : byIndex.get(index);
  }

  /** Everything, in the order of the log. */
  public Iterable<Applied> all() {
    return byIndex.values();
  }

  /** How many there are. */
  public int size() {
    return byIndex.size();
  }

  /** The highest index that was applied; 0 if there is none. */
  public long lastIndex() {
    return byIndex.isEmpty() ? 0 : byIndex.lastKey();
  }

  /** The index of the last command up to there; 0 if there is none. */
  public long lastUpTo(long index) {
    Long last = byIndex.floorKey(index);
    return last == null ? 0 : last;
  }

  /** The index of the command before; 0 if there is none. */
  long indexBefore(long index) {
    Long before = byIndex.lowerKey(index);
    return before == null ? 0 : before;
  }

  @Override
  public boolean wantsSteps() {
    return false;
  }

  @Override
  public void onApplied(HostId host, int life, Command command, byte[] result) {
    if (violation == null) {
      try {
        apply(host, life, command, result);
      } catch (Found e) {
        violation = e.violation();
      }
    }
  }

  /**
   * As {@link #onApplied}, for whoever remembers violations by itself.
   *
   * @return whether nobody had applied that index before
   */
  boolean apply(HostId host, int life, Command command, byte[] result) {
    long index = command.index();
    LastOfLife last = lives.get(host);
    if (last != null && last.life == life && index <= last.index) {
      throw Found.of(
          STATE_MACHINE_SAFETY,
          host + " (life " + life + ") applies index " + index + " after index " + last.index);
    }
    lives.put(host, new LastOfLife(life, index));
    byte[] payload = command.bytes();
    Applied here = new Applied(
        index,
        command.term(),
        payload.length < ATTEMPT_BYTES ? 0 : ByteBuffer.wrap(payload).getLong(),
        result,
        Signatures.of(EntryType.COMMAND, command.logTimeMillis(), payload),
        command.logTimeMillis(),
        payload);
    Applied noted = byIndex.putIfAbsent(index, here);
    if (noted == null) {
      first(host, life, here);
    } else {
      requireSame(host, life, here, noted);
    }
    return noted == null;
  }

  private void first(HostId host, int life, Applied here) {
    requireLogTime(host, life, byIndex.lowerEntry(here.index), here);
    Map.Entry<Long, Applied> after = byIndex.higherEntry(here.index);
    if (after != null) {
      requireLogTime(host, life, byIndex.floorEntry(here.index), after.getValue());
    }
    if (here.attempt == 0) {
      return;
    }
    Long other = indexByAttempt.putIfAbsent(here.attempt, here.index);
    if (other != null) {
      throw Found.of(
          APPLIED_TWICE,
          host + " (life " + life + ") applies attempt " + here.attempt + " at index " + here.index
              + ", and it was applied at index " + other);
    }
  }

  /** Log time stands still or goes on. */
  private static void requireLogTime(
      HostId host, int life, Map.@Nullable Entry<Long, Applied> before, Applied after) {
    if (before != null && after.logTimeMillis < before.getValue().logTimeMillis) {
      throw Found.of(
          LOG_TIME,
          host + " (life " + life + ") applies commands of log time "
              + before.getValue().logTimeMillis + " at index " + before.getKey() + " and of "
              + after.logTimeMillis + " at index " + after.index);
    }
  }

  private static void requireSame(HostId host, int life, Applied here, Applied noted) {
    String where = host + " (life " + life + ") applies index " + here.index;
    if (here.term != noted.term || here.signature != noted.signature) {
      throw Found.of(
          STATE_MACHINE_SAFETY,
          where + " of term " + here.term
              + " with another content than there is elsewhere, of term " + noted.term);
    }
    if (!Arrays.equals(here.result, noted.result)) {
      throw Found.of(
          APPLY_DIVERGED,
          where + " of term " + here.term + " and returns "
              + Arrays.toString(here.result) + ", which was " + Arrays.toString(noted.result)
              + " elsewhere: the state machine is not deterministic");
    }
  }

  /** One place of the sequence. */
  public static final class Applied {
    private final long index;
    private final long term;
    private final long attempt;
    private final byte[] result;
    private final long signature;
    private final long logTimeMillis;
    private final byte[] payload;

    private Applied(
        long index,
        long term,
        long attempt,
        byte[] result,
        long signature,
        long logTimeMillis,
        byte[] payload) {
      this.index = index;
      this.term = term;
      this.attempt = attempt;
      this.result = result;
      this.signature = signature;
      this.logTimeMillis = logTimeMillis;
      this.payload = payload;
    }

    /** What state machines were given, to be given to one more. */
    public Command command() {
      return new MadeUpCommand(index, term, logTimeMillis, payload);
    }

    /** Its index in the log. */
    public long index() {
      return index;
    }

    /** The term of the leader that appended it. */
    public long term() {
      return term;
    }

    /**
     * The first {@link #ATTEMPT_BYTES} bytes of the command, which a simulated client chooses anew for every attempt; 0 if the
     * command is shorter.
     */
    public long attempt() {
      return attempt;
    }

    /** What state machines have returned: the same array that they have, to be read only. */
    public byte[] result() {
      return result;
    }

    /** Stands for the content: see {@link Signatures}. */
    long signature() {
      return signature;
    }
  }

  private record LastOfLife(int life, long index) {}
}
