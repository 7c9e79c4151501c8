package io.github.balsaraft.transport.netty;

import io.github.balsaraft.transport.PeerConnection;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the two connections that we dial to a peer, with its queue: connects when somebody sends, again at once when it
 * breaks, and after a growing pause when that fails. While it pauses it takes no messages: they would be old by then.
 *
 * <p>{@link #offer} and {@link #want} may be called by any thread, everything else by the lane's event loop only.
 */
final class OutboundLane {

  private static final Logger LOG = LoggerFactory.getLogger(OutboundLane.class);

  /**
   * A connection that lived shorter is replaced at once only the first time: two hosts that throw each other out must not
   * spin.
   */
  private static final long SHORT_LIFE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** So long must a connection live for the next pause to be short again. */
  private static final long LONG_LIFE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How much one turn on the event loop sends before others have theirs. */
  private static final int MAX_FRAMES_PER_TURN = 32;

  private enum State {
    /** Not connected, and will be as soon as somebody sends. */
    IDLE,
    CONNECTING,
    CONNECTED,
    /** Not connected, until a pause is over. */
    PAUSING,
    CLOSED
  }

  /** The peer that the lane leads to. Called on the event loop. */
  interface Owner {
    String address();

    void dial(LaneKind lane, Dialer.Listener listener);

    void connected(OutboundLane lane);

    /** An established connection broke, other than by our doing. */
    void lost(OutboundLane lane);

    /** An attempt failed. Returns after how many milliseconds the next is due whatever happens, or -1 for the usual. */
    long failed(OutboundLane lane, DialFailure failure);

    /** There may be more or less room, or the lane may have begun or ceased to work. */
    void roomChanged(OutboundLane lane);
  }

  private final LaneKind kind;
  private final EventLoop loop;
  private final Owner owner;
  private final Counters counters;
  private final Backoff backoff;
  private final SendQueue queue;
  private final FrameWriter writer;
  private final Runnable turn = this::turn;

  // Of the event loop.
  private State state = State.IDLE;
  private @Nullable Channel channel;
  private long connectedAtNanos;
  private long peerRun;
  private int shortLives;
  private boolean failing;
  /** Grows with each attempt and each restart: what comes from an older one is late and ignored. */
  private int generation;

  // Written by the event loop, read by all. Wanted is written by all.
  private volatile boolean accepting = true;
  private volatile boolean dormant = true;
  private volatile boolean wanted;
  private volatile PeerConnection status =
      new PeerConnection(PeerConnection.State.UNKNOWN, "nothing was sent yet");

  OutboundLane(
      LaneKind kind, EventLoop loop, Owner owner, NettyOptions options, Counters counters) {
    this.kind = kind;
    this.loop = loop;
    this.owner = owner;
    this.counters = counters;
    this.backoff = new Backoff(
        options.minBackoffMillis(),
        options.maxBackoffMillis(),
        () -> ThreadLocalRandom.current().nextDouble());
    this.queue = new SendQueue(options.maxQueuedBytes(kind));
    this.writer = new FrameWriter(options.maxFrameBytes());
  }

  LaneKind kind() {
    return kind;
  }

  PeerConnection status() {
    return status;
  }

  /** Queues a message, or drops and counts it. */
  void offer(QueuedMessage message) {
    wanted = true;
    if (!accepting) {
      counters.droppedUnreachable.increment();
    } else if (queue.offer(message)) {
      wake();
    } else {
      counters.droppedQueueFull.increment();
    }
  }

  /** Somebody sends to the peer, on this lane or the other: time to connect. */
  void want() {
    wanted = true;
    if (dormant) {
      wake();
    }
  }

  private void wake() {
    if (queue.takeWakeUp()) {
      try {
        loop.execute(turn);
      } catch (RejectedExecutionException e) {
        // The transport is closed: nothing is sent any more.
      }
    }
  }

  private void turn() {
    queue.awake();
    if (state == State.IDLE && wanted) {
      connect();
    }
    write();
    owner.roomChanged(this);
  }

  /** Moves messages from the queue to the socket as long as the socket keeps up. */
  private void write() {
    Channel to = channel;
    if (to == null) {
      return;
    }
    try {
      int frames = 0;
      while (to.isWritable() && frames < MAX_FRAMES_PER_TURN) {
        FrameWriter.Packed frame = writer.next(queue, to.alloc());
        if (frame == null) {
          break;
        }
        write(to, frame);
        frames++;
      }
      if (frames > 0) {
        counters.flushes.increment();
        to.flush();
      }
    } catch (RuntimeException e) {
      LOG.error("can't write to the peer at {}; closing the connection", owner.address(), e);
      Quietly.close(to);
    }
    if (to.isWritable() && !queue.isEmpty()) {
      wake();
    }
  }

  private void write(Channel to, FrameWriter.Packed frame) {
    counters.framesSent.increment();
    counters.bytesSent.add(frame.contentBytes() + (long) FrameWriter.LENGTH_BYTES);
    counters.messagesSent.add(frame.messages());
    to.write(frame.bytes()).addListener(done -> {
      queue.release(frame.contentBytes());
      if (!done.isSuccess()) {
        counters.droppedUnreachable.add(frame.messages());
      }
      owner.roomChanged(this);
    });
  }

  private void connect() {
    wanted = false;
    int attempt = ++generation;
    enter(State.CONNECTING, PeerConnection.State.CONNECTING, "connecting to " + owner.address());
    owner.dial(kind, new Dialer.Listener() {
      @Override
      public void connected(Channel newChannel, Identity peer) {
        if (attempt == generation) {
          OutboundLane.this.connected(newChannel, peer);
        } else {
          Quietly.close(newChannel);
        }
      }

      @Override
      public void failed(DialFailure failure) {
        if (attempt == generation) {
          OutboundLane.this.failed(failure);
        }
      }
    });
  }

  private void connected(Channel newChannel, Identity peer) {
    counters.connects.increment();
    channel = newChannel;
    connectedAtNanos = System.nanoTime();
    peerRun = peer.run();
    failing = false;
    enter(
        State.CONNECTED,
        PeerConnection.State.CONNECTED,
        "connected to " + newChannel.remoteAddress());
    int connection = generation;
    newChannel.closeFuture().addListener(closed -> {
      if (connection == generation) {
        lost();
      }
    });
    newChannel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
      @Override
      public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (connection == generation && ctx.channel().isWritable()) {
          wake();
        }
      }
    });
    owner.connected(this);
    turn();
  }

  private void lost() {
    channel = null;
    long lived = System.nanoTime() - connectedAtNanos;
    if (lived >= LONG_LIFE_NANOS) {
      backoff.reset();
    }
    owner.lost(this);
    if (state != State.CONNECTED) {
      return;
    }
    shortLives = lived >= SHORT_LIFE_NANOS ? 0 : shortLives + 1;
    if (shortLives <= 1) {
      connect();
    } else {
      wanted = true;
      pause(backoff.nextDelayMillis(), "the connection broke");
    }
  }

  private void failed(DialFailure failure) {
    counters.connectFailures.increment();
    failing = true;
    long due = owner.failed(this, failure);
    boolean again = due >= 0;
    wanted |= again;
    pause(again ? due : backoff.nextDelayMillis(), failure.detail());
    if (failure.kind() == DialFailure.Kind.REFUSED) {
      status = new PeerConnection(PeerConnection.State.REFUSED, failure.detail());
    }
    owner.roomChanged(this);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // what it does in the end is its whole effect
  private void pause(long millis, String why) {
    enter(State.PAUSING, PeerConnection.State.UNREACHABLE, why);
    counters.droppedUnreachable.add(queue.clear());
    int pause = generation;
    loop.schedule(
        () -> {
          if (pause == generation && state == State.PAUSING) {
            resume();
          }
        },
        millis,
        TimeUnit.MILLISECONDS);
  }

  private void resume() {
    if (wanted) {
      connect();
    } else {
      enter(State.IDLE, status.state(), status.detail());
    }
  }

  /** The peer has shown that it is there, or is suspected not to be: if the lane pauses, the pause is over. */
  void hurry() {
    if (state == State.PAUSING || (state == State.IDLE && failing)) {
      backoff.reset();
      connect();
    }
  }

  /** What is known of the peer has changed: connects anew if it was connected or tried to be. Keeps the queue. */
  void restart() {
    if (state == State.CLOSED) {
      return;
    }
    boolean wasUsed = state != State.IDLE || failing;
    hangUp();
    backoff.reset();
    enter(State.IDLE, PeerConnection.State.UNKNOWN, "not connected yet");
    if (wasUsed) {
      connect();
    }
  }

  /** Restarts if the connection leads to an earlier run of the peer's process: it is dead, even if that isn't known. */
  void restartUnlessRun(long run) {
    if (state == State.CONNECTED && peerRun != run) {
      restart();
    }
  }

  /** Breaks the connection, as if the peer had. */
  void breakConnection() {
    if (channel != null) {
      Quietly.close(channel);
    }
  }

  void close() {
    hangUp();
    enter(State.CLOSED, PeerConnection.State.UNKNOWN, "closed");
    queue.clear();
  }

  private void hangUp() {
    generation++;
    if (channel != null) {
      Quietly.close(channel);
      channel = null;
    }
  }

  private void enter(State next, PeerConnection.State visible, String detail) {
    state = next;
    accepting = next != State.PAUSING && next != State.CLOSED;
    dormant = next == State.IDLE;
    status = new PeerConnection(visible, detail);
  }

  boolean isConnected() {
    return state == State.CONNECTED;
  }

  /** Whether the last attempt failed and none has succeeded since. */
  boolean isFailing() {
    return failing;
  }

  long pendingBytes() {
    return queue.pendingBytes();
  }
}
