package io.github.balsaraft.api;

import io.github.balsaraft.model.EntryId;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** The files of a snapshot. */
public interface SnapshotReader {

  /** The last entry whose effects are in it. */
  EntryId lastEntry();

  /** The names of the files, in the order in which they were written. */
  List<String> files();

  /**
   * Reads a file from its beginning. One is read at a time.
   *
   * @return buffered; closing it is optional
   * @throws IOException if there is no such file, or it can't be read
   */
  InputStream file(String name) throws IOException;

  /** Reads the only file of a simple snapshot. */
  default InputStream state() throws IOException {
    return file(SnapshotWriter.STATE);
  }
}
