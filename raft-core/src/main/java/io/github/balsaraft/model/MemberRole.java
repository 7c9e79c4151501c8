package io.github.balsaraft.model;

/** What a member is in a configuration. An open set: the codes are stored and never reused. */
public enum MemberRole {
  /** Receives everything, counts in no quorum, never campaigns (Raft thesis 4.2.1). */
  LEARNER(1),
  /** Counts in elections and commits. */
  VOTER(2),
  /** Is out once joint consensus is left; until then it counts in the outgoing half only (Raft paper 6). */
  LEAVING(3);

  private final byte code;

  MemberRole(int code) {
    this.code = (byte) code;
  }

  /** The stored code. */
  public byte code() {
    return code;
  }

  /**
   * The role of a stored code.
   *
   * @throws UnknownFormatException if a newer version wrote it
   */
  public static MemberRole ofCode(byte code) {
    for (MemberRole role : values()) {
      if (role.code == code) {
        return role;
      }
    }
    throw new UnknownFormatException("member role " + code + " was written by a newer version");
  }
}
