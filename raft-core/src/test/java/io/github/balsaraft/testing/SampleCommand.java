package io.github.balsaraft.testing;

import io.github.balsaraft.api.Command;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A command as the runtime hands it in: its bytes are part of a larger array, which is used for other things once the call is over.
 */
final class SampleCommand implements Command {

  private static final int BEFORE = 5;
  private static final int AFTER = 3;

  private final long index;
  private final long term;
  private final long logTimeMillis;
  private final byte[] original;
  private final byte[] shared;
  private boolean over;

  SampleCommand(long index, long term, long logTimeMillis, byte[] payload) {
    this.index = index;
    this.term = term;
    this.logTimeMillis = logTimeMillis;
    this.original = payload.clone();
    this.shared = new byte[BEFORE + payload.length + AFTER];
    System.arraycopy(payload, 0, shared, BEFORE, payload.length);
  }

  /** The same command for another machine. */
  SampleCommand copy() {
    return new SampleCommand(index, term, logTimeMillis, original);
  }

  /** The call is over: from now on whoever looks at it sees other things. */
  void end() {
    over = true;
    Arrays.fill(shared, (byte) 0xA5);
  }

  @Override
  public long index() {
    return require(index);
  }

  @Override
  public long term() {
    return require(term);
  }

  @Override
  public long logTimeMillis() {
    return require(logTimeMillis);
  }

  @Override
  public ByteBuffer payload() {
    require(0);
    return ByteBuffer.wrap(shared, BEFORE, original.length).slice().asReadOnlyBuffer();
  }

  @Override
  public byte[] bytes() {
    require(0);
    return Arrays.copyOfRange(shared, BEFORE, BEFORE + original.length);
  }

  private long require(long value) {
    if (over) {
      throw new IllegalStateException("a command is valid during the call that received it");
    }
    return value;
  }
}
