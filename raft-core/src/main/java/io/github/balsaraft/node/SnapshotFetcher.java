package io.github.balsaraft.node;

import io.github.balsaraft.api.RaftEvent.SnapshotFailed;
import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.core.Ready;
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
    void received(long generation, SnapshotManifest manifest);

    /** See {@link io.github.balsaraft.core.RaftCore#snapshotFailed}. */
    void failed(long generation);
  }

  private final ReplicaContext context;
  private final SnapshotArchive archive;
  private final Consumer<Runnable> onMailbox;
  private final Ends ends;
  private final SerialTasks disk;
  private @Nullable SnapshotDownload download;

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
      running.step(nowNanos);
    }
  }

  long deadlineNanos() {
    SnapshotDownload running = download;
    return running == null ? Long.MAX_VALUE : running.deadlineNanos();
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
            running.receivedBytes(),
            running.totalBytes(),
            Duration.ofNanos(Math.max(0, nowNanos - running.beginNanos()))));
  }

  private final class DownloadEnds implements SnapshotDownload.Ends {
    private final Ready.Fetch fetch;

    DownloadEnds(Ready.Fetch fetch) {
      this.fetch = fetch;
    }

    @Override
    public void received(SnapshotManifest manifest) {
      download = null;
      context
          .log()
          .info(
              context.nowNanos(),
              Subject.SNAPSHOT,
              "has fetched the snapshot up to " + manifest.header().last() + " of "
                  + Wording.bytes(manifest.bytes()) + " from "
                  + context.peers().nameOf(fetch.source()));
      ends.received(fetch.generation(), manifest);
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
