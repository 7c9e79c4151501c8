package io.github.balsaraft.examples.kv.testing;

import io.github.balsaraft.api.Command;
import java.nio.ByteBuffer;

/** A committed command that was made up. */
public final class FakeCommand implements Command {

  private final long index;
  private final long logTimeMillis;
  private final byte[] bytes;

  /** One at that place of a log. */
  public FakeCommand(long index, long logTimeMillis, byte[] bytes) {
    this.index = index;
    this.logTimeMillis = logTimeMillis;
    this.bytes = bytes;
  }

  @Override
  public long index() {
    return index;
  }

  @Override
  public long term() {
    return 4;
  }

  @Override
  public long logTimeMillis() {
    return logTimeMillis;
  }

  @Override
  public ByteBuffer payload() {
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }

  @Override
  public byte[] bytes() {
    return bytes.clone();
  }
}
