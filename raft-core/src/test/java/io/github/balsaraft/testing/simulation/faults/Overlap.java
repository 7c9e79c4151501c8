package io.github.balsaraft.testing.simulation.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Faults of one kind at one place, such as one link or one disk, whose times may overlap. What the latest of them has begun is what
 * holds; each ends only itself, and the last to end leaves the place in order.
 */
final class Overlap<V> {

  private final Consumer<@Nullable V> place;
  private final List<Lasting<V>> lasting = new ArrayList<>();

  /**
   * No faults yet.
   *
   * @param place is made to be so; as it should be, if it is given null
   */
  Overlap(Consumer<@Nullable V> place) {
    this.place = place;
  }

  /**
   * One begins.
   *
   * @return ends it
   */
  Runnable begin(V value) {
    Lasting<V> one = new Lasting<>(value);
    lasting.add(one);
    place.accept(value);
    return () -> {
      // By identity: two may be alike.
      lasting.remove(one);
      place.accept(lasting.isEmpty() ? null : lasting.get(lasting.size() - 1).value);
    };
  }

  private static final class Lasting<V> {
    private final V value;

    Lasting(V value) {
      this.value = value;
    }
  }
}
