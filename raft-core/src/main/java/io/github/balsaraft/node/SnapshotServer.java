package io.github.balsaraft.node;

import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.SnapshotChunk.Status;
import io.github.balsaraft.model.SnapshotFile;
import io.github.balsaraft.model.SnapshotId;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.model.SnapshotRequest;
import io.github.balsaraft.node.RateLimitedLog.Subject;
import io.github.balsaraft.storage.SnapshotStore;
import io.github.balsaraft.transport.Transport;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives parts of this replica's snapshots to members that take one over: those that they ask for, as fast as they ask and the limit
 * allows. A snapshot that somebody reads stays open, and so on the disk, until nobody has asked for a while.
 *
 * <p>The tasks run one after the other on the threads for snapshots, never on the mailbox's.
 */
final class SnapshotServer {

  /** Who has not asked for so long begins anew. Long enough for a process to be started again, or a broken connection to be mended. */
  static final long IDLE_NANOS = 300_000_000_000L;

  /** Requests that wait; beyond that they are dropped, and repeated by those who asked. */
  private static final int MAX_WAITING = 256;

  /** Snapshots that are open at once: the newest, and an older one that somebody has begun. */
  private static final int MAX_OPEN = 3;

  /** The most bytes of a manifest in one answer. */
  private static final int MANIFEST_PART_BYTES = 256 << 10;

  /** More than goes before a part in its message. */
  private static final int BESIDE_A_PART_BYTES = 1024;

  private final ReplicaContext context;
  private final SnapshotArchive archive;
  private final Runnable takeOne;
  private final BooleanSupplier takeNewer;
  private final BooleanSupplier cannotTake;
  private final LongConsumer onUnavailable;
  private final RateLimit limit;
  private final SerialTasks tasks;
  private final Map<SnapshotId, Open> open = new LinkedHashMap<>();

  /** The most bytes of a part. */
  private final int partBytes;

  /** Whether another snapshot was asked for since the parts of the last were larger than that. */
  private boolean tookSmaller;

  /** Answers that wait for the limit. Used by the timer's thread too. */
  private final Set<Part> waiting = ConcurrentHashMap.newKeySet();

  private boolean closingScheduled;
  private volatile boolean stopped;

  /**
   * @param takeOne makes this replica take a snapshot soon
   * @param takeNewer the same if it would be newer than the last; says whether it would, or will once more is applied
   * @param cannotTake whether it has tried lately and failed
   * @param onUnavailable hears, on any thread, that the snapshot up to an index can't be read
   */
  SnapshotServer(
      ReplicaContext context,
      SnapshotArchive archive,
      Runnable takeOne,
      BooleanSupplier takeNewer,
      BooleanSupplier cannotTake,
      LongConsumer onUnavailable) {
    SnapshotOptions options = context.options().snapshots();
    this.context = context;
    this.archive = archive;
    this.takeOne = takeOne;
    this.takeNewer = takeNewer;
    this.cannotTake = cannotTake;
    this.onUnavailable = onUnavailable;
    this.partBytes = roomForParts(context.host().transport());
    this.limit = new RateLimit(options.maxSendBytesPerSecond());
    this.tasks = new SerialTasks(
        context.environment().snapshots(),
        failure -> warn("a part of a snapshot could not be sent: " + failure));
  }

  /** How many bytes of a snapshot fit into one message. */
  static int roomForParts(Transport transport) {
    long room = transport.maxMessageBytes() - BESIDE_A_PART_BYTES;
    return (int) Math.min(Integer.MAX_VALUE, Math.max(1, room));
  }

  /** A member asks. On the mailbox's thread. */
  void onRequest(SnapshotRequest request) {
    if (!stopped && tasks.waiting() < MAX_WAITING) {
      tasks.run(() -> handle(request));
    } else {
      tasks.wake();
    }
  }

  private void handle(SnapshotRequest request) {
    if (stopped) {
      return;
    }
    try {
      answer(request);
    } catch (RuntimeException e) {
      warn("a part of a snapshot could not be sent: " + Wording.thrown(e));
      send(SnapshotChunk.without(request, Status.GONE));
    }
    scheduleClosing();
  }

  private void answer(SnapshotRequest request) {
    SnapshotManifest newest = archive.newest();
    SnapshotId wanted = wanted(request, newest);
    try {
      Open found = wanted == null ? null : find(wanted, newest);
      if (found == null) {
        answerWithout(request, newest);
      } else if (largestChunkBytes(found) > partBytes) {
        refuseTooLarge(request, found, newest);
      } else if (request.file() == SnapshotRequest.MANIFEST) {
        sendManifest(request, found);
      } else {
        sendPart(request, found.stored);
      }
    } catch (IOException | CorruptDataException e) {
      SnapshotManifest newestNow = archive.newest();
      if (newestNow != null && newestNow.id().equals(wanted)) {
        unreadable(newestNow, e);
      } else if (request.unique() == 0 && wanted != null) {
        // It was the newest, and went because another is by now.
        answer(request);
        return;
      } else {
        warn("a part of a snapshot could not be sent: " + Wording.thrown(e));
      }
      send(SnapshotChunk.without(request, Status.GONE));
    }
  }

  private void answerWithout(SnapshotRequest request, @Nullable SnapshotManifest newest) {
    boolean wantsNewer = request.unique() == 0;
    if (wantsNewer && takeNewer.getAsBoolean() && !cannotTake.getAsBoolean()) {
      send(SnapshotChunk.without(request, Status.BEING_TAKEN));
    } else if (wantsNewer && archive.newest() != newest) {
      // It has come since this one looked, and may be why no newer one can be taken.
      answer(request);
    } else {
      // Who can't take one says so, also while it goes on trying: another member may have one.
      send(SnapshotChunk.without(request, Status.GONE));
    }
  }

  private static long largestChunkBytes(Open found) {
    SnapshotManifest manifest = found.stored.manifest();
    return manifest.files().stream()
        .mapToLong(file -> Math.min(manifest.chunkBytes(), file.bytes()))
        .max()
        .orElse(0);
  }

  /** It is from when the transport took more, or of a store that doesn't keep to {@link SnapshotStore#chunksOfAtMost}: no part of it would arrive. */
  private void refuseTooLarge(
      SnapshotRequest request, Open found, @Nullable SnapshotManifest newest) {
    SnapshotId snapshot = found.stored.manifest().id();
    warn(
        "its snapshot " + snapshot + " can't be sent: its chunks have " + largestChunkBytes(found)
            + " bytes, and the transport takes " + partBytes
            + " at most. It takes another with smaller ones; otherwise raise maxFrameBytes on all hosts");
    if (newest != null && newest.id().equals(snapshot) && !tookSmaller) {
      // Once: if that has large ones too, so will the next.
      tookSmaller = true;
      takeOne.run();
    }
    send(SnapshotChunk.without(request, Status.GONE));
  }

  private static @Nullable SnapshotId wanted(
      SnapshotRequest request, @Nullable SnapshotManifest newest) {
    if (request.unique() != 0) {
      return new SnapshotId(request.atLeast(), request.unique());
    }
    return newest != null && newest.header().last().index() >= request.atLeast().index()
        ? newest.id()
        : null;
  }

  private @Nullable Open find(SnapshotId wanted, @Nullable SnapshotManifest newest)
      throws IOException {
    Open found = open.remove(wanted);
    if (found == null) {
      if (newest == null || !newest.id().equals(wanted)) {
        return null;
      }
      found = new Open(archive.open(wanted));
    }
    // The last is the one that was used last.
    open.put(wanted, found);
    found.usedNanos = context.nowNanos();
    if (open.size() > MAX_OPEN) {
      closeOldest();
    }
    return found;
  }

  private void sendManifest(SnapshotRequest request, Open found) {
    byte[] encoded = found.manifest();
    long from = request.offset();
    if (from >= 0 && from < encoded.length) {
      int most = Math.min(MANIFEST_PART_BYTES, partBytes);
      int to = (int) Math.min(encoded.length, from + most);
      byte[] part = Arrays.copyOfRange(encoded, (int) from, to);
      // At once, or whoever else is sent parts would keep this one from beginning; but it counts.
      long unused = limit.takeNanos(part.length, context.nowNanos());
      send(SnapshotChunk.part(request, found.stored.manifest().id(), encoded.length, part));
    }
  }

  private void sendPart(SnapshotRequest request, SnapshotStore.Stored stored) throws IOException {
    SnapshotManifest manifest = stored.manifest();
    int number = request.file() - 1;
    if (number < 0 || number >= manifest.files().size()) {
      return;
    }
    SnapshotFile file = manifest.files().get(number);
    long chunk = request.offset() / manifest.chunkBytes();
    if (request.offset() < 0
        || request.offset() >= file.bytes()
        || request.offset() % manifest.chunkBytes() != 0) {
      return;
    }
    Part part = new Part(request.from(), request.fetch(), request.file(), request.offset());
    if (waiting.contains(part)) {
      // It is asked for again, and will be sent. Whoever asks
      // must not take the limit for a source that is gone.
      send(SnapshotChunk.without(request, Status.BEING_TAKEN));
      return;
    }
    byte[] bytes = stored.chunk(number, (int) chunk);
    sendInTurn(part, SnapshotChunk.part(request, manifest.id(), file.bytes(), bytes));
  }

  /** Damage, a file that is gone, or a disk that can't read it: as long as nothing else is there, none of it can be served. */
  private void unreadable(SnapshotManifest newest, Exception cause) {
    warn("its snapshot " + newest.id() + " can't be read, and it takes another: "
        + cause.getMessage());
    onUnavailable.accept(newest.header().last().index());
    takeOne.run();
  }

  private void sendInTurn(Part part, SnapshotChunk chunk) {
    long nowNanos = context.nowNanos();
    long waitNanos = limit.takeNanos(chunk.bytes().length, nowNanos);
    if (waitNanos == 0) {
      send(chunk);
      return;
    }
    waiting.add(part);
    context.environment().schedule(nowNanos + waitNanos, () -> {
      waiting.remove(part);
      send(chunk);
    });
  }

  private void send(SnapshotChunk chunk) {
    if (!stopped) {
      context.metrics().add(RaftMetric.SNAPSHOTS_SENT_BYTES, chunk.bytes().length);
      context.peers().send(chunk.to(), chunk);
    }
  }

  // ------------------------------------------------------------------ closing

  /** Gives nothing to anybody any more. On any thread. */
  void stop() {
    stopped = true;
    tasks.run(() -> {
      open.values().forEach(Open::close);
      open.clear();
    });
  }

  private void scheduleClosing() {
    if (!open.isEmpty() && !closingScheduled) {
      closingScheduled = true;
      context
          .environment()
          .schedule(context.nowNanos() + IDLE_NANOS, () -> tasks.run(this::closeIdle));
    }
  }

  private void closeIdle() {
    closingScheduled = false;
    long nowNanos = context.nowNanos();
    Iterator<Open> all = open.values().iterator();
    while (all.hasNext()) {
      Open one = all.next();
      if (nowNanos - one.usedNanos >= IDLE_NANOS) {
        all.remove();
        one.close();
      }
    }
    scheduleClosing();
  }

  private void closeOldest() {
    Iterator<Open> all = open.values().iterator();
    Open oldest = all.next();
    all.remove();
    oldest.close();
  }

  private void warn(String message) {
    context.log().warn(context.nowNanos(), Subject.SNAPSHOT, message);
  }

  /** What an answer is to. */
  private record Part(ReplicaId to, long fetch, int file, long offset) {}

  /** A snapshot that somebody reads. */
  private final class Open {
    private final SnapshotStore.Stored stored;
    private byte @Nullable [] manifest;
    private long usedNanos;

    Open(SnapshotStore.Stored stored) {
      this.stored = stored;
    }

    /** In its encoded form, which is sent in parts and may be megabytes. */
    byte[] manifest() {
      byte[] encoded = manifest;
      if (encoded == null) {
        encoded = stored.manifest().encode();
        manifest = encoded;
      }
      return encoded;
    }

    void close() {
      try {
        stored.close();
      } catch (IOException e) {
        warn("closing a snapshot that was sent failed: " + Wording.thrown(e));
      }
    }
  }
}
