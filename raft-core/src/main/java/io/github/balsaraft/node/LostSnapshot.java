package io.github.balsaraft.node;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.storage.RecoveredGroup;

/**
 * What a start has found in place of the snapshot that the log goes on from: nothing that can be read.
 *
 * @param base where the log begins; what was up to there is gone here
 * @param reached the last entry of the newest snapshot that was here, as far as is known; a state that is kept on disk by itself may be
 *     there, beyond the end of the log, after a restart right behind an installation
 * @param configuration the newest that can still be read, in the log or in what describes the damaged snapshot; empty if none can
 * @param problem what was found, for people
 */
record LostSnapshot(EntryId base, EntryId reached, Configuration configuration, String problem) {

  /**
   * Up to where another snapshot has to reach. A state that is kept by itself must not be ahead of it with an entry that the log lacks:
   * one beyond its end, or at whose index it has another, which the installation had no time to remove.
   */
  EntryId needed(RecoveredGroup log, boolean keepsStateOnDisk) {
    return keepsStateOnDisk && !StartingState.hasEntry(log, reached) ? reached : base;
  }
}
