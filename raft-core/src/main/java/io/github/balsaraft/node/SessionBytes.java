package io.github.balsaraft.node;

import org.jspecify.annotations.Nullable;

/**
 * The part of a replica's state that belongs to the library and not to the application: it goes into snapshots beside the state
 * machine's. Used by the apply threads, one at a time.
 */
interface SessionBytes {

  /** There is none. */
  SessionBytes NONE = new SessionBytes() {
    @Override
    public byte @Nullable [] capture() {
      return null;
    }

    @Override
    public void restore(byte @Nullable [] captured) {
      // There is nothing to put it into.
    }
  };

  /** The present state, encoded; null if there is nothing worth a file. */
  byte @Nullable [] capture();

  /** Takes a captured state in place of the present one; null for what it was before the first entry. */
  void restore(byte @Nullable [] captured);
}
