package io.github.balsaraft.model;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a snapshot consists of. It holds a checksum of every chunk of every file, and its stored form one over all of these, so that
 * whoever has the manifest can tell of every byte of the snapshot whether it is right.
 */
public final class SnapshotManifest {

  /** The file that holds the clients' sessions. Names that begin like this one are the library's own. */
  public static final String SESSIONS_FILE = "balsa.sessions";

  /** How names begin that applications must not use. */
  public static final String RESERVED_PREFIX = "balsa.";

  private static final int RECORD_VERSION = 1;
  private static final int FIXED_PART_BYTES = 8 + 4 + 4 + 4;

  private final long unique;
  private final SnapshotHeader header;
  private final int chunkBytes;
  private final List<SnapshotFile> files;

  /**
   * A manifest.
   *
   * @param unique see {@link SnapshotId}
   * @param files names differ
   * @throws IllegalArgumentException if two files have the same name
   */
  public SnapshotManifest(
      long unique, SnapshotHeader header, int chunkBytes, List<SnapshotFile> files) {
    this.unique = unique;
    this.header = header;
    this.chunkBytes = chunkBytes;
    this.files = List.copyOf(files);
    Set<String> names = new LinkedHashSet<>();
    for (SnapshotFile file : files) {
      if (!names.add(file.name())) {
        throw new IllegalArgumentException("two files are called " + file.name());
      }
    }
  }

  /** Which snapshot it is of. */
  public SnapshotId id() {
    return new SnapshotId(header.last(), unique);
  }

  /** What it says about the log. */
  public SnapshotHeader header() {
    return header;
  }

  /** The size of all chunks but the last of a file. */
  public int chunkBytes() {
    return chunkBytes;
  }

  /** The files, in the order in which they were written. */
  public List<SnapshotFile> files() {
    return files;
  }

  /** The file of a name. */
  public Optional<SnapshotFile> file(String name) {
    return files.stream().filter(file -> file.name().equals(name)).findFirst();
  }

  /** The size of all files together. */
  public long bytes() {
    return files.stream().mapToLong(SnapshotFile::bytes).sum();
  }

  /** The stored form, which is also the one that is sent. */
  public byte[] encode() {
    byte[] head = header.encode();
    int size = FIXED_PART_BYTES + head.length;
    for (SnapshotFile file : files) {
      size += 2 + StoredRecord.utf8(file.name()).length + 8 + 4 * file.chunks();
    }
    return StoredRecord.encode(RECORD_VERSION, out -> putBody(out, head), size);
  }

  private void putBody(ByteBuffer out, byte[] head) {
    out.putLong(unique).putInt(chunkBytes).putInt(head.length).put(head).putInt(files.size());
    for (SnapshotFile file : files) {
      StoredRecord.putText(out, StoredRecord.utf8(file.name()));
      out.putLong(file.bytes());
      for (int chunk = 0; chunk < file.chunks(); chunk++) {
        out.putInt(file.checksumOf(chunk));
      }
    }
  }

  /**
   * Reads the stored form.
   *
   * @throws CorruptDataException if the checksum doesn't match or the content contradicts itself
   * @throws UnknownFormatException if a newer version wrote it
   */
  public static SnapshotManifest decode(byte[] stored) {
    ByteBuffer in = StoredRecord.decode("snapshot manifest", RECORD_VERSION, stored);
    try {
      long unique = in.getLong();
      int chunkBytes = in.getInt();
      byte[] head = new byte[count(in, in.getInt(), 1)];
      in.get(head);
      int fileCount = count(in, in.getInt(), 10);
      List<SnapshotFile> files = new ArrayList<>(fileCount);
      for (int i = 0; i < fileCount; i++) {
        files.add(getFile(in, chunkBytes));
      }
      if (in.hasRemaining()) {
        throw new CorruptDataException("a stored snapshot manifest is longer than its files");
      }
      return new SnapshotManifest(unique, SnapshotHeader.decode(head), chunkBytes, files);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new CorruptDataException(
          "a stored snapshot manifest contradicts itself: " + e.getMessage());
    }
  }

  private static SnapshotFile getFile(ByteBuffer in, int chunkBytes) {
    String name = StoredRecord.getText(in);
    long bytes = in.getLong();
    if (bytes < 0 || chunkBytes < 1) {
      throw new IllegalArgumentException(
          "no file has " + bytes + " bytes in chunks of " + chunkBytes);
    }
    long chunks = SnapshotFile.chunksOf(bytes, chunkBytes);
    int[] checksums = new int[count(in, chunks, 4)];
    for (int chunk = 0; chunk < checksums.length; chunk++) {
      checksums[chunk] = in.getInt();
    }
    return new SnapshotFile(name, bytes, chunkBytes, checksums);
  }

  /** A count of things that take at least so many bytes each, which must be there: nobody is made to reserve more than that. */
  private static int count(ByteBuffer in, long count, int leastBytes) {
    if (count < 0 || count > in.remaining() / leastBytes) {
      throw new IllegalArgumentException(
          "a count of " + count + " with " + in.remaining() + " bytes left");
    }
    return (int) count;
  }

  @Override
  public String toString() {
    return id() + " of " + bytes() + " bytes in " + files.size() + " files";
  }
}
