package io.github.balsaraft;

import io.github.balsaraft.api.CommittedEntry;
import io.github.balsaraft.api.Membership;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftListener;
import io.github.balsaraft.api.RaftMetrics;
import io.github.balsaraft.api.RaftSession;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.api.StaleAnswer;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.node.GroupNode;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One replica of one group: a state machine that this process shares with the other members.
 *
 * <p>All methods may be called from any thread, but for {@link #status} and {@link #explain} in a trace sink; only {@link
 * #close} blocks for long. Futures complete on a thread of the
 * node that others need too, most on one that runs state machines, those of sessions and of reads that have waited too long on one for callers: what
 * is chained to them must not block.
 *
 * <p>A future of {@link #propose} ends in exactly one of five ways: with the state machine's result; if that fits into no message from the leader
 * that it was forwarded to, or found no room on the way back, with an {@link io.github.balsaraft.api.AnswerTooLargeException}; with its refusal, a {@link
 * io.github.balsaraft.api.CommandRejectedException}; with a {@link io.github.balsaraft.api.NotAppendedException}, and then it is safe to propose again; or with an {@link
 * io.github.balsaraft.api.OutcomeUnknownException}, and then the command may still be applied.
 *
 * <pre>{@code
 * try (RaftNode node = RaftNode.builder()
 *     .id("n1")
 *     .bootstrap("n1")
 *     .stateMachine(new Counter())
 *     .logStore(new MemoryLogStore())
 *     .transport(LocalTransport.shared())
 *     .start()) {
 *   byte[] total = node.propose(Counter.add(1)).get(5, SECONDS);
 *   System.out.println(Counter.decode(total));
 * }
 * }</pre>
 */
public final class RaftNode implements AutoCloseable {

  private final GroupNode group;
  private final Close close;

  RaftNode(GroupNode group, Close close) {
    this.group = group;
    this.close = close;
  }

  /** Builds a node with a host of its own: all that an application with a single group needs. */
  public static RaftNodeBuilder builder() {
    return new RaftNodeBuilder();
  }

  /**
   * Proposes a command. It is applied by every member once a quorum has made it durable.
   *
   * <p>Right after the start, or while an election is under way, there is no leader and the future fails with {@link
   * io.github.balsaraft.api.NotLeaderException}; see {@link #awaitLeader}.
   *
   * @param command in the application's own encoding; must not be changed until the future is complete
   * @return the state machine's result here, or one of the failures described above
   */
  public CompletableFuture<byte[]> propose(byte[] command) {
    return group.propose(command);
  }

  /**
   * A session with {@linkplain SessionOptions#defaults default settings}. See {@link #session(SessionOptions)}.
   *
   * @throws UnsupportedOperationException as there
   */
  public RaftSession session() {
    return session(SessionOptions.defaults());
  }

  /**
   * A session: its commands are tried again until they are applied, and applied once. At a follower they are passed on to the
   * leader, whatever {@link io.github.balsaraft.api.RaftOptions#forwardProposals} says: to try again is safe here. It opens itself
   * when it is first used, and ends with the node at the latest.
   *
   * @throws UnsupportedOperationException if the state machine keeps its state on disk by itself ({@link
   *     io.github.balsaraft.api.OnDiskStateMachine}) and not the records of sessions with it ({@link
   *     io.github.balsaraft.api.SessionKeepingStateMachine})
   */
  public RaftSession session(SessionOptions options) {
    return group.session(options);
  }

  /**
   * Proposes an entry of a session that somebody else keeps: for servers of clients in other processes. Applications use {@link
   * #session()}.
   *
   * @param entry the payload of a {@link io.github.balsaraft.model.SessionEntry}
   * @return the encoded {@link io.github.balsaraft.model.SessionAnswer}, or a failure as of {@link #propose}, or a {@link
   *     io.github.balsaraft.api.SessionsNotKeptException} if the state machine keeps no sessions
   * @throws io.github.balsaraft.model.UnknownFormatException if only a newer version can read the entry
   * @throws io.github.balsaraft.model.CorruptDataException if it is no such payload
   */
  public CompletableFuture<byte[]> proposeInSession(byte[] entry) {
    return group.proposeInSession(entry);
  }

  /**
   * Reads the state here once it has applied everything up to a log index. With {@link RaftSession#lastAppliedIndex}, or an index
   * that a command's result names, a caller reads its own writes at any member, without a round trip. What others have written
   * meanwhile may be missing.
   *
   * @return the answer; or what the query itself threw; or a {@link io.github.balsaraft.api.ReadNotServedException} if the index
   *     has not come here in time; or an {@link IllegalArgumentException} as of {@link #query(byte[])}
   */
  public CompletableFuture<byte[]> queryAfter(byte[] query, long index, Duration timeout) {
    return group.queryAfter(query, index, timeout);
  }

  /**
   * Reads the state here at once, if it can't be older than a bound, and says how old it may be. The clock behind it is that of
   * {@link NodeStatus#staleness}.
   *
   * @return the answer; or what the query itself threw; or a {@link io.github.balsaraft.api.ReadNotServedException} if the state may
   *     be older, or nobody can say; or an {@link IllegalArgumentException} as of {@link #query(byte[])}
   */
  public CompletableFuture<StaleAnswer> queryStale(byte[] query, Duration maxStaleness) {
    return group.queryStale(query, maxStaleness);
  }

  /**
   * Completes once the state here has applied everything up to a log index. The time that it may take is kept also while the state
   * machine hangs.
   *
   * @return fails with a {@link io.github.balsaraft.api.ReadNotServedException} if it takes longer than the timeout, or the node
   *     stops
   */
  public CompletableFuture<Void> awaitApplied(long index, Duration timeout) {
    return group.awaitApplied(index, timeout);
  }

  /**
   * Reads through {@link io.github.balsaraft.api.StateMachine#query}, linearizably, at the leader or any other member.
   *
   * @return the answer; or what the query itself threw; or a {@link io.github.balsaraft.api.ReadNotServedException}, after which
   *     reading again is safe; or an {@link IllegalArgumentException} if the query alone is larger than {@link
   *     io.github.balsaraft.api.RaftOptions#maxPendingReadBytes}
   */
  public CompletableFuture<byte[]> query(byte[] query) {
    return query(query, ReadConsistency.LINEARIZABLE);
  }

  /** As {@link #query(byte[])} with a choice of freshness. */
  public CompletableFuture<byte[]> query(byte[] query, ReadConsistency consistency) {
    return group.query(query, consistency);
  }

  /**
   * Runs a function that reads the state machine, on the thread that applies commands, once the state is fresh enough.
   *
   * @param reader must not change the state and must not block
   * @return what the function returned or threw, or a {@link io.github.balsaraft.api.ReadNotServedException}
   */
  public <T> CompletableFuture<T> read(ReadConsistency consistency, Supplier<T> reader) {
    return group.read(consistency, reader);
  }

  /**
   * The committed entries from a log index on, in order and without gaps, for observers such as an index or a cache elsewhere: those that
   * are there already and those that come, as far as they are applied here. They say what was decided; results are not in it.
   *
   * <p>An observer gets as many as it has asked for. One that is slow costs some 256 KiB of memory here and nothing else; what was
   * compacted away before it was asked for is gone, and then it gets an {@link io.github.balsaraft.api.EntriesCompactedException}.
   * It gets an {@link io.github.balsaraft.api.OverloadedException} if 64 are subscribed already, a {@link
   * io.github.balsaraft.api.ShuttingDownException} if the node is closed already, a {@link io.github.balsaraft.api.NodeFailedException}
   * if it has failed or fails later, the error of the log store if an entry can't be read;
   * and if the node is closed later, it is completed. After a restart it subscribes again, from the index
   * after the last that it has dealt with.
   *
   * <p>Its methods are called one at a time, on threads that others need too: they must not block.
   *
   * @param fromIndex the first to come, 1 or more; may be beyond what is committed
   */
  public Flow.Publisher<CommittedEntry> committedEntries(long fromIndex) {
    return group.committedEntries(fromIndex);
  }

  /**
   * Completes once this node leads, or follows a leader; with a {@link io.github.balsaraft.api.ShuttingDownException} or {@link
   * io.github.balsaraft.api.NodeFailedException} if it is closed or fails before, after which only another member helps, or an
   * {@link io.github.balsaraft.api.OverloadedException} if very many callers wait already. There may never be a leader: give the future a timeout, such
   * as with {@link CompletableFuture#orTimeout}, or cancel it, and the node forgets it.
   */
  public CompletableFuture<Void> awaitLeader() {
    return group.awaitLeader();
  }

  /**
   * Hands leadership over to the most up to date of the members that answer, may stand for election and whose state machines keep up;
   * else as {@link
   * #transferLeadership(HostId)}. If that has happened, asking again moves leadership once more.
   *
   * @return the host that leads now; or a failure as there
   */
  public CompletableFuture<HostId> transferLeadership() {
    return group.transferLeadership(null);
  }

  /**
   * Hands leadership over, if this node leads (Raft thesis 3.10). The new leader has everything that was ever acknowledged.
   * Proposals are refused meanwhile with a {@link io.github.balsaraft.api.NotLeaderException}: for a few round trips if the
   * target is up to date, and for the maximum of the election timeout if it can't be reached; then this node goes on leading.
   * Asking again for the same target is safe. A leader also hands over of its own accord, when it is removed or its disk hangs; a
   * request meanwhile is not done, and neither are proposals.
   *
   * @param target a host whose member is a voter, of any priority, and however far its state machine is: if it restores a snapshot or is
   *     far behind, writes and linearizable reads wait for that
   * @return the host that leads now; or a {@link io.github.balsaraft.api.TransferFailedException} that names who leads, also if
   *     this node isn't born or has failed: not done, then, so ask another; or an
   *     {@link io.github.balsaraft.api.OverloadedException} if very many questions wait already; or a {@link
   *     io.github.balsaraft.api.ShuttingDownException} if the node is closed; or an {@link
   *     io.github.balsaraft.api.OutcomeUnknownException} if the node fails while it is asked
   */
  public CompletableFuture<HostId> transferLeadership(HostId target) {
    return group.transferLeadership(Objects.requireNonNull(target, "target"));
  }

  /** Who belongs to the group, and how to change that. May be asked for at any member; changes are made at the leader. */
  public Membership membership() {
    return group.membership();
  }

  /**
   * A consistent look at this node, with an {@linkplain NodeStatus#explanation explanation} of what it shows. Waits until the
   * thread that runs the protocol has its turn, which is soon.
   *
   * @throws IllegalStateException if it is that thread that calls, as with a {@link
   *     io.github.balsaraft.model.trace.TraceSink}: it would wait for itself
   * @throws io.github.balsaraft.api.OverloadedException if very many questions wait already
   * @throws io.github.balsaraft.api.ShuttingDownException if the node was closed while its threads hung
   */
  public NodeStatus status() {
    return group.status();
  }

  /** As {@link #status}, without waiting for it; fails with the exceptions that it throws, but for the first. */
  public CompletableFuture<NodeStatus> statusSoon() {
    return group.statusSoon();
  }

  /** {@link NodeStatus#explanation} of a look taken now, with the exceptions of {@link #status}. */
  public String explain() {
    return status().explanation();
  }

  /**
   * What this node counts and measures. On any thread, at once, also while the node hangs and after its end.
   */
  public RaftMetrics metrics() {
    return group.metrics();
  }

  /**
   * Tells a listener of everything from now on, and first how things stand. One that is to miss nothing is given to the builder.
   * Added twice, a listener hears everything twice.
   */
  public void addListener(RaftListener listener) {
    group.addListener(Objects.requireNonNull(listener, "listener"));
  }

  /**
   * Tells a listener nothing more; one that was added twice, once less. What it is being told at this moment is still told. Nothing
   * happens if it was not added here.
   */
  public void removeListener(RaftListener listener) {
    group.removeListener(listener);
  }

  /**
   * Stops taking part. Proposals that were appended and whose end is not known yet end as unknown. The other members go
   * on if they still have a quorum. Closing twice does nothing.
   *
   * <p>A node with a host of its own closes that too. Waits as {@link RaftHost#close} does, and no longer, and goes on in the
   * background if the state machine, a callback or the disk hangs, if the caller is interrupted, or if it is a callback of this
   * node. Listeners may be told of the end a moment after this returns: nobody waits for them.
   */
  @Override
  public void close() {
    close.close(group, null);
  }

  /**
   * Stops without a pause for the others: if this node leads, it hands leadership over first, to the most up to date of the
   * members that can take it, and takes part until that is done. Then it closes as {@link #close()} does.
   *
   * <p>While all who could take over restore their state, or are far behind in applying, it waits for one that isn't. If nobody can take
   * over, or that takes longer than the patience, it closes all the same; the others elect a leader after an
   * election timeout then. While it hands over it refuses proposals as not appended, to be made at the new leader. A proposal that it
   * appended and that the new leader commits may end as unknown here; one made in a {@linkplain #session() session} or through a
   * client is tried again.
   *
   * @param handover how long that may take beside the close timeout: twice the maximum of the election timeout is enough, and it
   *     usually takes two round trips
   */
  public void close(Duration handover) {
    close.close(group, handover);
  }

  /** Closes a node, and the host if that is the node's own. */
  @FunctionalInterface
  interface Close {

    /** Does it, after handing leadership over if there is a patience for that. */
    void close(GroupNode group, @Nullable Duration handover);
  }
}
