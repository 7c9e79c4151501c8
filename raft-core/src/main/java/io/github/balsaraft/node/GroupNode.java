package io.github.balsaraft.node;

import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.Membership;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.storage.RecoveredGroup;
import io.github.balsaraft.transport.UnreadableEntries;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The outside of one replica: takes requests from any thread within its budgets, and hands them to the {@link GroupLoop}.
 */
public final class GroupNode {

  private static final int MAX_PENDING_READS = 1 << 20;

  private final HostRuntime host;
  private final RaftOptions options;
  private final StateMachine stateMachine;
  private final GroupLoop loop;
  private final Mailbox<GroupLoop.Event> mailbox;

  /** Bytes of proposals from their arrival to their end, so that a slow disk or state machine slows proposers. */
  private final AtomicLong pendingBytes = new AtomicLong();

  private final AtomicInteger pendingReads = new AtomicInteger();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private volatile boolean closing;

  /** Why nobody waits for this node's threads any longer; null as long as somebody does. */
  private volatile @Nullable String abandoned;

  GroupNode(HostRuntime host, GroupSettings settings, @Nullable RecoveredGroup recovered) {
    this.host = host;
    this.options = settings.options();
    this.stateMachine = settings.stateMachine();
    this.loop = new GroupLoop(host, settings, recovered);
    this.mailbox = new Mailbox<>(host.environment().mailboxes(), loop);
    this.loop.mailbox(mailbox);
  }

  void start() {
    mailbox.offer(GroupLoop::start);
  }

  /** See {@code RaftNode.propose}. */
  public CompletableFuture<byte[]> propose(byte[] command) {
    if (closing) {
      return CompletableFuture.failedFuture(new ShuttingDownException());
    }
    if (command.length > options.maxCommandBytes()) {
      return CompletableFuture.failedFuture(
          new CommandTooLargeException(command.length, options.maxCommandBytes()));
    }
    long bytes = (long) command.length + Payloads.ENTRY_OVERHEAD_BYTES;
    if (pendingBytes.addAndGet(bytes) > options.maxPendingProposalBytes()) {
      pendingBytes.addAndGet(-bytes);
      return CompletableFuture.failedFuture(new OverloadedException(
          "proposals of " + options.maxPendingProposalBytes() + " bytes wait already"));
    }
    LocalProposal proposal = new LocalProposal(command, bytes);
    offer(proposal);
    return proposal.future;
  }

  /** See {@code RaftNode.query}. */
  public CompletableFuture<byte[]> query(byte[] query, ReadConsistency consistency) {
    return read(consistency, () -> stateMachine.query(query));
  }

  /** See {@code RaftNode.read}. */
  public <T> CompletableFuture<T> read(ReadConsistency consistency, Supplier<T> reader) {
    if (closing) {
      return CompletableFuture.failedFuture(
          new ReadNotServedException("this node is shutting down"));
    }
    if (pendingReads.incrementAndGet() > MAX_PENDING_READS) {
      pendingReads.decrementAndGet();
      return CompletableFuture.failedFuture(
          new ReadNotServedException("too many reads wait already"));
    }
    Read<T> read = new Read<>(reader, consistency == ReadConsistency.LEASE);
    if (consistency == ReadConsistency.STALE) {
      readLocally(read);
    } else {
      offer(read);
    }
    return read.future;
  }

  private void readLocally(PendingRead read) {
    if (loop.freshness().freshNanos() < 0) {
      loop.pipeline().run(() -> read.refuse("the local state is not complete yet since the start"));
    } else {
      loop.pipeline().read(0, read::run, read::refuse);
    }
  }

  /** See {@code RaftNode.awaitLeader}. */
  public CompletableFuture<Void> awaitLeader() {
    if (closing) {
      return CompletableFuture.failedFuture(new ShuttingDownException());
    }
    CompletableFuture<Void> known = new CompletableFuture<>();
    offer(new Question(known, groupLoop -> groupLoop.awaitLeader(known)));
    return known;
  }

  /** See {@code RaftNode.transferLeadership}. */
  public CompletableFuture<HostId> transferLeadership(@Nullable HostId target) {
    CompletableFuture<HostId> transferred = new CompletableFuture<>();
    offer(new Question(transferred, groupLoop -> groupLoop.transfer(target, transferred)));
    return transferred;
  }

  /** See {@code RaftNode.membership}. */
  public Membership membership() {
    return new MembershipCalls((answer, ask) -> {
      if (closing) {
        answer.completeExceptionally(new ShuttingDownException());
      } else {
        offer(new Question(answer, ask));
      }
    });
  }

  /** See {@code RaftNode.status}. */
  public NodeStatus status() {
    return statusSoon().join();
  }

  /** The status as soon as the mailbox has its turn. */
  CompletableFuture<NodeStatus> statusSoon() {
    CompletableFuture<NodeStatus> status = new CompletableFuture<>();
    offer(new Question(status, groupLoop -> groupLoop.completeWithStatus(status)));
    return status;
  }

  /** Bytes of proposals that have not ended. */
  long pendingProposalBytes() {
    return pendingBytes.get() + loop.forwardedBytes();
  }

  /** Reads that have not ended. */
  int pendingReads() {
    return pendingReads.get();
  }

  void deliver(HostId from, List<Message> messages) {
    mailbox.offer(groupLoop -> groupLoop.receive(from, messages));
  }

  void unreadable(HostId from, UnreadableEntries entries) {
    mailbox.offer(groupLoop -> groupLoop.unreadable(from, entries));
  }

  void peerGone(HostId peer) {
    mailbox.offer(groupLoop -> groupLoop.peerGone(peer));
  }

  void writable(HostId peer, boolean writable) {
    mailbox.offer(groupLoop -> groupLoop.writable(peer, writable));
  }

  void fail(String reason) {
    mailbox.offer(groupLoop -> groupLoop.stop(NodeStatus.Health.FAILED, reason));
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

  boolean isClosing() {
    return closing;
  }

  /** Takes nothing in any more, from now on. */
  void beginToStop() {
    closing = true;
    if (stopping.compareAndSet(false, true)) {
      mailbox.offer(groupLoop -> {
        groupLoop.stop(NodeStatus.Health.CLOSED, "this node is shutting down");
        groupLoop.pipeline().run(() -> {
          host.removeGroup(loop.group(), this);
          stopped.complete(null);
        });
      });
    }
  }

  /** Takes no part any more. Completes once nothing of this node runs and everybody who waited was told. */
  CompletableFuture<Void> stop() {
    beginToStop();
    return stopped;
  }

  /** Its threads have not come to an end in time: tells everybody who waits how things stand, without them. */
  void abandon() {
    String reason = "this node was closed while its state machine or a callback hung";
    abandoned = reason;
    mailbox.forEachWaiting(event -> event.abandon(reason));
    loop.pipeline().abandon(reason);
    host.removeGroup(loop.group(), this);
  }

  /** What one of its threads is busy with, for people; null if nothing. */
  @Nullable
  String busyWith() {
    return loop.pipeline().isBusy()
        ? "group " + loop.group() + " is still in its state machine or in a callback, after entry "
            + loop.pipeline().appliedIndex()
        : null;
  }

  /** A question to the loop, whose answer somebody waits for. */
  private record Question(CompletableFuture<?> answer, Consumer<GroupLoop> ask)
      implements GroupLoop.Event {

    @Override
    public void happen(GroupLoop groupLoop) {
      ask.accept(groupLoop);
    }

    @Override
    public void abandon(String reason) {
      answer.completeExceptionally(new ShuttingDownException());
    }
  }

  private final class LocalProposal extends Proposal implements GroupLoop.Event {
    final CompletableFuture<byte[]> future = new CompletableFuture<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final long bytes;

    LocalProposal(byte[] command, long bytes) {
      super(command, Payloads.checksum(command));
      this.bytes = bytes;
    }

    @Override
    public void happen(GroupLoop groupLoop) {
      groupLoop.propose(this);
    }

    @Override
    public void abandon(String reason) {
      // It may be taken in yet, if that thread goes on before it hears of the end.
      abandon(Proposal.unknownOutcome(reason));
    }

    @Override
    void abandon(RaftException failure) {
      if (end()) {
        future.completeExceptionally(failure);
      }
    }

    @Override
    void applied(byte[] result) {
      if (end()) {
        future.complete(result);
      }
    }

    @Override
    void notAppended(NotAppendedException reason) {
      if (end()) {
        future.completeExceptionally(reason);
      }
    }

    @Override
    void unknown(String reason) {
      if (end()) {
        future.completeExceptionally(new OutcomeUnknownException(reason));
      }
    }

    /** The first end counts. Its budget is free before a callback asks for it. */
    private boolean end() {
      if (ended.getAndSet(true)) {
        return false;
      }
      pendingBytes.addAndGet(-bytes);
      return true;
    }
  }

  private final class Read<T> implements GroupLoop.Event, PendingRead {
    final CompletableFuture<T> future = new CompletableFuture<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final Supplier<T> reader;
    private final boolean byLease;

    Read(Supplier<T> reader, boolean byLease) {
      this.reader = reader;
      this.byLease = byLease;
    }

    @Override
    public void happen(GroupLoop groupLoop) {
      groupLoop.read(this, byLease);
    }

    @Override
    public void abandon(String reason) {
      refuse(reason);
    }

    @Override
    public void run() {
      if (ended.getAndSet(true)) {
        return;
      }
      pendingReads.decrementAndGet();
      try {
        future.complete(reader.get());
      } catch (Throwable e) {
        future.completeExceptionally(e);
      }
    }

    @Override
    public boolean runWhile(BooleanSupplier inTime) {
      if (ended.get()) {
        return true;
      }
      Runnable end;
      try {
        T answer = reader.get();
        end = () -> future.complete(answer);
      } catch (Throwable e) {
        end = () -> future.completeExceptionally(e);
      }
      if (!inTime.getAsBoolean()) {
        return false;
      }
      if (ended.getAndSet(true)) {
        return true;
      }
      pendingReads.decrementAndGet();
      end.run();
      return true;
    }

    @Override
    public void refuse(String reason) {
      // A reader that hangs holds the read, but must not hold up who waits for its answer.
      if (!ended.getAndSet(true)) {
        pendingReads.decrementAndGet();
      }
      future.completeExceptionally(new ReadNotServedException(reason));
    }
  }
}
