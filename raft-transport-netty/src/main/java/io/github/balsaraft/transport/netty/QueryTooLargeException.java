package io.github.balsaraft.transport.netty;

/**
 * A query is longer than a member takes from a client, or than the client may have waiting ({@link RaftClientBuilder#maxPendingReadBytes});
 * it was not sent. Asking again ends the same way.
 */
public final class QueryTooLargeException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int limitBytes;

  QueryTooLargeException(int bytes, int limitBytes) {
    super("the query has " + bytes + " bytes, the limit is " + limitBytes);
    this.limitBytes = limitBytes;
  }

  /** The largest query that is taken, in bytes. */
  public int limitBytes() {
    return limitBytes;
  }
}
