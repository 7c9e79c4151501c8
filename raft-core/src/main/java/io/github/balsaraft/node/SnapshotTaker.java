package io.github.balsaraft.node;

import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.api.SessionKeepingStateMachine;
import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.api.SnapshottingStateMachine;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.node.RateLimitedLog.Subject;
import io.github.balsaraft.storage.SnapshotStore;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes snapshots of a state machine (Raft paper 7): captures its state on the apply thread once enough was applied, and writes that
 * out on another thread, one on the whole host at a time. Whatever goes wrong is reported, and tried again after pauses that grow;
 * until then the log is kept.
 *
 * <p>Used by the apply threads, one at a time, unless a method says otherwise.
 */
final class SnapshotTaker {

  /** Hears how it went. On any thread. */
  interface Ends {
    /** A snapshot is durable and verified. */
    void saved(SnapshotManifest manifest, Duration took);

    /** None could be taken; it is tried again. */
    void failed(String problem);
  }

  private static final long SHORTEST_PAUSE_NANOS = 1_000_000_000L;
  private static final long LONGEST_PAUSE_NANOS = 300_000_000_000L;

  private static final long NOT_WAITING = Long.MAX_VALUE;

  /** A longer wait for another group's snapshot is worth a word. */
  private static final long LONG_WAIT_NANOS = 60_000_000_000L;

  /** When another group is writing its snapshot. */
  private static final long SLOT_PAUSE_NANOS = 200_000_000L;

  private final ReplicaContext context;
  private final SnapshotOptions options;
  private final SnapshottingStateMachine machine;
  private final boolean isOnDisk;

  /** Zero if age is no reason. */
  private final long maxAgeNanos;

  private final Supplier<@Nullable CapturedSessions> sessions;
  private final SnapshotArchive archive;
  private final ApplyPosition position;
  private final BooleanSupplier isAtPosition;
  private final Consumer<Runnable> onApplyThread;
  private final Ends ends;
  private final RateLimit writeLimit;
  private final LoopTimer timer;
  private final long startNanos;
  private final long startWallMillis;

  /** The term in which what is applied was handed out, or a later one. Written by the mailbox's thread. */
  private volatile long term;

  /** Somebody waits for a snapshot, be it ever so small. On any thread. */
  private volatile boolean wanted;

  /** Whether a look at what is wanted waits for its turn: one is enough, however often somebody asks while the state machine hangs. */
  private final AtomicBoolean lookWaits = new AtomicBoolean();

  /** What is being written; null if nothing is. */
  private volatile @Nullable Taking taking;

  private volatile boolean stopped;
  private volatile int failures;
  private volatile String problem = "";
  private volatile long notBeforeNanos = Long.MIN_VALUE;

  /** Since when another group's snapshot stands in the way of this one; {@link #NOT_WAITING} if none does. */
  private volatile long waitingSinceNanos = NOT_WAITING;

  /**
   * @param sessions captures the sessions as of the present state; null if there are none
   * @param isAtPosition whether the state is exactly at the position, and stays there for now. Otherwise something is about to be applied
   *     or restored, or nothing ever again: none is taken before {@link #takeIfDue} is called after that
   * @param onApplyThread runs something where this is used; called on any thread
   */
  SnapshotTaker(
      ReplicaContext context,
      SnapshottingStateMachine machine,
      Supplier<@Nullable CapturedSessions> sessions,
      SnapshotArchive archive,
      ApplyPosition position,
      BooleanSupplier isAtPosition,
      Consumer<Runnable> onApplyThread,
      Ends ends) {
    this.context = context;
    this.options = context.options().snapshots();
    this.machine = machine;
    this.isOnDisk = machine instanceof OnDiskStateMachine;
    this.maxAgeNanos = options.maxAge().toNanos();
    this.sessions = sessions;
    this.archive = archive;
    this.position = position;
    this.isAtPosition = isAtPosition;
    this.onApplyThread = onApplyThread;
    this.ends = ends;
    this.writeLimit = new RateLimit(options.maxWriteBytesPerSecond());
    this.startNanos = context.nowNanos();
    this.startWallMillis = context.environment().wallMillis();
    this.timer = new LoopTimer(
        context.environment(),
        fired -> onApplyThread.accept(() -> {
          fired.run();
          takeIfDue();
        }));
  }

  /** What is handed out to be applied from now on was committed in this term or before. On the mailbox's thread. */
  void inTerm(long newTerm) {
    term = newTerm;
  }

  /** A snapshot is taken soon, however little there is to it; the one that is being taken will do. On any thread. */
  void want() {
    wanted = taking == null;
    if (!lookWaits.getAndSet(true)) {
      try {
        onApplyThread.accept(() -> {
          // First: what is wanted from now on needs a look of its own.
          lookWaits.set(false);
          takeIfDue();
        });
      } catch (Throwable e) {
        lookWaits.set(false);
        throw e;
      }
    }
  }

  /**
   * The same for who needs a newer one than the last. On any thread.
   *
   * @return false if there is none, because nothing was applied since
   */
  boolean wantNewer() {
    boolean isNewer = archive.newest() == null || position.entriesSinceSnapshot() > 0;
    if (isNewer) {
      want();
    }
    return isNewer;
  }

  /** Something was applied, or time has passed. */
  void takeIfDue() {
    long nowNanos = context.nowNanos();
    if (stopped || taking != null || !position.isKnown() || !isAtPosition.getAsBoolean()) {
      return;
    }
    if (nowNanos < notBeforeNanos) {
      timer.arm(notBeforeNanos);
    } else if (isDue(nowNanos)) {
      take(nowNanos);
    } else {
      waitingSinceNanos = NOT_WAITING;
      if (position.entriesSinceSnapshot() > 0 && maxAgeNanos > 0) {
        timer.arm(dueByAgeNanos());
      }
    }
  }

  private boolean isDue(long nowNanos) {
    return failures > 0
        || wanted
        || position.entriesSinceSnapshot() >= options.maxEntries()
        || position.bytesSinceSnapshot() >= logBytesLimit()
        || (maxAgeNanos > 0 && position.entriesSinceSnapshot() > 0 && nowNanos >= dueByAgeNanos());
  }

  private long logBytesLimit() {
    SnapshotManifest newest = archive.newest();
    long byRatio = newest == null ? 0 : (long) (options.logRatio() * newest.bytes());
    return Math.max(options.minLogBytes(), byRatio);
  }

  private long dueByAgeNanos() {
    long savedNanos = archive.newestSinceNanos();
    long sinceNanos = savedNanos >= 0 ? savedNanos : startNanos - ageAtStartNanos();
    return sinceNanos + maxAgeNanos;
  }

  /**
   * By wall clocks, and so no more than it takes to be due: or a process that lives shorter than that would never take any. Only of a state
   * that is on disk: one in memory is that of the snapshot at a start, and gets all of the log again, which is counted.
   */
  private long ageAtStartNanos() {
    SnapshotManifest newest = isOnDisk ? archive.newest() : null;
    long ageMillis = newest == null ? 0 : startWallMillis - newest.header().logTimeMillis();
    long mostMillis = options.maxAge().toMillis();
    return Math.min(mostMillis, Math.max(0, ageMillis)) * 1_000_000;
  }

  private void take(long nowNanos) {
    SnapshotHeader header = position.header(term);
    Taking begun = new Taking(header, position.count(), nowNanos);
    if (!context.host().snapshotSlot().compareAndSet(null, begun)) {
      waitingSinceNanos = Math.min(waitingSinceNanos, nowNanos);
      notBeforeNanos = nowNanos + SLOT_PAUSE_NANOS;
      timer.arm(notBeforeNanos);
      return;
    }
    waitingSinceNanos = NOT_WAITING;
    wanted = false;
    taking = begun;
    if (stopped) {
      // Whoever stops says so first and looks then at what
      // is being taken: one of both sees the other.
      ended(begun);
      return;
    }
    SnapshotView view;
    CapturedSessions captured;
    try {
      captured = sessions.get();
      if (machine instanceof SessionKeepingStateMachine keeper) {
        // Entries that are no commands may be the last. A state that doesn't hold them by what it
        // says would be taken for one from before the snapshot, and be restored at the next start.
        keeper.putSessions(header.last(), List.of());
        keeper.endBatch();
      }
      view = machine.capture();
    } catch (Throwable e) {
      ended(begun);
      failed("the state machine could not capture its state at " + header.last(), e);
      return;
    }
    try {
      context.environment().snapshots().execute(() -> write(begun, view, captured));
    } catch (RejectedExecutionException e) {
      giveBack(begun, view, null);
    } catch (Throwable e) {
      giveBack(begun, view, e);
    }
  }

  /**
   * Nobody is going to write it; unless who was to has taken it all the same, since what was thrown came after that.
   *
   * @param cause null if nobody need hear of it: the host's threads have ended
   */
  private void giveBack(Taking begun, SnapshotView view, @Nullable Throwable cause) {
    if (begun.isTaken.getAndSet(true)) {
      return;
    }
    close(view);
    ended(begun);
    if (cause != null) {
      failed("the snapshot up to " + begun.header.last() + " could not be written", cause);
    }
  }

  // ------------------------------------------------------------------ on a thread of its own

  private void write(Taking begun, SnapshotView view, @Nullable CapturedSessions captured) {
    if (begun.isTaken.getAndSet(true)) {
      return;
    }
    try {
      SnapshotManifest manifest;
      try {
        manifest = writeOut(begun, view, captured);
      } finally {
        close(view);
      }
      ReadProgress verified = new ReadProgress(context.environment());
      begun.verified = verified;
      archive.verify(manifest, verified);
      failures = 0;
      problem = "";
      archive.saved(manifest);
      position.covered(begun.count);
      Duration took = since(begun.sinceNanos, context.nowNanos());
      count(manifest, took);
      context
          .log()
          .info(
              context.nowNanos(),
              Subject.SNAPSHOT,
              "took a snapshot up to " + manifest.header().last() + " of "
                  + Wording.bytes(manifest.bytes()) + " in "
                  + Wording.duration(took));
      ends.saved(manifest, took);
      ended(begun);
      // What was applied meanwhile may be enough for the next.
      onApplyThread.accept(this::takeIfDue);
    } catch (Throwable e) {
      ended(begun);
      failed("the snapshot up to " + begun.header.last() + " could not be written", e);
    }
  }

  private void count(SnapshotManifest manifest, Duration took) {
    NodeMetrics metrics = context.metrics();
    metrics.add(RaftMetric.SNAPSHOTS_TAKEN, 1);
    metrics.add(RaftMetric.SNAPSHOTS_TAKEN_BYTES, manifest.bytes());
    metrics.record(RaftMetric.SNAPSHOT_TAKE_NANOS, took.toNanos(), 1);
  }

  private SnapshotManifest writeOut(
      Taking begun, SnapshotView view, @Nullable CapturedSessions captured) throws IOException {
    SnapshotHeader header = begun.header;
    try (SnapshotStore.Draft draft = archive.create(header, context.host().nonZeroRandom())) {
      begun.draft = draft;
      view.writeTo(SnapshotFiles.writer(draft, writeLimit, context.environment(), () -> stopped));
      if (captured != null) {
        OutputStream out = new BufferedOutputStream(
            SnapshotFiles.sessionsWriter(draft, writeLimit, context.environment(), () -> stopped),
            1 << 16);
        captured.writeTo(out);
        out.flush();
      }
      return draft.commit();
    }
  }

  private void close(SnapshotView view) {
    try {
      view.close();
    } catch (Throwable e) {
      // The snapshot is there all the same; but the application holds on to something.
      warn("closing the view of a snapshot failed: " + Wording.thrown(e));
    }
  }

  /** May be called again: by then there may be another that is being written, by this group or by another. */
  private void ended(Taking begun) {
    if (taking == begun) {
      taking = null;
    }
    context.host().snapshotSlot().compareAndSet(begun, null);
    begun.ended.complete(null);
  }

  private void failed(String what, Throwable cause) {
    if (stopped) {
      return;
    }
    int times = failures + 1;
    long pauseNanos =
        Math.min(LONGEST_PAUSE_NANOS, SHORTEST_PAUSE_NANOS << Math.min(times - 1, 20));
    problem = what + ": " + Wording.thrown(cause);
    notBeforeNanos = context.nowNanos() + pauseNanos;
    failures = times;
    context.metrics().add(RaftMetric.SNAPSHOTS_FAILED, 1);
    ends.failed(problem);
    warn(problem + (times == 1 ? "" : ", " + times + " times in a row") + "; it is tried again in "
        + Wording.duration(Duration.ofNanos(pauseNanos)) + ", and the log is kept until then");
    onApplyThread.accept(this::takeIfDue);
  }

  private void warn(String message) {
    context.log().warn(context.nowNanos(), Subject.SNAPSHOT, message);
  }

  // ------------------------------------------------------------------ on any thread

  /** Takes no more, and gives up the one that is being written. Completes once nothing of the application is used any more. */
  CompletableFuture<Void> stop() {
    stopped = true;
    Taking running = taking;
    return running == null ? CompletableFuture.completedFuture(null) : running.ended;
  }

  /** Whether the last attempt failed, and none is under way: there may be no snapshot for long. */
  boolean isFailing() {
    return failures > 0 && taking == null;
  }

  /** Why the last attempt failed, or why there is none though one is due; empty if all is well. */
  String problem(long nowNanos) {
    long waitedNanos = nowNanos - Math.min(nowNanos, waitingSinceNanos);
    if (waitedNanos >= LONG_WAIT_NANOS) {
      return "a snapshot has been due for " + Wording.duration(Duration.ofNanos(waitedNanos))
          + ", and another group of this host is still writing its own; one is written at a time";
    }
    return problem;
  }

  Optional<SnapshotStatus.Taking> status(long nowNanos) {
    Taking running = taking;
    if (running == null) {
      return Optional.empty();
    }
    SnapshotStore.Draft draft = running.draft;
    return Optional.of(new SnapshotStatus.Taking(
        running.header.last().index(),
        draft == null ? 0 : draft.bytes(),
        since(running.sinceNanos, nowNanos)));
  }

  private static Duration since(long thenNanos, long nowNanos) {
    return Duration.ofNanos(Math.max(0, nowNanos - thenNanos));
  }

  /** A snapshot that is being written. */
  private static final class Taking implements LongSupplier {
    private final SnapshotHeader header;
    private final ApplyPosition.Count count;
    private final long sinceNanos;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /** Whether somebody writes it, or gives it back. */
    private final AtomicBoolean isTaken = new AtomicBoolean();

    private volatile SnapshotStore.@Nullable Draft draft;
    private volatile @Nullable ReadProgress verified;

    Taking(SnapshotHeader header, ApplyPosition.Count count, long sinceNanos) {
      this.header = header;
      this.count = count;
      this.sinceNanos = sinceNanos;
    }

    /** What was written, and what of that was read again. On any thread. */
    @Override
    public long getAsLong() {
      SnapshotStore.Draft written = draft;
      ReadProgress read = verified;
      return (written == null ? 0 : written.bytes()) + (read == null ? 0 : read.bytes());
    }
  }
}
