package io.github.balsaraft.examples.bench;

import io.github.balsaraft.examples.bench.load.PauseWatch;
import io.github.balsaraft.examples.bench.report.JsonLine;
import java.util.function.LongSupplier;

/**
 * Counts elections in a run in which nobody is killed. One is false if the machine itself did not stand still for half an
 * election timeout or more around that time: then nothing outside the program explains it. One thread at a time.
 */
final class ElectionWatch {

  /** A pause is heard of only after it has ended, and an election may follow later. */
  private static final long LOOK_BACK_NANOS = 5_000_000_000L;

  private final LongSupplier highestTerm;
  private final PauseWatch.PauseLog pauses;
  private final double excusingMillis;
  private long term;
  private long elections;
  private long falseElections;

  /** Starts to watch. */
  ElectionWatch(LongSupplier highestTerm, PauseWatch.PauseLog pauses, int electionMillis) {
    this.highestTerm = highestTerm;
    this.pauses = pauses;
    this.excusingMillis = electionMillis / 2.0;
    this.term = highestTerm.getAsLong();
  }

  /** Looks; to be called about once a second. */
  void look() {
    look(System.nanoTime());
  }

  void look(long nowNanos) {
    long now = highestTerm.getAsLong();
    if (now > term) {
      elections += now - term;
      if (pauses.longestMillisSince(nowNanos - LOOK_BACK_NANOS) < excusingMillis) {
        falseElections += now - term;
      }
      term = now;
    }
  }

  void report(JsonLine line) {
    line.put("elections", elections).put("false_elections", falseElections);
  }
}
