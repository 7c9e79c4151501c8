package io.github.balsaraft.examples.kv.resp;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.redis.FixedRedisMessagePool;
import io.netty.handler.codec.redis.RedisDecoder;
import java.util.function.BooleanSupplier;

/** Sets a channel up so that {@link Inbound} messages arrive at the handlers behind. */
public final class RespPipeline {

  private RespPipeline() {}

  /**
   * Adds the decoding handlers at the end of a pipeline.
   *
   * @return whether there are the first parts of a command that hasn't arrived as a whole; to be asked on the channel's event loop
   */
  public static BooleanSupplier addTo(
      ChannelPipeline pipeline, RespLimits limits, MemoryBudget budget) {
    pipeline.addLast(new InlineGate());
    pipeline.addLast(
        new RedisDecoder(RespLimits.MAX_LINE_BYTES, FixedRedisMessagePool.INSTANCE, true));
    RequestAssembler assembler = new RequestAssembler(limits, budget);
    pipeline.addLast(assembler);
    return assembler::isHolding;
  }
}
