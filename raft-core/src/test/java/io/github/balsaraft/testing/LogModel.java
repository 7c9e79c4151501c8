package io.github.balsaraft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Entry;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.RecoveredGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The naive twin of one group's log: a map of single entries, without batches, term starts or any other shortcut.
 */
final class LogModel {

  private final TreeMap<Long, Entry> entries = new TreeMap<>();
  private @Nullable ReplicaRecord replica;
  private HardState hardState = HardState.INITIAL;
  private EntryId base = EntryId.NONE;

  /** Takes the steps of a write in the order of the contract. */
  void apply(GroupWrite write) {
    if (write.replica() != null) {
      replica = write.replica();
    }
    if (write.hardState() != null) {
      hardState = write.hardState();
    }
    if (write.truncateFrom() > 0) {
      entries.tailMap(write.truncateFrom()).clear();
    }
    if (write.base().index() > base.index()) {
      Entry there = entries.get(write.base().index());
      if (there == null || !there.id().equals(write.base())) {
        entries.clear();
      }
      base = write.base();
      entries.headMap(firstIndex()).clear();
    }
    for (EntryBatch batch : write.append()) {
      assertThat(batch.firstIndex()).as("the test appends without a hole").isEqualTo(nextIndex());
      batch.entries().forEach(entry -> entries.put(entry.id().index(), entry));
    }
  }

  /** The first index that can be read. */
  long firstIndex() {
    return base.index() + 1;
  }

  /** The index of the last entry, or the one before the first if there is none. */
  long lastIndex() {
    return entries.isEmpty() ? base.index() : entries.lastKey();
  }

  /** The index that an append must start at. */
  long nextIndex() {
    return lastIndex() + 1;
  }

  /** The term of the last entry, or that of the base if there is none. */
  long lastTerm() {
    return termAt(lastIndex());
  }

  /** The term of an entry or of the base. */
  long termAt(long index) {
    return index == base.index() ? base.term() : entries.get(index).id().term();
  }

  /** The log time of the last entry, or 0 if there is none. */
  long lastLogTimeMillis() {
    return entries.isEmpty() ? 0 : entries.lastEntry().getValue().logTimeMillis();
  }

  /** Fails if a store recovered anything else than was written. */
  void assertRecovered(RecoveredGroup recovered) {
    assertThat(recovered.replica()).isEqualTo(replica);
    assertThat(recovered.hardState()).isEqualTo(hardState);
    assertThat(recovered.base()).isEqualTo(base);
    if (entries.isEmpty()) {
      assertThat(recovered.last()).as("end of an emptied log").isEqualTo(base);
      assertThat(recovered.termStarts()).isEmpty();
      assertThat(recovered.configurations()).isEmpty();
      return;
    }
    assertThat(recovered.last()).isEqualTo(entries.lastEntry().getValue().id());
    assertThat(recovered.lastLogTimeMillis()).isEqualTo(lastLogTimeMillis());
    assertTermStarts(recovered);
    assertConfigurations(recovered);
  }

  private void assertTermStarts(RecoveredGroup recovered) {
    List<EntryId> starts = recovered.termStarts();
    for (int i = 1; i < starts.size(); i++) {
      assertThat(starts.get(i).term()).isGreaterThan(starts.get(i - 1).term());
      assertThat(starts.get(i).index()).isGreaterThan(starts.get(i - 1).index());
    }
    for (Map.Entry<Long, Entry> entry : entries.entrySet()) {
      long term = 0;
      for (EntryId start : starts) {
        term = start.index() <= entry.getKey() ? start.term() : term;
      }
      assertThat(term)
          .as("term of %s by %s", entry.getKey(), starts)
          .isEqualTo(entry.getValue().id().term());
    }
    long lastTerm = entries.lastEntry().getValue().id().term();
    assertThat(starts.get(starts.size() - 1).term())
        .as("no start after the end")
        .isEqualTo(lastTerm);
  }

  private void assertConfigurations(RecoveredGroup recovered) {
    List<Entry> stored = new ArrayList<>();
    recovered.configurations().forEach(batch -> stored.addAll(batch.entries()));
    List<Entry> expected = entries.values().stream()
        .filter(entry -> entry.type() == EntryType.CONFIGURATION)
        .toList();
    assertThat(stored).isEqualTo(expected);
  }

  /** Fails if a store's answer isn't a beginning of the range, or is longer than the limit allows. */
  void assertRead(List<EntryBatch> answer, long fromIndex, long toIndex, long maxBytes) {
    List<Entry> read = new ArrayList<>();
    long bytes = 0;
    for (EntryBatch batch : answer) {
      read.addAll(batch.entries());
      bytes += batch.sizeInBytes();
    }
    assertThat(read).as("at least one entry").isNotEmpty();
    long lastRead = read.get(read.size() - 1).id().index();
    assertThat(lastRead).isLessThanOrEqualTo(toIndex);
    assertThat(read)
        .isEqualTo(new ArrayList<>(entries.subMap(fromIndex, lastRead + 1).values()));
    if (read.size() > 1) {
      assertThat(bytes).as("bytes of more than one entry").isLessThanOrEqualTo(maxBytes);
    }
  }
}
