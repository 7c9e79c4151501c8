package io.github.balsaraft.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The states that a {@link ScopeSearch} has been to. A state with more messages can do whatever the same state can do with
 * fewer, because any message may be lost; so a state is known if one with at least its messages is.
 */
final class ScopeStates {

  /** By the hash of everything but the messages: the largest sets of messages, as bits. */
  private final Map<Long, List<long[]>> largest = new HashMap<>();

  private long size;

  /** Adds a state; false if it, or one that can do more, is known. */
  boolean add(long hash, long[] messages) {
    List<long[]> known = largest.computeIfAbsent(hash, key -> new ArrayList<>(1));
    for (long[] more : known) {
      if (isSubset(messages, more)) {
        return false;
      }
    }
    known.removeIf(fewer -> isSubset(fewer, messages));
    known.add(messages);
    size++;
    return true;
  }

  private static boolean isSubset(long[] fewer, long[] more) {
    for (int i = 0; i < fewer.length; i++) {
      if ((fewer[i] & ~(i < more.length ? more[i] : 0)) != 0) {
        return false;
      }
    }
    return true;
  }

  /** How many states were added. */
  long size() {
    return size;
  }

  /** How many there are if messages don't count. */
  long withoutMessages() {
    return largest.size();
  }
}
