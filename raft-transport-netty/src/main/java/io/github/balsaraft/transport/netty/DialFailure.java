package io.github.balsaraft.transport.netty;

import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;

/**
 * Why an attempt to connect failed.
 *
 * @param kind what can be concluded from it
 * @param detail for an operator
 */
record DialFailure(Kind kind, String detail) {

  /** What can be concluded from a failure. */
  enum Kind {
    /** The machine is there and nobody listens at the port. */
    NOBODY_LISTENS,
    /** Connected, and then dropped before the handshake was through. */
    DROPPED,
    /** A host answered and one side refused. */
    REFUSED,
    /** Anything else: no such name, no way there, no answer in time, nobody at one of several addresses. */
    UNREACHABLE
  }

  /**
   * What has come of connecting.
   *
   * @param isWhereItWas whether the peer would be found there if it was anywhere
   */
  static DialFailure ofConnect(Throwable cause, boolean isWhereItWas) {
    // A timeout is a ConnectException, too; all that the
    // system calls by this name means that the port is closed.
    boolean nobodyListens =
        cause instanceof ConnectException && !(cause instanceof ConnectTimeoutException);
    return new DialFailure(
        nobodyListens && isWhereItWas ? Kind.NOBODY_LISTENS : Kind.UNREACHABLE,
        String.valueOf(cause.getMessage()));
  }
}
