package io.github.balsaraft.testing;

import io.github.balsaraft.api.Command;
import java.nio.ByteBuffer;

/** A committed command that was made up, for tests that hand one to a state machine themselves. Its payload is not copied. */
public final class MadeUpCommand implements Command {

  private final long index;
  private final long term;
  private final long logTimeMillis;
  private final byte[] payload;

  /** One at that place of a log. */
  public MadeUpCommand(long index, long term, long logTimeMillis, byte[] payload) {
    this.index = index;
    this.term = term;
    this.logTimeMillis = logTimeMillis;
    this.payload = payload;
  }

  @Override
  public long index() {
    return index;
  }

  @Override
  public long term() {
    return term;
  }

  @Override
  public long logTimeMillis() {
    return logTimeMillis;
  }

  @Override
  public ByteBuffer payload() {
    return ByteBuffer.wrap(payload).asReadOnlyBuffer();
  }

  @Override
  public byte[] bytes() {
    return payload.clone();
  }
}
