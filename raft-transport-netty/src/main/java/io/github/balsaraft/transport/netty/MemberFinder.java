package io.github.balsaraft.transport.netty;

import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientOutcome;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRequest;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a client connected to a member, best of all the leader: asks who leads and who belongs to the group, follows both, and tries
 * one address after the other when a connection ends. Used on one event loop only.
 */
final class MemberFinder {

  private static final long LOOK_AROUND_MILLIS = 500;

  private final EventLoops loops;
  private final EventLoop loop;
  private final NameLookups names;
  private final ClientOptions options;
  private final Backoff backoff =
      new Backoff(20, 1000, () -> ThreadLocalRandom.current().nextDouble());

  /** Where members are, as far as was said; those named by the application are among them for ever. */
  private final Set<String> known = new LinkedHashSet<>();

  /** What is to be tried next, in this order. */
  private final Deque<String> untried = new ArrayDeque<>();

  private @Nullable ClientConnection current;
  private @Nullable String connecting;
  private long lastLookup;

  /** The number of the lookup that is waited for; 0 if there is none. */
  private long pendingLookup;

  private boolean closed;

  /** Whether a member has ever said who belongs to the group. One whose group is not founded yet can't. */
  private boolean hasLearned;

  private boolean isLooking;

  MemberFinder(EventLoops loops, EventLoop loop, NameLookups names, ClientOptions options) {
    this.loops = loops;
    this.loop = loop;
    this.names = names;
    this.options = options;
    known.addAll(options.members());
  }

  /** Begins to look for a member. */
  void start() {
    connectNext();
    lookAroundSoon();
  }

  boolean isConnected() {
    ClientConnection connection = current;
    return connection != null && connection.isOpen();
  }

  /** How many bytes a request may carry to the member that it is connected to. Without one, anything: it is not sent either. */
  int maxContentBytes() {
    ClientConnection connection = current;
    return connection == null
        ? Integer.MAX_VALUE
        : connection.maxRequestBytes() - ClientCodec.REQUEST_OVERHEAD_BYTES;
  }

  /** Asks the member that it is connected to; fails with an {@link IOException} if there is none, or it goes. */
  CompletableFuture<ClientAnswer> ask(ClientRequest.Builder request) {
    ClientConnection connection = current;
    if (connection == null) {
      return CompletableFuture.failedFuture(new IOException("no member is connected"));
    }
    boolean isLook = request.hasMembers();
    return connection
        .ask(request.setGroup(options.group().value()))
        .whenComplete((answer, failure) -> {
          if (answer != null) {
            heed(connection, answer);
            if (!isLook
                && !hasLearned
                && !isLooking
                && answer.getOutcome() == ClientOutcome.CLIENT_OUTCOME_DONE) {
              // The group is founded by now. Who waited for the next look would be lost if this
              // member
              // stopped before it.
              lookAround();
            }
          }
        });
  }

  private void heed(ClientConnection from, ClientAnswer answer) {
    ClientOutcome outcome = answer.getOutcome();
    if (outcome == ClientOutcome.CLIENT_OUTCOME_SHUTTING_DOWN
        || outcome == ClientOutcome.CLIENT_OUTCOME_FAILED) {
      // Another member may be in better health.
      if (from == current) {
        current = null;
        from.leave();
        connectNext();
      }
    } else if (outcome == ClientOutcome.CLIENT_OUTCOME_NOT_LEADER
        && !answer.getLeaderAddress().isEmpty()) {
      moveTo(answer.getLeaderAddress());
    }
  }

  // ------------------------------------------------------------------ who leads

  private void lookAroundSoon() {
    var unused = loop.schedule(
        () -> {
          if (!closed) {
            lookAround();
            lookAroundSoon();
          }
        },
        LOOK_AROUND_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  private void lookAround() {
    if (isConnected()) {
      isLooking = true;
      CompletableFuture<?> unused = ask(ClientRequest.newBuilder().setMembers(true))
          .whenComplete((answer, failure) -> isLooking = false)
          .thenAccept(this::learn);
    }
  }

  private void learn(ClientAnswer answer) {
    if (answer.getOutcome() != ClientOutcome.CLIENT_OUTCOME_DONE) {
      return;
    }
    hasLearned |= answer.getMemberAddressesCount() > 0;
    known.clear();
    known.addAll(answer.getMemberAddressesList());
    // If all members have moved while nobody looked, these are what is left.
    known.addAll(options.members());
    if (!answer.getLeaderAddress().isEmpty()) {
      moveTo(answer.getLeaderAddress());
    }
  }

  private void moveTo(String leader) {
    ClientConnection connection = current;
    if (connecting == null && (connection == null || !connection.address().equals(leader))) {
      connect(leader);
    }
  }

  // ------------------------------------------------------------------ connections

  private void connectNext() {
    if (closed || connecting != null || isConnected()) {
      return;
    }
    if (untried.isEmpty()) {
      untried.addAll(known);
    }
    connect(untried.removeFirst());
  }

  private void connect(String address) {
    connecting = address;
    long lookup = ++lastLookup;
    pendingLookup = lookup;
    names.resolve(
        loop,
        address,
        () -> options.resolver().resolve(address),
        target -> {
          if (ends(lookup) && !closed) {
            dial(address, target);
          }
        },
        detail -> {
          if (ends(lookup)) {
            failedToConnect();
          }
        });
    // Others are not to wait for a name that takes long.
    var unused = loop.schedule(
        () -> {
          if (ends(lookup)) {
            failedToConnect();
          }
        },
        options.attemptTimeoutNanos(),
        TimeUnit.NANOSECONDS);
  }

  /** Whether it is this lookup that was waited for; no more from now on. */
  private boolean ends(long lookup) {
    if (pendingLookup != lookup) {
      return false;
    }
    pendingLookup = 0;
    return true;
  }

  private void dial(String address, InetSocketAddress target) {
    long timeoutNanos = options.attemptTimeoutNanos();
    ClientConnection connection = new ClientConnection(
        address, options.maxFrameBytes(), timeoutNanos, this::welcomed, this::connectionEnded);
    ChannelFuture dialling = loops
        .client(loop, (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(timeoutNanos)))
        .handler(connection)
        .connect(target);
    dialling.addListener(dialled -> {
      if (!dialled.isSuccess()) {
        failedToConnect();
      }
    });
  }

  private void welcomed(ClientConnection connection) {
    connecting = null;
    backoff.reset();
    untried.clear();
    ClientConnection former = current;
    current = connection;
    if (former != null) {
      former.leave();
    }
    if (closed) {
      connection.close();
    } else {
      lookAround();
    }
  }

  private void connectionEnded(ClientConnection connection) {
    if (connection == current) {
      current = null;
      connectNext();
    } else if (!connection.isOpen() && connection.address().equals(connecting)) {
      failedToConnect();
    }
  }

  private void failedToConnect() {
    connecting = null;
    if (!closed && !isConnected()) {
      // Once around without a pause: one that is gone says so at once.
      long pauseMillis = untried.isEmpty() ? backoff.nextDelayMillis() : 1;
      var unused = loop.schedule(this::connectNext, pauseMillis, TimeUnit.MILLISECONDS);
    }
  }

  void close() {
    closed = true;
    ClientConnection connection = current;
    if (connection != null) {
      connection.leave();
    }
  }
}
