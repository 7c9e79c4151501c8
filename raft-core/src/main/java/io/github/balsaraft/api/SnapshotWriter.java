package io.github.balsaraft.api;

import java.io.IOException;
import java.io.OutputStream;

/** Takes the files of a snapshot, one after the other. */
public interface SnapshotWriter {

  /** The name of the only file of a simple snapshot. */
  String STATE = "state";

  /**
   * Begins a file, and ends the one before.
   *
   * @param name up to 1000 characters, other than those of the other files; it need not be a name that a file system takes. Names
   *     that begin with {@code balsa.} are taken
   * @return not buffered; closing it is optional
   */
  OutputStream file(String name) throws IOException;

  /** Begins the only file of a simple snapshot. */
  default OutputStream state() throws IOException {
    return file(STATE);
  }
}
