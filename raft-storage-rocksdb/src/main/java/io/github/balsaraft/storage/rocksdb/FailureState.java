package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.storage.LogStoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the store has failed. The first failure stays: nothing leads back, since after a failed write or sync nothing is
 * known about what the disk holds. Thread-safe.
 */
final class FailureState {

  private static final Logger LOG = LoggerFactory.getLogger(FailureState.class);

  private final Object lock = new Object();
  private volatile @Nullable LogStoreException failure;

  /** Replaced by a longer one whenever there is one more, so that a failure needs no memory to tell them. */
  private List<Consumer<LogStoreException>> listeners = List.of();

  /** Remembers the first failure and tells the listeners of it, whatever becomes of the line in the log. */
  void fail(LogStoreException e) {
    List<Consumer<LogStoreException>> told;
    synchronized (lock) {
      if (failure != null) {
        return;
      }
      failure = e;
      told = listeners;
    }
    try {
      tell(told, 0, e);
    } finally {
      LOG.error("the log store has failed: {}", e.getMessage());
    }
  }

  private static void tell(
      List<Consumer<LogStoreException>> listeners, int from, LogStoreException e) {
    if (from < listeners.size()) {
      try {
        listeners.get(from).accept(e);
      } finally {
        tell(listeners, from + 1, e);
      }
    }
  }

  /** Throws if the store has failed. */
  void check() {
    LogStoreException first = failure;
    if (first != null) {
      throw new LogStoreException("the log store has failed before: " + first.getMessage(), first);
    }
  }

  /** Tells the listener of the failure when it comes, or now if it has come. */
  void onFailure(Consumer<LogStoreException> listener) {
    LogStoreException first;
    synchronized (lock) {
      List<Consumer<LogStoreException>> more = new ArrayList<>(listeners);
      more.add(listener);
      listeners = more;
      first = failure;
    }
    if (first != null) {
      listener.accept(first);
    }
  }
}
