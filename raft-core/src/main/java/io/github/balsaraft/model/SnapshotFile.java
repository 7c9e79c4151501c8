package io.github.balsaraft.model;

/**
 * A file of a snapshot: its name, its size, and a checksum of each chunk of it. Chunks have the size that the manifest says; the
 * last may be smaller, and an empty file has none.
 *
 * <p>Immutable; the array handed in must not change any more.
 */
public final class SnapshotFile {

  private final String name;
  private final long bytes;
  private final int chunkBytes;
  private final int[] checksums;

  /**
   * A file.
   *
   * @param checksums the CRC32C of each chunk, in their order
   * @throws IllegalArgumentException if these are not as many as the file has chunks, or the name is no name
   */
  public SnapshotFile(String name, long bytes, int chunkBytes, int[] checksums) {
    if (bytes < 0 || chunkBytes < 1 || checksums.length != chunksOf(bytes, chunkBytes)) {
      throw new IllegalArgumentException("a file of " + bytes + " bytes does not have "
          + checksums.length + " chunks of " + chunkBytes + " bytes");
    }
    if (name.isEmpty() || name.length() > 1000) {
      throw new IllegalArgumentException(
          "a file's name has 1 to 1000 characters, not " + name.length());
    }
    this.name = name;
    this.bytes = bytes;
    this.chunkBytes = chunkBytes;
    this.checksums = checksums;
  }

  /** How many chunks so many bytes are. */
  public static long chunksOf(long bytes, int chunkBytes) {
    return bytes / chunkBytes + (bytes % chunkBytes == 0 ? 0 : 1);
  }

  /** What whoever wrote it calls it. It need not be a name that a file system takes. */
  public String name() {
    return name;
  }

  /** Its size. */
  public long bytes() {
    return bytes;
  }

  /** How many chunks it has. */
  public int chunks() {
    return checksums.length;
  }

  /** Where a chunk begins. */
  public long offsetOf(int chunk) {
    return (long) chunk * chunkBytes;
  }

  /** The size of a chunk. */
  public int lengthOf(int chunk) {
    return (int) Math.min(chunkBytes, bytes - offsetOf(chunk));
  }

  /** The CRC32C of a chunk. */
  public int checksumOf(int chunk) {
    return checksums[chunk];
  }

  @Override
  public String toString() {
    return name + " (" + bytes + " bytes)";
  }
}
