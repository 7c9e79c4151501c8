package io.github.balsaraft.node;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.storage.RecoveredGroup;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/** What a state machine that keeps its state by itself has, compared with the log of the same replica. */
final class StartingState {

  private StartingState() {}

  /**
   * Refuses a state that is not of this replica: one that has seen entries which its log never had, or of other terms.
   *
   * @param held the last entry whose effects the state has
   * @param newest the snapshot that the log goes on from; null if there is none
   * @throws IllegalStateException if so; the message says what to do
   */
  static void check(
      EntryId held, @Nullable SnapshotManifest newest, @Nullable RecoveredGroup recovered) {
    EntryId snapshot = newest == null ? EntryId.NONE : newest.header().last();
    EntryId logEnd = recovered == null ? EntryId.NONE : recovered.last();
    long known = Math.max(snapshot.index(), logEnd.index());
    if (held.index() > known) {
      throw refused(held, "the log ends at " + known);
    }
    if (newest != null && held.index() == snapshot.index() && held.term() != snapshot.term()) {
      throw refused(held, "the snapshot is of term " + snapshot.term() + " there");
    }
    if (recovered != null
        && held.index() > 0
        && held.index() == recovered.base().index()
        && held.term() != recovered.base().term()) {
      throw refused(held, "the log goes on from term " + recovered.base().term() + " there");
    }
    // Up to the snapshot what the log has may be what the snapshot was fetched in place of: the log
    // is cut only after that.
    if (recovered != null
        && held.index() > recovered.base().index()
        && held.index() > snapshot.index()) {
      long term = termAt(recovered, held.index());
      if (held.index() <= logEnd.index() && term != held.term()) {
        throw refused(held, "the log has one of term " + term + " there");
      }
    }
  }

  private static long termAt(RecoveredGroup recovered, long index) {
    long term = 0;
    for (EntryId start : recovered.termStarts()) {
      term = start.index() <= index ? start.term() : term;
    }
    return term;
  }

  /** Whether a log has an entry, or begins right behind it. */
  static boolean hasEntry(@Nullable RecoveredGroup recovered, EntryId entry) {
    if (recovered == null || entry.index() > recovered.last().index()) {
      return false;
    }
    return recovered.base().equals(entry)
        || (entry.index() > recovered.base().index()
            && termAt(recovered, entry.index()) == entry.term());
  }

  private static IllegalStateException refused(EntryId held, String log) {
    return new IllegalStateException(
        "the state machine holds the entry " + held + ", and " + log
            + ": they are not of the same replica. Give both new, empty folders and let this host join anew");
  }

  /**
   * Says which configuration was in force at the last entry that the state holds, and how much of the log there is since the snapshot.
   *
   * @param log about how many bytes of entries are stored from one index to another
   */
  static void position(
      EntryId held,
      @Nullable SnapshotManifest newest,
      @Nullable RecoveredGroup recovered,
      ApplyPosition position,
      LongBinaryOperator log) {
    SnapshotHeader header = newest == null ? null : newest.header();
    Configuration configuration = header == null ? Configuration.EMPTY : header.configuration();
    long index = header == null ? 0 : header.configurationIndex();
    // A log that doesn't go through the snapshot is what
    // that has taken the place of: nothing in it counts.
    RecoveredGroup counted =
        newest == null || hasEntry(recovered, newest.header().last()) ? recovered : null;
    if (counted != null) {
      for (EntryBatch batch : counted.configurations()) {
        if (batch.lastIndex() <= held.index() && batch.lastIndex() > index) {
          configuration = Configuration.decode(batch.singlePayload());
          index = batch.lastIndex();
        }
      }
    }
    position.startAt(held, configuration, index);
    if (counted != null) {
      long covered = newest == null ? 0 : newest.header().last().index();
      // What is kept of the log before the snapshot is no reason for another.
      long fromIndex = Math.max(covered, counted.base().index()) + 1;
      long toIndex = Math.min(held.index(), counted.last().index());
      if (fromIndex <= toIndex) {
        position.countSince(toIndex - fromIndex + 1, log.applyAsLong(fromIndex, toIndex));
      }
    }
  }
}
