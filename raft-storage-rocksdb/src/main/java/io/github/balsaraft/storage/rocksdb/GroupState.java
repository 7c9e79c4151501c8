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

  /** The first index of the first stored batch; nothing is stored below. */
  long firstKey;

  /** What readers may ask for. */
  private volatile Bounds bounds;

  GroupState(GroupId group, LogOutline outline, List<Long> configurationKeys, long firstKey) {
    this.group = group;
    this.outline = outline;
    this.configurationKeys = configurationKeys;
    this.firstKey = firstKey;
    this.bounds = new Bounds(outline.firstIndex(), outline.lastIndex());
  }

  /** First and last readable index. */
  record Bounds(long first, long last) {}

  Bounds bounds() {
    return bounds;
  }

  /** Before a write: what it compacts or truncates is refused from now on, so that no reader finds a hole. */
  void publishWhatStays() {
    bounds = new Bounds(outline.firstIndex(), Math.min(bounds.last, outline.lastIndex()));
  }

  /** After a write. */
  void publish() {
    bounds = new Bounds(outline.firstIndex(), outline.lastIndex());
  }
}
