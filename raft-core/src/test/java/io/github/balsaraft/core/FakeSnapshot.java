package io.github.balsaraft.core;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.SnapshotHeader;
import java.util.List;

/**
 * A snapshot in a {@link CoreHarness}. The state machine's state is the list of everything that it has applied.
 *
 * @param applied in order; index 1 first
 */
record FakeSnapshot(SnapshotHeader header, List<EntryId> applied) {

  FakeSnapshot {
    applied = List.copyOf(applied);
  }

  long lastIndex() {
    return header.last().index();
  }
}
