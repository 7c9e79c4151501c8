package io.github.balsaraft.transport.netty;

/** The state machine of the member that was asked threw when it answered a query. Asking again ends the same way. */
public final class RemoteQueryException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  RemoteQueryException(String thrown) {
    super(thrown);
  }
}
