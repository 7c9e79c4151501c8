package io.github.balsaraft.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What became of a {@link SessionEntry} when it was applied; the same on every replica.
 *
 * <p>Its form on the wire, big-endian: format version (1), code of the verdict (1), index (8), result.
 *
 * @param verdict what was decided
 * @param index where the command was applied or rejected first; or the number of the session that was opened; else 0
 * @param result the state machine's result, if the command was applied; its reason in UTF-8, if it was rejected; else empty
 */
@SuppressWarnings("ArrayRecordComponent")
public record SessionAnswer(Verdict verdict, long index, byte[] result) {

  private static final int HEADER_BYTES = 10;
  private static final byte[] NO_RESULT = {};

  /** What an entry of a session can come to. */
  public enum Verdict {
    /** It took effect: by this entry, or by an earlier one with the same number, whose result it is. */
    APPLIED(1),
    /**
     * There is no such session: it expired, was closed, or gave way to others. This entry had no effect; whether an earlier one
     * with the same number had, nobody knows any more.
     */
    EXPIRED(2),
    /** Too much is unanswered in the session. This entry had no effect, and neither had an earlier one with the same number. */
    FULL(3),
    /** The client has said that it needs no answer to this number. This entry had no effect. */
    FORGOTTEN(4),
    /** It had its turn, or an earlier one with the same number had, and the state machine refused it; the result says why. */
    REJECTED(5);

    private final byte code;

    Verdict(int code) {
      this.code = (byte) code;
    }

    private static @Nullable Verdict find(byte code) {
      for (Verdict verdict : values()) {
        if (verdict.code == code) {
          return verdict;
        }
      }
      return null;
    }
  }

  /** A command took effect at an index, with a result. */
  public static SessionAnswer applied(long index, byte[] result) {
    return new SessionAnswer(Verdict.APPLIED, index, result);
  }

  /** A command had its turn at an index, and the state machine refused it. */
  public static SessionAnswer rejected(long index, String reason) {
    return new SessionAnswer(Verdict.REJECTED, index, reason.getBytes(StandardCharsets.UTF_8));
  }

  /** Why the state machine refused it; for {@link Verdict#REJECTED} only. */
  public String reason() {
    return new String(result, StandardCharsets.UTF_8);
  }

  /** Nothing took effect. */
  public static SessionAnswer refused(Verdict verdict) {
    return new SessionAnswer(verdict, 0, NO_RESULT);
  }

  /** The form on the wire. */
  public byte[] encode() {
    return ByteBuffer.allocate(HEADER_BYTES + result.length)
        .put((byte) 1)
        .put(verdict.code)
        .putLong(index)
        .put(result)
        .array();
  }

  /**
   * Reads the form on the wire.
   *
   * @throws UnknownFormatException if only a newer version can read it
   * @throws CorruptDataException if it is cut off
   */
  public static SessionAnswer decode(byte[] bytes) {
    if (bytes.length < HEADER_BYTES) {
      throw new CorruptDataException("an answer to a session has only " + bytes.length + " bytes");
    }
    Verdict verdict = Verdict.find(bytes[1]);
    if (bytes[0] != 1 || verdict == null) {
      throw new UnknownFormatException(
          "an answer to a session is of kind " + bytes[1] + " in format " + bytes[0]);
    }
    return new SessionAnswer(
        verdict,
        ByteBuffer.wrap(bytes).getLong(2),
        Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length));
  }
}
