package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.examples.kv.command.Planned;
import io.github.balsaraft.examples.kv.command.Session;
import io.github.balsaraft.examples.kv.resp.Inbound;
import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.resp.ReplyWriter;
import io.github.balsaraft.examples.kv.server.Run.QueuedCommand;
import io.github.balsaraft.examples.kv.state.Answer;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.Operation;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client. Its commands take effect, and are answered, in the order in which they came.
 *
 * <p>They wait in a queue. At the end of each turn of the event loop the front of the queue becomes a {@link Run}: one
 * proposal or one read for all of its commands. While it is under way the next commands gather, and only when its outcome
 * is known the next run starts. So the order of one connection never depends on how the node, the transport or a new leader
 * orders proposals that are under way at the same time; and the deeper a client pipelines, the more commands share an entry.
 *
 * <p>Everything here happens on the connection's event loop. Replies are flushed once per turn.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

  /** Beyond these bounds nothing more is read from the socket until replies have gone out. */
  private static final int MAX_PENDING_COMMANDS = 8192;

  private static final long MAX_PENDING_BYTES = 4 << 20;

  private final KvServer server;
  private final Channel channel;
  private final Session session;
  private final ReplyWriter replies;
  private final StallWatch stalls;
  private final GentleClose gentleClose;

  private final AnswerRoom answerRoom;
  private final TransactionBuffer transactions;
  private final Deque<QueuedCommand> queue = new ArrayDeque<>();

  /** Bytes of the queue and of the run. */
  private long pendingBytes;

  /** What is under way, or answered but not written yet. */
  private @Nullable Run run;

  /** Whether there is no way to say how what is under way has ended; set by any thread. */
  private volatile boolean outcomeLost;

  /** Whether a command is under way that takes its time; it is at the front of the queue. */
  private boolean deferred;

  /** Whether {@link #advance} is on the stack: a future that is complete already must not call it again. */
  private boolean advancing;

  /** Where to send clients in this turn, once somebody wanted to know. */
  private Optional<String> redirection = Optional.empty();

  private boolean redirectionKnown;

  /** Whether to close once everything that was received is answered. */
  private boolean closeWhenIdle;

  /** Whether nothing more is answered. */
  private boolean closing;

  ClientConnection(KvServer server, Channel channel, Session session) {
    this.server = server;
    this.channel = channel;
    this.session = session;
    this.replies = new ReplyWriter(channel);
    this.stalls = new StallWatch(
        channel,
        replies,
        server.stallTimeout(),
        () -> cutOff("it takes none of the replies that wait for it"));
    this.gentleClose = new GentleClose(channel);
    this.answerRoom = new AnswerRoom(server.answerBudget());
    this.transactions = new TransactionBuffer(server.budget(), server.maxTransactionBytes());
  }

  Session session() {
    return session;
  }

  /** Closes it, whatever is under way. */
  void closeNow() {
    var unused = channel.close();
  }

  Channel channel() {
    return channel;
  }

  /** Whether memory is held for a transaction that has begun, or for keys that are watched. */
  boolean isInTransaction() {
    return transactions.isHolding();
  }

  /** Whether everything that has been received is answered. */
  boolean isIdle() {
    return run == null && !deferred && queue.isEmpty() && !replies.isWaiting();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (closing) {
      releaseIfRequest(message);
      ReferenceCountUtil.release(message);
    } else if (message instanceof Inbound.Request request) {
      enqueue(server.commands().plan(request.words()), request.bytes());
    } else if (message instanceof Inbound.Refused refused) {
      enqueue(new Planned.Rejected(new Reply.Failure(refused.error())), 0);
    } else if (message instanceof Inbound.Broken broken) {
      server.cutOffs().add(client(), broken.error());
      enqueue(new Planned.Rejected(new Reply.Failure(broken.error())), 0);
      closeWhenIdle = true;
    } else if (message instanceof Inbound.Foreign foreign) {
      server.cutOffs().add(client(), foreign.why());
      closeWhenIdle = true;
    } else {
      ReferenceCountUtil.release(message);
      cutOff("nobody knows what to do with a " + message.getClass().getName());
    }
  }

  private String client() {
    return session.id() + " at " + channel.remoteAddress();
  }

  /** Closes it because of something that isn't the client's to hear about, once. */
  void cutOff(String why) {
    if (!closing) {
      closing = true;
      server.cutOffs().add(client(), why);
    }
    closeNow();
  }

  private void releaseIfRequest(Object message) {
    if (message instanceof Inbound.Request request) {
      server.budget().giveBack(request.bytes());
    }
  }

  private void enqueue(Planned planned, int bytes) {
    QueuedCommand queued = transactions.next(planned, bytes);
    queue.addLast(queued);
    pendingBytes += queued.bytes();
    throttle();
  }

  private void throttle() {
    boolean full = queue.size() >= MAX_PENDING_COMMANDS || pendingBytes >= MAX_PENDING_BYTES;
    boolean reading = channel.config().isAutoRead();
    if (full && reading) {
      channel.config().setAutoRead(false);
    } else if (!reading
        && queue.size() < MAX_PENDING_COMMANDS / 2
        && pendingBytes < MAX_PENDING_BYTES / 2) {
      channel.config().setAutoRead(true);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    advance();
    context.fireChannelReadComplete();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (context.channel().isWritable()) {
      advance();
    }
  }

  /** Does all that can be done now. */
  private void advance() {
    if (advancing || closing) {
      return;
    }
    advancing = true;
    redirectionKnown = false;
    try {
      boolean more = true;
      while (more) {
        more = step();
      }
    } finally {
      advancing = false;
    }
    replies.flush();
    stalls.look();
    if (closing || (closeWhenIdle && isIdle())) {
      closeGently();
    } else {
      throttle();
    }
  }

  /** Does one thing; false if the next one has to wait for something. */
  private boolean step() {
    if (closing || deferred || !replies.isReady()) {
      return false;
    }
    Run current = run;
    if (current != null) {
      return current.isDone() && finish(current);
    }
    // The writer is ready: nothing waits any more that was answered before.
    answerRoom.giveBack();
    QueuedCommand next = queue.peekFirst();
    if (next == null) {
      return false;
    }
    Step step = next.step();
    if (step instanceof Step.Answer fixed) {
      replyTo(next, fixed.reply());
    } else if (step instanceof Step.Ask local) {
      replyTo(next, ask(local.command()));
      closing = session.quitting();
    } else if (step instanceof Step.Await command) {
      if (server.isDraining()) {
        replyTo(next, Failures.SHUTTING_DOWN);
      } else {
        defer(next, command.command());
      }
    } else {
      askState(next, step);
    }
    return true;
  }

  private Reply ask(Planned.LocalCommand command) {
    return command.execute(session, server);
  }

  private void askState(QueuedCommand next, Step step) {
    Operation operation = Run.operationOf(step);
    if (step instanceof Step.Execute execute && execute.watches().isBroken()) {
      replyTo(next, TransactionBuffer.ABORTED);
    } else if (step instanceof Step.Execute execute && operation == null) {
      replyTo(next, Run.replyTo(execute, new Answer.Several(List.of()), this::ask));
    } else if (operation != null) {
      Reply refusal = refusalOf(operation);
      boolean hasRoom = refusal == null && operation.isWrite() && answerRoom.tryTakeForWrite();
      if (refusal == null && operation.isWrite() && operation.answersValues() && !hasRoom) {
        refusal = AnswerRoom.NONE;
      }
      if (refusal == null) {
        start(Run.takeFrom(queue, session.readOnly(), hasRoom));
      } else {
        if (step instanceof Step.Watch watch) {
          watch.watches().fail();
        }
        replyTo(next, refusal);
      }
    } else {
      throw new AssertionError("nothing to do for " + step.getClass());
    }
  }

  private @Nullable Reply refusalOf(Operation operation) {
    if (server.isDraining()) {
      return Failures.SHUTTING_DOWN;
    }
    boolean local = session.readOnly() && !operation.isWrite();
    List<Bytes> keys = operation.keys();
    return local || keys.isEmpty()
        ? null
        : redirection().map(to -> Failures.moved(keys.get(0), to)).orElse(null);
  }

  /** Looked up at the first command of a turn that depends on it: the look waits for the thread that runs the protocol. */
  private Optional<String> redirection() {
    if (!redirectionKnown) {
      redirection = server.failures().redirection();
      redirectionKnown = true;
    }
    return redirection;
  }

  /** Replies to the command at the front of the queue. */
  private void replyTo(QueuedCommand command, Reply reply) {
    queue.removeFirst();
    release(command.bytes());
    replies.write(reply);
  }

  /** Begins a command that takes its time. Whether the client waits for it or not, it goes on. */
  private void defer(QueuedCommand command, Planned.DeferredCommand begun) {
    deferred = true;
    server.runStarted();
    // A failure is a reply already; what could go wrong in here is logged where it happens.
    CompletableFuture<Reply> unused = begin(begun)
        .whenComplete((reply, failure) -> onEventLoop("a deferred command", () -> {
          deferred = false;
          server.runEnded();
          if (!closing) {
            replyTo(command, reply == null ? new Reply.Failure("UNKNOWN " + failure) : reply);
            advance();
          }
        }));
  }

  private CompletableFuture<Reply> begin(Planned.DeferredCommand command) {
    try {
      return command.begin(server);
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void start(Run started) {
    run = started;
    server.runStarted();
    // Linearizable either way; whether leases are permitted
    // is the operator's choice. Reading twice does no harm.
    ReadConsistency consistency =
        session.readOnly() ? ReadConsistency.STALE : ReadConsistency.LEASE;
    CompletableFuture<List<Answer>> answers = started.isProposed()
        ? propose(started)
        : server.execution().read(consistency, started.operations());
    // The future's own outcome reaches the client; what
    // could go wrong in here is logged where it happens.
    CompletableFuture<List<Answer>> unused = answers.whenComplete((result, failure) -> onEventLoop(
        "a run of " + started.size() + " commands", () -> end(started, result, failure)));
  }

  private CompletableFuture<List<Answer>> propose(Run started) {
    int maxAnswerBytes = Execution.SHORT_ANSWERS_BYTES;
    if (started.isProposedForValues()) {
      maxAnswerBytes = Math.toIntExact(answerRoom.heldBytes());
    } else {
      answerRoom.giveBack();
    }
    int most = maxAnswerBytes;
    return server
        .handovers()
        .propose(
            channel.eventLoop(),
            () -> server.execution().propose(started.operations(), started.bytes(), most),
            () -> closing || server.isDraining());
  }

  private void onEventLoop(String what, Runnable task) {
    if (!LoopTask.hand(channel.eventLoop(), () -> guarded(task))) {
      // The server has been closed, and this connection with it; or the client would wait for ever.
      outcomeLost = true;
      server.runEnded();
      LOG.debug("nobody is left to hear of {}", what);
      closeNow();
    }
  }

  /** What the pipeline does for handlers: without this, the client would wait for ever for the rest of its replies. */
  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  private void end(Run ended, @Nullable List<Answer> answers, @Nullable Throwable failure) {
    try {
      settle(ended, answers, failure);
    } finally {
      server.runEnded();
    }
  }

  private void settle(Run ended, @Nullable List<Answer> answers, @Nullable Throwable failure) {
    if (answers == null) {
      answerRoom.giveBack();
      ended.fail(
          failureOf(failure == null ? new IllegalStateException("no result") : failure, ended));
    } else if (ended.isProposed()) {
      ended.answer(answerRoom.settle(answers));
    } else if (answerRoom.tryTakeForRead(server.state().copiedBytes(answers))) {
      ended.answer(answers);
    } else {
      ended.fail(new Failures.FailedRun(AnswerRoom.NONE, null, null));
    }
    if (closing) {
      run = null;
      release(ended.bytes());
      answerRoom.giveBack();
    } else {
      advance();
    }
  }

  private Failures.FailedRun failureOf(Throwable problem, Run ended) {
    try {
      return server.failures().failed(problem, ended);
    } catch (RuntimeException | Error e) {
      failed(e);
      // Nobody hears it: the connection is closed, and that leaves the outcome as open as this.
      return new Failures.FailedRun(new Reply.Failure("UNKNOWN " + e), null, null);
    }
  }

  /** Writes the replies of a run that has its answers; false if the client has to read first. */
  private boolean finish(Run done) {
    if (!done.writeReplies(replies, this::ask)) {
      return false;
    }
    run = null;
    Deque<QueuedCommand> undone = done.takeUndone();
    int undoneBytes = 0;
    while (!undone.isEmpty()) {
      QueuedCommand command = undone.removeLast();
      undoneBytes += command.bytes();
      queue.addFirst(command);
    }
    release(done.bytes() - undoneBytes);
    return true;
  }

  private void release(int bytes) {
    pendingBytes -= bytes;
    server.budget().giveBack(bytes);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent && closing) {
      gentleClose.inputEnded();
    } else if (event instanceof ChannelInputShutdownEvent) {
      // The client has said all it wanted, and may still wait for replies.
      closeWhenIdle = true;
      advance();
    }
  }

  private void closeGently() {
    closing = true;
    dropQueue();
    gentleClose.begin();
  }

  private void dropQueue() {
    transactions.discard();
    while (!queue.isEmpty()) {
      release(queue.removeFirst().bytes());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    boolean answered = run != null && (run.isDone() || outcomeLost);
    if (run == null || answered) {
      answerRoom.giveBack();
    }
    closing = true;
    dropQueue();
    if (run != null && answered) {
      // It was waiting for the client to read. One without an outcome is released when that comes.
      release(run.bytes());
    }
    replies.discard();
    server.disconnected(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("client {} is gone: {}", session.id(), cause.toString());
      closeNow();
    } else {
      failed(cause);
    }
  }

  private void failed(Throwable cause) {
    StackTraceElement[] trace = cause.getStackTrace();
    cutOff(cause + (trace.length == 0 ? "" : " at " + trace[0]));
    LOG.debug("client {}: why its connection was closed", session.id(), cause);
  }
}
