package io.github.balsaraft.transport.netty;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Messages on their way into one connection. Many threads offer, one event loop takes. Bounded in bytes, and a byte counts
 * until a socket has taken it, so that the bound holds for this queue and Netty's buffers together.
 */
final class SendQueue {

  private final Queue<QueuedMessage> messages = new ConcurrentLinkedQueue<>();
  private final AtomicLong pendingBytes = new AtomicLong();
  private final AtomicBoolean wakeUpPending = new AtomicBoolean();
  private final long maxBytes;

  SendQueue(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes a message, unless that would exceed the bound; a single one is let in whatever its size. */
  boolean offer(QueuedMessage message) {
    long before = pendingBytes.getAndAdd(message.frameBytes());
    if (before > 0 && before + message.frameBytes() > maxBytes) {
      pendingBytes.addAndGet(-message.frameBytes());
      return false;
    }
    messages.add(message);
    return true;
  }

  /**
   * Whether the caller is the one who has to wake the event loop; the others' messages go with the same wake-up. Worth nothing that
   * could be measured with 128 B x 64 (docs/benchmarks.md); it is there so that a busy event loop has one task for each lane at
   * most, however many groups send.
   */
  boolean takeWakeUp() {
    return !wakeUpPending.get() && wakeUpPending.compareAndSet(false, true);
  }

  /** The event loop is awake. Said before it looks at the queue: what is offered later wakes it again. */
  void awake() {
    wakeUpPending.set(false);
  }

  @Nullable
  QueuedMessage peek() {
    return messages.peek();
  }

  @Nullable
  QueuedMessage poll() {
    return messages.poll();
  }

  boolean isEmpty() {
    return messages.isEmpty();
  }

  /** What is queued or on its way into the socket. */
  long pendingBytes() {
    return pendingBytes.get();
  }

  /** A socket has taken these bytes, or they were given up. */
  void release(long bytes) {
    pendingBytes.addAndGet(-bytes);
  }

  /** Drops what is queued and returns how many messages that was. */
  int clear() {
    int dropped = 0;
    for (QueuedMessage message = messages.poll(); message != null; message = messages.poll()) {
      release(message.frameBytes());
      dropped++;
    }
    return dropped;
  }
}
