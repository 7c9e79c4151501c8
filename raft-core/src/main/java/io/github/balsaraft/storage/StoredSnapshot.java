package io.github.balsaraft.storage;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.SnapshotFile;
import io.github.balsaraft.model.SnapshotManifest;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** A snapshot of a {@link FolderSnapshotStore}, open for reading. */
final class StoredSnapshot implements SnapshotStore.Stored {

  private final SnapshotFolder folder;
  private final String stem;
  private final SnapshotManifest manifest;
  private final Closeable onClose;
  private boolean closed;

  /** The file that was read last, and its place. */
  private SnapshotFolder.@Nullable Opened open;

  private int openFile = -1;

  StoredSnapshot(SnapshotFolder folder, String stem, SnapshotManifest manifest, Closeable onClose) {
    this.folder = folder;
    this.stem = stem;
    this.manifest = manifest;
    this.onClose = onClose;
  }

  @Override
  public SnapshotManifest manifest() {
    return manifest;
  }

  @Override
  public byte[] chunk(int file, int chunk) throws IOException {
    SnapshotFile expected = manifest.files().get(file);
    byte[] bytes = new byte[expected.lengthOf(chunk)];
    try {
      fileOf(file).read(expected.offsetOf(chunk), bytes);
    } catch (EOFException e) {
      throw new CorruptDataException(
          "the file " + expected + " of the snapshot " + manifest.id() + " is too short");
    }
    FolderSnapshotStore.verify(manifest.id().toString(), expected, chunk, bytes);
    return bytes;
  }

  private SnapshotFolder.Opened fileOf(int file) throws IOException {
    if (closed) {
      throw new IOException("the snapshot " + manifest.id() + " is closed");
    }
    SnapshotFolder.Opened present = open;
    if (present == null || openFile != file) {
      if (present != null) {
        open = null;
        present.close();
      }
      present = folder.open(SnapshotNames.data(stem, file));
      open = present;
      openFile = file;
    }
    return present;
  }

  @Override
  public InputStream file(String name) throws IOException {
    for (int file = 0; file < manifest.files().size(); file++) {
      if (manifest.files().get(file).name().equals(name)) {
        return new FileInput(file);
      }
    }
    throw new NoSuchFileException(
        name, null, "the snapshot " + manifest.id() + " has only " + manifest.files());
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    SnapshotFolder.Opened present = open;
    try {
      if (present != null) {
        present.close();
      }
    } finally {
      onClose.close();
    }
  }

  /** A file from its beginning to its end, chunk by chunk. */
  private final class FileInput extends InputStream {
    private final int file;
    private byte[] chunk = new byte[0];
    private int next;
    private int position;

    FileInput(int file) {
      this.file = file;
    }

    @Override
    public int read() throws IOException {
      return hasMore() ? chunk[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (!hasMore()) {
        return -1;
      }
      int part = Math.min(length, chunk.length - position);
      System.arraycopy(chunk, position, into, offset, part);
      position += part;
      return part;
    }

    @Override
    public int available() {
      return chunk.length - position;
    }

    private boolean hasMore() throws IOException {
      if (position < chunk.length) {
        return true;
      }
      if (next == manifest.files().get(file).chunks()) {
        return false;
      }
      chunk = chunk(file, next++);
      position = 0;
      return true;
    }
  }
}
