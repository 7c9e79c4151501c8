package io.github.balsaraft.examples.kv.resp;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.redis.FixedRedisMessagePool;
import io.netty.handler.codec.redis.RedisDecoder;

/** Sets a channel up so that {@link Inbound} messages arrive at the handlers behind. */
public final class RespPipeline {

  private RespPipeline() {}

  /** Adds the decoding handlers at the end of a pipeline. */
  public static void addTo(ChannelPipeline pipeline, RespLimits limits, MemoryBudget budget) {
    pipeline.addLast(new InlineGate());
    pipeline.addLast(
        new RedisDecoder(RespLimits.MAX_LINE_BYTES, FixedRedisMessagePool.INSTANCE, true));
    pipeline.addLast(new RequestAssembler(limits, budget));
  }
}
