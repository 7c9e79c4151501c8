package io.github.balsaraft.testing.simulation.checks;

import io.github.balsaraft.model.Configuration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The entries that the leader of one term has made. In every log that has one of them they begin at the same index, after the
 * same entry (Raft paper 5.3, log matching).
 */
final class TermEntries {

  final long term;
  final long firstIndex;

  /** Those of the entry before the first; null if that is the first of all. */
  final @Nullable TermEntries before;

  /** The configuration in force before the first. */
  private final PlacedConfiguration inherited;

  /** The last that was made. */
  long lastIndex;

  /** By index, from the first on: see {@link Signatures}; zero if it was not seen yet. */
  private long[] signatures = new long[16];

  /** The same with their log times; zero as long as nobody has stored them. */
  private long[] logTimes = new long[16];

  /** Which of them are commands, as far as somebody has stored them. */
  private final BitSet commands = new BitSet();

  private final TreeMap<Long, PlacedConfiguration> configurations = new TreeMap<>();

  TermEntries(
      long term, long firstIndex, @Nullable TermEntries before, PlacedConfiguration inherited) {
    this.term = term;
    this.firstIndex = firstIndex;
    this.before = before;
    this.inherited = inherited;
    this.lastIndex = firstIndex - 1;
  }

  long termBefore() {
    return before == null ? 0 : before.term;
  }

  /** Notes what stands at an index, or compares it with what was noted. */
  boolean sign(long index, long signature) {
    int place = placeOf(index);
    if (signatures[place] == 0) {
      signatures[place] = signature;
    }
    return signatures[place] == signature;
  }

  private int placeOf(long index) {
    int place = (int) (index - firstIndex);
    if (place >= signatures.length) {
      int length = Math.max(place + 1, 2 * signatures.length);
      signatures = Arrays.copyOf(signatures, length);
      logTimes = Arrays.copyOf(logTimes, length);
    }
    return place;
  }

  /** Notes what somebody has stored at an index. */
  void note(long index, boolean isCommand, long logTimeMillis) {
    int place = placeOf(index);
    logTimes[place] = logTimeMillis;
    commands.set(place, isCommand);
  }

  /** The log time of the entry at an index; zero if nobody has stored it. */
  long logTimeAt(long index) {
    // Before the array is named: there may be a longer one afterwards.
    int place = placeOf(index);
    return logTimes[place];
  }

  /** The last command of the term up to an index that is not before its first, as far as somebody has stored it; 0 if there is none. */
  long lastCommand(long index) {
    int place = commands.previousSetBit((int) (index - firstIndex));
    return place < 0 ? 0 : firstIndex + place;
  }

  /** Notes the configuration at an index, or compares it with what was noted. */
  boolean isConfiguration(long index, Configuration configuration) {
    PlacedConfiguration here = new PlacedConfiguration(index, configuration);
    PlacedConfiguration noted = configurations.putIfAbsent(index, here);
    return noted == null || noted.equals(here);
  }

  /** The one in force in a log that ends with the entry at this index. */
  PlacedConfiguration configurationAt(long index) {
    Map.Entry<Long, PlacedConfiguration> latest = configurations.floorEntry(index);
    return latest == null ? inherited : latest.getValue();
  }

  /** A configuration, and the index of its entry; 0 if it has none. */
  record PlacedConfiguration(long index, Configuration configuration) {
    static final PlacedConfiguration NONE = new PlacedConfiguration(0, Configuration.EMPTY);
  }
}
