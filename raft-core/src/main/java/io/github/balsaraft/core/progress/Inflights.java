package io.github.balsaraft.core.progress;

import java.util.ArrayDeque;

/** Messages with entries that are under way to one follower: sent, and not yet known to be durable there. */
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
