package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.storage.LogOutline;
import java.util.List;

/** What the store keeps in memory of one group. The writing thread owns it; readers look at {@link #bounds} only. */
final class GroupState {

  final GroupId group;
  final LogOutline outline;

  /** Invariant: as many as {@link LogOutline#configurations()}, whose batches start at these indexes or were cut. */
  final List<Long> configurationKeys;

  /** The first index of the first batch that counts. */
  long firstKey;

  /**
   * Nothing can be found below. Between it and {@link #firstKey} may be batches of before a cut whose file isn't gone yet, also of an
   * earlier process.
   */
  long oldestKey;

  /** Batches that count, from here on, are in the memory table that is being filled; of those before some may be, too. */
  long memtableFrom;

  /** {@link #firstKey} as it is on the disk, so that files of before it may go. */
  private volatile long removableBefore;

  /** What readers may ask for. */
  private volatile Bounds bounds;

  GroupState(GroupId group, LogOutline outline, List<Long> configurationKeys, long firstKey) {
    this.group = group;
    this.outline = outline;
    this.configurationKeys = configurationKeys;
    this.firstKey = firstKey;
    this.removableBefore = firstKey;
    startMemtable();
    this.bounds = new Bounds(outline.firstIndex(), outline.lastIndex());
  }

  /** First and last readable index. */
  record Bounds(long first, long last) {}

  Bounds bounds() {
    return bounds;
  }

  /** What comes now goes into a new memory table. */
  void startMemtable() {
    memtableFrom = outline.lastIndex() + 1;
  }

  /** Before a write: what it compacts or truncates is refused from now on, so that no reader finds a hole. */
  void publishWhatStays() {
    bounds = new Bounds(outline.firstIndex(), Math.min(bounds.last, outline.lastIndex()));
  }

  /** After a write. */
  void publish() {
    bounds = new Bounds(outline.firstIndex(), outline.lastIndex());
    removableBefore = firstKey;
  }

  /** Batches of smaller first indexes are nothing that counts, on the disk either. On any thread. */
  long removableBefore() {
    return removableBefore;
  }
}
