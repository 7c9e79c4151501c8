package io.github.balsaraft.node;

import io.github.balsaraft.model.SnapshotFile;
import io.github.balsaraft.model.SnapshotManifest;
import java.util.function.IntUnaryOperator;
import java.util.function.LongConsumer;

/**
 * The chunks of a snapshot that have to be fetched, in one order: file by file, each from its beginning. Those that are here already
 * have no place in it.
 *
 * <p>Invariant: {@code stored <= nextToStore <= nextToAsk <= end}. What lies between the first and the third is under way, and takes
 * memory.
 */
final class SnapshotParts {

  private final SnapshotManifest manifest;

  /** Of each file: how many of its first chunks were here before. */
  private final int[] before;

  /** Of each file: the place of the first chunk that wasn't. One more at the end. */
  private final long[] firstPlace;

  private long nextToAsk;
  private long nextToStore;
  private long stored;
  private long storedBytes;

  /**
   * @param received how many chunks of a file are here, from its beginning on
   */
  SnapshotParts(SnapshotManifest manifest, IntUnaryOperator received) {
    this.manifest = manifest;
    int files = manifest.files().size();
    this.before = new int[files];
    this.firstPlace = new long[files + 1];
    for (int file = 0; file < files; file++) {
      SnapshotFile one = manifest.files().get(file);
      before[file] = received.applyAsInt(file);
      firstPlace[file + 1] = firstPlace[file] + one.chunks() - before[file];
      storedBytes += before[file] == one.chunks() ? one.bytes() : one.offsetOf(before[file]);
    }
  }

  SnapshotManifest manifest() {
    return manifest;
  }

  private long end() {
    return firstPlace[firstPlace.length - 1];
  }

  /** In which file a place is. */
  int fileAt(long place) {
    int file = 0;
    while (firstPlace[file + 1] <= place) {
      file++;
    }
    return file;
  }

  /** Which chunk of its file a place is. */
  int chunkAt(long place) {
    int file = fileAt(place);
    return before[file] + (int) (place - firstPlace[file]);
  }

  /** The place of the chunk that begins there; -1 if none does, or it was here before. */
  long placeOf(int file, long offset) {
    if (file < 0 || file >= before.length || offset < 0 || offset % manifest.chunkBytes() != 0) {
      return -1;
    }
    long chunk = offset / manifest.chunkBytes();
    return chunk < before[file] || chunk >= manifest.files().get(file).chunks()
        ? -1
        : firstPlace[file] + chunk - before[file];
  }

  boolean hasMoreToAsk() {
    return nextToAsk < end();
  }

  long takeNextToAsk() {
    return nextToAsk++;
  }

  /** Whether a chunk was asked for and has not come yet, or waits for one before it. */
  boolean isAsked(long place) {
    return place >= nextToStore && place < nextToAsk;
  }

  void forEachAsked(LongConsumer action) {
    for (long place = nextToStore; place < nextToAsk; place++) {
      action.accept(place);
    }
  }

  /** The place of the chunk that is to be stored next. */
  long nextToStore() {
    return nextToStore;
  }

  long takeNextToStore() {
    return nextToStore++;
  }

  /** How many chunks were asked for and are not stored. */
  long underWay() {
    return nextToAsk - stored;
  }

  /** The next one is on the disk. */
  void stored(int bytes) {
    stored++;
    storedBytes += bytes;
  }

  long storedBytes() {
    return storedBytes;
  }

  boolean isComplete() {
    return stored == end();
  }
}
