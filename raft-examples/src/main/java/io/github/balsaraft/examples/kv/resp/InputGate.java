package io.github.balsaraft.examples.kv.resp;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Stands before all decoders and throws away what comes behind a protocol error. The connection stays for as long as its client has not
 * taken the replies before it, and the decoders would gather what they don't understand, without a bound.
 */
final class InputGate extends ChannelInboundHandlerAdapter {

  private final RequestAssembler assembler;

  InputGate(RequestAssembler assembler) {
    this.assembler = assembler;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (assembler.isBroken()) {
      ReferenceCountUtil.release(message);
    } else {
      ctx.fireChannelRead(message);
    }
  }
}
