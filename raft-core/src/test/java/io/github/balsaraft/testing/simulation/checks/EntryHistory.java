package io.github.balsaraft.testing.simulation.checks;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.testing.simulation.checks.TermEntries.PlacedConfiguration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every entry that was ever made. As long as log matching holds (Raft paper 5.3), which is checked at each append, a whole log
 * is known by its last entry: what is before it is the same wherever that entry is. So a log is one {@link EntryId} to the other
 * checks, and which term it has at an index is asked here.
 */
final class EntryHistory {

  /** The term of an index at which a log has nothing. */
  static final long ABSENT = -1;

  // Asked for by key and never gone through, so that their order doesn't matter.

  /** Of entries of sessions, what their commands are like for the state machine: see {@link Signatures}. */
  private final Map<EntryId, Long> inSessions = new HashMap<>();

  /** By term. */
  private final Map<Long, TermEntries> terms = new HashMap<>();

  /** The term of the entry at an index in the log that ends there; 0 at index 0, {@link #ABSENT} after its end. */
  long termAt(EntryId end, long index) {
    if (index > end.index()) {
      return ABSENT;
    }
    TermEntries entries = upTo(end.term(), index);
    return entries == null ? 0 : entries.term;
  }

  private @Nullable TermEntries upTo(long term, long index) {
    TermEntries entries = terms.get(term);
    while (entries != null && index < entries.firstIndex) {
      entries = entries.before;
    }
    return entries;
  }

  /** The entry at an index in the log that ends there, which has one. */
  EntryId at(EntryId end, long index) {
    return index == 0 ? EntryId.NONE : new EntryId(termAt(end, index), index);
  }

  /** Whether the log that ends there has this entry. */
  boolean contains(EntryId end, EntryId entry) {
    return termAt(end, entry.index()) == entry.term();
  }

  /** Whether somebody has made this entry. */
  boolean isKnown(long term, long index) {
    TermEntries entries = terms.get(term);
    return entries != null && index >= entries.firstIndex && index <= entries.lastIndex;
  }

  /**
   * Why entries of a term can't follow in the log that ends there: because they follow another entry wherever else they are.
   * Null if they can.
   */
  @Nullable
  String misfit(EntryId end, long term, long firstIndex) {
    if (firstIndex != end.index() + 1 || term < end.term()) {
      return "index " + firstIndex + " of term " + term + " doesn't follow " + end;
    }
    TermEntries entries = terms.get(term);
    boolean fits = entries == null
        || term == end.term()
        || (entries.firstIndex == firstIndex && entries.termBefore() == end.term());
    return fits
        ? null
        : "term " + term + " starts at index " + firstIndex + " after term " + end.term()
            + ", elsewhere at " + entries.firstIndex + " after term " + entries.termBefore();
  }

  /** A leader makes entries at the end of its log, where they fit. */
  void make(EntryId end, long term, long lastIndex) {
    TermEntries entries = terms.get(term);
    if (entries == null) {
      entries = new TermEntries(
          term, end.index() + 1, upTo(end.term(), end.index()), configurationOf(end));
      terms.put(term, entries);
    }
    entries.lastIndex = Math.max(entries.lastIndex, lastIndex);
  }

  /** Whether an entry that was made is this configuration in all logs. */
  boolean isConfiguration(EntryId entry, Configuration configuration) {
    return made(entry.term()).isConfiguration(entry.index(), configuration);
  }

  /** The configuration in force in the log that ends there, by that log alone (Raft paper 6). */
  PlacedConfiguration configurationOf(EntryId end) {
    TermEntries entries = upTo(end.term(), end.index());
    return entries == null ? PlacedConfiguration.NONE : entries.configurationAt(end.index());
  }

  /** The first index of a batch that was made at which another log has something else; 0 if there is none. */
  long differsAt(EntryBatch batch) {
    TermEntries entries = made(batch.term());
    for (EntryBatch.Cursor cursor = batch.cursor(); cursor.next(); ) {
      long signature = Signatures.of(batch.type(), batch.logTimeMillis(), cursor.payloadBytes());
      if (!entries.sign(cursor.index(), signature)) {
        return cursor.index();
      }
      entries.note(cursor.index(), batch.type() == EntryType.COMMAND, batch.logTimeMillis());
      if (batch.type() == EntryType.SESSION
          && SessionEntry.decode(cursor.payload()) instanceof SessionEntry.Command session) {
        byte[] command = new byte[session.command().remaining()];
        session.command().get(command);
        inSessions.put(
            new EntryId(batch.term(), cursor.index()),
            Signatures.of(EntryType.COMMAND, batch.logTimeMillis(), command));
      }
    }
    return 0;
  }

  /** The log time of an entry that was made; zero if nobody has stored it, and of {@link EntryId#NONE}. */
  long logTimeOf(EntryId entry) {
    return entry.index() == 0 ? 0 : made(entry.term()).logTimeAt(entry.index());
  }

  /**
   * The last command up to an index in the log that ends there, as far as somebody has stored it; 0 if there is none. Those of sessions
   * are not meant, which are applied only if they were not before.
   */
  long lastCommand(EntryId end, long index) {
    long last = Math.min(index, end.index());
    for (TermEntries entries = upTo(end.term(), last); entries != null; entries = entries.before) {
      long found = entries.lastCommand(last);
      if (found > 0) {
        return found;
      }
      last = entries.firstIndex - 1;
    }
    return 0;
  }

  /** Whether an entry that was made has this content in all logs; of a session's entry it is the command in it. */
  boolean hasContent(long term, long index, long signature) {
    Long inSession = inSessions.get(new EntryId(term, index));
    return inSession != null ? inSession == signature : made(term).sign(index, signature);
  }

  private TermEntries made(long term) {
    TermEntries entries = terms.get(term);
    if (entries == null) {
      throw new IllegalArgumentException("nobody has made entries of term " + term);
    }
    return entries;
  }
}
