package io.github.balsaraft.node;

import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.SessionRecord;
import io.github.balsaraft.api.SessionsStatus;
import io.github.balsaraft.model.SessionAnswer;
import io.github.balsaraft.model.SessionAnswer.Verdict;
import io.github.balsaraft.model.SessionEntry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a group's clients: a part of the replicated state, beside the application's (Raft thesis 6.3). A command that
 * is in the log twice is applied once, and its second copy is answered with the result of the first.
 *
 * <p>Everything here is decided by the log alone: the order of entries and their log time, never a clock or an option of one
 * replica. So the limits are the same constants everywhere; to change one is to change the format.
 *
 * <p>Used by the apply threads, one at a time.
 */
final class SessionTable {

  /** How many sessions there can be; one more, and the one that was not used for longest gives way. */
  static final int MAX_SESSIONS = 10_000;

  /** How far a session's commands may be ahead of the lowest that is not answered. */
  static final int MAX_UNANSWERED = 1024;

  /** From here on a session must have its results fetched before more of its commands are applied. */
  static final long MAX_SESSION_BYTES = 4L << 20;

  /** What all kept results may take; beyond it sessions give way, that which was not used for longest first. */
  static final long MAX_KEPT_BYTES = 64L << 20;

  /** A timeout is at least this. */
  static final long MIN_TIMEOUT_MILLIS = 1_000;

  /** A timeout is at most this: a week. */
  static final long MAX_TIMEOUT_MILLIS = 7L * 24 * 3600 * 1000;

  /** Whoever has opened one uses it before this part of its timeout is over, or has given it up. */
  static final int ABANDONED_PART = 10;

  private final long maxKeptBytes;
  private final int maxSessions;

  /** By number; that which was not used for longest comes first. */
  private final LinkedHashMap<Long, OpenSession> sessions = new LinkedHashMap<>(16, 0.75f, true);

  /** The next to expire comes first. */
  private final TreeSet<OpenSession> byExpiry =
      new TreeSet<>(Comparator.comparingLong(OpenSession::lastMillis)
          .thenComparingLong((OpenSession session) -> session.id));

  /**
   * Those that no command was applied in, the oldest first. By what is stored of a session alone, so that a restored replica has the same.
   */
  private final TreeMap<Long, OpenSession> neverUsed = new TreeMap<>();

  private long keptBytes;

  /** No session is here that has expired by then. */
  private long expiredMillis = Long.MIN_VALUE;

  /** Null as long as nobody keeps records of changes. */
  private @Nullable SessionRecords records;

  /** No sessions. */
  SessionTable() {
    this(MAX_SESSIONS, MAX_KEPT_BYTES);
  }

  /** For tests that reach the limits. */
  SessionTable(int maxSessions, long maxKeptBytes) {
    this.maxSessions = maxSessions;
    this.maxKeptBytes = maxKeptBytes;
  }

  /** How full it is. */
  SessionsStatus status() {
    return new SessionsStatus(sessions.size(), maxSessions, keptBytes, maxKeptBytes);
  }

  boolean isEmpty() {
    return sessions.isEmpty();
  }

  int size() {
    return sessions.size();
  }

  /** What the kept results take, about. */
  long keptBytes() {
    return keptBytes;
  }

  /**
   * Forgets who has expired. To be told of each entry that is applied, whatever it is, before it is: else sessions of clients that are
   * gone would stay as long as only those without sessions go on.
   *
   * @param logTimeMillis that of the entry; never less than that of an entry before
   */
  void expire(long logTimeMillis) {
    if (logTimeMillis <= expiredMillis) {
      return;
    }
    expiredMillis = logTimeMillis;
    while (!byExpiry.isEmpty() && byExpiry.first().lastMillis() < logTimeMillis) {
      remove(byExpiry.first());
    }
  }

  /**
   * Applies a committed entry.
   *
   * @param logTimeMillis that of the entry; never less than that of an entry before
   * @param machine applies the application's command, unless that was done before
   */
  SessionAnswer apply(
      long index, long logTimeMillis, SessionEntry entry, Function<ByteBuffer, byte[]> machine) {
    expire(logTimeMillis);
    if (entry instanceof SessionEntry.Command command) {
      return applyOnce(index, logTimeMillis, command, machine);
    }
    if (entry instanceof SessionEntry.Open open) {
      return open(index, logTimeMillis, open);
    }
    return close((SessionEntry.Close) entry);
  }

  private SessionAnswer open(long index, long logTimeMillis, SessionEntry.Open open) {
    if (sessions.size() >= maxSessions) {
      remove(leastMissed(logTimeMillis));
    }
    long timeoutMillis =
        Math.min(MAX_TIMEOUT_MILLIS, Math.max(MIN_TIMEOUT_MILLIS, open.timeoutMillis()));
    add(new OpenSession(index, timeoutMillis, logTimeMillis, index, OpenSession.FIRST_SEQUENCE));
    return SessionAnswer.applied(index, new byte[0]);
  }

  private SessionAnswer close(SessionEntry.Close close) {
    OpenSession session = sessions.get(close.session());
    if (session == null) {
      return SessionAnswer.refused(Verdict.EXPIRED);
    }
    remove(session);
    return SessionAnswer.applied(0, new byte[0]);
  }

  private SessionAnswer applyOnce(
      long index,
      long logTimeMillis,
      SessionEntry.Command command,
      Function<ByteBuffer, byte[]> machine) {
    // The look makes it the last that was used.
    OpenSession session = sessions.get(command.session());
    if (session == null) {
      return SessionAnswer.refused(Verdict.EXPIRED);
    }
    byExpiry.remove(session);
    session.use(logTimeMillis, index);
    byExpiry.add(session);
    if (records != null) {
      records.used(session);
      records.forgetsBelow(session, command.lowestUnanswered());
    }
    long before = session.keptBytes;
    session.forgetBelow(command.lowestUnanswered());
    noteUse(session);
    keptBytes += session.keptBytes - before;

    long sequence = command.sequence();
    if (sequence < session.lowestUnanswered) {
      return SessionAnswer.refused(Verdict.FORGOTTEN);
    }
    SessionAnswer known = session.answer(sequence);
    if (known != null) {
      return known;
    }
    if (isFull(session, sequence)) {
      return SessionAnswer.refused(Verdict.FULL);
    }
    SessionAnswer answer = answer(index, command, machine);
    session.keep(sequence, answer);
    noteUse(session);
    if (records != null) {
      records.answered(session, sequence);
    }
    keptBytes += OpenSession.weight(answer);
    makeRoomBeside(session);
    return answer;
  }

  private static SessionAnswer answer(
      long index, SessionEntry.Command command, Function<ByteBuffer, byte[]> machine) {
    try {
      return SessionAnswer.applied(index, machine.apply(command.command()));
    } catch (CommandRejectedException e) {
      return SessionAnswer.rejected(index, e.reason());
    }
  }

  /** The lowest is never refused: the others wait for its answer. */
  private static boolean isFull(OpenSession session, long sequence) {
    return sequence - session.lowestUnanswered >= MAX_UNANSWERED
        || (session.keptBytes >= MAX_SESSION_BYTES && sequence != session.lowestUnanswered);
  }

  private void makeRoomBeside(OpenSession used) {
    while (keptBytes > maxKeptBytes && sessions.size() > 1) {
      OpenSession next = leastRecentlyUsed();
      if (next == used) {
        return;
      }
      remove(next);
    }
  }

  private void noteUse(OpenSession session) {
    if (!session.isNeverUsed()) {
      neverUsed.remove(session.id);
    }
  }

  /**
   * Who asks for a session again and again while the state machine stands still gets many, and knows of the last one only. These must not
   * drive out those of which results are kept.
   */
  private OpenSession leastMissed(long logTimeMillis) {
    Map.Entry<Long, OpenSession> oldest = neverUsed.firstEntry();
    return oldest != null && isAbandoned(oldest.getValue(), logTimeMillis)
        ? oldest.getValue()
        : leastRecentlyUsed();
  }

  private static boolean isAbandoned(OpenSession session, long logTimeMillis) {
    return logTimeMillis - session.usedAtMillis >= session.timeoutMillis / ABANDONED_PART;
  }

  private OpenSession leastRecentlyUsed() {
    return sessions.values().iterator().next();
  }

  private void add(OpenSession session) {
    sessions.put(session.id, session);
    if (session.isNeverUsed()) {
      neverUsed.put(session.id, session);
    }
    byExpiry.add(session);
    keptBytes += session.keptBytes;
    if (records != null) {
      records.all(session);
    }
  }

  private void remove(OpenSession session) {
    sessions.remove(session.id);
    neverUsed.remove(session.id);
    byExpiry.remove(session);
    keptBytes -= session.keptBytes;
    session.isGone = true;
    if (records != null) {
      records.all(session);
    }
  }

  // ------------------------------------------------------ with the state of a machine on disk

  /** Records all changes from now on. */
  void keepRecords() {
    if (records == null) {
      records = new SessionRecords();
    }
  }

  /** The records that have changed since the last time. */
  List<SessionRecord> takeChangedRecords() {
    return records == null ? List.of() : records.takeChanged();
  }

  /** What has to be written in place of these records, so that they are those of the present sessions. */
  List<SessionRecord> recordsInPlaceOf(List<SessionRecord> kept) {
    SessionRecords present = new SessionRecords();
    sessions.values().forEach(present::all);
    List<SessionRecord> changes = new ArrayList<>(present.takeChanged());
    TreeSet<ByteBuffer> keys = new TreeSet<>();
    changes.forEach(record -> keys.add(ByteBuffer.wrap(record.key())));
    for (SessionRecord record : kept) {
      if (!keys.contains(ByteBuffer.wrap(record.key()))) {
        changes.add(SessionRecord.deleted(record.key()));
      }
    }
    return changes;
  }

  /**
   * The sessions of which these are all records; and those of changes go on from there.
   *
   * @throws io.github.balsaraft.model.CorruptDataException if they can't be such
   * @throws io.github.balsaraft.model.UnknownFormatException if a newer version wrote them
   */
  static SessionTable ofRecords(List<SessionRecord> kept) {
    return ofRecords(kept, MAX_SESSIONS, MAX_KEPT_BYTES);
  }

  /** For tests that reach the limits. */
  static SessionTable ofRecords(List<SessionRecord> kept, int maxSessions, long maxKeptBytes) {
    SessionTable table = new SessionTable(maxSessions, maxKeptBytes);
    SessionRecords.decode(kept).forEach(table::add);
    table.keepRecords();
    return table;
  }

  // ------------------------------------------------------------------ in snapshots

  /**
   * What is to be stored, as of now, to be written out by another thread while this table goes on. It shares the answers, which never
   * change, and what it copied of a session at the last capture unless that was used since: so it costs the apply thread little,
   * however large the answers are.
   */
  CapturedSessions capture() {
    List<CapturedSessions.Session> captured = new ArrayList<>(sessions.size());
    // Not an access: iterating over the values leaves the order as it is.
    for (OpenSession session : sessions.values()) {
      captured.add(session.capture());
    }
    return new CapturedSessions(captured);
  }

  /**
   * Reads the stored form.
   *
   * @throws io.github.balsaraft.model.CorruptDataException if it is damaged
   * @throws io.github.balsaraft.model.UnknownFormatException if a newer version wrote it
   */
  static SessionTable decode(byte[] stored) {
    return decode(stored, MAX_SESSIONS, MAX_KEPT_BYTES);
  }

  /** For tests that reach the limits. */
  static SessionTable decode(byte[] stored, int maxSessions, long maxKeptBytes) {
    SessionTable table = new SessionTable(maxSessions, maxKeptBytes);
    CapturedSessions.decode(stored).forEach(table::add);
    return table;
  }
}
