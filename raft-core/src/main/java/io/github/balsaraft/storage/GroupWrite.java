package io.github.balsaraft.storage;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.ReplicaRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one group writes. The parts take effect in this order: truncation, base, append.
 *
 * @param group whose log it is
 * @param replica the replica's record, if it changes
 * @param hardState term and vote, if they change
 * @param truncateFrom entries at this index and above are removed; 0 for none. It may lie inside a stored batch, whose
 *     beginning then stays
 * @param base the log starts after this position from now on, because a durable, verified snapshot covers everything up
 *     to it; {@link EntryId#NONE} for no change. If the log has an entry at exactly this position, those after it stay
 *     (compaction); else none stays (a snapshot was installed). A position below the present base changes nothing
 * @param append contiguous batches that start right after the last entry that remains, or after the base
 */
public record GroupWrite(
    GroupId group,
    @Nullable ReplicaRecord replica,
    @Nullable HardState hardState,
    long truncateFrom,
    EntryId base,
    List<EntryBatch> append) {

  public GroupWrite {
    append = List.copyOf(append);
  }

  /** A write of a replica's record only. */
  public static GroupWrite ofReplica(GroupId group, ReplicaRecord replica) {
    return new GroupWrite(group, replica, null, 0, EntryId.NONE, List.of());
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
