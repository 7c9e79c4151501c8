package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientOutcome;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRequest;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a client connected to a member, best of all the leader: asks who leads and who belongs to the group, follows both, and tries
 * one address after the other when a connection ends or its member is of no use: it stops, isn't one any more, or knows no leader for
 * long. Used on one event loop only.
 */
final class MemberFinder implements ClientReads.Members {

  private static final long LOOK_AROUND_MILLIS = 500;

  /**
   * An election takes less than so many looks. A member that knows no leader for longer may be cut off from the others, and they have
   * one.
   */
  private static final int MAX_LOOKS_WITHOUT_LEADER = 3;

  private final EventLoops loops;
  private final EventLoop loop;
  private final NameLookups names;
  private final ClientOptions options;
  private final Backoff backoff =
      new Backoff(20, 1000, () -> ThreadLocalRandom.current().nextDouble());

  private final MemberAddresses addresses;

  private @Nullable ClientConnection current;
  private @Nullable String connecting;

  /** Which of the addresses behind {@link #connecting} is dialled. */
  private AddressChoice choice = new AddressChoice();

  /** That which is being made to {@link #connecting}, once that is looked up. */
  private @Nullable ClientConnection dialled;

  private long lastLookup;

  /** The number of the lookup that is waited for; 0 if there is none. */
  private long pendingLookup;

  private boolean closed;

  /** That of the first member that it met: a session, an index or a state of another is something else under the same name. */
  private @Nullable ClusterIdentity cluster;

  /** Whether a member has ever said who belongs to the group. One whose group is not founded yet can't. */
  private boolean hasLearned;

  private boolean isLooking;

  /** So many in a row, at the member that it is connected to. */
  private int looksWithoutLeader;

  MemberFinder(EventLoops loops, EventLoop loop, NameLookups names, ClientOptions options) {
    this.loops = loops;
    this.loop = loop;
    this.names = names;
    this.options = options;
    this.addresses = new MemberAddresses(options.members());
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

  /** Why it is not connected, for people. */
  String whyNoMember() {
    String problems = addresses.problems();
    return problems.isEmpty()
        ? "no member could be reached"
        : "no member could be reached: " + problems;
  }

  /** To the member that it is connected to. Without one, anything: it is not sent either. */
  @Override
  public int maxContentBytes() {
    ClientConnection connection = current;
    return connection == null
        ? Integer.MAX_VALUE
        : connection.maxRequestBytes() - ClientCodec.REQUEST_OVERHEAD_BYTES;
  }

  /** Asks the member that it is connected to; fails with an {@link IOException} if there is none, or it goes. */
  @Override
  public CompletableFuture<ClientAnswer> ask(ClientRequest.Builder request) {
    ClientConnection connection = current;
    if (connection == null) {
      return CompletableFuture.failedFuture(new IOException(whyNoMember()));
    }
    boolean isLook = request.hasMembers();
    return connection
        .ask(request.setGroup(options.group().value()))
        .whenComplete((answer, failure) -> {
          if (answer != null) {
            heed(connection, isLook, answer);
          }
        });
  }

  private void heed(ClientConnection from, boolean isLook, ClientAnswer answer) {
    if (from != current) {
      // It was left, and what it says is old.
      return;
    }
    if (answer.getNotAMember()) {
      leave(from, "it is no member of the group, or was removed");
    } else {
      heedOutcome(from, isLook, answer);
    }
    if (isLook) {
      // Also from one that is left for what it has said: it may know the others.
      learn(from, answer);
    }
  }

  private void heedOutcome(ClientConnection from, boolean isLook, ClientAnswer answer) {
    switch (answer.getOutcome()) {
      case CLIENT_OUTCOME_SHUTTING_DOWN, CLIENT_OUTCOME_FAILED ->
        // Another member may be in better health.
        leave(from, answer.getDetail());
      case CLIENT_OUTCOME_NOT_LEADER -> {
        if (!answer.getLeaderAddress().isEmpty()) {
          moveTo(answer.getLeaderAddress());
        }
      }
      case CLIENT_OUTCOME_DONE -> {
        if (!isLook) {
          helped();
          if (!hasLearned && !isLooking) {
            // The group is founded by now. Who waited for the next look would be lost if this
            // member stopped before it.
            lookAround();
          }
        }
      }
      default -> {}
    }
  }

  /** The member that it is connected to is of use. */
  private void helped() {
    addresses.beginRound();
    backoff.reset();
  }

  /** Tries others, though this one answers. */
  private void leave(ClientConnection useless, String why) {
    addresses.isOfNoUse(useless.address(), why);
    current = null;
    useless.leave();
    tryNextSoon();
  }

  // ------------------------------------------------------------------ who leads

  private void lookAroundSoon() {
    var unused = loop.schedule(
        () -> {
          if (!closed) {
            try {
              lookAround();
            } finally {
              lookAroundSoon();
            }
          }
        },
        LOOK_AROUND_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  private void lookAround() {
    ClientConnection asked = current;
    if (asked != null && asked.isOpen()) {
      isLooking = true;
      CompletableFuture<?> unused = ask(ClientRequest.newBuilder().setMembers(true))
          .whenComplete((answer, failure) -> isLooking = false);
    }
  }

  private void learn(ClientConnection from, ClientAnswer answer) {
    if (answer.getOutcome() != ClientOutcome.CLIENT_OUTCOME_DONE) {
      return;
    }
    hasLearned |= answer.getMemberAddressesCount() > 0;
    addresses.learn(answer.getMemberAddressesList());
    String leader = answer.getLeaderAddress();
    if (leader.isEmpty()) {
      if (from == current
          && ++looksWithoutLeader >= MAX_LOOKS_WITHOUT_LEADER
          && addresses.hasOtherThan(from.address())) {
        leave(from, "it knows no leader");
      }
      return;
    }
    looksWithoutLeader = 0;
    if (from == current && from.address().equals(leader)) {
      helped();
    }
    moveTo(leader);
  }

  private void moveTo(String leader) {
    ClientConnection connection = current;
    if (connecting == null && (connection == null || !connection.address().equals(leader))) {
      connect(leader);
    }
  }

  // ------------------------------------------------------------------ connections

  private void connectNext() {
    if (!closed && connecting == null && !isConnected()) {
      connect(addresses.next());
    }
  }

  private void tryNextSoon() {
    if (!closed && !isConnected()) {
      // Once around without a pause: one that is gone says so at once.
      long pauseMillis = addresses.isRoundOver() ? backoff.nextDelayMillis() : 1;
      var unused = loop.schedule(this::connectNext, pauseMillis, TimeUnit.MILLISECONDS);
    }
  }

  private void connect(String address) {
    connecting = address;
    long lookup = ++lastLookup;
    pendingLookup = lookup;
    try {
      choice = addresses.choiceOf(address);
      addresses.tried(address);
      lookUp(address, lookup);
    } catch (Throwable e) {
      // Out of memory, for one: no other member would be tried until this one had answered.
      if (ends(lookup)) {
        failedToConnect(e.toString());
      }
    }
  }

  private void lookUp(String address, long lookup) {
    names.resolve(
        loop,
        address,
        address,
        () -> options.resolver().resolve(address),
        found -> {
          if (ends(lookup) && !closed) {
            dialSafely(address, found);
          }
        },
        detail -> {
          if (ends(lookup)) {
            failedToConnect(detail);
          }
        });
    // Others are not to wait for a name that takes long.
    var unused = loop.schedule(
        () -> {
          if (ends(lookup)) {
            failedToConnect("the lookup of its name takes too long");
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

  private void dialSafely(String address, List<InetSocketAddress> found) {
    try {
      dial(address, found);
    } catch (Throwable e) {
      // As above.
      failedToConnect(e.toString());
    }
  }

  private void dial(String address, List<InetSocketAddress> found) {
    long timeoutNanos = options.attemptTimeoutNanos();
    ClientConnection connection = new ClientConnection(
        address, options.maxFrameBytes(), timeoutNanos, this::welcomed, this::connectionEnded);
    dialled = connection;
    Dialer.connect(
        loop,
        () -> loops
            .client(loop, (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(timeoutNanos)))
            .handler(connection)
            .connect(choice.choose(found)),
        cause -> {
          if (connection == dialled) {
            failedToConnect(String.valueOf(cause.getMessage()));
          }
        });
  }

  private void welcomed(ClientConnection connection, ClusterIdentity theirs) {
    if (cluster == null) {
      cluster = theirs;
    } else if (!cluster.equals(theirs)) {
      connection.refuse(
          "it belongs to cluster " + theirs + ", and this client to cluster " + cluster
              + ", of which the first member was that it met; give it the addresses of one cluster, and"
              + " make a new client for a cluster that was founded anew");
      return;
    }
    choice.connected();
    connecting = null;
    dialled = null;
    looksWithoutLeader = 0;
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
      tryNextSoon();
    } else if (!connection.isOpen() && connection == dialled) {
      failedToConnect(connection.problem());
    }
  }

  private void failedToConnect(String why) {
    if (connecting != null) {
      addresses.isOfNoUse(connecting, why);
    }
    choice.failed();
    connecting = null;
    dialled = null;
    tryNextSoon();
  }

  void close() {
    closed = true;
    ClientConnection connection = current;
    if (connection != null) {
      connection.leave();
    }
  }
}
