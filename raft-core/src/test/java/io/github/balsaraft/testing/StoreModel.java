package io.github.balsaraft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.RecoveredState;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The naive twin of a whole store: the host's record and a {@link LogModel} for each group. */
final class StoreModel {

  private final SortedMap<GroupId, LogModel> groups = new TreeMap<>();
  private @Nullable HostRecord host;

  /** What a store holds after these writes. */
  static StoreModel after(List<LogWrite> writes) {
    StoreModel model = new StoreModel();
    writes.forEach(model::apply);
    return model;
  }

  void apply(LogWrite write) {
    if (write.host() != null) {
      host = write.host();
    }
    for (GroupWrite group : write.groups()) {
      log(group.group()).apply(group);
    }
  }

  /** The group's log, empty if nothing was written. */
  LogModel log(GroupId group) {
    return groups.computeIfAbsent(group, created -> new LogModel());
  }

  /** Fails if the store holds anything else. */
  void assertHeldBy(LogStore store, RecoveredState recovered) {
    assertRecovered(recovered);
    groups.forEach((group, log) -> {
      for (long next = log.firstIndex(); next <= log.lastIndex(); ) {
        List<EntryBatch> read = store.read(group, next, log.lastIndex(), 1 << 20);
        log.assertRead(read, next, log.lastIndex(), 1 << 20);
        next = read.get(read.size() - 1).lastIndex() + 1;
      }
    });
  }

  /**
   * Fails if the store holds anything else, or serves another entry than was written; that it calls one damaged is right.
   *
   * @return how many entries it calls damaged
   */
  int assertHeldOrDamaged(LogStore store, RecoveredState recovered) {
    assertRecovered(recovered);
    int damaged = 0;
    for (GroupId group : groups.keySet()) {
      LogModel log = log(group);
      for (long index = log.firstIndex(); index <= log.lastIndex(); index++) {
        try {
          log.assertRead(store.read(group, index, index, Long.MAX_VALUE), index, index, 0);
        } catch (CorruptDataException e) {
          damaged++;
        }
      }
    }
    return damaged;
  }

  private void assertRecovered(RecoveredState recovered) {
    assertThat(recovered.host()).as("the host's record").isEqualTo(host);
    assertThat(recovered.groups().keySet()).as("the groups").isEqualTo(groups.keySet());
    groups.forEach((group, log) -> log.assertRecovered(recovered.groups().get(group)));
  }
}
