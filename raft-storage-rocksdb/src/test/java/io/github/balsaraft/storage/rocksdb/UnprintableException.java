package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.storage.LogStoreException;

/** Throws itself when it is asked for its text, as other failures do when there is no memory for it. */
final class UnprintableException extends LogStoreException {

  private static final long serialVersionUID = 1L;

  UnprintableException() {
    super("never seen");
  }

  @Override
  public String getMessage() {
    throw this;
  }
}
