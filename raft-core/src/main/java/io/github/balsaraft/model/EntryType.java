package io.github.balsaraft.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an entry means. The codes are stored and sent; they are never reused.
 *
 * <p>A replica that meets a code it doesn't know halts instead of skipping it: skipping would let replicas diverge.
 */
public enum EntryType {
  /** A command of the application's state machine. */
  COMMAND(1),
  /** Appended by every new leader, so that entries of earlier terms can commit (Raft paper 8, thesis 6.4). */
  NO_OP(2),
  /** A {@link Configuration}, in force as soon as it is in the log (Raft paper 6). */
  CONFIGURATION(3),
  /** A {@link SessionEntry}: a command that is applied once however often it is proposed, and what belongs to that. */
  SESSION(4);

  private static final List<EntryType> ALL = List.of(values());

  private final byte code;

  EntryType(int code) {
    this.code = (byte) code;
  }

  /** The stored code. */
  public byte code() {
    return code;
  }

  /** Whether entries of this type are what clients propose. The others have ways of their own. */
  public boolean isProposed() {
    return this == COMMAND || this == SESSION;
  }

  /**
   * The type of a stored code.
   *
   * @throws UnknownFormatException if only a newer version knows it
   */
  public static EntryType ofCode(byte code) {
    EntryType type = find(code);
    if (type == null) {
      throw new UnknownFormatException("entries of type " + (code & 0xff));
    }
    return type;
  }

  /** The type of a stored code, or null if only a newer version knows it. */
  static @Nullable EntryType find(byte code) {
    for (EntryType type : ALL) {
      if (type.code == code) {
        return type;
      }
    }
    return null;
  }
}
