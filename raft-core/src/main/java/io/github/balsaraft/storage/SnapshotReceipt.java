package io.github.balsaraft.storage;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.SnapshotFile;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.storage.SnapshotNames.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot that a {@link FolderSnapshotStore} receives. What an earlier receipt has left is read, verified and written to new
 * files: whether the bytes of the old ones are on the disk or only in a cache nobody knows.
 *
 * <p>A file is synced and closed with its last chunk, so that a snapshot may have more files than a process may have open: only those
 * are open of which a part is here.
 */
final class SnapshotReceipt implements SnapshotStore.Receipt {

  private static final long SYNC_BYTES = 8 << 20;

  /** Files of which a damaged disk has left a part; of any further one nothing is kept. */
  private static final int MOST_PARTS_TAKEN_UP = 16;

  private final FolderSnapshotStore store;
  private final String stem;
  private final SnapshotManifest manifest;
  private final int[] received;
  private final SnapshotFolder.@Nullable Appended[] open;
  private final boolean[] isSynced;
  private long unsyncedBytes;
  private boolean failed;

  private SnapshotReceipt(FolderSnapshotStore store, String stem, SnapshotManifest manifest) {
    this.store = store;
    this.stem = stem;
    this.manifest = manifest;
    this.received = new int[manifest.files().size()];
    this.open = new SnapshotFolder.Appended[manifest.files().size()];
    this.isSynced = new boolean[manifest.files().size()];
  }

  /**
   * Begins it.
   *
   * @param known whether its manifest is there, and maybe a part of its files
   */
  static SnapshotReceipt begin(
      FolderSnapshotStore store, String stem, SnapshotManifest manifest, boolean known)
      throws IOException {
    SnapshotReceipt receipt = new SnapshotReceipt(store, stem, manifest);
    if (!known) {
      String scratch = Kind.RECEIVING.scratch(stem);
      store.writeSynced(scratch, manifest.encode());
      store.folder().rename(scratch, Kind.RECEIVING.name(stem));
      return receipt;
    }
    try {
      receipt.takeUpAll();
    } catch (IOException | RuntimeException | Error e) {
      receipt.close();
      throw e;
    }
    return receipt;
  }

  private void takeUpAll() throws IOException {
    int parts = 0;
    for (int file = 0; file < received.length; file++) {
      String name = SnapshotNames.data(stem, file);
      String old = SnapshotNames.scratch(name);
      try {
        store.folder().rename(name, old);
      } catch (NoSuchFileException e) {
        continue;
      }
      try (SnapshotFolder.Opened earlier = store.folder().open(old)) {
        takeUp(file, earlier);
      }
      store.folder().delete(old);
      if (open[file] != null && ++parts > MOST_PARTS_TAKEN_UP) {
        drop(file);
      }
    }
  }

  private void drop(int file) throws IOException {
    received[file] = 0;
    close(file);
  }

  private void takeUp(int file, SnapshotFolder.Opened earlier) throws IOException {
    SnapshotFile expected = manifest.files().get(file);
    try {
      while (received[file] < expected.chunks()) {
        byte[] chunk = new byte[expected.lengthOf(received[file])];
        earlier.read(expected.offsetOf(received[file]), chunk);
        add(file, chunk);
      }
    } catch (EOFException | CorruptDataException e) {
      // As far as it is intact; the rest is asked for again.
      failed = false;
    }
  }

  @Override
  public int received(int file) {
    return received[file];
  }

  @Override
  public void add(int file, byte[] chunk) throws IOException {
    store.requireOpen();
    if (failed) {
      throw new IOException("an earlier write of the snapshot " + manifest.id() + " has failed");
    }
    FolderSnapshotStore.verify(
        manifest.id().toString(), manifest.files().get(file), received[file], chunk);
    failed = true;
    SnapshotFolder.Appended into = fileOf(file);
    into.write(chunk, 0, chunk.length);
    unsyncedBytes += chunk.length;
    if (received[file] + 1 == manifest.files().get(file).chunks()) {
      end(file);
    } else if (unsyncedBytes >= SYNC_BYTES) {
      unsyncedBytes = 0;
      into.sync();
    }
    failed = false;
    received[file]++;
  }

  private SnapshotFolder.Appended fileOf(int file) throws IOException {
    SnapshotFolder.Appended present = open[file];
    if (present == null) {
      present = store.folder().create(SnapshotNames.data(stem, file));
      open[file] = present;
    }
    return present;
  }

  /** All of it is here. */
  private void end(int file) throws IOException {
    fileOf(file).sync();
    isSynced[file] = true;
    unsyncedBytes = 0;
    close(file);
  }

  private void close(int file) throws IOException {
    SnapshotFolder.Appended present = open[file];
    if (present != null) {
      open[file] = null;
      present.close();
    }
  }

  @Override
  public void commit() throws IOException {
    store.requireOpen();
    for (int file = 0; file < received.length; file++) {
      if (received[file] < manifest.files().get(file).chunks()) {
        throw new IllegalStateException(
            "of " + manifest.files().get(file) + " only " + received[file] + " chunks are here");
      }
    }
    if (failed) {
      throw new IOException("an earlier write of the snapshot " + manifest.id() + " has failed");
    }
    failed = true;
    for (int file = 0; file < received.length; file++) {
      if (!isSynced[file]) {
        // It is empty.
        end(file);
      }
    }
    store.publish(stem, manifest);
    failed = false;
    store.folder().delete(Kind.RECEIVING.name(stem));
    close();
  }

  @Override
  public void discard() throws IOException {
    close();
    store.removeReceived(stem);
  }

  @Override
  public void close() throws IOException {
    for (int file = 0; file < open.length; file++) {
      close(file);
    }
    if (failed) {
      // Of files whose write or sync has failed nothing is
      // known, nor of a manifest that was given its name since.
      failed = false;
      store.folder().delete(Kind.MANIFEST.name(stem));
      store.removeReceived(stem);
    }
  }
}
