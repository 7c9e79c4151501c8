package io.github.balsaraft.transport.netty;

import io.github.balsaraft.transport.PeerConnection;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the two connections that we dial to a peer, with its queue. As long as it is said where the peer is, it is
 * connected or tries to be, whether anybody sends or not: a lane that waited for the first message would still believe
 * then what it had found out long ago. It connects again at once when the connection breaks, and after a growing pause when
 * that fails. While it pauses it takes no messages: they would be old by then.
 *
 * <p>{@link #offer}, {@link #status} and {@link #isConnectedTo} may be called by any thread, everything else by the lane's event loop only.
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

  static final String NO_ROUTE_DETAIL = "nobody has said where it is";

  /** How much one turn on the event loop sends before others have theirs. */
  private static final int MAX_FRAMES_PER_TURN = 32;

  private enum State {
    /** Nobody says where the peer is. */
    NO_ROUTE,
    CONNECTING,
    CONNECTED,
    /** Not connected, until a pause is over. */
    PAUSING,
    CLOSED
  }

  /** The peer that the lane leads to. Called on the event loop. */
  interface Owner {
    void dial(String address, AddressChoice choice, LaneKind lane, Dialer.Listener listener);

    void connected(OutboundLane lane);

    /** An established connection broke, other than by our doing. */
    void lost(OutboundLane lane);

    /** An attempt failed. Returns after how many milliseconds the next is due, at the same address, or -1 for the usual. */
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
  private State state = State.NO_ROUTE;
  private String address = "";
  private AddressChoice choice = new AddressChoice();
  private @Nullable Channel channel;
  private long connectedAtNanos;
  private int shortLives;
  private boolean failing;
  /** The peer was seen alive since the attempt under way began, which may have come too early. */
  private boolean seenSince;
  /** Grows with each attempt and each restart: what comes from an older one is late and ignored. */
  private int generation;

  // Written by the event loop, read by all.
  private volatile boolean accepting = true;
  private volatile long peerRun;
  private volatile PeerConnection status =
      new PeerConnection(PeerConnection.State.UNKNOWN, "not connected yet");

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

  /** Whether it is connected to this run of the peer's process, as far as this host knows. */
  boolean isConnectedTo(long run) {
    return status.state() == PeerConnection.State.CONNECTED && peerRun == run;
  }

  /** The run of the peer's process to which it was connected last. */
  long peerRun() {
    return peerRun;
  }

  /** To where it is connected, or null if it isn't. */
  @Nullable
  SocketAddress connectedTo() {
    Channel connected = channel;
    return connected == null ? null : connected.remoteAddress();
  }

  /** Queues a message. Returns null, or where it is counted if it is dropped now, which only the caller knows. */
  @Nullable
  LongAdder offer(QueuedMessage message) {
    if (!accepting) {
      return counters.droppedUnreachable;
    }
    if (!queue.offer(message)) {
      return counters.droppedQueueFull;
    }
    wake();
    return null;
  }

  private void wake() {
    if (queue.takeWakeUp()) {
      try {
        loop.execute(turn);
      } catch (RejectedExecutionException e) {
        // The transport is closed: nothing is sent any more.
      } catch (Error e) {
        // The next message asks for a turn again.
        queue.awake();
        throw e;
      }
    }
  }

  private void turn() {
    queue.awake();
    write();
    owner.roomChanged(this);
  }

  /**
   * Moves messages from the queue to the socket as long as the socket keeps up, with one flush for all. A frame and a flush for each
   * message are no slower in what could be measured with 128 B x 64 (docs/benchmarks.md): sharing them is for the messages of many
   * groups, with which it was not measured.
   */
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
    } catch (RuntimeException | OutOfMemoryError e) {
      LOG.error("can't write to the peer at {}; closing the connection", address, e);
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
    seenSince = false;
    int attempt = ++generation;
    // Why it failed is worth more to people than that it is being tried again.
    enter(State.CONNECTING, failing ? status : connecting());
    owner.dial(address, choice, kind, new Dialer.Listener() {
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

  private PeerConnection connecting() {
    return new PeerConnection(PeerConnection.State.CONNECTING, "connecting to " + address);
  }

  private void connected(Channel newChannel, Identity peer) {
    counters.connects.increment();
    choice.connected();
    channel = newChannel;
    connectedAtNanos = System.nanoTime();
    peerRun = peer.run();
    failing = false;
    enter(
        State.CONNECTED,
        new PeerConnection(
            PeerConnection.State.CONNECTED, "connected to " + newChannel.remoteAddress()));
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
      failing = true;
      pause(backoff.nextDelayMillis(), PeerConnection.State.UNREACHABLE, "the connection broke");
      owner.roomChanged(this);
    }
  }

  private void failed(DialFailure failure) {
    counters.connectFailures.increment();
    failing = true;
    long due = owner.failed(this, failure);
    if (due < 0) {
      choice.failed();
    }
    if (seenSince) {
      connect();
    } else {
      pause(
          due >= 0 ? due : backoff.nextDelayMillis(),
          failure.kind() == DialFailure.Kind.REFUSED
              ? PeerConnection.State.REFUSED
              : PeerConnection.State.UNREACHABLE,
          failure.detail());
    }
    owner.roomChanged(this);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // what it does in the end is its whole effect
  private void pause(long millis, PeerConnection.State visible, String why) {
    enter(State.PAUSING, new PeerConnection(visible, why));
    counters.droppedUnreachable.add(queue.clear());
    int pause = generation;
    loop.schedule(
        () -> {
          if (pause == generation && state == State.PAUSING) {
            connect();
          }
        },
        millis,
        TimeUnit.MILLISECONDS);
  }

  /** The peer is suspected not to be there any more: if the lane pauses, the pause is over. */
  void hurry() {
    if (state == State.PAUSING) {
      backoff.reset();
      connect();
    }
  }

  /**
   * The peer has shown that it is there: if the lane pauses, the pause is over. An attempt under way may have been too early
   * for it; if that fails, the next one follows at once.
   */
  void peerSeen() {
    if (state == State.CONNECTING) {
      backoff.reset();
      seenSince = true;
      status = connecting();
    } else if (state == State.PAUSING) {
      hurry();
      status = connecting();
    }
  }

  /** Says where the peer is now. Connects there, and not to where it was any more. Keeps the queue. */
  void leadTo(String newAddress) {
    if (state != State.CLOSED) {
      address = newAddress;
      choice = new AddressChoice();
      connectAnew();
    }
  }

  /** Nobody says any more where the peer is. */
  void leadNowhere() {
    if (state != State.CLOSED) {
      hangUp();
      // Until a connection is made again, which may be to somewhere else.
      failing = true;
      enter(State.NO_ROUTE, new PeerConnection(PeerConnection.State.UNKNOWN, NO_ROUTE_DETAIL));
      counters.droppedNoRoute.add(queue.clear());
      owner.roomChanged(this);
    }
  }

  /** What was said in the handshake is out of date: connects anew, if it knows where to. Keeps the queue. */
  void restart() {
    if (state != State.CLOSED && state != State.NO_ROUTE) {
      connectAnew();
    }
  }

  private void connectAnew() {
    hangUp();
    backoff.reset();
    connect();
    status = connecting();
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
    enter(State.CLOSED, new PeerConnection(PeerConnection.State.UNKNOWN, "closed"));
    queue.clear();
  }

  private void hangUp() {
    generation++;
    if (channel != null) {
      Quietly.close(channel);
      channel = null;
    }
  }

  private void enter(State next, PeerConnection visible) {
    state = next;
    accepting = next != State.PAUSING && next != State.CLOSED;
    status = visible;
  }

  /** Whether the last attempt failed, or the route was removed, and no attempt has succeeded since. */
  boolean isFailing() {
    return failing;
  }

  long pendingBytes() {
    return queue.pendingBytes();
  }
}
