package io.github.balsaraft.testing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The configurations that a {@link PartitionSearch} has been at (Lowe 2017). It need not go where it has been, and neither
 * where it is no better off than where it has been: at the same position, state and pending writes done, with no read more
 * done and no unknown operation less used up. Whatever order leads on from there leads on from the better place too.
 */
final class SearchCache<S> {

  private record Place(int position, Object state, Bits writes) {}

  private record Reached(Bits reads, Bits used) {
    boolean isAsGoodAs(Bits otherReads, Bits otherUsed) {
      return reads.containsAll(otherReads) && otherUsed.containsAll(used);
    }
  }

  private final Map<Place, List<Reached>> places = new HashMap<>();
  private final Set<S> statesAtFurthest = new LinkedHashSet<>();
  private int furthest = -1;
  private int size;

  /** Whether nothing as good has been reached before; remembers it if so. */
  boolean isWorthwhile(int position, S state, Bits writes, Bits reads, Bits used) {
    List<Reached> before =
        places.computeIfAbsent(new Place(position, state, writes), any -> new ArrayList<>(1));
    for (Reached reached : before) {
      if (reached.isAsGoodAs(reads, used)) {
        return false;
      }
    }
    Reached now = new Reached(reads, used);
    size -= before.size();
    before.removeIf(reached -> now.isAsGoodAs(reached.reads, reached.used));
    before.add(now);
    size += before.size();
    if (position > furthest) {
      furthest = position;
      statesAtFurthest.clear();
    }
    if (position == furthest) {
      statesAtFurthest.add(state);
    }
    return true;
  }

  /** How many configurations are remembered. */
  int size() {
    return size;
  }

  /** The furthest position that was reached. */
  int furthest() {
    return furthest;
  }

  /** All states in which the furthest position was reached. */
  Set<S> statesAtFurthest() {
    return statesAtFurthest;
  }
}
