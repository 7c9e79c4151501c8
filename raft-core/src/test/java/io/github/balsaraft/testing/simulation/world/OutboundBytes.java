package io.github.balsaraft.testing.simulation.world;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.ForwardedOutcomes;
import io.github.balsaraft.model.ForwardedProposals;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * The bytes of entries, of forwarded proposals and of their outcomes that one process has under way to each other host, and whether these are
 * too many.
 */
final class OutboundBytes {

  private final long mostBytes;
  private final BiConsumer<HostId, Boolean> onWritabilityChanged;
  private final Map<HostId, Long> underWay = new TreeMap<>();
  private final Set<HostId> full = new TreeSet<>();

  /**
   * None yet.
   *
   * @param onWritabilityChanged hears that there is no more room to a host, and that there is again
   */
  OutboundBytes(long mostBytes, BiConsumer<HostId, Boolean> onWritabilityChanged) {
    this.mostBytes = mostBytes;
    this.onWritabilityChanged = onWritabilityChanged;
  }

  /** What counts of a message. */
  static long of(GroupMessage message) {
    long bytes = 0;
    if (message.message() instanceof AppendEntries append) {
      for (EntryBatch batch : append.batches()) {
        bytes += batch.sizeInBytes();
      }
    } else if (message.message() instanceof ForwardedProposals proposals) {
      for (byte[] command : proposals.commands()) {
        bytes += command.length;
      }
    } else if (message.message() instanceof ForwardedOutcomes outcomes) {
      for (ForwardedOutcomes.Outcome outcome : outcomes.outcomes()) {
        bytes += outcome.bytes().length;
      }
    }
    return bytes;
  }

  /** So many more are sent; false if there is no room for them at all. */
  boolean enter(HostId to, long bytes) {
    if (bytes == 0 || mostBytes == Long.MAX_VALUE) {
      return true;
    }
    long before = underWay.getOrDefault(to, 0L);
    if (before > 0 && before + bytes > 2 * mostBytes) {
      return false;
    }
    underWay.put(to, before + bytes);
    if (before + bytes >= mostBytes && full.add(to)) {
      onWritabilityChanged.accept(to, false);
    }
    return true;
  }

  /** So many have arrived, or are lost. */
  void leave(HostId to, long bytes) {
    if (bytes == 0 || mostBytes == Long.MAX_VALUE) {
      return;
    }
    long left = underWay.merge(to, -bytes, Long::sum);
    if (left <= mostBytes / 2 && full.remove(to)) {
      onWritabilityChanged.accept(to, true);
    }
  }
}
