package io.github.balsaraft.transport.netty;

import com.google.protobuf.ByteString;
import io.github.balsaraft.api.AnswerTooLargeException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.RaftSession;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.api.StaleAnswer;
import io.github.balsaraft.session.Patience;
import io.github.balsaraft.session.RetryingSession;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientConsistency;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRead;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A client outside the group: proposes and reads over the network, at whichever member leads, and tries again until it has an answer
 * or its time is over. What it proposes is applied at most once: it has a session. Members have to {@linkplain
 * NettyTransport#serveClients serve} clients.
 *
 * <pre>{@code
 * try (RaftClient client = RaftClient.builder().members("10.0.0.1:7000", "10.0.0.2:7000").connect()) {
 *   byte[] result = client.propose(command).join();
 * }
 * }</pre>
 *
 * <p>It follows changes of leader and of membership: it asks the member that it is connected to who leads and who belongs to the
 * group, twice a second, and needs the addresses that it was given only to begin, and if nobody else answers. A member that knows no
 * leader for more than a second is left for others, for it may be cut off from them; so is one that was removed.
 *
 * <p>It is a client of one cluster, that of the first member that it meets; members of others are not asked, and failures say so. If the
 * cluster was founded anew, as for a restore, a new client is needed: sessions and indexes of the old one mean nothing there.
 *
 * <p>Thread-safe; nothing blocks but {@link #close}. Futures complete on the client's one thread: what is chained to them must not
 * block. Neither encrypted nor authenticated, as the {@link NettyTransport} that it talks to.
 */
public final class RaftClient implements AutoCloseable {

  private final EventLoops loops = new EventLoops(1, "balsa-client");
  private final EventLoop loop = loops.next();
  private final NameLookups names = new NameLookups("balsa-client-resolver");
  private final SessionOptions options;
  private final MemberFinder finder;
  private final RetryingSession session;
  private final ClientReads reads;
  private final AtomicBoolean closed = new AtomicBoolean();

  RaftClient(ClientOptions settings) {
    this.options = settings.session();
    this.finder = new MemberFinder(loops, loop, names, settings);
    this.session = new RetryingSession(new ClientChannel(loop, finder), options);
    this.reads = new ClientReads(loop, finder, options, settings.maxPendingReadBytes());
    loop.execute(finder::start);
  }

  /** Settings of a new client. */
  public static RaftClientBuilder builder() {
    return new RaftClientBuilder();
  }

  /** The session through which it proposes; closed with the client. */
  public RaftSession session() {
    return session;
  }

  /** See {@link RaftSession#propose(byte[])}. */
  public CompletableFuture<byte[]> propose(byte[] command) {
    return session.propose(command);
  }

  /** See {@link RaftSession#propose(byte[], Duration)}. */
  public CompletableFuture<byte[]> propose(byte[] command, Duration deadline) {
    return session.propose(command, deadline);
  }

  /** Reads linearizably. See {@link #query(byte[], ReadConsistency)}. */
  public CompletableFuture<byte[]> query(byte[] query) {
    return query(query, ReadConsistency.LINEARIZABLE);
  }

  /**
   * Reads through the state machine's query, at the member that it is connected to.
   *
   * @param consistency a stale read takes a state of any known age; {@link #queryStale} tells which
   * @return the answer; or a {@link ReadNotServedException} if there was none in time; or a {@link RemoteQueryException} if the query
   *     itself threw; or a {@link QueryTooLargeException}, or an {@link AnswerTooLargeException}, if it is longer than what can be sent
   */
  public CompletableFuture<byte[]> query(byte[] query, ReadConsistency consistency) {
    ClientRead.Builder read = read(
        query,
        switch (consistency) {
          case LINEARIZABLE -> ClientConsistency.CLIENT_CONSISTENCY_LINEARIZABLE;
          case LEASE -> ClientConsistency.CLIENT_CONSISTENCY_LEASE;
          case STALE -> ClientConsistency.CLIENT_CONSISTENCY_STALE;
        });
    return reads
        .ask(read.setMaxStalenessMillis(Duration.ofDays(365).toMillis()).build())
        .thenApply(answer -> answer.getContent().toByteArray());
  }

  /**
   * Reads a state that has applied everything up to an index, such as {@link RaftSession#lastAppliedIndex}; failures as of {@link
   * #query(byte[], ReadConsistency)}.
   */
  public CompletableFuture<byte[]> queryAfter(byte[] query, long index) {
    ClientRead.Builder read =
        read(query, ClientConsistency.CLIENT_CONSISTENCY_AFTER_INDEX).setIndex(index);
    return reads
        .ask(read.setWaitMillis(Math.min(1000, options.deadline().toMillis())).build())
        .thenApply(answer -> answer.getContent().toByteArray());
  }

  /** Reads a state that is no older than a bound, and says how old it may be; failures as of {@link #query(byte[], ReadConsistency)}. */
  public CompletableFuture<StaleAnswer> queryStale(byte[] query, Duration maxStaleness) {
    ClientRead.Builder read = read(query, ClientConsistency.CLIENT_CONSISTENCY_STALE);
    return reads
        .ask(read.setMaxStalenessMillis(Patience.nanosOf(maxStaleness) / 1_000_000)
            .build())
        .thenApply(RaftClient::stale);
  }

  private static ClientRead.Builder read(byte[] query, ClientConsistency consistency) {
    return ClientRead.newBuilder().setQuery(ByteString.copyFrom(query)).setConsistency(consistency);
  }

  private static StaleAnswer stale(ClientAnswer answer) {
    return new StaleAnswer(
        answer.getContent().toByteArray(),
        answer.getAppliedIndex(),
        Duration.ofNanos(answer.getStalenessNanos()));
  }

  /**
   * Ends the session and the connections, and waits for the client's thread unless it is called by it. What has no answer yet ends: a
   * proposal with an {@link OutcomeUnknownException} if it was sent, else as not appended.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    session.close();
    reads.close();
    loop.execute(finder::close);
    names.close();
    loops.close();
  }
}
