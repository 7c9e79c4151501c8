package io.github.balsaraft.model;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * The payload of an {@link EntryType#SESSION} entry: what a client's session asks for (Raft thesis 6.3).
 *
 * <p>Stored form, big-endian, version 1:
 *
 * <pre>
 * offset size
 *      0    1  format version
 *      1    1  kind: 1 open, 2 command, 3 close
 *
 *   open
 *      2    8  timeout, milliseconds of log time
 *
 *   command
 *      2    8  session
 *     10    8  sequence number
 *     18    8  lowest sequence number that is not answered
 *     26       the application's command
 *
 *   close
 *      2    8  session
 * </pre>
 */
public sealed interface SessionEntry {

  /** What a command in a session takes besides the application's own bytes; other kinds take less. */
  int OVERHEAD_BYTES = 26;

  /**
   * A session begins. Its number is the index of this entry, so no two are alike.
   *
   * @param timeoutMillis it expires when it has not been used for longer, by log time
   */
  record Open(long timeoutMillis) implements SessionEntry {}

  /**
   * A command that is applied once, however often it is in the log.
   *
   * @param session the number of the session
   * @param sequence its number within the session, from 1 on
   * @param lowestUnanswered at most {@code sequence}; what is below is never proposed again, so nobody needs its results
   * @param command read-only, the application's command
   */
  record Command(long session, long sequence, long lowestUnanswered, ByteBuffer command)
      implements SessionEntry {}

  /**
   * A session isn't needed any more.
   *
   * @param session its number
   */
  record Close(long session) implements SessionEntry {}

  private static ByteBuffer begin(int kind, int bodyBytes) {
    return ByteBuffer.allocate(2 + bodyBytes).put((byte) 1).put((byte) kind);
  }

  /** The payload that opens a session. */
  static byte[] open(long timeoutMillis) {
    return begin(1, 8).putLong(timeoutMillis).array();
  }

  /** The payload of a command. */
  static byte[] command(long session, long sequence, long lowestUnanswered, byte[] command) {
    return begin(2, 24 + command.length)
        .putLong(session)
        .putLong(sequence)
        .putLong(lowestUnanswered)
        .put(command)
        .array();
  }

  /** The payload that closes a session. */
  static byte[] close(long session) {
    return begin(3, 8).putLong(session).array();
  }

  /**
   * Reads a payload. Of a command it is a view of these bytes, which must not change while it is used.
   *
   * @throws UnknownFormatException if only a newer version can read it
   * @throws CorruptDataException if it contradicts itself
   */
  static SessionEntry decode(ByteBuffer payload) {
    ByteBuffer in = payload.duplicate();
    try {
      int version = in.get() & 0xff;
      int kind = in.get() & 0xff;
      if (version != 1 || kind < 1 || kind > 3) {
        throw new UnknownFormatException(
            "an entry of a session is of kind " + kind + " in format " + version);
      }
      if (kind == 2) {
        return decodeCommand(in);
      }
      long value = in.getLong();
      if (in.hasRemaining() || value < 1) {
        throw new CorruptDataException("an entry that opens or closes a session, " + value
            + ", has " + in.remaining() + " bytes too many");
      }
      return kind == 1 ? new Open(value) : new Close(value);
    } catch (BufferUnderflowException e) {
      throw new CorruptDataException("an entry of a session is cut off");
    }
  }

  private static Command decodeCommand(ByteBuffer in) {
    long session = in.getLong();
    long sequence = in.getLong();
    long lowestUnanswered = in.getLong();
    if (session < 1 || lowestUnanswered < 1 || sequence < lowestUnanswered) {
      throw new CorruptDataException("command " + sequence + " of session " + session
          + " claims to be answered below " + lowestUnanswered);
    }
    return new Command(session, sequence, lowestUnanswered, in.slice().asReadOnlyBuffer());
  }
}
