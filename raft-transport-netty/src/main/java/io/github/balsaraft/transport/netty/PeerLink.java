package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.transport.PeerConnection;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way to one peer: two lanes, and what their fate says about the peer.
 *
 * <p>{@link #send}, {@link #trySend}, {@link #connection}, {@link #isConnectedTo} and the methods that say what happened elsewhere may be
 * called by any thread; the rest runs on the one event loop that both lanes have in common.
 */
final class PeerLink implements OutboundLane.Owner {

  /** How long a dying process is given to close its listening socket after it dropped a connection. */
  private static final long QUICK_RETRY_MILLIS = 5;

  private final HostId peer;
  private final EventLoop loop;
  private final Dialer dialer;
  private final NettyOptions options;
  private final Deliveries deliveries;
  private final Counters counters;
  private final PerSubjectLog log;
  private final Consumer<PeerLink> onUseless;
  private final OutboundLane control;
  private final OutboundLane bulk;
  private final Inbound inbound;

  /** Where others say that the peer is, or null if nobody does. Written by any thread; the event loop follows. */
  private volatile @Nullable String route;

  /**
   * What the peer says itself is not followed, until there is something to send or it connects anew. Else two hosts that only answer each
   * other would stay connected for ever.
   */
  private volatile boolean asleep;

  /** When something was last sent, or the peer last said where it is. */
  private volatile long usedNanos = System.nanoTime();

  // Of the event loop.
  private @Nullable String followed;
  private @Nullable ScheduledFuture<?> fallingAsleep;
  private final GoneDetector gone = new GoneDetector();
  private boolean writable = true;

  /** The run of the peer's process that was seen last, whichever side had dialled. */
  private long lastRun;

  /** The peer is gone, and the receiver isn't told yet. Another object each time. */
  private @Nullable Object untold;

  /** Which run of its process that was. */
  private long untoldRun;

  /** The connections that the peer has dialled. May be asked by any thread. */
  interface Inbound {

    /** Where it says itself that it is, while it is connected to this host; else null. Counts if there is no route. */
    @Nullable
    String saidAddress();

    /** As {@link ReadToEnd#await}. */
    void onceReadToEnd(Runnable then);
  }

  /**
   * A link to a peer of which nobody has said where it is.
   *
   * @param inbound the connections that the peer has dialled
   * @param onUseless called on the event loop when no way is followed: what the receiver was told of the peer was taken back by then
   */
  PeerLink(
      HostId peer,
      EventLoop loop,
      Dialer dialer,
      NettyOptions options,
      Deliveries deliveries,
      Counters counters,
      PerSubjectLog log,
      Inbound inbound,
      Consumer<PeerLink> onUseless) {
    this.peer = peer;
    this.loop = loop;
    this.dialer = dialer;
    this.options = options;
    this.deliveries = deliveries;
    this.counters = counters;
    this.log = log;
    this.inbound = inbound;
    this.onUseless = onUseless;
    this.control = new OutboundLane(LaneKind.CONTROL, loop, this, options, counters);
    this.bulk = new OutboundLane(LaneKind.BULK, loop, this, options, counters);
  }

  HostId peer() {
    return peer;
  }

  /** Queues messages, or drops and counts them; never blocks. */
  void send(List<GroupMessage> messages) {
    noteUse();
    for (GroupMessage message : messages) {
      LongAdder dropped = queue(message);
      if (dropped != null) {
        dropped.increment();
      }
    }
  }

  /** Returns false if it was not queued, which is up to the caller then and counts as nothing lost. */
  boolean trySend(GroupMessage message) {
    noteUse();
    return queue(message) == null;
  }

  private void noteUse() {
    if (route == null) {
      usedNanos = System.nanoTime();
      if (asleep) {
        wake();
      }
    }
  }

  /** As {@link OutboundLane#offer}. */
  private @Nullable LongAdder queue(GroupMessage message) {
    QueuedMessage measured = QueuedMessage.measure(message);
    if (measured.frameBytes() > options.maxFrameBytes()) {
      log.warn(
          "large " + peer,
          "dropped a message of {} bytes for {}: raise maxFrameBytes, now {}, on all hosts",
          measured.frameBytes(),
          peer,
          options.maxFrameBytes());
      return counters.droppedTooLarge;
    }
    return (LaneKind.of(message) == LaneKind.BULK ? bulk : control).offer(measured);
  }

  /** The state of the way to the peer: that of its control lane, without which nothing works. */
  PeerConnection connection() {
    return control.status();
  }

  /** Whether the connection for small messages leads to this run of the peer's process, as far as this host knows. */
  boolean isConnectedTo(long run) {
    return control.isConnectedTo(run);
  }

  /**
   * Says where the peer is, or with null that nobody says so any more. The peer itself may still do, by a connection to this host: it is
   * hung up on, and connected again when there is something to send.
   */
  void setAddress(@Nullable String address) {
    route = address;
    asleep = address == null;
    onLoop(this::followAddress);
  }

  /** It has connected to this host, and said where it is. */
  void saysWhereItIs() {
    usedNanos = System.nanoTime();
    wake();
  }

  private void wake() {
    asleep = false;
    onLoop(this::followAddress);
  }

  boolean hasAddress() {
    return route != null || inbound.saidAddress() != null;
  }

  private void followAddress() {
    String now = route;
    if (now == null && !asleep) {
      now = inbound.saidAddress();
    }
    if (!Objects.equals(now, followed)) {
      followed = now;
      gone.forget();
      if (now == null) {
        control.leadNowhere();
        bulk.leadNowhere();
      } else {
        control.leadTo(now);
        bulk.leadTo(now);
      }
    }
    watchUse();
    if (now == null) {
      onUseless.accept(this);
    }
  }

  /** Sees to it that a way that only the peer itself has named is given up once it isn't used. */
  private void watchUse() {
    boolean onlyAnswers = route == null && followed != null;
    if (onlyAnswers && fallingAsleep == null) {
      long unusedMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - usedNanos);
      fallingAsleep = loop.schedule(
          this::sleepUnlessUsed,
          Math.max(1, options.maxUnusedMillis() - unusedMillis),
          TimeUnit.MILLISECONDS);
    } else if (!onlyAnswers && fallingAsleep != null) {
      // It would keep the link of a stranger that has left in memory.
      fallingAsleep.cancel(false);
      fallingAsleep = null;
    }
  }

  private void sleepUnlessUsed() {
    fallingAsleep = null;
    // In this order: who sends says so first, and then looks whether the link has to be woken.
    asleep = true;
    if (isInUse()) {
      asleep = false;
      if (control.pendingBytes() + bulk.pendingBytes() > 0) {
        // The peer takes nothing: to look again in a while is enough.
        usedNanos = System.nanoTime();
      }
    }
    followAddress();
  }

  private boolean isInUse() {
    return control.pendingBytes() + bulk.pendingBytes() > 0
        || System.nanoTime() - usedNanos < TimeUnit.MILLISECONDS.toNanos(options.maxUnusedMillis());
  }

  /** What was said in handshakes is out of date. */
  void identityChanged() {
    onLoop(() -> {
      followAddress();
      control.restart();
      bulk.restart();
    });
  }

  /** The peer dialled us and passed the handshake. */
  void inboundEstablished(LaneKind lane, long run) {
    Runnable seen = () -> {
      lastRun = run;
      if (lane == LaneKind.CONTROL) {
        gone.heardFrom();
      }
      control.restartUnlessRun(run);
      bulk.restartUnlessRun(run);
      control.peerSeen();
      bulk.peerSeen();
    };
    if (loop.inEventLoop()) {
      // Now, so that what is sent in answer to the peer's first frame is not dropped.
      seen.run();
    } else {
      onLoop(seen);
    }
  }

  /** A control connection that the peer had dialled broke: is ours still good? */
  void inboundLost() {
    onLoop(() -> {
      followAddress();
      SocketAddress connectedTo = control.connectedTo();
      if (connectedTo != null) {
        probe(connectedTo);
      } else if (gone.connectionLost()) {
        control.hurry();
      }
    });
  }

  /** At the address of the connection that is in doubt: behind the name there may be another by now. */
  private void probe(SocketAddress at) {
    dialer.probe(loop, at, failure -> {
      // Meanwhile it may have been made anew, to where the peer is now.
      if (failure.kind() == DialFailure.Kind.NOBODY_LISTENS && at.equals(control.connectedTo())) {
        // Dead, though our connection hasn't noticed. What
        // follows is what always follows when it breaks.
        control.breakConnection();
        bulk.breakConnection();
      }
    });
  }

  void close() {
    onLoop(() -> {
      control.close();
      bulk.close();
    });
  }

  private void onLoop(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      // The transport is closed.
    }
  }

  @Override
  public void dial(String to, AddressChoice choice, LaneKind lane, Dialer.Listener listener) {
    dialer.dial(loop, peer, to, choice, lane, listener);
  }

  @Override
  public void connected(OutboundLane lane) {
    if (lane == control) {
      lastRun = control.peerRun();
      if (lastRun == untoldRun) {
        // It wasn't gone, whatever has refused the attempt.
        untold = null;
      }
      // Another process is there: afterwards that would be said of this one.
      tellGone();
      gone.connected();
    }
  }

  @Override
  public void lost(OutboundLane lane) {
    if (lane == control) {
      gone.connectionLost();
    }
  }

  @Override
  public long failed(OutboundLane lane, DialFailure failure) {
    if (failure.kind() == DialFailure.Kind.REFUSED) {
      log.warn(
          "refused " + peer,
          "can't talk to {} at {}: {}",
          peer,
          String.valueOf(followed),
          failure.detail());
    }
    if (lane != control) {
      return -1;
    }
    return switch (gone.attemptFailed(
        failure.kind() == DialFailure.Kind.NOBODY_LISTENS,
        failure.kind() == DialFailure.Kind.DROPPED)) {
      case NOTHING -> -1;
      case RETRY_QUICKLY -> QUICK_RETRY_MILLIS;
      case GONE -> {
        Object wait = new Object();
        untold = wait;
        untoldRun = lastRun;
        inbound.onceReadToEnd(() -> {
          if (loop.inEventLoop()) {
            tellGone(wait);
          } else {
            onLoop(() -> tellGone(wait));
          }
        });
        yield -1;
      }
    };
  }

  private void tellGone(Object wait) {
    if (wait == untold) {
      tellGone();
    }
  }

  /**
   * Says that the peer is gone, if that is known and not said yet. Not as soon as it is known: what the peer has sent may lie in the
   * sockets still, megabytes of it, and whoever gets that afterwards must take the peer for alive.
   */
  private void tellGone() {
    if (untold != null) {
      untold = null;
      counters.peersGone.increment();
      deliveries.peerGone(peer);
    }
  }

  @Override
  public void roomChanged(OutboundLane lane) {
    if (lane != bulk) {
      return;
    }
    long pending = bulk.pendingBytes();
    long bound = options.maxQueuedBulkBytes();
    boolean now;
    if (followed == null) {
      // As before the first route: nothing that was said of the peer must outlive this link.
      now = true;
    } else if (bulk.isFailing()) {
      now = false;
    } else if (writable) {
      now = pending <= bound / 2;
    } else {
      // Or equal: a quarter of a bound of less than four bytes is none.
      now = pending <= bound / 4;
    }
    if (now != writable) {
      deliveries.writabilityChanged(peer, now);
      // Afterwards: what was not delivered, as memory has run out, is delivered the next time.
      writable = now;
    }
  }
}
