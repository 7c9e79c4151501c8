package io.github.balsaraft.node;

import io.github.balsaraft.api.CommittedEntry;
import io.github.balsaraft.api.NodeFailedException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.storage.LogStore;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The observers of one replica's committed entries. Thread-safe. */
final class EntryStreams {

  /** Each may hold some batches in memory. */
  static final int MAX_STREAMS = 64;

  private final GroupId group;
  private final LogStore store;
  private final HostEnvironment environment;
  private final LongSupplier committedIndex;
  private final LongSupplier replacedIndex;
  private final Set<EntryStream> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closing;
  private volatile @Nullable NodeFailedException failure;

  /**
   * @param committedIndex up to where entries are committed, and durable here
   * @param replacedIndex up to where the log store may have others in their place; read after the former
   */
  EntryStreams(
      GroupId group,
      LogStore store,
      HostEnvironment environment,
      LongSupplier committedIndex,
      LongSupplier replacedIndex) {
    this.group = group;
    this.store = store;
    this.environment = environment;
    this.committedIndex = committedIndex;
    this.replacedIndex = replacedIndex;
  }

  Flow.Publisher<CommittedEntry> from(long index) {
    if (index < 1) {
      throw new IllegalArgumentException("the first entry has index 1, not " + index);
    }
    return subscriber -> subscribe(Objects.requireNonNull(subscriber, "subscriber"), index);
  }

  private void subscribe(Flow.Subscriber<? super CommittedEntry> subscriber, long fromIndex) {
    EntryStream stream = new EntryStream(
        subscriber,
        fromIndex,
        group,
        store,
        committedIndex,
        replacedIndex,
        environment.apply(),
        thrown -> environment.logger().warn("an observer of group {} has thrown", group, thrown),
        open::remove);
    NodeFailedException failed = failure;
    if (closing || failed != null || !takePlace(stream)) {
      stream.refuse(
          closing
              ? new ShuttingDownException()
              : failed != null
                  ? failed
                  : new OverloadedException(MAX_STREAMS + " observers are subscribed already"));
      return;
    }
    stream.begin();
    failed = failure;
    if (failed != null) {
      stream.abort(failed);
    }
    // Who closes says so first and looks at the open ones then, so none is missed by both.
    if (closing) {
      stream.complete();
    }
  }

  /** In one step: others subscribe at the same moment. */
  private synchronized boolean takePlace(EntryStream stream) {
    return open.size() < MAX_STREAMS && open.add(stream);
  }

  /** More was applied. */
  void look() {
    if (!open.isEmpty()) {
      open.forEach(EntryStream::look);
    }
  }

  /** Nothing is applied here any more. Observers of a node that is closed have been told so already. */
  void failAll(String reason) {
    NodeFailedException failed = new NodeFailedException(reason);
    failure = failed;
    open.forEach(stream -> stream.abort(failed));
  }

  void closeAll() {
    closing = true;
    open.forEach(EntryStream::complete);
  }
}
