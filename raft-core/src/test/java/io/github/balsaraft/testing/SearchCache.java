package io.github.balsaraft.testing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

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

  /** A place with its list, in a table: without its state, its bits and what was reached there. */
  private static final long PLACE_BYTES = 140;

  private static final long REACHED_BYTES = 40;

  private final ToLongFunction<S> bytesOfState;
  private final Map<Place, List<Reached>> places = new HashMap<>();
  private final Set<S> statesAtFurthest = new LinkedHashSet<>();
  private int furthest = -1;
  private int size;
  private long bytes;

  /**
   * Nothing is remembered.
   *
   * @param bytesOfState about how much memory a state takes
   */
  SearchCache(ToLongFunction<S> bytesOfState) {
    this.bytesOfState = bytesOfState;
  }

  /** Whether nothing as good has been reached before; remembers it if so. */
  boolean isWorthwhile(int position, S state, Bits writes, Bits reads, Bits used) {
    List<Reached> before = places.computeIfAbsent(new Place(position, state, writes), any -> {
      bytes += PLACE_BYTES + bytesOfState.applyAsLong(state) + writes.bytes();
      return new ArrayList<>(1);
    });
    for (Reached reached : before) {
      if (reached.isAsGoodAs(reads, used)) {
        return false;
      }
    }
    Reached now = new Reached(reads, used);
    int atPlace = before.size();
    before.removeIf(reached -> now.isAsGoodAs(reached.reads, reached.used));
    before.add(now);
    size += before.size() - atPlace;
    bytes += (before.size() - atPlace) * (REACHED_BYTES + reads.bytes() + used.bytes());
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

  /** About how much memory it takes. */
  long bytes() {
    return bytes;
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
