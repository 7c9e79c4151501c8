package io.github.balsaraft.storage;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * The few things that a {@link FolderSnapshotStore} does with files. A folder of its own, without folders in it. It is a seam: tests
 * and simulations put a folder there that loses what was not synced.
 *
 * <p>What a method of a file has written may be lost, or torn, until that file's {@link Appended#sync} has returned; what became of
 * names may be undone until {@link #sync} has. Thread-safe; each open file is used by one thread at a time.
 */
public interface SnapshotFolder {

  /** The names of all files, in any order. */
  List<String> list() throws IOException;

  /** Creates an empty file, in place of one of that name if there is one. */
  Appended create(String name) throws IOException;

  /** Opens a file. It can be read as long as it is open, even if it is deleted. */
  Opened open(String name) throws IOException;

  /** Gives a file another name, in one step, in place of one of that name if there is one. */
  void rename(String from, String to) throws IOException;

  /** Removes a file, if it is there. */
  void delete(String name) throws IOException;

  /** Makes durable what became of names. */
  void sync() throws IOException;

  /** For how many more bytes there is room, about; {@link Long#MAX_VALUE} if that isn't known. */
  default long usableBytes() throws IOException {
    return Long.MAX_VALUE;
  }

  /** A file that is being written, from its beginning to its end. */
  interface Appended extends Closeable {

    /** Adds bytes at the end. */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /** Makes durable what was written. After it has thrown nothing is known of the file, and it is not synced again. */
    void sync() throws IOException;
  }

  /** A file that is open for reading. */
  interface Opened extends Closeable {

    /** Its size. */
    long bytes() throws IOException;

    /**
     * Reads from a position on until the array is full.
     *
     * @throws java.io.EOFException if the file ends before
     */
    void read(long position, byte[] into) throws IOException;
  }
}
