package io.github.balsaraft.node;

import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.CommittedEntry;
import io.github.balsaraft.api.Membership;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftListener;
import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.api.RaftMetrics;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.RaftSession;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.SessionKeepingStateMachine;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.api.SessionsNotKeptException;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.api.StaleAnswer;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.core.CoreView;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.storage.RecoveredGroup;
import io.github.balsaraft.transport.UnreadableEntries;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The outside of one replica: takes requests from any thread within its budgets, and hands them to the {@link GroupLoop}.
 */
public final class GroupNode {

  /** What such a machine holds at its start may be newer than the last snapshot, and the sessions that belong to it are nowhere. */
  private static final String NO_SESSIONS =
      "a state machine that keeps its state on disk by itself has sessions only if it keeps their records too, as a SessionKeepingStateMachine does";

  /** Questions that wait for their answer, whichever thread that is waiting for; callers that await a leader count apart. */
  static final int MAX_QUESTIONS = 1 << 16;

  /** What a proposal counts besides its command, in a session too. */
  private static final int BYTES_BESIDE_A_COMMAND =
      Payloads.ENTRY_OVERHEAD_BYTES + SessionEntry.OVERHEAD_BYTES;

  private final HostRuntime host;
  private final RaftOptions options;
  private final StateMachine stateMachine;
  private final GroupLoop loop;
  private final Mailbox<GroupLoop.Event> mailbox;

  private final NodeMetrics metrics;

  /** Those that were added after the start and not removed. */
  private final List<ListenerQueue> listeners = new CopyOnWriteArrayList<>();

  private final Budget proposalBytes;
  private final Budget questions = new Budget(MAX_QUESTIONS);

  /** Callers hear of the first end of what they have asked for only, so that nobody would see another. */
  private final LongAdder secondEnds = new LongAdder();

  private final Budget leaderWaits = new Budget(LeaderWaits.MAX_WAITS);
  private final ReadCalls reads;
  private final NodeSessions sessions;
  private final EntryStreams streams;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private volatile boolean closing;

  /** Why nobody waits for this node's threads any longer; null as long as somebody does. */
  private volatile @Nullable String abandoned;

  GroupNode(HostRuntime host, GroupSettings settings, @Nullable RecoveredGroup recovered) {
    this.host = host;
    this.options = settings.options();
    this.stateMachine = settings.stateMachine();
    // Without room for the largest command it would be told to come again, for ever.
    this.proposalBytes = new Budget(Math.max(
        options.maxPendingProposalBytes(),
        (long) options.maxCommandBytes() + BYTES_BESIDE_A_COMMAND));
    this.loop = new GroupLoop(host, settings, recovered);
    this.mailbox = loop.mailbox();
    this.metrics = loop.metrics();
    this.reads = new ReadCalls(
        host.environment(), settings, loop, this::offer, () -> closing, secondEnds::increment);
    nameGauges();
    this.sessions = new NodeSessions(host.environment(), this::proposeInSession);
    this.streams = new EntryStreams(
        loop.group(),
        host.store(),
        host.environment(),
        loop.pipeline()::appliedIndex,
        loop.pipeline()::replacedIndex);
    loop.pipeline().afterApply(streams::look);
    loop.pipeline().afterStart(streams::look);
    loop.pipeline().afterStop(streams::failAll);
  }

  private void nameGauges() {
    metrics.gauge(RaftMetric.APPLIED_INDEX, loop.pipeline()::appliedIndex);
    metrics.gauge(RaftMetric.PROPOSALS_PENDING_BYTES, this::pendingProposalBytes);
    metrics.gauge(RaftMetric.READS_PENDING_BYTES, this::pendingReadBytes);
    metrics.gauge(RaftMetric.APPLY_QUEUE_BYTES, loop.pipeline()::queuedBytes);
    metrics.gauge(RaftMetric.APPLY_QUEUE_TASKS, loop.pipeline()::waitingTasks);
    metrics.gauge(RaftMetric.MAILBOX_QUEUE_TASKS, mailbox::size);
    metrics.gauge(
        RaftMetric.LOG_SINCE_SNAPSHOT_BYTES, loop.pipeline().position()::bytesSinceSnapshot);
  }

  void start() {
    mailbox.offer(GroupLoop::start);
  }

  /** See {@code RaftNode.propose}. */
  public CompletableFuture<byte[]> propose(byte[] command) {
    return propose(EntryType.COMMAND, command, command.length);
  }

  /**
   * Proposes an entry of a session; at a follower it is passed on to the leader in any case.
   *
   * @param entry the payload of a {@link SessionEntry}
   * @return the encoded {@link io.github.balsaraft.model.SessionAnswer}; or a failure as of {@link #propose}
   * @throws io.github.balsaraft.model.UnknownFormatException if it is of a newer version
   * @throws io.github.balsaraft.model.CorruptDataException if it is no such payload
   */
  public CompletableFuture<byte[]> proposeInSession(byte[] entry) {
    if (keepsNoSessions()) {
      return CompletableFuture.failedFuture(new SessionsNotKeptException(NO_SESSIONS));
    }
    // What can't be read may not get into the log: every replica would halt there.
    SessionEntry read = SessionEntry.decode(ByteBuffer.wrap(entry));
    int commandBytes =
        read instanceof SessionEntry.Command command ? command.command().remaining() : 0;
    return propose(EntryType.SESSION, entry, commandBytes);
  }

  private CompletableFuture<byte[]> propose(EntryType type, byte[] command, int commandBytes) {
    if (closing) {
      return refused(new ShuttingDownException());
    }
    if (commandBytes > options.maxCommandBytes()) {
      return refused(new CommandTooLargeException(commandBytes, options.maxCommandBytes()));
    }
    long bytes = (long) command.length + Payloads.ENTRY_OVERHEAD_BYTES;
    if (!proposalBytes.take(bytes)) {
      return refused(
          new OverloadedException("proposals of " + proposalBytes.max() + " bytes wait already"));
    }
    LocalProposal proposal = new LocalProposal(
        type, command, proposalBytes, bytes, host.environment().nowNanos(), secondEnds::increment);
    offer(proposal);
    return proposal.future;
  }

  private CompletableFuture<byte[]> refused(NotAppendedException reason) {
    metrics.refused(reason, 1);
    return CompletableFuture.failedFuture(reason);
  }

  /** See {@code RaftNode.metrics}. */
  public RaftMetrics metrics() {
    return metrics.look(host.environment().nowNanos());
  }

  /** See {@code RaftNode.addListener}. */
  public void addListener(RaftListener listener) {
    ListenerQueue queue = loop.events().queueFor(listener);
    listeners.add(queue);
    mailbox.offer(groupLoop -> groupLoop.events().add(queue));
  }

  /** See {@code RaftNode.removeListener}. */
  public void removeListener(RaftListener listener) {
    for (ListenerQueue queue : listeners) {
      if (queue.isOf(listener)) {
        queue.remove();
        listeners.remove(queue);
        return;
      }
    }
  }

  private boolean keepsNoSessions() {
    return stateMachine instanceof OnDiskStateMachine
        && !(stateMachine instanceof SessionKeepingStateMachine);
  }

  /** See {@code RaftNode.session}. */
  public RaftSession session(SessionOptions sessionOptions) {
    if (keepsNoSessions()) {
      throw new UnsupportedOperationException(NO_SESSIONS);
    }
    return sessions.begin(sessionOptions);
  }

  /** See {@code RaftNode.awaitApplied}. */
  public CompletableFuture<Void> awaitApplied(long index, Duration timeout) {
    return reads.awaitApplied(index, timeout);
  }

  /** See {@code RaftNode.queryAfter}. */
  public CompletableFuture<byte[]> queryAfter(byte[] query, long index, Duration timeout) {
    return reads.queryAfter(query, index, timeout);
  }

  /** See {@code RaftNode.queryStale}. */
  public CompletableFuture<StaleAnswer> queryStale(byte[] query, Duration maxStaleness) {
    return reads.queryStale(query, maxStaleness);
  }

  /** See {@code RaftNode.query}. */
  public CompletableFuture<byte[]> query(byte[] query, ReadConsistency consistency) {
    return reads.query(query, consistency);
  }

  /** See {@code RaftNode.read}. */
  public <T> CompletableFuture<T> read(ReadConsistency consistency, Supplier<T> reader) {
    return reads.read(consistency, reader);
  }

  /** See {@code RaftNode.committedEntries}. */
  public Flow.Publisher<CommittedEntry> committedEntries(long fromIndex) {
    return streams.from(fromIndex);
  }

  /** See {@code RaftNode.awaitLeader}. */
  public CompletableFuture<Void> awaitLeader() {
    if (closing) {
      return CompletableFuture.failedFuture(new ShuttingDownException());
    }
    CompletableFuture<Void> known = new Answer<>(secondEnds::increment);
    ask(leaderWaits, known, groupLoop -> groupLoop.awaitLeader(known));
    return known;
  }

  /** See {@code RaftNode.transferLeadership}. */
  public CompletableFuture<HostId> transferLeadership(@Nullable HostId target) {
    return transferLeadership(target, TransferLog.Cause.OPERATOR);
  }

  private CompletableFuture<HostId> transferLeadership(
      @Nullable HostId target, TransferLog.Cause cause) {
    CompletableFuture<HostId> transferred = new Answer<>(secondEnds::increment);
    ask(questions, transferred, groupLoop -> groupLoop.transfer(target, cause, transferred));
    return transferred;
  }

  /** See {@code RaftNode.membership}. */
  public Membership membership() {
    return new MembershipCalls(
        (answer, ask) -> {
          if (closing) {
            answer.completeExceptionally(new ShuttingDownException());
          } else {
            ask(questions, answer, ask);
          }
        },
        secondEnds::increment);
  }

  /** See {@code RaftNode.status}. */
  public NodeStatus status() {
    if (host.environment().isMailboxThread()) {
      // Its turn would never come.
      throw new IllegalStateException(
          "a node can't be asked on the thread that would answer: what a trace sink wants to know is "
              + "in the event");
    }
    try {
      return statusSoon().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** The status as soon as the mailbox has its turn. */
  public CompletableFuture<NodeStatus> statusSoon() {
    CompletableFuture<NodeStatus> status = new Answer<>(secondEnds::increment);
    ask(questions, status, groupLoop -> groupLoop.completeWithStatus(status));
    return status;
  }

  /** Bytes of proposals that have not ended. */
  public long pendingProposalBytes() {
    return proposalBytes.taken() + loop.forwardedBytes();
  }

  /** How many of these are of proposals that others have forwarded to this node. */
  public long forwardedProposalBytes() {
    return loop.forwardedBytes();
  }

  /**
   * How often a proposal, a read or a question was to end that had ended: never, for each ends exactly once. But for those of callers who
   * end their future themselves, such as by {@code orTimeout}, of a read that comes to its deadline at the very moment at which it runs, and
   * of a node that is closed while its threads hang.
   */
  public long secondEnds() {
    return secondEnds.sum();
  }

  /** How often a read by a lease that was over when its turn came was handed back to a node that had stopped meanwhile. */
  public long leaseReadsAfterStop() {
    return loop.leaseReadsAfterStop();
  }

  /** Bytes of reads that have not ended. */
  public long pendingReadBytes() {
    return reads.pendingBytes();
  }

  /**
   * For who only looks at the core; null before birth. On the mailbox's thread, so that it is of use to a simulation, which has one thread
   * for everything.
   */
  public @Nullable CoreView view() {
    return loop.view();
  }

  /** What a gauge is at the moment, at less expense than {@link #metrics}. */
  public long gauge(RaftMetric gauge) {
    return metrics.value(gauge);
  }

  /** The sessions as of the present state, as a snapshot would keep them, once the state machine has its turn; empty if there are none. */
  public CompletableFuture<byte[]> capturedSessions() {
    CompletableFuture<byte[]> captured = new CompletableFuture<>();
    loop.pipeline().run(() -> {
      CapturedSessions sessions = loop.pipeline().captureSessions();
      captured.complete(sessions == null ? new byte[0] : sessions.encode());
    });
    return captured;
  }

  void deliver(HostId from, List<Message> messages) {
    mailbox.offer(groupLoop -> groupLoop.intake().receive(from, messages));
  }

  void unreadable(HostId from, UnreadableEntries entries) {
    mailbox.offer(groupLoop -> groupLoop.intake().unreadable(from, entries));
  }

  void peerGone(HostId peer) {
    mailbox.offer(groupLoop -> groupLoop.intake().peerGone(peer));
  }

  void writable(HostId peer, boolean writable) {
    mailbox.offer(groupLoop -> groupLoop.intake().writable(peer, writable));
  }

  void fail(String reason) {
    mailbox.offer(groupLoop -> groupLoop.stop(NodeStatus.Health.FAILED, reason));
  }

  private void ask(Budget budget, CompletableFuture<?> answer, Consumer<GroupLoop> ask) {
    if (budget.take(1)) {
      offer(new Question(budget, answer, ask));
    } else {
      answer.completeExceptionally(
          new OverloadedException(budget.max() + " questions to this node wait already"));
    }
  }

  private void offer(GroupLoop.Event event) {
    mailbox.offer(event);
    String reason = abandoned;
    if (reason != null) {
      event.abandon(reason);
    }
  }

  /** See {@code RaftHost.group} and {@code RaftNode.close}. */
  public void close() {
    beginToStop();
    host.close(this);
  }

  /** See {@code RaftNode.close(Duration)}. */
  public void close(Duration handover) {
    host.close(this, handover);
  }

  /**
   * Hands leadership over if this node leads and another member can take it. Goes on serving meanwhile, and afterwards.
   *
   * @return completes when that has happened, or is known not to; never exceptionally
   */
  public CompletableFuture<Void> handOver() {
    Handover handover = new Handover(
        host.self(),
        host.environment(),
        () -> transferLeadership(null, TransferLog.Cause.STOPS),
        () -> closing);
    return handover.begin();
  }

  boolean isClosing() {
    return closing;
  }

  /** Takes nothing in any more, from now on. */
  void beginToStop() {
    closing = true;
    sessions.closeAll();
    streams.closeAll();
    if (stopping.compareAndSet(false, true)) {
      mailbox.offer(groupLoop -> {
        groupLoop.stop(NodeStatus.Health.CLOSED, "this node is shutting down");
        // A read whose lease is over when its turn comes goes back to
        // the mailbox, and is refused there. So the end passes behind it
        // through the apply threads, the mailbox and the apply threads.
        groupLoop
            .pipeline()
            .run(() -> mailbox.offer(last -> last.pipeline().run(this::endOnceAllIsTold)));
      });
    }
  }

  private void endOnceAllIsTold() {
    CompletableFuture<Void> unused = CompletableFuture.allOf(
            loop.snapshotsEnded(), sessions.ended())
        .thenRun(() -> {
          host.removeGroup(loop.group(), this);
          stopped.complete(null);
        });
  }

  /** Takes no part any more. Completes once nothing of this node runs and everybody who waited was told. */
  public CompletableFuture<Void> stop() {
    beginToStop();
    return stopped;
  }

  /** Its threads have not come to an end in time: tells everybody who waits how things stand, without them. */
  void abandon() {
    String reason = "this node was closed while its state machine or a callback hung";
    abandoned = reason;
    mailbox.forEachWaiting(event -> event.abandon(reason));
    loop.pipeline().abandon(reason);
    sessions.abandonAll(reason);
    host.removeGroup(loop.group(), this);
  }

  /** What one of its threads is busy with, for people; null if nothing. */
  @Nullable
  String busyWith() {
    if (loop.pipeline().isBusy()) {
      return "group " + loop.group()
          + " is still in its state machine or in a callback, after entry "
          + loop.pipeline().appliedIndex();
    }
    if (!sessions.ended().isDone()) {
      return "group " + loop.group() + " is still in a callback of a session";
    }
    return loop.snapshotsEnded().isDone()
        ? null
        : "group " + loop.group() + " is still writing a snapshot out, or restoring one";
  }
}
