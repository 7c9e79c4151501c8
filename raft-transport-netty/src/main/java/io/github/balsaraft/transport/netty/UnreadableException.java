package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.ReplicaId;

/** A message is well-formed and holds entries that only a newer version can read. */
final class UnreadableException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient ReplicaId to;
  private final long term;

  /** Names the replica that the message is for, and the term of who sent it. */
  UnreadableException(ReplicaId to, long term, String what) {
    super(what);
    this.to = to;
    this.term = term;
  }

  ReplicaId to() {
    return to;
  }

  long term() {
    return term;
  }
}
