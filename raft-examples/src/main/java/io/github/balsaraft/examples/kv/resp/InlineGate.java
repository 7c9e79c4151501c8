package io.github.balsaraft.examples.kv.resp;

import io.github.balsaraft.examples.kv.state.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Stands before Netty's decoder while a connection sends inline commands only, as people with telnet or netcat do. Netty
 * understands inline commands too, but wants CR LF behind them and takes them for UTF-8; Redis accepts a bare LF and any
 * bytes. With the first line that is not inline this handler takes itself out of the way.
 */
final class InlineGate extends ByteToMessageDecoder {

  /** A line without its end. */
  record Line(Bytes bytes) {}

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (isProtocolType(in.getByte(in.readerIndex()))) {
      // What has been read so far goes on to the next handler.
      ctx.pipeline().remove(this);
      return;
    }
    int length = in.bytesBefore((byte) '\n');
    if (length < 0
        ? in.readableBytes() > RespLimits.MAX_LINE_BYTES
        : length > RespLimits.MAX_LINE_BYTES) {
      in.skipBytes(in.readableBytes());
      out.add(Inbound.Broken.because("too big inline request"));
      return;
    }
    if (length < 0) {
      return;
    }
    boolean withReturn = length > 0 && in.getByte(in.readerIndex() + length - 1) == '\r';
    byte[] line = new byte[withReturn ? length - 1 : length];
    in.readBytes(line);
    in.skipBytes(withReturn ? 2 : 1);
    out.add(new Line(Bytes.wrap(line)));
  }

  /** Only '*' starts a command, but the others are better refused as protocol than run as inline commands. */
  private static boolean isProtocolType(byte first) {
    return first == '*' || first == '$' || first == ':' || first == '+' || first == '-';
  }
}
