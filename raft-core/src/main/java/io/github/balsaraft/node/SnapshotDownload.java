package io.github.balsaraft.node;

import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.SnapshotFile;
import io.github.balsaraft.model.SnapshotId;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.model.SnapshotRequest;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.storage.SnapshotStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One fetch: asks for the manifest, then for each chunk of each file, a few of them at a time, so that the source sends no more than
 * can be stored here. What doesn't come is asked for again. Each chunk is checked against the manifest before it is stored, and the
 * snapshot is read once more as a whole before anybody hears of it.
 *
 * <p>Used by the mailbox's thread, but for what is done with the disk.
 */
final class SnapshotDownload {

  /** Hears how it ended, once. On the mailbox's thread. */
  interface Ends {
    void received(SnapshotManifest manifest);

    /** There was one here that serves; nothing was fetched. */
    void wasHere(SnapshotManifest manifest);

    void failed(String why);
  }

  /** Chunks asked for that are not on the disk yet. */
  private static final int WINDOW_CHUNKS = 8;

  /** More than any manifest has. */
  private static final long MAX_MANIFEST_BYTES = 256 << 20;

  /** After so many of the longest election timeouts without anything new it is given up. */
  private static final int PATIENCE_TIMEOUTS = 5;

  /** How often the source is asked for something at least while the disk here is at work, so that it keeps the snapshot open. */
  private static final long KEEP_OPEN_NANOS = 20_000_000_000L;

  private final ReplicaContext context;
  private final SnapshotArchive archive;
  private final SerialTasks disk;
  private final Consumer<Runnable> onMailbox;
  private final Ready.Fetch fetch;
  private final Ends ends;
  private final long id;
  private final long beginNanos;
  private final long repeatNanos;
  private final long patienceNanos;

  private final ByteArrayOutputStream manifestBytes = new ByteArrayOutputStream();
  private @Nullable SnapshotId snapshot;

  /** It is asked for the one of which a part is here, and hasn't said yet whether it has that. */
  private boolean isAskedForTheRest;

  private boolean manifestIsComplete;
  private @Nullable SnapshotParts parts;

  /** What has come and waits for what is before it, by its place in the order of all chunks. */
  private final Map<Long, byte[]> early = new HashMap<>();

  private long progressNanos;
  private long promisedNanos = Long.MIN_VALUE;
  private long askedNanos;
  private boolean verifying;
  private final ReadProgress verified;
  private boolean ended;

  /** Steps with the disk that go on or wait for their turn. As long as there is one it isn't the source that stands still. */
  private int stepsUnderWay;

  /** Used by the disk's tasks only. */
  private SnapshotStore.@Nullable Receipt receipt;

  SnapshotDownload(
      ReplicaContext context,
      SnapshotArchive archive,
      SerialTasks disk,
      Consumer<Runnable> onMailbox,
      Ready.Fetch fetch,
      Ends ends) {
    this.context = context;
    this.archive = archive;
    this.disk = disk;
    this.onMailbox = onMailbox;
    this.fetch = fetch;
    this.ends = ends;
    this.id = context.host().nonZeroRandom();
    this.beginNanos = context.nowNanos();
    this.repeatNanos = context.options().electionTimeoutMin().toNanos();
    this.patienceNanos =
        PATIENCE_TIMEOUTS * context.options().electionTimeoutMax().toNanos();
    this.progressNanos = beginNanos;
    this.verified = new ReadProgress(context.environment());
  }

  void begin() {
    SnapshotManifest here = archive.newestCovering(fetch.atLeast());
    if (here != null) {
      endWith(here);
    } else if (context.peers().hostOf(fetch.source()) == null) {
      fail("nobody has said on which host it is");
    } else {
      SnapshotManifest part = archive.receivedInPart(fetch.atLeast());
      if (part != null) {
        snapshot = part.id();
        isAskedForTheRest = true;
      }
      askForManifest();
    }
  }

  ReplicaId source() {
    return fetch.source();
  }

  long beginNanos() {
    return beginNanos;
  }

  /** How much is on the disk; once all of it is: how much of that was read again. */
  long doneBytes() {
    SnapshotParts known = parts;
    long storedBytes = known == null ? 0 : known.storedBytes();
    return verifying ? verified.bytes() : storedBytes;
  }

  /** The size of it all; 0 as long as that isn't known. */
  long totalBytes() {
    SnapshotParts known = parts;
    return known == null ? 0 : known.manifest().bytes();
  }

  SnapshotStatus.Fetching.Phase phase() {
    if (verifying) {
      return SnapshotStatus.Fetching.Phase.VERIFYING;
    }
    return manifestIsComplete && parts == null
        ? SnapshotStatus.Fetching.Phase.TAKING_UP
        : SnapshotStatus.Fetching.Phase.FETCHING;
  }

  /** When something came the last time, was read again, or a step with the disk ended. */
  long progressNanos() {
    return Math.max(progressNanos, verified.sinceNanos());
  }

  /** The same, or when the source said that something is to come: it lives then, and isn't to be given up. */
  private long lifeNanos() {
    return Math.max(progressNanos, promisedNanos);
  }

  long deadlineNanos() {
    return Math.min(repeatAtNanos(), giveUpAtNanos());
  }

  private long giveUpAtNanos() {
    return stepsUnderWay > 0 ? Long.MAX_VALUE : lifeNanos() + patienceNanos;
  }

  /** Later each time, so that a slow source isn't kept busy with the same. */
  private long repeatAtNanos() {
    long silentNanos = Math.max(0, askedNanos - lifeNanos());
    long longestNanos = stepsUnderWay > 0 ? KEEP_OPEN_NANOS : Long.MAX_VALUE;
    return askedNanos + Math.max(repeatNanos, Math.min(silentNanos, longestNanos));
  }

  void step(long nowNanos) {
    if (nowNanos >= giveUpAtNanos()) {
      fail("nothing came from it for " + Wording.duration(Duration.ofNanos(patienceNanos)));
    } else if (nowNanos >= repeatAtNanos()) {
      repeat();
    }
  }

  private void repeat() {
    askedNanos = context.nowNanos();
    SnapshotParts known = parts;
    if (verifying) {
      return;
    }
    if (known == null) {
      askForManifest();
      return;
    }
    List<Long> missing = new ArrayList<>();
    known.forEachAsked(place -> {
      if (!early.containsKey(place)) {
        missing.add(place);
      }
    });
    if (missing.isEmpty()) {
      if (known.hasMoreToAsk()) {
        // What has come waits for the disk, and the source shall keep the rest.
        askForManifest();
      }
    } else {
      missing.forEach(place -> askFor(known, place));
    }
  }

  /** For what is missing of it. If nothing is, nothing comes; but the source knows then that somebody needs the snapshot still. */
  private void askForManifest() {
    ask(SnapshotRequest.MANIFEST, manifestBytes.size());
  }

  private void ask(int file, long offset) {
    askedNanos = context.nowNanos();
    SnapshotId known = snapshot;
    EntryId atLeast = known == null ? fetch.atLeast() : known.last();
    context
        .peers()
        .send(
            fetch.source(),
            new SnapshotRequest(
                context.self(),
                fetch.source(),
                id,
                atLeast,
                known == null ? 0 : known.unique(),
                file,
                offset,
                Integer.MAX_VALUE));
  }

  // ------------------------------------------------------------------ what comes

  void onChunk(SnapshotChunk chunk) {
    if (ended || chunk.fetch() != id || !chunk.from().equals(fetch.source())) {
      return;
    }
    switch (chunk.status()) {
      case GONE -> onGone(chunk);
      case BEING_TAKEN -> promisedNanos = context.nowNanos();
      case PART -> {
        if (!chunk.isIntact()) {
          return;
        }
        if (chunk.file() == SnapshotRequest.MANIFEST) {
          onManifestPart(chunk);
        } else {
          onFilePart(chunk);
        }
      }
    }
  }

  private void onGone(SnapshotChunk chunk) {
    SnapshotId known = snapshot;
    if (chunk.snapshot().unique() != (known == null ? 0 : known.unique()) || !needsMore()) {
      return;
    }
    if (isAskedForTheRest) {
      isAskedForTheRest = false;
      snapshot = null;
      askForManifest();
    } else {
      failWithoutTheRest("it has no such snapshot, or not any more");
    }
  }

  /** The next fetch is of the newest: this one can't be completed there. */
  private void failWithoutTheRest(String why) {
    SnapshotId known = snapshot;
    if (known != null) {
      archive.forgetPart(known);
    }
    fail(why);
  }

  /** Whether something of it still has to come. */
  private boolean needsMore() {
    SnapshotParts known = parts;
    if (known == null || verifying) {
      return !verifying;
    }
    boolean[] missing = {known.hasMoreToAsk()};
    known.forEachAsked(place -> missing[0] |= !early.containsKey(place));
    return missing[0];
  }

  private void onManifestPart(SnapshotChunk chunk) {
    SnapshotId known = snapshot;
    if (manifestIsComplete
        || chunk.offset() != manifestBytes.size()
        || chunk.fileBytes() > MAX_MANIFEST_BYTES
        || chunk.bytes().length > chunk.fileBytes() - chunk.offset()
        || (known != null && !known.equals(chunk.snapshot()))) {
      return;
    }
    snapshot = chunk.snapshot();
    isAskedForTheRest = false;
    progressNanos = context.nowNanos();
    manifestBytes.write(chunk.bytes(), 0, chunk.bytes().length);
    if (manifestBytes.size() < chunk.fileBytes()) {
      askForManifest();
      return;
    }
    manifestIsComplete = true;
    try {
      open(SnapshotManifest.decode(manifestBytes.toByteArray()));
    } catch (CorruptDataException | UnknownFormatException e) {
      fail(String.valueOf(e.getMessage()));
    }
  }

  private void open(SnapshotManifest manifest) {
    EntryId last = manifest.header().last();
    if (!manifest.id().equals(snapshot) || last.index() < fetch.atLeast().index()) {
      fail("what it sent is not the snapshot that was asked for");
    } else {
      onDisk(() -> openReceipt(manifest));
    }
  }

  private void onFilePart(SnapshotChunk chunk) {
    SnapshotParts known = parts;
    if (known == null || !known.manifest().id().equals(chunk.snapshot())) {
      return;
    }
    long place = known.placeOf(chunk.file() - 1, chunk.offset());
    if (place < 0 || !known.isAsked(place) || early.containsKey(place)) {
      return;
    }
    SnapshotFile file = known.manifest().files().get(chunk.file() - 1);
    int number = known.chunkAt(place);
    if (chunk.bytes().length != file.lengthOf(number)
        || chunk.checksum() != file.checksumOf(number)) {
      failWithoutTheRest("a part of " + file + " is not what the manifest tells of");
      return;
    }
    progressNanos = context.nowNanos();
    early.put(place, chunk.bytes());
    for (byte[] next = early.remove(known.nextToStore());
        next != null;
        next = early.remove(known.nextToStore())) {
      long taken = known.takeNextToStore();
      byte[] bytes = next;
      onDisk(() -> store(known.fileAt(taken), bytes));
    }
  }

  private void askForMore(SnapshotParts known) {
    while (known.underWay() < WINDOW_CHUNKS && known.hasMoreToAsk()) {
      askFor(known, known.takeNextToAsk());
    }
  }

  private void askFor(SnapshotParts known, long place) {
    int file = known.fileAt(place);
    ask(file + 1, known.manifest().files().get(file).offsetOf(known.chunkAt(place)));
  }

  // ------------------------------------------------------------------ the disk's tasks

  private Runnable openReceipt(SnapshotManifest manifest) throws IOException {
    // Here and not before: the fetch before this one may have been given up while its last step was
    // taken. Its files are those of this one, and must not be written again under the manifest.
    SnapshotManifest here = archive.newestCovering(fetch.atLeast());
    if (here != null) {
      return () -> endWith(here);
    }
    SnapshotStore.Receipt opened = archive.receive(manifest);
    receipt = opened;
    SnapshotParts known = new SnapshotParts(manifest, opened::received);
    return () -> {
      parts = known;
      goOn(known);
    };
  }

  private Runnable store(int file, byte[] chunk) throws IOException {
    SnapshotStore.Receipt open = receipt;
    if (open == null) {
      return () -> {};
    }
    open.add(file, chunk);
    return () -> {
      SnapshotParts known = parts;
      if (known != null) {
        known.stored(chunk.length);
        goOn(known);
      }
    };
  }

  private void goOn(SnapshotParts known) {
    if (known.isComplete()) {
      verifying = true;
      onDisk(() -> complete(known.manifest()));
    } else {
      askForMore(known);
    }
  }

  private Runnable complete(SnapshotManifest manifest) throws IOException {
    SnapshotStore.Receipt open = receipt;
    if (open == null) {
      return () -> {};
    }
    receipt = null;
    try (open) {
      open.commit();
    }
    archive.verify(manifest, verified);
    archive.saved(manifest);
    return () -> {
      ended = true;
      ends.received(manifest);
    };
  }

  /** A step with the disk. Returns what is to be done after it on the mailbox's thread. */
  private interface DiskStep {
    Runnable take() throws IOException;
  }

  /** Takes it in its turn. What comes after it is not done if the fetch has ended by then. */
  private void onDisk(DiskStep step) {
    stepsUnderWay++;
    disk.run(() -> {
      Runnable next = takeOrFail(step);
      onMailbox.accept(() -> {
        stepsUnderWay--;
        progressNanos = context.nowNanos();
        if (!ended) {
          next.run();
        }
      });
    });
  }

  private Runnable takeOrFail(DiskStep step) {
    try {
      return step.take();
    } catch (Throwable e) {
      // An error, too: the mailbox waits for this step.
      closeReceipt();
      archive.storingFailed();
      return () -> failWithoutTheRest("storing it failed: " + Wording.thrown(e));
    }
  }

  private void closeReceipt() {
    SnapshotStore.Receipt open = receipt;
    receipt = null;
    if (open != null) {
      try {
        open.close();
      } catch (Throwable e) {
        // Whatever it is, as where a step is taken: the mailbox waits for this.
        context
            .log()
            .warn(
                context.nowNanos(),
                RateLimitedLog.Subject.SNAPSHOT,
                "closing what was received of a snapshot failed: " + Wording.thrown(e));
      }
    }
  }

  // ------------------------------------------------------------------ the end

  private void endWith(SnapshotManifest here) {
    cancel();
    ends.wasHere(here);
  }

  private void fail(String why) {
    if (!ended) {
      cancel();
      ends.failed(why);
    }
  }

  /** Nobody wants it any more. What was received stays, for the next try. */
  void cancel() {
    ended = true;
    early.clear();
    disk.run(this::closeReceipt);
  }
}
