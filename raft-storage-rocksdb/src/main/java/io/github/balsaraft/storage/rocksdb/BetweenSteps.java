package io.github.balsaraft.storage.rocksdb;

import java.io.IOException;

/**
 * Called between the steps with which opening changes what is on the disk: a seam for tests, which let opening end there as if the
 * step before or the one after had failed.
 */
@FunctionalInterface
interface BetweenSteps {

  /** A step is done, or the first is about to begin. */
  void reached() throws IOException;
}
