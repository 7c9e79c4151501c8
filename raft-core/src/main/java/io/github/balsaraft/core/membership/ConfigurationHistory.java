package io.github.balsaraft.core.membership;

import io.github.balsaraft.model.Configuration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The configurations in the log. The latest is in force, committed or not (Raft paper 6), so that truncating its entry
 * puts the one before it back in force.
 *
 * <p>Invariant: indexes ascend; at the bottom is the one that the log starts from (empty for a replica that was told
 * nothing yet).
 */
public final class ConfigurationHistory {

  private final Deque<Appended> appended = new ArrayDeque<>();
  private List<Configuration> possible;

  /** Starts from the configuration that is in force before the first entry. */
  public ConfigurationHistory(Configuration base, long baseIndex) {
    appended.addLast(new Appended(baseIndex, base));
    possible = List.of(base);
  }

  /** A configuration entry was appended. */
  public void append(long index, Configuration configuration) {
    if (index <= latestIndex()) {
      throw new IllegalArgumentException(
          "configuration at " + index + " after one at " + latestIndex());
    }
    appended.addLast(new Appended(index, configuration));
    changed();
  }

  /** A configuration entry that the log has could not be read before. */
  public void insert(long index, Configuration configuration) {
    TreeMap<Long, Configuration> all = new TreeMap<>(all());
    // Below the first is nothing that could be in force again.
    if (index > all.firstKey()) {
      all.put(index, configuration);
      appended.clear();
      all.forEach((at, one) -> appended.addLast(new Appended(at, one)));
      changed();
    }
  }

  /**
   * Entries at this index and above were removed.
   *
   * @return whether another configuration is in force now
   */
  public boolean truncateFrom(long index) {
    boolean changed = false;
    while (appended.size() > 1 && appended.getLast().index >= index) {
      appended.removeLast();
      changed = true;
    }
    changed();
    return changed;
  }

  /** All that are remembered, by index. */
  public SortedMap<Long, Configuration> all() {
    TreeMap<Long, Configuration> all = new TreeMap<>();
    for (Appended one : appended) {
      all.put(one.index, one.configuration);
    }
    return Collections.unmodifiableSortedMap(all);
  }

  /** Entries up to this index are committed: configurations that can't come back in force are forgotten. */
  public void committedTo(long commitIndex) {
    while (appended.size() > 1 && second().index <= commitIndex) {
      appended.removeFirst();
      changed();
    }
  }

  /**
   * A snapshot has taken the place of the whole log: its configuration is in force, whatever was appended before (trap 32).
   */
  public void replace(Configuration configuration, long index) {
    appended.clear();
    appended.addLast(new Appended(index, configuration));
    changed();
  }

  private void changed() {
    possible = appended.stream().map(Appended::configuration).toList();
  }

  /** The configuration in force. */
  public Configuration latest() {
    return appended.getLast().configuration;
  }

  /** The index of the configuration in force. */
  public long latestIndex() {
    return appended.getLast().index;
  }

  /** The one that would be in force again if the latest were truncated; null once that is known to be committed. */
  public @Nullable Configuration fallback() {
    if (appended.size() == 1) {
      return null;
    }
    Appended latest = appended.removeLast();
    Configuration before = appended.getLast().configuration;
    appended.addLast(latest);
    return before;
  }

  /** The latest configuration that is known to be committed. */
  public Configuration committed() {
    return appended.getFirst().configuration;
  }

  /** The index of the latest configuration that is known to be committed. */
  public long committedIndex() {
    return appended.getFirst().index;
  }

  /** All that may be in force for somebody, as far as this log tells: the latest known to be committed and those above it. */
  public List<Configuration> possible() {
    return possible;
  }

  private Appended second() {
    Appended first = appended.removeFirst();
    Appended second = appended.getFirst();
    appended.addFirst(first);
    return second;
  }

  private record Appended(long index, Configuration configuration) {}
}
