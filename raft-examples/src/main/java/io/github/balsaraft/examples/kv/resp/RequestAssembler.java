package io.github.balsaraft.examples.kv.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.examples.kv.state.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.redis.ArrayHeaderRedisMessage;
import io.netty.handler.codec.redis.BulkStringHeaderRedisMessage;
import io.netty.handler.codec.redis.BulkStringRedisContent;
import io.netty.handler.codec.redis.ErrorRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.InlineCommandRedisMessage;
import io.netty.handler.codec.redis.IntegerRedisMessage;
import io.netty.handler.codec.redis.LastBulkStringRedisContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts the pieces that Netty's Redis decoder delivers together to {@link Inbound} messages. Netty's own aggregators are not
 * used: they would collect up to 512 MiB for one argument, and as many arguments as a client says there are.
 *
 * <p>Memory grows with what has arrived, never with what a client has announced. A request that is too large, or that the
 * {@link MemoryBudget} has no room for, is read to its end and thrown away, so that the next one can be understood.
 */
final class RequestAssembler extends ChannelInboundHandlerAdapter {

  /** What an argument costs beside its bytes. */
  private static final int BYTES_PER_ARGUMENT = 48;

  private static final int FIRST_BUFFER_BYTES = 16 << 10;

  private static final Inbound FROM_BROWSER = new Inbound.Foreign("sends HTTP");

  private final RespLimits limits;
  private final MemoryBudget budget;

  /** Arguments of the current request that are complete. */
  private List<Bytes> words = new ArrayList<>();

  /** How many arguments are still to come, the current one included; 0 between requests. */
  private long missing;

  /** The argument that is being received; its array grows up to {@link #argumentLength}. */
  private byte @Nullable [] argument;

  private int argumentLength;
  private int argumentFilled;

  /** What the current request has taken from the budget. */
  private int taken;

  /** Why the current request is being thrown away, if it is. */
  private @Nullable String refusal;

  /** Set by the first protocol error; nothing is understood after that. */
  private boolean broken;

  RequestAssembler(RespLimits limits, MemoryBudget budget) {
    this.limits = limits;
    this.budget = budget;
  }

  /** Whether bytes of the budget are kept until the rest of a request arrives. */
  boolean isHolding() {
    return taken > 0;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (!broken) {
        accept(ctx, message);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void accept(ChannelHandlerContext ctx, Object message) {
    if (message instanceof BulkStringHeaderRedisMessage header) {
      if (checkArgumentExpected(ctx, '$')) {
        startArgument(header.bulkStringLength());
      }
    } else if (message instanceof FullBulkStringRedisMessage whole) {
      acceptWhole(ctx, whole);
    } else if (message instanceof BulkStringRedisContent content) {
      fillArgument(content.content());
      if (content instanceof LastBulkStringRedisContent) {
        endArgument(ctx);
      }
    } else if (message instanceof ArrayHeaderRedisMessage header) {
      startRequest(ctx, header);
    } else if (message instanceof InlineGate.Line line) {
      acceptLine(ctx, line.bytes().array());
    } else if (message instanceof InlineCommandRedisMessage line) {
      acceptDecodedLine(ctx, line.content());
    } else if (message instanceof Inbound.Broken error) {
      breakWith(ctx, error);
    } else {
      String expected = missing > 0 ? "$" : "*";
      breakWith(
          ctx,
          Inbound.Broken.because("expected '" + expected + "', got '" + typeOf(message) + "'"));
    }
  }

  private static char typeOf(Object message) {
    if (message instanceof IntegerRedisMessage) {
      return ':';
    }
    return message instanceof ErrorRedisMessage ? '-' : '+';
  }

  private void startRequest(ChannelHandlerContext ctx, ArrayHeaderRedisMessage header) {
    if (missing > 0) {
      breakWith(ctx, Inbound.Broken.because("expected '$', got '*'"));
    } else if (header.length() > limits.maxArguments()) {
      breakWith(ctx, Inbound.Broken.because("invalid multibulk length"));
    } else {
      // An empty or null array is no command; Redis ignores it.
      missing = Math.max(0, header.length());
    }
  }

  private boolean checkArgumentExpected(ChannelHandlerContext ctx, char got) {
    if (missing == 0) {
      breakWith(ctx, Inbound.Broken.because("expected '*', got '" + got + "'"));
      return false;
    }
    return true;
  }

  private void acceptWhole(ChannelHandlerContext ctx, FullBulkStringRedisMessage whole) {
    if (!checkArgumentExpected(ctx, '$')) {
      return;
    }
    if (whole.isNull()) {
      breakWith(ctx, Inbound.Broken.because("invalid bulk length"));
      return;
    }
    startArgument(whole.content().readableBytes());
    fillArgument(whole.content());
    endArgument(ctx);
  }

  private void startArgument(int length) {
    argumentLength = length;
    argumentFilled = 0;
    if (refusal == null && length > limits.maxArgumentBytes()) {
      refuse(tooLarge("a value", length, limits.maxArgumentBytes()));
    } else if (refusal == null && (long) taken + length > limits.maxRequestBytes()) {
      refuse(tooLarge("a command", (long) taken + length, limits.maxRequestBytes()));
    } else if (refusal == null) {
      argument = new byte[Math.min(length, FIRST_BUFFER_BYTES)];
      take(BYTES_PER_ARGUMENT + argument.length, BYTES_PER_ARGUMENT + (long) length);
    }
  }

  private static String tooLarge(String what, long bytes, int limit) {
    return "ERR " + what + " of " + bytes + " bytes is larger than the limit of " + limit
        + " bytes (see --max-value)";
  }

  private void fillArgument(ByteBuf content) {
    byte[] filling = argument;
    if (filling == null) {
      return;
    }
    int more = content.readableBytes();
    if (filling.length - argumentFilled < more) {
      int length = (int)
          Math.min(argumentLength, Math.max(2L * filling.length, (long) argumentFilled + more));
      if (!take(length - filling.length, argumentLength)) {
        return;
      }
      filling = Arrays.copyOf(filling, length);
      argument = filling;
    }
    content.readBytes(filling, argumentFilled, more);
    argumentFilled += more;
  }

  private void endArgument(ChannelHandlerContext ctx) {
    if (argument != null) {
      words.add(Bytes.wrap(argument));
      argument = null;
      if (words.size() == 1 && isOfBrowser(words.get(0))) {
        breakWith(ctx, FROM_BROWSER);
        return;
      }
    }
    missing--;
    if (missing == 0) {
      endRequest(ctx);
    }
  }

  private void endRequest(ChannelHandlerContext ctx) {
    Inbound inbound =
        refusal == null ? new Inbound.Request(words, taken) : new Inbound.Refused(refusal);
    // From here on the bytes are the connection's to give back.
    taken = 0;
    forget();
    ctx.fireChannelRead(inbound);
  }

  private void acceptDecodedLine(ChannelHandlerContext ctx, String line) {
    if (line.indexOf('\uFFFD') >= 0) {
      // Netty has replaced bytes that are not UTF-8: what the client meant is lost.
      breakWith(ctx, Inbound.Broken.because("binary data in an inline command"));
    } else {
      acceptLine(ctx, line.getBytes(UTF_8));
    }
  }

  private void acceptLine(ChannelHandlerContext ctx, byte[] line) {
    if (missing > 0) {
      String got = line.length == 0 ? "\\r" : String.valueOf((char) (line[0] & 0xff));
      breakWith(ctx, Inbound.Broken.because("expected '$', got '" + got + "'"));
      return;
    }
    List<Bytes> split = InlineWords.split(line).orElse(null);
    if (split == null) {
      breakWith(ctx, Inbound.Broken.because("unbalanced quotes in request"));
    } else if (!split.isEmpty() && isOfBrowser(split.get(0))) {
      breakWith(ctx, FROM_BROWSER);
    } else if (!split.isEmpty() && !isCommandName(split.get(0))) {
      breakWith(ctx, Inbound.Broken.because("this is not the Redis protocol"));
    } else if (!split.isEmpty()) {
      int bytes = line.length + BYTES_PER_ARGUMENT * split.size();
      if (take(bytes, bytes)) {
        words = split;
      }
      endRequest(ctx);
    }
  }

  /** Whether it begins a line of a request by HTTP that somebody could lure a browser into sending here. */
  private static boolean isOfBrowser(Bytes name) {
    return isWord(name.array(), "post") || isWord(name.array(), "host:");
  }

  /** In letters of either case, and whatever may follow a zero byte, as in C. Copies nothing of what may be long. */
  private static boolean isWord(byte[] text, String word) {
    if (text.length < word.length() || (text.length > word.length() && text[word.length()] != 0)) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (Character.toLowerCase(text[i]) != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether an inline command may be meant. Redis would answer "unknown command" to anything; but noise is better cut off. */
  private static boolean isCommandName(Bytes name) {
    for (byte letter : name.array()) {
      if ((letter >= 0 && letter <= ' ') || letter == 0x7f) {
        return false;
      }
    }
    return true;
  }

  /**
   * Takes bytes for the current request from the budget, or refuses it.
   *
   * @param announced how many bytes the argument that they are for will have
   */
  private boolean take(int bytes, long announced) {
    if (budget.tryTake(bytes, taken + announced)) {
      taken += bytes;
      return true;
    }
    refuse("TRYAGAIN this server holds too many bytes of unanswered commands");
    return false;
  }

  private void refuse(String error) {
    forget();
    refusal = error;
  }

  /** Drops what was collected of the current request. */
  private void forget() {
    budget.giveBack(taken);
    taken = 0;
    words = new ArrayList<>();
    argument = null;
    refusal = null;
  }

  private void breakWith(ChannelHandlerContext ctx, Inbound last) {
    broken = true;
    forget();
    ctx.fireChannelRead(last);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof CodecException)) {
      ctx.fireExceptionCaught(cause);
    } else if (!broken) {
      breakWith(ctx, Inbound.Broken.because(reasonOf(cause)));
    }
  }

  /** Netty says what it found; clients know what Redis says. */
  private String reasonOf(Throwable cause) {
    Throwable decoding = cause;
    while (decoding.getCause() instanceof CodecException inner) {
      decoding = inner;
    }
    String message = String.valueOf(decoding.getMessage());
    if (message.startsWith("delimiter:")) {
      return "expected CR LF";
    }
    // All else that Netty refuses is a number: one that isn't, is negative, or is too large.
    return missing > 0 ? "invalid bulk length" : "invalid multibulk length";
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    broken = true;
    forget();
    ctx.fireChannelInactive();
  }
}
