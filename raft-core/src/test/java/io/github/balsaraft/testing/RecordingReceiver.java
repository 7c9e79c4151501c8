package io.github.balsaraft.testing;

import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.transport.TransportReceiver;
import io.github.balsaraft.transport.UnreadableEntries;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Keeps what a transport says and lets a test wait for it. Checks on the way that about one peer only one thread speaks at
 * a time. Thread-safe.
 */
public final class RecordingReceiver implements TransportReceiver {

  private static final long WAIT_SECONDS = 30;

  private final List<GroupMessage> messages = new ArrayList<>();
  private final List<HostRecord> senders = new ArrayList<>();
  private final List<UnreadableEntries> unreadable = new ArrayList<>();
  private final List<HostId> gone = new ArrayList<>();
  private final Map<HostId, Boolean> writable = new HashMap<>();
  private final Set<HostId> speaking = new HashSet<>();
  private final List<String> violations = new ArrayList<>();
  private volatile Consumer<List<GroupMessage>> hook = batch -> {};

  /** Runs on the transport's thread for each batch, before it is recorded; may block or throw. */
  public void onEachBatch(Consumer<List<GroupMessage>> newHook) {
    hook = newHook;
  }

  @Override
  public void onMessages(HostRecord from, List<GroupMessage> batch) {
    speak(from.host(), () -> {
      hook.accept(batch);
      synchronized (this) {
        messages.addAll(batch);
        for (int i = 0; i < batch.size(); i++) {
          senders.add(from);
        }
      }
    });
  }

  @Override
  public void onUnreadableEntries(HostRecord from, UnreadableEntries entries) {
    speak(from.host(), () -> {
      synchronized (this) {
        unreadable.add(entries);
      }
    });
  }

  @Override
  public void onPeerGone(HostId peer) {
    speak(peer, () -> {
      synchronized (this) {
        gone.add(peer);
      }
    });
  }

  @Override
  public void onWritabilityChanged(HostId peer, boolean nowWritable) {
    speak(peer, () -> {
      synchronized (this) {
        Boolean before = writable.put(peer, nowWritable);
        if (nowWritable == (before == null || before)) {
          violations.add("told twice that writable is " + nowWritable + " for " + peer);
        }
      }
    });
  }

  private void speak(HostId peer, Runnable body) {
    synchronized (this) {
      if (!speaking.add(peer)) {
        violations.add("two threads spoke about " + peer + " at the same time");
      }
    }
    try {
      body.run();
    } finally {
      synchronized (this) {
        speaking.remove(peer);
        notifyAll();
      }
    }
  }

  /** The messages that arrived, without their groups. */
  public synchronized List<Message> messages() {
    return messages.stream().map(GroupMessage::message).toList();
  }

  /** The messages that arrived. */
  public synchronized List<GroupMessage> groupMessages() {
    return List.copyOf(messages);
  }

  /** For each message who sent it. */
  public synchronized List<HostRecord> senders() {
    return List.copyOf(senders);
  }

  /** What arrived that only a newer version can read, in order. */
  public synchronized List<UnreadableEntries> unreadable() {
    return List.copyOf(unreadable);
  }

  /** Who was said to be gone, in order. */
  public synchronized List<HostId> gone() {
    return List.copyOf(gone);
  }

  /** What was last said of bulk messages to this peer; true if nothing was. */
  public synchronized boolean writable(HostId peer) {
    return writable.getOrDefault(peer, true);
  }

  /** What a transport must not do and did. */
  public synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  /** Waits until the condition holds, checking whenever something arrived. */
  public void await(String what, BooleanSupplier condition) {
    if (!await(TimeUnit.SECONDS.toMillis(WAIT_SECONDS), condition)) {
      throw new AssertionError("not within " + WAIT_SECONDS + " s: " + what);
    }
  }

  /** Waits at most so long until the condition holds; returns whether it does. */
  public synchronized boolean await(long millis, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    try {
      while (!condition.getAsBoolean()) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        // Conditions may look at other things than this receiver, so it looks again now and then.
        TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, TimeUnit.MILLISECONDS.toNanos(10)));
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting", e);
    }
  }
}
