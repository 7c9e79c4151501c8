package io.github.balsaraft.node;

import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.api.SnapshottingStateMachine;
import io.github.balsaraft.core.CoreView;
import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.model.SnapshotRequest;
import io.github.balsaraft.node.RateLimitedLog.Subject;
import io.github.balsaraft.storage.RecoveredGroup;
import io.github.balsaraft.storage.SnapshotStore;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of one replica: takes its own, gives them to others, fetches theirs, and puts a fetched one in place of the state.
 * Does nothing if the state machine can't be written down or there is no place for snapshots; the log is kept then. Used by the
 * mailbox's thread unless a method says otherwise.
 */
final class SnapshotFlow {

  /** Hears how things ended. Called on any thread. */
  interface Ends {
    /** See {@link io.github.balsaraft.core.RaftCore#snapshotSaved}. */
    void saved(SnapshotManifest manifest, Duration took);

    /** None could be taken. */
    void notTaken(String problem);

    /** The state is that of a fetched snapshot. */
    void installed(SnapshotManifest manifest);

    /** See {@link io.github.balsaraft.core.RaftCore#snapshotUnavailable}. */
    void unavailable(long lastIndex);

    /** See {@link io.github.balsaraft.core.RaftCore#snapshotReceived}. */
    void received(long generation, SnapshotHeader header);

    /** See {@link io.github.balsaraft.core.RaftCore#snapshotFailed}. */
    void failed(long generation);
  }

  /** So many of the longest election timeouts those that want a newer snapshot wait while nothing is applied or restored, and nothing written of one. */
  private static final int STANDSTILL_TIMEOUTS = 10;

  private final ReplicaContext context;
  private final ApplyPipeline pipeline;
  private final Ends ends;

  /** All are null if there are no snapshots. */
  private final @Nullable SnapshotArchive archive;

  private final @Nullable SnapshotTaker taker;
  private final @Nullable SnapshotServer server;
  private final @Nullable SnapshotFetcher fetcher;
  private final String whyNot;
  private final Standstill standstill;

  /** The last one that was fetched. */
  private SnapshotFetcher.@Nullable Fetched fetched;

  /** What the state machine is restored from at the start, while it is. Set by the apply threads. */
  private volatile @Nullable Restoring atStart;

  /** Fetched, for the state machine to take in place of its state, in this order. The apply threads take out what is done. */
  private final Queue<Restoring> installs = new ConcurrentLinkedQueue<>();

  /**
   * The snapshots of a replica.
   *
   * @param archive null if there is no place for snapshots
   * @param onMailbox runs something on the mailbox; called on any thread
   */
  SnapshotFlow(
      ReplicaContext context,
      @Nullable SnapshotArchive archive,
      ApplyPipeline pipeline,
      Consumer<Runnable> onMailbox,
      Ends ends) {
    this.context = context;
    this.pipeline = pipeline;
    this.ends = ends;
    this.standstill = new Standstill(
        STANDSTILL_TIMEOUTS * context.options().electionTimeoutMax().toNanos());
    if (archive != null
        && context.settings().stateMachine() instanceof SnapshottingStateMachine machine) {
      SnapshotTaker takes = new SnapshotTaker(
          context,
          machine,
          pipeline::captureSessions,
          archive,
          pipeline.position(),
          pipeline::isAtPosition,
          pipeline::runUnlessStopped,
          new SnapshotTaker.Ends() {
            @Override
            public void saved(SnapshotManifest manifest, Duration took) {
              ends.saved(manifest, took);
            }

            @Override
            public void failed(String problem) {
              ends.notTaken(problem);
            }
          });
      this.whyNot = "";
      this.archive = archive;
      this.taker = takes;
      this.server = new SnapshotServer(
          context,
          archive,
          () -> want(takes),
          () -> !archive.isLost() && willHaveNewer(takes, archive),
          takes::isFailing,
          ends::unavailable);
      this.fetcher = new SnapshotFetcher(context, archive, onMailbox, new FetchEnds());
      pipeline.afterApply(takes::takeIfDue);
    } else {
      this.whyNot = archive == null
          ? "no place for snapshots was given"
          : "its state machine is no SnapshottingStateMachine";
      this.archive = null;
      this.taker = null;
      this.server = null;
      this.fetcher = null;
    }
  }

  private void want(SnapshotTaker takes) {
    takes.want();
    // One look at what is wanted is enough, and may have got no turn.
    pipeline.wake();
  }

  /**
   * Wants one that is newer than the last. Also true if there can be none before more is applied; not if nothing has come of waiting for
   * long, since the state machine or its view hangs: another member may have one, and the leader keeps its log for who waits. On any thread.
   */
  private boolean willHaveNewer(SnapshotTaker takes, SnapshotArchive archive) {
    // In this order: what is applied meanwhile counts as one or the other.
    boolean hasMore = pipeline.hasMoreToApply();
    boolean isNewer = takes.wantNewer();
    pipeline.wake();
    return standstill.mayGoOn(hasMore || isNewer, progress(archive), context.nowNanos());
  }

  private Progress progress(SnapshotArchive archive) {
    SnapshotManifest newest = archive.newest();
    LongSupplier writing = context.host().snapshotSlot().get();
    Restoring before = atStart;
    long restored = before == null ? 0 : before.progress.bytes();
    for (Restoring install : installs) {
      restored += install.progress.bytes();
    }
    return new Progress(
        pipeline.appliedIndex(),
        newest == null ? 0 : newest.header().last().index(),
        restored,
        writing,
        writing == null ? 0 : writing.getAsLong());
  }

  /**
   * What moves before there is a newer snapshot.
   *
   * @param restored how much was read of what the state machine takes over
   * @param writing that of the host, which may be another group's, for which this one waits
   */
  private record Progress(
      long appliedIndex,
      long savedIndex,
      long restored,
      @Nullable LongSupplier writing,
      long written) {}

  /** It is not started as it was before. The message says what is missing. */
  static final class CannotGoOn extends Exception {
    private static final long serialVersionUID = 1L;

    CannotGoOn(String reason) {
      super(reason);
    }
  }

  /** What is here in place of the snapshot that the log goes on from; null if nothing is missing, or nothing can be fetched. */
  @Nullable
  LostSnapshot lost() {
    return archive == null ? null : archive.lost();
  }

  /**
   * Whether anything has come of what is being fetched, if only its manifest: what is here of it since an earlier fetch may take long to
   * read.
   */
  boolean hasFetchedSome() {
    return fetcher != null
        && fetcher
            .status(context.nowNanos())
            .filter(
                one -> one.ofBytes() > 0 || one.phase() != SnapshotStatus.Fetching.Phase.FETCHING)
            .isPresent();
  }

  /**
   * Brings the state machine to where the log begins.
   *
   * @param recovered the log; null for that of a new replica
   * @return the snapshot to start from; null if there is none
   * @throws CannotGoOn if the log goes on from a snapshot, and there can be none here
   */
  @Nullable
  SnapshotHeader start(@Nullable RecoveredGroup recovered) throws CannotGoOn {
    if (archive == null && recovered != null && recovered.base().index() > 0) {
      throw new CannotGoOn("its log goes on from a snapshot up to " + recovered.base() + ", and "
          + whyNot + ". Nothing is wrong with its folder: start it as it was before");
    }
    SnapshotManifest newest = archive == null ? null : archive.newest();
    // A newer one may be here before the state machine comes to this one.
    Runnable free = archive == null || newest == null ? () -> {} : archive.keep(newest.id());
    pipeline.start(
        archive,
        newest,
        recovered,
        new StateClaim(context.group(), context.host().record()),
        this::warnThatUnclaimed,
        this::restoresAtStart);
    pipeline.run(() -> {
      atStart = null;
      free.run();
    });
    if (archive == null) {
      context
          .log()
          .info(
              context.nowNanos(),
              Subject.SNAPSHOT,
              "takes no snapshots, and so its log is never cut: " + whyNot);
    }
    return newest == null ? null : newest.header();
  }

  private void warnThatUnclaimed(IOException cause) {
    context
        .log()
        .warn(
            context.nowNanos(),
            Subject.START,
            "whose state the state machine holds could not be written down: " + cause);
  }

  /** The state machine is about to be restored from what is here. On an apply thread. */
  private SnapshotStore.Stored restoresAtStart(SnapshotStore.Stored stored) {
    SnapshotManifest manifest = stored.manifest();
    ReadProgress progress = new ReadProgress(context.environment());
    atStart =
        new Restoring(new SnapshotFetcher.Fetched(manifest, null, context.nowNanos()), progress);
    context
        .log()
        .info(
            context.nowNanos(),
            Subject.START,
            "restores its state machine from its snapshot up to "
                + manifest.header().last() + " of " + Wording.bytes(manifest.bytes()));
    return progress.counting(stored);
  }

  // ------------------------------------------------------------------ what the core asks for

  /** What is handed out to be applied from now on was committed by a leader of the present term or of an earlier one. */
  void observe(CoreView core) {
    if (taker != null) {
      taker.inTerm(core.hardState().term());
    }
  }

  void fetch(Ready.Fetch fetch) {
    if (fetcher == null) {
      context
          .log()
          .warn(
              context.nowNanos(),
              Subject.SNAPSHOT,
              "the leader's log no longer has the entries that this replica needs, and it can't take "
                  + "over a snapshot: " + whyNot);
      ends.failed(fetch.generation());
    } else {
      fetcher.fetch(fetch);
    }
  }

  /** Puts a fetched snapshot in place of the state, before whatever is handed out to be applied after it. */
  void install(Ready.Install install) {
    SnapshotFetcher.Fetched received = fetched;
    SnapshotArchive present = archive;
    if (present == null
        || received == null
        || !received.manifest().header().equals(install.header())) {
      throw new IllegalStateException("nothing was fetched that is to be installed: " + install);
    }
    SnapshotManifest manifest = received.manifest();
    Restoring begun = new Restoring(received, new ReadProgress(context.environment()));
    installs.add(begun);
    // A newer one may be here before the state machine comes to this one.
    Runnable free = present.keep(manifest.id());
    pipeline.install(present, manifest, begun.progress);
    long last = manifest.header().last().index();
    pipeline.run(() -> {
      installs.remove(begun);
      free.run();
      if (pipeline.appliedIndex() >= last) {
        context.metrics().add(RaftMetric.SNAPSHOTS_INSTALLED, 1);
        context.metrics().add(RaftMetric.SNAPSHOTS_INSTALLED_BYTES, manifest.bytes());
        ends.installed(manifest);
      }
    });
  }

  /** Tells the core how far a fetch is. */
  void tellProgress(RaftCore core) {
    if (fetcher != null) {
      fetcher.tellProgress(core);
    }
  }

  private final class FetchEnds implements SnapshotFetcher.Ends {

    @Override
    public void received(long generation, SnapshotFetcher.Fetched received) {
      fetched = received;
      ends.received(generation, received.manifest().header());
    }

    @Override
    public void failed(long generation) {
      ends.failed(generation);
    }
  }

  // ------------------------------------------------------------------ what comes from others

  void onRequest(SnapshotRequest request) {
    if (server != null) {
      server.onRequest(request);
    }
  }

  void onChunk(SnapshotChunk chunk) {
    if (fetcher != null) {
      fetcher.onChunk(chunk);
    }
  }

  // ------------------------------------------------------------------ time and the end

  void step(long nowNanos) {
    if (fetcher != null) {
      fetcher.step(nowNanos);
    }
  }

  long deadlineNanos() {
    return fetcher == null ? Long.MAX_VALUE : fetcher.deadlineNanos();
  }

  /** Does nothing any more. Completes once nothing of the application is used. */
  CompletableFuture<Void> stop() {
    if (server != null) {
      server.stop();
    }
    if (fetcher != null) {
      fetcher.stop();
    }
    return taker == null ? CompletableFuture.completedFuture(null) : taker.stop();
  }

  SnapshotStatus status(@Nullable CoreView core) {
    long nowNanos = context.nowNanos();
    SnapshotManifest newest = archive == null ? null : archive.newest();
    return new SnapshotStatus(
        taker != null,
        core == null ? firstIndexWithoutCore() : core.baseEntry().index() + 1,
        newest == null
            ? Optional.empty()
            : Optional.of(new SnapshotStatus.Last(
                newest.header().last().index(), newest.bytes(), age(nowNanos))),
        taker == null ? Optional.empty() : taker.status(nowNanos),
        restoring(nowNanos),
        fetching(nowNanos),
        pipeline.position().bytesSinceSnapshot(),
        taker == null ? whyNot : taker.problem(nowNanos));
  }

  /** Of a log that waits for what it goes on from, or of none. */
  private long firstIndexWithoutCore() {
    LostSnapshot missing = lost();
    return missing == null ? 1 : missing.base().index() + 1;
  }

  private Optional<SnapshotStatus.Restoring> restoring(long nowNanos) {
    Restoring present = atStart;
    return present == null
        ? Optional.empty()
        : Optional.of(new SnapshotStatus.Restoring(
            present.readBytes(),
            present.bytes(),
            since(present.fetched.beginNanos(), nowNanos),
            since(present.progress.sinceNanos(), nowNanos)));
  }

  private Optional<SnapshotStatus.Fetching> fetching(long nowNanos) {
    Restoring next = installs.peek();
    if (next == null) {
      return fetcher == null ? Optional.empty() : fetcher.status(nowNanos);
    }
    Restoring before = atStart;
    // As long as it is not its turn, it is the one before that must get on.
    long movedNanos =
        Math.max(next.progress.sinceNanos(), before == null ? 0 : before.progress.sinceNanos());
    return Optional.of(new SnapshotStatus.Fetching(
        Optional.ofNullable(next.fetched.from()),
        next.readBytes(),
        next.bytes(),
        since(next.fetched.beginNanos(), nowNanos),
        SnapshotStatus.Fetching.Phase.RESTORING,
        since(movedNanos, nowNanos)));
  }

  private static Duration since(long thenNanos, long nowNanos) {
    return Duration.ofNanos(Math.max(0, nowNanos - thenNanos));
  }

  /** A snapshot that the state machine takes over, or is about to. */
  private record Restoring(SnapshotFetcher.Fetched fetched, ReadProgress progress) {

    long bytes() {
      return fetched.manifest().bytes();
    }

    /** A state machine may read something twice. */
    long readBytes() {
      return Math.min(bytes(), progress.bytes());
    }
  }

  private Optional<Duration> age(long nowNanos) {
    long since = archive == null ? -1 : archive.newestSinceNanos();
    return since < 0 ? Optional.empty() : Optional.of(Duration.ofNanos(nowNanos - since));
  }
}
