package io.github.balsaraft.testing.simulation.checks;

import io.github.balsaraft.model.SnapshotRequest;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The fetches of snapshots: how many there were, and how many went on with what an earlier one had left. */
final class CountedFetches {

  private final Consumer<Happening> counter;

  /** Whether a part of a file was asked for yet. Asked for by key and never gone through. */
  private final Map<Long, Boolean> begun = new HashMap<>();

  CountedFetches(Consumer<Happening> counter) {
    this.counter = counter;
  }

  void requested(SnapshotRequest request) {
    if (begun.putIfAbsent(request.fetch(), false) == null) {
      counter.accept(Happening.SNAPSHOT_FETCHED);
    }
    if (request.file() == SnapshotRequest.MANIFEST) {
      return;
    }
    boolean isFirst = Boolean.FALSE.equals(begun.put(request.fetch(), true));
    if (isFirst && (request.offset() > 0 || request.file() > 1)) {
      counter.accept(Happening.SNAPSHOT_RESUMED);
    }
  }
}
