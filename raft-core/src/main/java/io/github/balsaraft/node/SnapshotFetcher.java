package io.github.balsaraft.node;

import io.github.balsaraft.api.RaftEvent.SnapshotFailed;
import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.node.RateLimitedLog.Subject;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Fetches a snapshot that the core asks for: one at a time, each ends. A new one takes the place of the one before. Used by the
 * mailbox's thread only.
 */
final class SnapshotFetcher {

  /** Hears how a fetch ended. On the mailbox's thread. */
  interface Ends {
    /** The snapshot is verified and durable here. */
    void received(long generation, Fetched fetched);

    /** See {@link io.github.balsaraft.core.RaftCore#snapshotFailed}. */
    void failed(long generation);
  }

  /**
   * A snapshot that is here now.
   *
   * @param from from which host; null if that isn't known
   * @param beginNanos when its fetch began
   */
  record Fetched(SnapshotManifest manifest, @Nullable HostId from, long beginNanos) {}

  private final ReplicaContext context;
  private final SnapshotArchive archive;
  private final Consumer<Runnable> onMailbox;
  private final Ends ends;
  private final SerialTasks disk;
  private @Nullable SnapshotDownload download;

  /** Of the latest {@link #download}. */
  private long generation;

  SnapshotFetcher(
      ReplicaContext context, SnapshotArchive archive, Consumer<Runnable> onMailbox, Ends ends) {
    this.context = context;
    this.archive = archive;
    this.onMailbox = onMailbox;
    this.ends = ends;
    this.disk = new SerialTasks(
        context.environment().snapshots(),
        failure -> context.log().error("a step of fetching a snapshot failed", failure));
  }

  void fetch(Ready.Fetch fetch) {
    stop();
    context
        .log()
        .info(
            context.nowNanos(),
            Subject.SNAPSHOT,
            "fetches a snapshot up to " + fetch.atLeast() + " or later from "
                + context.peers().nameOf(fetch.source()));
    SnapshotDownload begun =
        new SnapshotDownload(context, archive, disk, onMailbox, fetch, new DownloadEnds(fetch));
    download = begun;
    generation = fetch.generation();
    begun.begin();
  }

  void onChunk(SnapshotChunk chunk) {
    SnapshotDownload running = download;
    if (running != null) {
      running.onChunk(chunk);
    }
  }

  /** Asks again, or gives up. */
  void step(long nowNanos) {
    SnapshotDownload running = download;
    if (running != null) {
      // As long as the disk has something to do it is given nothing more.
      disk.wake();
      running.step(nowNanos);
    }
  }

  long deadlineNanos() {
    SnapshotDownload running = download;
    return running == null ? Long.MAX_VALUE : running.deadlineNanos();
  }

  /** Tells the core how far it is. */
  void tellProgress(RaftCore core) {
    SnapshotDownload running = download;
    if (running != null) {
      boolean isVerified = running.phase() == SnapshotStatus.Fetching.Phase.VERIFYING;
      core.snapshotProgress(
          generation, running.doneBytes() + (isVerified ? running.totalBytes() : 0));
    }
  }

  /** Gives up; what was received stays. */
  void stop() {
    SnapshotDownload running = download;
    if (running != null) {
      download = null;
      running.cancel();
    }
  }

  Optional<SnapshotStatus.Fetching> status(long nowNanos) {
    SnapshotDownload running = download;
    return running == null
        ? Optional.empty()
        : Optional.of(new SnapshotStatus.Fetching(
            Optional.ofNullable(context.peers().hostOf(running.source())),
            running.doneBytes(),
            running.totalBytes(),
            since(running.beginNanos(), nowNanos),
            running.phase(),
            since(running.progressNanos(), nowNanos)));
  }

  private static Duration since(long thenNanos, long nowNanos) {
    return Duration.ofNanos(Math.max(0, nowNanos - thenNanos));
  }

  private final class DownloadEnds implements SnapshotDownload.Ends {
    private final Ready.Fetch fetch;
    private final long beginNanos = context.nowNanos();

    DownloadEnds(Ready.Fetch fetch) {
      this.fetch = fetch;
    }

    @Override
    public void received(SnapshotManifest manifest) {
      end(
          "has fetched the snapshot up to " + manifest.header().last() + " of "
              + Wording.bytes(manifest.bytes()) + " from "
              + context.peers().nameOf(fetch.source()),
          manifest);
    }

    @Override
    public void wasHere(SnapshotManifest manifest) {
      end(
          "needs no snapshot from " + context.peers().nameOf(fetch.source()) + ": one up to "
              + manifest.header().last() + " is here",
          manifest);
    }

    private void end(String what, SnapshotManifest manifest) {
      download = null;
      context.log().info(context.nowNanos(), Subject.SNAPSHOT, what);
      HostId from = context.peers().hostOf(fetch.source());
      ends.received(fetch.generation(), new Fetched(manifest, from, beginNanos));
    }

    @Override
    public void failed(String why) {
      download = null;
      String problem =
          "could not fetch a snapshot from " + context.peers().nameOf(fetch.source()) + ": " + why;
      context.log().warn(context.nowNanos(), Subject.SNAPSHOT, problem);
      context.metrics().add(RaftMetric.SNAPSHOTS_FAILED, 1);
      context.events().snapshot(term -> new SnapshotFailed(term, problem));
      ends.failed(fetch.generation());
    }
  }
}
