package io.github.balsaraft.api;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** A state as it was at one moment, to be written out while the state goes on changing. */
public interface SnapshotView extends AutoCloseable {

  /**
   * Writes it out. Called once, on a thread of the node that may block, at the same time as commands are applied.
   *
   * @throws IOException if writing fails; it need not be caught. Whatever is thrown, the snapshot is not taken and another is tried
   *     later
   */
  void writeTo(SnapshotWriter snapshot) throws IOException;

  /** Lets go of it, whether it was written or not; called once, on any thread. */
  @Override
  default void close() {}

  /** A view that is written to one file. */
  static SnapshotView of(Content content) {
    return snapshot -> {
      OutputStream out = new BufferedOutputStream(snapshot.state(), 1 << 16);
      content.writeTo(out);
      out.flush();
    };
  }

  /** Writes a state to a stream. */
  @FunctionalInterface
  interface Content {
    /** Writes all of it. The stream is buffered and needn't be closed. */
    void writeTo(OutputStream out) throws IOException;
  }
}
