package io.github.balsaraft.transport;

import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one peer has to say to one host, waiting for its turn: small messages first, bulk messages, hints. It is the only
 * place that calls the receiver about that peer, and it does so from one task at a time.
 *
 * <p>Thread-safe. No lock is held while the receiver runs.
 */
final class LocalInbox {

  private static final Logger LOG = LoggerFactory.getLogger(LocalInbox.class);

  /** After so many bulk messages it looks for small ones again. */
  private static final int MAX_BULK_MESSAGES_AT_ONCE = 16;

  private final HostId peer;
  private final TransportReceiver receiver;
  private final Executor executor;
  private final Lane control;
  private final Lane bulk;

  // Guarded by this.
  private boolean gone;
  private boolean writabilityMayHaveChanged;
  private boolean writableAsReported = true;
  /** The inbox at the peer that our bulk messages go to, or null if the peer isn't reached. */
  private @Nullable LocalInbox target;
  /** The inbox of the peer to tell when {@link #congested} changes. */
  private @Nullable LocalInbox sender;

  private boolean scheduled;
  private boolean closed;
  private @Nullable Thread runner;

  /** Whether the peer had better make no more bulk messages. Written with the lock, read without. */
  private volatile boolean congested;

  LocalInbox(HostId peer, TransportReceiver receiver, Executor executor, long maxQueuedBytes) {
    this.peer = peer;
    this.receiver = receiver;
    this.executor = executor;
    this.control = new Lane(maxQueuedBytes);
    this.bulk = new Lane(maxQueuedBytes);
  }

  /**
   * Queues messages; those beyond the bound are dropped.
   *
   * @param origin the sender's own inbox for this host: hears when this one is congested and when no more
   * @return whether all of them were taken
   */
  boolean offer(HostRecord from, List<GroupMessage> messages, LocalInbox origin) {
    boolean taken = true;
    synchronized (this) {
      if (closed) {
        return false;
      }
      for (GroupMessage message : messages) {
        Lane lane = message.message().isBulk() ? bulk : control;
        taken &= lane.offer(new Item(from, message, MessageWeight.of(message.message())));
      }
      congested |= bulk.isHalfFull();
      sender = origin;
      schedule();
    }
    // Without our lock: the other inbox takes its own, and it may be calling us.
    origin.reaches(this);
    return taken;
  }

  /** Hands on that the peer's process seems to be gone. */
  synchronized void peerGone() {
    gone = true;
    schedule();
  }

  /** Says where our bulk messages to the peer end up now, null for nowhere; it may have become congested or free. */
  synchronized void reaches(@Nullable LocalInbox newTarget) {
    target = newTarget;
    if (writableAsReported != isWritable(newTarget)) {
      writabilityMayHaveChanged = true;
      schedule();
    }
  }

  private static boolean isWritable(@Nullable LocalInbox target) {
    return target != null && !target.congested;
  }

  /** Forgets what is queued. When it returns, the receiver isn't running, unless the caller is the receiver itself. */
  synchronized void close() {
    closed = true;
    control.clear();
    bulk.clear();
    boolean interrupted = false;
    while (runner != null && runner != Thread.currentThread()) {
      try {
        wait();
      } catch (InterruptedException e) {
        // The promise to the caller comes first: receivers don't block, so this ends.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void schedule() {
    if (scheduled || closed || !hasWork()) {
      return;
    }
    try {
      executor.execute(this::runOnce);
      scheduled = true;
    } catch (RejectedExecutionException e) {
      // Whoever shut the executor down wants no more deliveries: a network may lose everything.
      control.clear();
      bulk.clear();
    }
  }

  private boolean hasWork() {
    return gone || writabilityMayHaveChanged || !control.isEmpty() || !bulk.isEmpty();
  }

  private void runOnce() {
    List<Item> small;
    List<Item> large;
    boolean reportGone;
    boolean reportWritable;
    boolean writable;
    synchronized (this) {
      if (closed) {
        return;
      }
      runner = Thread.currentThread();
      small = control.take(Integer.MAX_VALUE);
      large = bulk.take(MAX_BULK_MESSAGES_AT_ONCE);
      reportGone = gone;
      gone = false;
      writabilityMayHaveChanged = false;
      writable = isWritable(target);
      reportWritable = writable != writableAsReported;
      writableAsReported = writable;
    }
    try {
      deliver(small);
      deliver(large);
      if (reportWritable) {
        guarded(() -> receiver.onWritabilityChanged(peer, writable));
      }
      if (reportGone) {
        guarded(() -> receiver.onPeerGone(peer));
      }
    } finally {
      finishRun(small, large);
    }
  }

  private void finishRun(List<Item> small, List<Item> large) {
    LocalInbox relieved = null;
    synchronized (this) {
      control.release(small);
      bulk.release(large);
      if (congested && bulk.isNearlyEmpty()) {
        congested = false;
        relieved = sender;
      }
      runner = null;
      scheduled = false;
      notifyAll();
      schedule();
    }
    if (relieved != null) {
      relieved.recheck(this);
    }
  }

  private synchronized void recheck(LocalInbox changed) {
    if (target == changed) {
      reaches(changed);
    }
  }

  private void deliver(List<Item> items) {
    int start = 0;
    while (start < items.size()) {
      HostRecord from = items.get(start).from;
      List<GroupMessage> messages = new ArrayList<>(items.size() - start);
      int end = start;
      while (end < items.size() && items.get(end).from.equals(from)) {
        messages.add(items.get(end++).message);
      }
      guarded(() -> receiver.onMessages(from, messages));
      start = end;
    }
  }

  private void guarded(Runnable call) {
    synchronized (this) {
      if (closed) {
        return;
      }
    }
    try {
      call.run();
    } catch (RuntimeException e) {
      LOG.error("the receiver failed on what {} sent; going on with the next", peer, e);
    }
  }

  private record Item(HostRecord from, GroupMessage message, long bytes) {}

  /** Messages of one size class. Guarded by the inbox. */
  private static final class Lane {
    private final ArrayDeque<Item> items = new ArrayDeque<>();
    private final long maxBytes;
    /** Queued, or with the receiver right now. */
    private long bytes;

    Lane(long maxBytes) {
      this.maxBytes = maxBytes;
    }

    boolean offer(Item item) {
      // One message is let in even if it is larger than the bound: else it could never arrive.
      if (bytes > 0 && bytes + item.bytes > maxBytes) {
        return false;
      }
      items.add(item);
      bytes += item.bytes;
      return true;
    }

    List<Item> take(int maxCount) {
      List<Item> taken = new ArrayList<>(Math.min(maxCount, items.size()));
      while (!items.isEmpty() && taken.size() < maxCount) {
        taken.add(items.remove());
      }
      return taken;
    }

    void release(List<Item> taken) {
      for (Item item : taken) {
        bytes -= item.bytes;
      }
    }

    void clear() {
      release(List.copyOf(items));
      items.clear();
    }

    boolean isEmpty() {
      return items.isEmpty();
    }

    boolean isHalfFull() {
      return bytes > maxBytes / 2;
    }

    boolean isNearlyEmpty() {
      return bytes <= maxBytes / 4;
    }
  }
}
