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

  private final List<Consumer<LogStoreException>> listeners = new ArrayList<>();
  private volatile @Nullable LogStoreException failure;

  /** Remembers the first failure and tells the listeners of it. */
  void fail(LogStoreException e) {
    List<Consumer<LogStoreException>> told;
    synchronized (listeners) {
      if (failure != null) {
        return;
      }
      failure = e;
      told = List.copyOf(listeners);
    }
    LOG.error("the log store has failed: {}", e.getMessage());
    told.forEach(listener -> listener.accept(e));
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
    synchronized (listeners) {
      listeners.add(listener);
      first = failure;
    }
    if (first != null) {
      listener.accept(first);
    }
  }
}
