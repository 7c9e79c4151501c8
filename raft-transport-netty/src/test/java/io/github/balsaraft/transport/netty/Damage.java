package io.github.balsaraft.transport.netty;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Arrays;
import java.util.Random;

/** What becomes of bytes on a bad way, by chance. */
final class Damage {

  private final Random random;

  Damage(Random random) {
    this.random = random;
  }

  /** A copy of which a few bytes are changed, removed or doubled. */
  byte[] of(byte[] bytes) {
    byte[] damaged = bytes.clone();
    for (int i = 1 + random.nextInt(3); i > 0 && damaged.length > 0; i--) {
      int at = random.nextInt(damaged.length);
      switch (random.nextInt(4)) {
        case 0 -> damaged[at] = (byte) random.nextInt();
        case 1 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> damaged = Arrays.copyOf(damaged, at);
        default -> {
          byte[] longer = Arrays.copyOf(damaged, damaged.length + 1 + random.nextInt(8));
          System.arraycopy(
              damaged, at, longer, longer.length - (damaged.length - at), damaged.length - at);
          damaged = longer;
        }
      }
    }
    return damaged;
  }

  /** Bytes arrive in two pieces, cut where a network would not; the second one only if the channel is open by then. */
  void arrive(EmbeddedChannel channel, byte[] bytes) {
    int split = random.nextInt(bytes.length + 1);
    channel.writeInbound(Unpooled.copiedBuffer(bytes, 0, split));
    if (channel.isOpen()) {
      channel.writeInbound(Unpooled.copiedBuffer(bytes, split, bytes.length - split));
    }
  }
}
