package io.github.balsaraft.core.progress;

import java.util.ArrayDeque;

/**
 * Messages with entries that are under way to one follower: sent, and not yet known to be durable there.
 *
 * <p>More than one is for networks, where each would wait for the round trip of the one before. Over a loopback it is worth nothing
 * that could be measured with 128 B x 64; with 16 KiB x 64, where one message at a time had half the writes and 323 ms of p99 instead of 22 in
 * one run but not in another, that may be noise (docs/benchmarks.md). Both limits bound memory; other numbers of messages were not measured.
 */
final class Inflights {

  private final int maxMessages;
  private final long maxBytes;
  private final ArrayDeque<Inflight> messages = new ArrayDeque<>();
  private long bytes;

  Inflights(int maxMessages, long maxBytes) {
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
  }

  void sent(long lastIndex, long messageBytes) {
    messages.addLast(new Inflight(lastIndex, messageBytes));
    bytes += messageBytes;
  }

  /** Everything up to this index has arrived for good. */
  void acknowledgedTo(long index) {
    while (!messages.isEmpty() && messages.getFirst().lastIndex <= index) {
      bytes -= messages.removeFirst().bytes;
    }
  }

  /** Everything above this index was lost on the way. */
  void lostAbove(long index) {
    while (!messages.isEmpty() && messages.getLast().lastIndex > index) {
      bytes -= messages.removeLast().bytes;
    }
  }

  void clear() {
    messages.clear();
    bytes = 0;
  }

  long bytes() {
    return bytes;
  }

  int messages() {
    return messages.size();
  }

  boolean isFull() {
    return messages.size() >= maxMessages || bytes >= maxBytes;
  }

  private record Inflight(long lastIndex, long bytes) {}
}
