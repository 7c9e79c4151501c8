package io.github.balsaraft.storage;

import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.SnapshotFile;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.SnapshotId;
import io.github.balsaraft.model.SnapshotManifest;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A snapshot that is being written to a {@link FolderSnapshotStore}. */
final class SnapshotDraft implements SnapshotStore.Draft {

  /** So much is written between two syncs, so that no sync keeps the disk, and the log's syncs with it, busy for long. */
  private static final long SYNC_BYTES = 8 << 20;

  private final FolderSnapshotStore store;
  private final String stem;
  private final SnapshotHeader header;
  private final long unique;
  private final int chunkBytes;
  private final List<SnapshotFile> files = new ArrayList<>();
  private @Nullable ChunkedFile current;
  private final AtomicLong bytes = new AtomicLong();

  /** So much of the room stays free; negative before the first look at how much there is. */
  private long spare = -1;

  /** So much may be written before the next look. */
  private long bytesUntilLook;

  private boolean committed;

  SnapshotDraft(
      FolderSnapshotStore store,
      GroupId group,
      SnapshotHeader header,
      long unique,
      int chunkBytes) {
    this.store = store;
    this.stem = SnapshotNames.stem(group, new SnapshotId(header.last(), unique));
    this.header = header;
    this.unique = unique;
    this.chunkBytes = chunkBytes;
  }

  @Override
  public OutputStream file(String name) throws IOException {
    endFile();
    for (SnapshotFile file : files) {
      if (file.name().equals(name)) {
        throw new IOException("the snapshot has a file " + name + " already");
      }
    }
    String stored = SnapshotNames.data(stem, files.size());
    current = new ChunkedFile(name, store.folder().create(stored));
    return current;
  }

  @Override
  public long bytes() {
    return bytes.get();
  }

  @Override
  public SnapshotManifest commit() throws IOException {
    endFile();
    SnapshotManifest manifest = new SnapshotManifest(unique, header, chunkBytes, files);
    store.publish(stem, manifest);
    committed = true;
    return manifest;
  }

  /**
   * Nobody knows how large it will be, and the log writes to the same disk meanwhile. So this looks again and again, more often where
   * there is little room.
   */
  private void requireRoom(int next) throws IOException {
    if (bytesUntilLook < next) {
      long usable = store.usableBytes();
      if (spare < 0) {
        spare = FolderSnapshotStore.spare(usable);
      }
      long free = usable - spare;
      if (free < next) {
        throw FolderSnapshotStore.noRoom(bytes + " bytes of it were written, and " + usable
            + " are free, of which " + spare + " stay so");
      }
      bytesUntilLook = Math.max(next, Math.min(SYNC_BYTES, free / 4));
    }
    bytesUntilLook -= next;
  }

  private void endFile() throws IOException {
    ChunkedFile ending = current;
    if (ending != null) {
      current = null;
      files.add(ending.end());
    }
  }

  @Override
  public void close() throws IOException {
    ChunkedFile open = current;
    try {
      if (open != null) {
        current = null;
        open.file.close();
      }
    } finally {
      // Also if that has failed, as a write to a disk that is full may: nobody looks for the files
      // later.
      if (!committed) {
        removeAll();
      }
    }
  }

  private void removeAll() throws IOException {
    // Also a manifest that has its name, but of which nobody knows whether it is durable.
    store.folder().delete(SnapshotNames.Kind.MANIFEST.name(stem));
    store.removeData(stem);
  }

  /** Takes a checksum of each chunk that goes by. */
  private final class ChunkedFile extends OutputStream {
    private final String name;
    private final SnapshotFolder.Appended file;
    private final byte[] chunk = new byte[chunkBytes];
    private final ChecksumList checksums = new ChecksumList();
    private int filled;
    private long written;
    private long unsynced;

    ChunkedFile(String name, SnapshotFolder.Appended file) {
      this.name = name;
      this.file = file;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      requireCurrent();
      int position = offset;
      int left = length;
      while (left > 0) {
        int part = Math.min(left, chunkBytes - filled);
        System.arraycopy(from, position, chunk, filled, part);
        filled += part;
        position += part;
        left -= part;
        if (filled == chunkBytes) {
          writeChunk();
        }
      }
    }

    private void requireCurrent() throws IOException {
      if (current != this) {
        throw new IOException("the file " + name + " of a snapshot has ended");
      }
      store.requireOpen();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes, others look.
    private void writeChunk() throws IOException {
      requireRoom(filled);
      checksums.add(FolderSnapshotStore.checksum(chunk, filled));
      file.write(chunk, 0, filled);
      written += filled;
      unsynced += filled;
      bytes.addAndGet(filled);
      filled = 0;
      if (unsynced >= SYNC_BYTES) {
        file.sync();
        unsynced = 0;
      }
    }

    SnapshotFile end() throws IOException {
      try (file) {
        if (filled > 0) {
          writeChunk();
        }
        file.sync();
      }
      return new SnapshotFile(name, written, chunkBytes, checksums.toArray());
    }
  }
}
