package io.github.balsaraft.core;

import io.github.balsaraft.model.EntryBatch;
import java.util.ArrayDeque;

/**
 * How much a leader has appended that is not committed, or not durable on its own disk, so that it can refuse more: the
 * others may commit what a disk that hangs here has not written, and it stays in memory until then (trap 20).
 */
final class UncommittedEntries {

  private final ArrayDeque<Appended> batches = new ArrayDeque<>();
  private long bytes;

  /** In the order of the log. */
  void appended(EntryBatch batch) {
    batches.addLast(new Appended(batch.lastIndex(), batch.sizeInBytes()));
    bytes += batch.sizeInBytes();
  }

  /** Up to this index everything is committed, and durable here. */
  void settledTo(long index) {
    while (!batches.isEmpty() && batches.getFirst().lastIndex <= index) {
      bytes -= batches.removeFirst().bytes;
    }
  }

  long bytes() {
    return bytes;
  }

  /** Whether more may be appended. If nothing waits there is room for anything: else what is larger than the limit had none. */
  boolean hasRoomFor(long moreBytes, long maxBytes) {
    return bytes == 0 || bytes + moreBytes <= maxBytes;
  }

  private record Appended(long lastIndex, long bytes) {}
}
