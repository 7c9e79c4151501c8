package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.api.BatchingStateMachine;
import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.testing.simulation.checks.AppliedCommands;
import io.github.balsaraft.testing.simulation.load.Attempt;
import io.github.balsaraft.testing.simulation.load.LooseRead;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether reads that need not see everything were answered as promised: with the state at an index that was allowed, and if by their age,
 * with one that holds every write that had ended so long before. States are made again, by a machine that applies what was applied.
 */
final class LooseReadCheck {

  private static final long MILLION = 1_000_000;

  private final AppliedCommands commands;
  private final long maxDriftPpm;

  /** The highest index of what clients were told by then to be applied, by time. */
  private final TreeMap<Long, Long> toldByNanos = new TreeMap<>();

  /**
   * A check of one run.
   *
   * @param maxDriftPpm by how much the clocks of hosts may go wrong
   */
  LooseReadCheck(AppliedCommands commands, List<Attempt> attempts, long maxDriftPpm) {
    this.commands = commands;
    this.maxDriftPpm = maxDriftPpm;
    List<Attempt> told = new ArrayList<>(attempts);
    told.removeIf(attempt -> attempt.outcome() != Attempt.Outcome.APPLIED);
    told.sort(Comparator.comparingLong(Attempt::appliedNanos));
    long highest = 0;
    for (Attempt attempt : told) {
      AppliedCommands.Applied applied = commands.of(attempt.id());
      highest = Math.max(highest, applied == null ? 0 : applied.index());
      toldByNanos.put(attempt.appliedNanos(), highest);
    }
  }

  /**
   * The first answer that was not as promised, for people; null if all were.
   *
   * @param machine one that has applied nothing yet
   */
  @Nullable
  String findUntrue(List<LooseRead> reads, StateMachine machine) {
    for (LooseRead read : reads) {
      if (read.staleNanos() >= 0 && read.toIndex() < requiredBy(read)) {
        return read + " was answered by the state at index " + read.toIndex()
            + ", which is older than the " + read.staleNanos() + " ns that it says: index "
            + requiredBy(read) + " was applied before";
      }
    }
    return findOtherState(reads, machine);
  }

  /** What had ended when the answer must have been current, by a clock that may have gone slow. */
  private long requiredBy(LooseRead read) {
    long staleNanos = read.staleNanos() / (MILLION - maxDriftPpm) * MILLION + MILLION;
    Map.Entry<Long, Long> told = toldByNanos.floorEntry(read.askedNanos() - staleNanos);
    return told == null ? 0 : told.getValue();
  }

  private @Nullable String findOtherState(List<LooseRead> reads, StateMachine machine) {
    List<LooseRead> waiting = new ArrayList<>(reads);
    waiting.sort(Comparator.comparingLong(LooseRead::fromIndex));
    List<LooseRead> open = new ArrayList<>();
    int begun = 0;
    for (AppliedCommands.Applied next : commands.all()) {
      // The state at hand is that of all indexes up to the one before the next command.
      begun = begin(waiting, begun, open, next.index() - 1);
      answer(open, machine);
      for (LooseRead read : open) {
        if (read.toIndex() < next.index()) {
          return untrue(read);
        }
      }
      apply(machine, next);
    }
    begin(waiting, begun, open, Long.MAX_VALUE);
    answer(open, machine);
    return open.isEmpty() ? null : untrue(open.get(0));
  }

  private static int begin(List<LooseRead> reads, int begun, List<LooseRead> open, long index) {
    int next = begun;
    while (next < reads.size() && reads.get(next).fromIndex() <= index) {
      open.add(reads.get(next++));
    }
    return next;
  }

  private static void answer(List<LooseRead> open, StateMachine machine) {
    open.removeIf(read -> Arrays.equals(machine.query(read.query()), read.answer()));
  }

  private static String untrue(LooseRead read) {
    return read + " was answered by no state between index " + read.fromIndex() + " and "
        + read.toIndex();
  }

  private static void apply(StateMachine machine, AppliedCommands.Applied next) {
    try {
      byte[] unused = machine.apply(next.command());
    } catch (CommandRejectedException e) {
      // It was rejected everywhere else, too, or that would have been found.
    }
    if (machine instanceof BatchingStateMachine batching) {
      batching.endBatch();
    }
  }
}
