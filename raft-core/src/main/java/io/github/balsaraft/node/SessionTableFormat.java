package io.github.balsaraft.node;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.SessionAnswer;
import io.github.balsaraft.model.UnknownFormatException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.zip.CRC32C;

/** The stored form of a {@link SessionTable}, which is described there. */
final class SessionTableFormat {

  private static final byte VERSION = 1;
  private static final int HEADER_BYTES = 5;
  private static final int SESSION_BYTES = 36;
  private static final int ANSWER_BYTES = 12;
  private static final int CRC_BYTES = 4;

  private SessionTableFormat() {}

  static byte[] encode(Collection<OpenSession> sessions) {
    List<List<byte[]>> answers = new ArrayList<>();
    long bytes = HEADER_BYTES + CRC_BYTES;
    for (OpenSession session : sessions) {
      List<byte[]> encoded =
          session.answers.values().stream().map(SessionAnswer::encode).toList();
      answers.add(encoded);
      bytes += SESSION_BYTES;
      for (byte[] answer : encoded) {
        bytes += ANSWER_BYTES + answer.length;
      }
    }
    ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(bytes));
    out.put(VERSION).putInt(sessions.size());
    int next = 0;
    for (OpenSession session : sessions) {
      put(out, session, answers.get(next++));
    }
    return out.putInt(crc32c(out.array(), out.position())).array();
  }

  private static void put(ByteBuffer out, OpenSession session, List<byte[]> answers) {
    out.putLong(session.id).putLong(session.timeoutMillis).putLong(session.usedAtMillis);
    out.putLong(session.lowestUnanswered).putInt(answers.size());
    int next = 0;
    for (long sequence : session.answers.keySet()) {
      byte[] answer = answers.get(next++);
      out.putLong(sequence).putInt(answer.length).put(answer);
    }
  }

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
        sessions.add(session(in));
      }
      if (in.hasRemaining()) {
        throw new CorruptDataException(in.remaining() + " bytes follow the last stored session");
      }
      return sessions;
    } catch (BufferUnderflowException e) {
      throw new CorruptDataException("stored sessions are cut off");
    }
  }

  private static OpenSession session(ByteBuffer in) {
    OpenSession session = new OpenSession(in.getLong(), in.getLong(), in.getLong(), in.getLong());
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
