package io.github.balsaraft.node;

import io.github.balsaraft.api.SessionRecord;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.SessionAnswer;
import io.github.balsaraft.model.UnknownFormatException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a {@link SessionTable} as records that a state machine keeps with its own state: which of them have changed, and their
 * stored form.
 *
 * <p>Big-endian. A key: the number of the session (8), a sequence number (8) or zero for the session itself. The value of a session,
 * version 1: the version (1), timeout (8) and log time of the last use (8) in milliseconds, the log index of the last use (8), the lowest
 * sequence number that is not answered (8). The value at a sequence number: the {@link SessionAnswer}.
 */
final class SessionRecords {

  private static final byte VERSION = 1;
  private static final int KEY_BYTES = 16;
  private static final int SESSION_BYTES = 33;

  /** Stands for the session itself: clients number their commands from 1 on. */
  private static final long OF_SESSION = 0;

  private record Key(long session, long sequence) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int bySession = Long.compare(session, other.session);
      return bySession != 0 ? bySession : Long.compare(sequence, other.sequence);
    }

    byte[] encode() {
      return ByteBuffer.allocate(KEY_BYTES).putLong(session).putLong(sequence).array();
    }

    static Key decode(byte[] bytes) {
      if (bytes.length != KEY_BYTES) {
        throw new CorruptDataException(
            "the key of a record of sessions has " + bytes.length + " bytes");
      }
      ByteBuffer in = ByteBuffer.wrap(bytes);
      return new Key(in.getLong(), in.getLong());
    }
  }

  /** What is not written yet, and the session that it is of. */
  private final TreeMap<Key, OpenSession> changed = new TreeMap<>();

  /** The session was opened or used. */
  void used(OpenSession session) {
    changed.put(new Key(session.id, OF_SESSION), session);
  }

  /** A command of it has an answer now, or none any more. */
  void answered(OpenSession session, long sequence) {
    changed.put(new Key(session.id, sequence), session);
  }

  /** Its answers below that number are about to be forgotten. */
  void forgetsBelow(OpenSession session, long sequence) {
    for (long forgotten : session.answers.headMap(sequence).keySet()) {
      answered(session, forgotten);
    }
  }

  /** All of it has changed: it has come, or is gone. */
  void all(OpenSession session) {
    used(session);
    for (long sequence : session.answers.keySet()) {
      answered(session, sequence);
    }
  }

  /** What has to be written, so that the records are those of the sessions as they are now; after that, nothing is. */
  List<SessionRecord> takeChanged() {
    List<SessionRecord> records = new ArrayList<>(changed.size());
    changed.forEach((key, session) -> {
      byte[] value = valueAt(key, session);
      records.add(
          value == null
              ? SessionRecord.deleted(key.encode())
              : SessionRecord.of(key.encode(), value));
    });
    changed.clear();
    return records;
  }

  private static byte @Nullable [] valueAt(Key key, OpenSession session) {
    if (session.isGone) {
      return null;
    }
    if (key.sequence == OF_SESSION) {
      return ByteBuffer.allocate(SESSION_BYTES)
          .put(VERSION)
          .putLong(session.timeoutMillis)
          .putLong(session.usedAtMillis)
          .putLong(session.usedAtIndex)
          .putLong(session.lowestUnanswered)
          .array();
    }
    SessionAnswer answer = session.answer(key.sequence);
    return answer == null ? null : answer.encode();
  }

  /**
   * Reads records.
   *
   * @return that which was not used for longest comes first
   * @throws CorruptDataException if they can't have been written by this
   * @throws UnknownFormatException if a newer version wrote them
   */
  static List<OpenSession> decode(List<SessionRecord> records) {
    TreeMap<Key, byte[]> sorted = new TreeMap<>();
    for (SessionRecord record : records) {
      sorted.put(Key.decode(record.key()), record.value());
    }
    List<OpenSession> sessions = new ArrayList<>();
    // Each session comes right before its answers.
    sorted.forEach((key, value) -> {
      OpenSession last = sessions.isEmpty() ? null : sessions.get(sessions.size() - 1);
      if (key.sequence == OF_SESSION) {
        sessions.add(session(key.session, value));
      } else if (last != null && last.id == key.session) {
        last.keep(key.sequence, SessionAnswer.decode(value));
      } else {
        throw new CorruptDataException(
            "there is an answer of session " + key.session + " and not the session");
      }
    });
    sessions.sort(Comparator.comparingLong(session -> session.usedAtIndex));
    return sessions;
  }

  private static OpenSession session(long id, byte[] value) {
    if (value.length > 0 && value[0] != VERSION) {
      throw new UnknownFormatException("the record of session " + id + " has version " + value[0]
          + ", this library reads versions up to " + VERSION);
    }
    if (value.length != SESSION_BYTES) {
      throw new CorruptDataException(
          "the record of session " + id + " has " + value.length + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(value, 1, SESSION_BYTES - 1);
    long timeoutMillis = in.getLong();
    long usedAtMillis = in.getLong();
    long usedAtIndex = in.getLong();
    return new OpenSession(id, timeoutMillis, usedAtMillis, usedAtIndex, in.getLong());
  }
}
