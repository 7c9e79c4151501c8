package io.github.balsaraft.transport.netty;

/**
 * Decides when a peer's process seems to be gone: an established control connection broke, and connecting again at once was
 * refused. Says it once for each time that the peer was here. Not thread-safe; no clock, no sockets.
 */
final class GoneDetector {

  /** A process that is dying may still take a connection and drop it: so many more attempts look behind that. */
  private static final int MAX_QUICK_RETRIES = 4;

  /** What to do after a failed attempt to connect. */
  enum Verdict {
    /** Nothing is concluded from it. */
    NOTHING,
    /** Try again in a few milliseconds. */
    RETRY_QUICKLY,
    /** The process is gone. */
    GONE
  }

  private boolean wasHere;
  private boolean suspected;
  private int quickRetries;

  /** Our control connection passed the handshake. */
  void connected() {
    wasHere = true;
    suspected = false;
  }

  /** The peer's control connection to us passed the handshake. */
  void heardFrom() {
    wasHere = true;
  }

  /** A control connection, in either direction, broke. Returns whether a new attempt would tell something. */
  boolean connectionLost() {
    suspected = wasHere;
    quickRetries = 0;
    return suspected;
  }

  /**
   * An attempt to connect failed.
   *
   * @param refused because nobody listens there
   * @param dropped because the connection broke before the handshake was through
   */
  Verdict attemptFailed(boolean refused, boolean dropped) {
    if (!suspected) {
      return Verdict.NOTHING;
    }
    if (refused) {
      wasHere = false;
      suspected = false;
      return Verdict.GONE;
    }
    if (dropped && quickRetries < MAX_QUICK_RETRIES) {
      quickRetries++;
      return Verdict.RETRY_QUICKLY;
    }
    suspected = false;
    return Verdict.NOTHING;
  }

  /** The peer is looked for somewhere else now. */
  void forget() {
    wasHere = false;
    suspected = false;
  }
}
