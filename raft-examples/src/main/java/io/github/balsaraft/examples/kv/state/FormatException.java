package io.github.balsaraft.examples.kv.state;

/**
 * Bytes of a batch or of its answers that this version can't read.
 *
 * <p>What a newer version may have written is fatal for the state machine: to skip what it doesn't understand would let replicas
 * diverge. What no version ever writes is refused, by every replica alike: or one client that sends garbage would stop them all.
 */
public final class FormatException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final boolean newer;

  private FormatException(String message, boolean newer) {
    super(message);
    this.newer = newer;
  }

  /** A newer version may have written it. */
  static FormatException newer(String message) {
    return new FormatException(message, true);
  }

  /** No version writes that. */
  static FormatException malformed(String message) {
    return new FormatException(message, false);
  }

  /** Whether a newer version may have written it. */
  public boolean isNewer() {
    return newer;
  }
}
