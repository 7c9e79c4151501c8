package io.github.balsaraft.examples.kv.server;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The entries that a server's reads have appended, because they met a key whose time has come by its clock. One at a time, which
 * reads that come meanwhile share, and few while log time doesn't follow that clock: else each read of a client that polls would be
 * a synced write. Thread-safe.
 */
final class ReadTicks {

  /** What it needs of the server. */
  interface Log {
    /** Appends an entry, which takes log time to the leader's clock. It may not be applied here when this completes. */
    CompletableFuture<?> append();

    /** That of the last entry that was applied here. */
    long logTimeMillis();

    /** The same once all is applied here that had been committed. */
    CompletableFuture<Long> caughtUpMillis();
  }

  private static final Logger LOG = LoggerFactory.getLogger(ReadTicks.class);

  private static final CompletableFuture<Void> NONE = CompletableFuture.completedFuture(null);

  private final Log log;
  private final TickPatience patience;

  /** Completes, and never fails, once it is known how far the last entry has taken log time; null if that is known. */
  private @Nullable CompletableFuture<Void> underWay;

  /**
   * Nothing under way.
   *
   * @param nanos a clock that never goes back
   */
  ReadTicks(Log log, LongSupplier nanos) {
    this.log = log;
    this.patience = new TickPatience(nanos);
  }

  /**
   * Completes, and never fails, once the entry is committed that takes log time to a deadline, or if there is none to be had for now.
   * What is read after that is as new as that entry.
   */
  CompletableFuture<Void> reach(long deadlineMillis) {
    CompletableFuture<Void> before = underWay();
    if (before == null) {
      return tick(deadlineMillis);
    }
    // It may have its log time from before the deadline. What comes after it has not.
    return before.thenCompose(
        ended -> log.logTimeMillis() >= deadlineMillis ? NONE : tick(deadlineMillis));
  }

  private synchronized @Nullable CompletableFuture<Void> underWay() {
    return underWay;
  }

  private CompletableFuture<Void> tick(long deadlineMillis) {
    CompletableFuture<Void> end = new CompletableFuture<>();
    synchronized (this) {
      if (underWay != null) {
        return underWay;
      }
      if (!patience.isOver()) {
        return NONE;
      }
      underWay = end;
    }
    try {
      CompletableFuture<?> appended = log.append();
      var unused = appended
          .thenCompose(done -> reachedMillis(deadlineMillis))
          .whenComplete((millis, failure) -> {
            ended(end, failure == null ? millis >= deadlineMillis : null);
            if (failure != null) {
              LOG.debug("no key could expire yet", failure);
            }
          });
      return appended.handle((done, failure) -> null);
    } catch (RuntimeException | Error e) {
      // Such as that memory has run out. Left under way, it would keep all reads of keys that are
      // due waiting for ever.
      ended(end, null);
      return NONE;
    }
  }

  /** Who leads has applied the entry by now. Any other may not have, and must not take that for a log time that stands still. */
  private CompletionStage<Long> reachedMillis(long deadlineMillis) {
    long here = log.logTimeMillis();
    return here >= deadlineMillis ? CompletableFuture.completedFuture(here) : log.caughtUpMillis();
  }

  /** {@code reached} is null if nobody knows. */
  private void ended(CompletableFuture<Void> end, @Nullable Boolean reached) {
    synchronized (this) {
      if (underWay == end) {
        underWay = null;
        if (reached == null) {
          patience.failed();
        } else if (reached) {
          patience.reached();
        } else {
          patience.missed();
        }
      }
    }
    end.complete(null);
  }
}
