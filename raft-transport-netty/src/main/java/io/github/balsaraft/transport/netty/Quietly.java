package io.github.balsaraft.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundInvoker;

/** What is done to a channel without waiting for it: how it ended is seen, if at all, when the channel closes. */
@SuppressWarnings("FutureReturnValueIgnored")
final class Quietly {

  private Quietly() {}

  static void close(ChannelOutboundInvoker channel) {
    channel.close();
  }

  static void send(ChannelOutboundInvoker channel, ByteBuf bytes) {
    channel.writeAndFlush(bytes);
  }
}
