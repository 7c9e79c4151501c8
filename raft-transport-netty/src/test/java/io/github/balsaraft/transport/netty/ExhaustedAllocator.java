package io.github.balsaraft.transport.netty;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;

/** As when direct memory has run out. */
final class ExhaustedAllocator extends AbstractByteBufAllocator {

  @Override
  protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
    throw new OutOfMemoryError("no memory, says the test");
  }

  @Override
  protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
    throw new OutOfMemoryError("no direct memory, says the test");
  }

  @Override
  public boolean isDirectBufferPooled() {
    return false;
  }
}
