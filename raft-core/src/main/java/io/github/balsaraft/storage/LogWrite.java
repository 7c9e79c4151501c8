package io.github.balsaraft.storage;

import io.github.balsaraft.model.HostRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One atomic, durable write of one host: the writes of any of its groups.
 *
 * @param host the host's record, if it changes
 * @param groups in order; a group may occur more than once, and a later occurrence builds on the earlier
 */
public record LogWrite(@Nullable HostRecord host, List<GroupWrite> groups) {

  public LogWrite {
    groups = List.copyOf(groups);
  }

  /** A write that touches only groups. */
  public static LogWrite of(List<GroupWrite> groups) {
    return new LogWrite(null, groups);
  }

  /** The bytes of entries in it. */
  public long entryBytes() {
    long bytes = 0;
    for (GroupWrite group : groups) {
      bytes += group.entryBytes();
    }
    return bytes;
  }
}
