package io.github.balsaraft.testing.simulation.checks;

import io.github.balsaraft.model.ReplicaId;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/** What {@link Coverage} counts of a group as a whole. */
final class CountedGroup {

  private final ObjLongConsumer<Happening> counts;
  private @Nullable ReplicaId leader;
  private long committedIndex;

  CountedGroup(ObjLongConsumer<Happening> counts) {
    this.counts = counts;
  }

  void elected(ReplicaId elected) {
    counts.accept(Happening.LEADER_ELECTED, 1);
    if (leader != null && !leader.equals(elected)) {
      counts.accept(Happening.LEADER_CHANGED, 1);
    }
    leader = elected;
  }

  void committed(long index) {
    counts.accept(Happening.COMMIT, 1);
    if (index > committedIndex) {
      counts.accept(Happening.ENTRY_COMMITTED, index - committedIndex);
      committedIndex = index;
    }
  }
}
