package io.github.balsaraft.model;

/** How far a follower is with a snapshot. An open set: the codes are sent and never reused. */
public enum InstallStatus {
  /** It is being fetched or restored. */
  UNDER_WAY(1),
  /** It is verified, durable, and where the log now starts. */
  INSTALLED(2),
  /** The source could not be reached or doesn't have it; another may be named. */
  FAILED(3);

  private final int code;

  InstallStatus(int code) {
    this.code = code;
  }

  /** The code on the wire. */
  public int code() {
    return code;
  }

  /**
   * The status of a code.
   *
   * @throws UnknownFormatException if a newer version sent it
   */
  public static InstallStatus ofCode(int code) {
    for (InstallStatus status : values()) {
      if (status.code == code) {
        return status;
      }
    }
    throw new UnknownFormatException("install status " + code + " is of a newer version");
  }
}
