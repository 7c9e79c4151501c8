package io.github.balsaraft.model;

import java.util.List;

/**
 * How {@link ForwardedProposals} ended.
 *
 * @param from the leader
 * @param to the follower
 * @param origin that of the proposals
 * @param outcomes in any order, each with its sequence number
 */
public record ForwardedOutcomes(ReplicaId from, ReplicaId to, long origin, List<Outcome> outcomes)
    implements ServiceMessage {

  public ForwardedOutcomes {
    outcomes = List.copyOf(outcomes);
  }

  @Override
  public boolean isBulk() {
    return true;
  }

  /**
   * How one proposal ended.
   *
   * @param sequence which one
   * @param kind how it ended
   * @param bytes the state machine's result if applied; the limit if too large, as a decimal number in ASCII; else a UTF-8
   *     explanation
   * @param retryAfterMillis if a queue is full: when to propose again; else zero
   */
  // An array, because results are passed on as they are and never compared.
  @SuppressWarnings("ArrayRecordComponent")
  public record Outcome(long sequence, Kind kind, byte[] bytes, long retryAfterMillis) {

    /** Of any kind but {@link Kind#OVERLOADED}. */
    public Outcome(long sequence, Kind kind, byte[] bytes) {
      this(sequence, kind, bytes, 0);
    }
  }

  /** The ends that a proposal can have. */
  public enum Kind {
    /** Applied; the bytes are the state machine's result. */
    APPLIED(1),
    /** Not appended because the receiver isn't the leader of that term; safe to propose again. */
    NOT_LEADER(2),
    /** Not appended because a queue is full; safe to propose again. */
    OVERLOADED(3),
    /** Appended, and then leadership was lost: it may still be applied. */
    UNKNOWN(4),
    /** Not appended because the receiver takes no command of this size; the bytes are its limit. */
    TOO_LARGE(5),
    /** Committed, and the state machine refused it; the bytes say why. */
    REJECTED(6),
    /** Applied, and the result fits into no message to the receiver; the bytes say how long it is. */
    ANSWER_TOO_LARGE(7);

    private final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }

    /** The code on the wire. */
    public byte code() {
      return code;
    }

    /**
     * The kind of a code.
     *
     * @throws UnknownFormatException if a newer version sent it
     */
    public static Kind ofCode(byte code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new UnknownFormatException("outcome " + code + " was sent by a newer version");
    }
  }
}
