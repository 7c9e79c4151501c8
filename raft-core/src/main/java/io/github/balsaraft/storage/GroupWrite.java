package io.github.balsaraft.storage;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.ReplicaRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one group writes. The parts take effect in this order: truncation, append, compaction.
 *
 * @param group whose log it is
 * @param replica the replica's record, if it changes
 * @param hardState term and vote, if they change
 * @param truncateFrom entries at this index and above are removed; 0 for none. It may lie inside a stored batch, whose
 *     beginning then stays
 * @param append contiguous batches that start right after the last entry that remains
 * @param compactTo entries up to this index, inclusive, may be removed, because a verified snapshot covers them; 0 for
 *     none. The store may keep more than it must
 */
public record GroupWrite(
    GroupId group,
    @Nullable ReplicaRecord replica,
    @Nullable HardState hardState,
    long truncateFrom,
    List<EntryBatch> append,
    long compactTo) {

  public GroupWrite {
    append = List.copyOf(append);
  }

  /** A write of a replica's record only. */
  public static GroupWrite ofReplica(GroupId group, ReplicaRecord replica) {
    return new GroupWrite(group, replica, null, 0, List.of(), 0);
  }

  /** The bytes of entries in it. */
  public long entryBytes() {
    long bytes = 0;
    for (EntryBatch batch : append) {
      bytes += batch.sizeInBytes();
    }
    return bytes;
  }
}
