package io.github.balsaraft.node;

import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.OverloadedException;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
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
  private volatile boolean closing;

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
    mailbox.offer(proposal);
    return proposal.future;
  }

  /** See {@code RaftNode.query}. */
  public CompletableFuture<byte[]> query(byte[] query, ReadConsistency consistency) {
    return read(consistency, () -> stateMachine.query(query));
  }

  /** See {@code RaftNode.read}. */
  public <T> CompletableFuture<T> read(ReadConsistency consistency, Supplier<T> reader) {
    if (pendingReads.incrementAndGet() > MAX_PENDING_READS) {
      pendingReads.decrementAndGet();
      return CompletableFuture.failedFuture(
          new ReadNotServedException("too many reads wait already"));
    }
    Read<T> read = new Read<>(reader);
    if (consistency == ReadConsistency.STALE) {
      readLocally(read);
    } else {
      mailbox.offer(read);
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
    CompletableFuture<Void> known = new CompletableFuture<>();
    mailbox.offer(groupLoop -> groupLoop.awaitLeader(known));
    return known;
  }

  /** See {@code RaftNode.status}. */
  public NodeStatus status() {
    return statusSoon().join();
  }

  /** The status as soon as the mailbox has its turn. */
  CompletableFuture<NodeStatus> statusSoon() {
    CompletableFuture<NodeStatus> status = new CompletableFuture<>();
    mailbox.offer(groupLoop -> groupLoop.completeWithStatus(status));
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

  /** See {@code RaftNode.close}. */
  public void close() {
    host.closing(() -> stop().join());
  }

  /** Takes no part any more. Completes once nothing of this node runs and everybody who waited was told. */
  CompletableFuture<Void> stop() {
    closing = true;
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    mailbox.offer(groupLoop -> {
      groupLoop.stop(NodeStatus.Health.CLOSED, "this node is shutting down");
      groupLoop.pipeline().run(() -> stopped.complete(null));
    });
    return stopped.thenRun(() -> host.removeGroup(loop.group(), this));
  }

  private final class LocalProposal extends Proposal implements GroupLoop.Event {
    final CompletableFuture<byte[]> future = new CompletableFuture<>();
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
    void applied(byte[] result) {
      pendingBytes.addAndGet(-bytes);
      future.complete(result);
    }

    @Override
    void notAppended(NotAppendedException reason) {
      pendingBytes.addAndGet(-bytes);
      future.completeExceptionally(reason);
    }

    @Override
    void unknown(String reason) {
      pendingBytes.addAndGet(-bytes);
      future.completeExceptionally(new OutcomeUnknownException(reason));
    }
  }

  private final class Read<T> implements GroupLoop.Event, PendingRead {
    final CompletableFuture<T> future = new CompletableFuture<>();
    private final Supplier<T> reader;

    Read(Supplier<T> reader) {
      this.reader = reader;
    }

    @Override
    public void happen(GroupLoop groupLoop) {
      groupLoop.read(this);
    }

    @Override
    public void run() {
      pendingReads.decrementAndGet();
      try {
        future.complete(reader.get());
      } catch (Throwable e) {
        future.completeExceptionally(e);
      }
    }

    @Override
    public void refuse(String reason) {
      pendingReads.decrementAndGet();
      future.completeExceptionally(new ReadNotServedException(reason));
    }
  }
}
