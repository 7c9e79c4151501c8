package io.github.balsaraft.model;

import org.jspecify.annotations.Nullable;

/**
 * Answer to {@link JoinRequest}.
 *
 * @param replica the new replica
 * @param status what the responder did
 * @param detail for an operator: what is awaited, or why it was refused
 * @param leader who leads, if the responder doesn't and knows it: the new replica may never have heard of that host
 * @param leaderAddress where that host listens; empty without a leader
 */
public record JoinAnswer(
    ReplicaId replica,
    Status status,
    String detail,
    @Nullable HostId leader,
    String leaderAddress) implements ServiceMessage {

  /** An answer that names no leader. */
  public JoinAnswer(ReplicaId replica, Status status, String detail) {
    this(replica, status, detail, null, "");
  }

  /** What became of the request. */
  public enum Status {
    /** The responder isn't the leader; ask the others. */
    NOT_LEADER(1),
    /** A step was taken, or the one before is not finished yet. */
    IN_PROGRESS(2),
    /** The replica is a member by a committed configuration. */
    DONE(3),
    /** It can't be done as things are; asking again later may help. */
    REFUSED(4);

    private final byte code;

    Status(int code) {
      this.code = (byte) code;
    }

    /** The code on the wire. */
    public byte code() {
      return code;
    }

    /**
     * The status of a code.
     *
     * @throws UnknownFormatException if a newer version sent it
     */
    public static Status ofCode(byte code) {
      for (Status status : values()) {
        if (status.code == code) {
          return status;
        }
      }
      throw new UnknownFormatException("join status " + code + " was sent by a newer version");
    }
  }
}
