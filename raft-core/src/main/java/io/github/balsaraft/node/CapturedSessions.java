package io.github.balsaraft.node;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.SessionAnswer;
import io.github.balsaraft.model.UnknownFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/**
 * The sessions of a {@link SessionTable} at one moment, and their stored form: the same bytes on every replica that has applied the same
 * entries. Big-endian, version 1: the version (1), how many sessions (4); then for each, that which was not used for longest first: its
 * number (8), timeout (8) and log time of the last use (8) in milliseconds, the lowest sequence number that is not answered (8), how
 * many answers (4); then for each of those, ascending: its sequence number (8), the length (4) and the bytes of the {@link
 * SessionAnswer}; at the end the CRC32C of it all (4).
 *
 * <p>Immutable, so that any thread may write it out.
 */
final class CapturedSessions {

  private static final byte VERSION = 1;
  private static final int HEADER_BYTES = 5;
  private static final int SESSION_BYTES = 36;
  private static final int ANSWER_BYTES = 12;
  private static final int CRC_BYTES = 4;

  private final List<Session> sessions;

  CapturedSessions(List<Session> sessions) {
    this.sessions = List.copyOf(sessions);
  }

  List<Session> sessions() {
    return sessions;
  }

  /** One session. Its answers are in the order of their sequence numbers. */
  @SuppressWarnings("ArrayRecordComponent")
  record Session(
      long id,
      long timeoutMillis,
      long usedAtMillis,
      long lowestUnanswered,
      long[] sequences,
      List<SessionAnswer> answers) {}

  /** Writes the stored form; no more than one answer is copied at a time. */
  void writeTo(OutputStream out) throws IOException {
    CheckedOutputStream checked = new CheckedOutputStream(out, new CRC32C());
    checked.write(
        ByteBuffer.allocate(HEADER_BYTES).put(VERSION).putInt(sessions.size()).array());
    for (Session session : sessions) {
      checked.write(ByteBuffer.allocate(SESSION_BYTES)
          .putLong(session.id)
          .putLong(session.timeoutMillis)
          .putLong(session.usedAtMillis)
          .putLong(session.lowestUnanswered)
          .putInt(session.sequences.length)
          .array());
      for (int i = 0; i < session.sequences.length; i++) {
        byte[] answer = session.answers.get(i).encode();
        checked.write(ByteBuffer.allocate(ANSWER_BYTES)
            .putLong(session.sequences[i])
            .putInt(answer.length)
            .array());
        checked.write(answer);
      }
    }
    out.write(ByteBuffer.allocate(CRC_BYTES)
        .putInt((int) checked.getChecksum().getValue())
        .array());
  }

  /** The stored form at once. */
  byte[] encode() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Reads the stored form; see {@link SessionTable#decode}. */
  static List<OpenSession> decode(byte[] stored) {
    int end = stored.length - CRC_BYTES;
    if (end < HEADER_BYTES || ByteBuffer.wrap(stored).getInt(end) != crc32c(stored, end)) {
      throw new CorruptDataException("stored sessions fail their checksum");
    }
    ByteBuffer in = ByteBuffer.wrap(stored, 0, end);
    int version = in.get() & 0xff;
    if (version != VERSION) {
      throw new UnknownFormatException("stored sessions have version " + version
          + ", this library reads versions up to " + VERSION);
    }
    try {
      List<OpenSession> sessions = new ArrayList<>();
      for (int count = in.getInt(); count > 0; count--) {
        // In the order of their last uses, each at an index of its own: none of those can have been
        // at a lower one than its number here.
        sessions.add(session(in, sessions.size() + 1));
      }
      if (in.hasRemaining()) {
        throw new CorruptDataException(in.remaining() + " bytes follow the last stored session");
      }
      return sessions;
    } catch (BufferUnderflowException e) {
      throw new CorruptDataException("stored sessions are cut off");
    }
  }

  private static OpenSession session(ByteBuffer in, long usedAtIndex) {
    OpenSession session =
        new OpenSession(in.getLong(), in.getLong(), in.getLong(), usedAtIndex, in.getLong());
    for (int count = in.getInt(); count > 0; count--) {
      long sequence = in.getLong();
      int length = in.getInt();
      if (length < 0 || length > in.remaining()) {
        throw new CorruptDataException("an answer of session " + session.id + " claims " + length
            + " bytes where " + in.remaining() + " remain");
      }
      byte[] answer = new byte[length];
      in.get(answer);
      session.keep(sequence, SessionAnswer.decode(answer));
    }
    return session;
  }

  private static int crc32c(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
