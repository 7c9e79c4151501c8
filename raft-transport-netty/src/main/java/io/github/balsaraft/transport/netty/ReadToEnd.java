package io.github.balsaraft.transport.netty;

import io.netty.channel.Channel;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Waits until everything is read that has come on a connection whose other end is dead. Then it is closed, mostly at once. One whose
 * end was swallowed on the way never closes: so it is enough that nothing has come for a while. Of the connection's event loop, which
 * looks for bytes before it runs what is due. It may have stood still in between, and what has come meanwhile is read in its next turn only:
 * so nothing is decided in the turn that finds silence.
 */
final class ReadToEnd {

  private static final long SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Who has sent something for so long isn't dead, or has sent more than can be waited for. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** Due in a later turn of the event loop, which runs what is due when the turn begins. */
  private static final long LATER_TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final long beganNanos = System.nanoTime();
  private final Channel channel;
  private final Runnable then;
  private boolean seemsRead;
  private boolean ended;

  private ReadToEnd(Channel channel, Runnable then) {
    this.channel = channel;
    this.then = then;
  }

  /** Calls back once, on some event loop, when all these connections are read to their end; at once if there are none. */
  static void await(List<Channel> channels, Runnable then) {
    if (channels.isEmpty()) {
      then.run();
      return;
    }
    AtomicInteger left = new AtomicInteger(channels.size());
    for (Channel channel : channels) {
      ReadToEnd one = new ReadToEnd(channel, () -> {
        if (left.decrementAndGet() == 0) {
          then.run();
        }
      });
      channel.closeFuture().addListener(closed -> one.end());
      // What is in the socket now is read before that is over.
      one.lookAfter(SILENCE_NANOS);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // what it does in the end is its whole effect
  private void lookAfter(long nanos) {
    try {
      channel.eventLoop().schedule(this::look, nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // The transport is closed.
    }
  }

  private void look() {
    FrameDecoder frames = channel.pipeline().get(FrameDecoder.class);
    long silentNanos = frames == null ? SILENCE_NANOS : frames.silentNanos();
    boolean seemsReadNow =
        silentNanos >= SILENCE_NANOS || System.nanoTime() - beganNanos >= PATIENCE_NANOS;
    if (seemsReadNow && seemsRead) {
      end();
    } else if (!ended) {
      seemsRead = seemsReadNow;
      lookAfter(seemsReadNow ? LATER_TURN_NANOS : SILENCE_NANOS - silentNanos);
    }
  }

  private void end() {
    if (!ended) {
      ended = true;
      then.run();
    }
  }
}
