package io.github.balsaraft.node;

import io.github.balsaraft.api.AnswerTooLargeException;
import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.NodeFailedException;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.api.RaftSession;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.api.SessionsNotKeptException;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.session.RetryingSession;
import io.github.balsaraft.session.SessionChannel;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * The sessions of a node's own callers. They end when the node does: what they have scheduled would not run any more, and whoever
 * waits would wait for ever. Thread-safe.
 */
final class NodeSessions implements SessionChannel {

  private final HostEnvironment environment;
  private final Function<byte[], CompletableFuture<byte[]>> propose;
  private final Set<RetryingSession> open = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile boolean closing;

  NodeSessions(HostEnvironment environment, Function<byte[], CompletableFuture<byte[]>> propose) {
    this.environment = environment;
    this.propose = propose;
  }

  RaftSession begin(SessionOptions options) {
    RetryingSession session = new RetryingSession(this, options);
    open.add(session);
    // Who closes says so first and looks at the open ones then, so none is missed by both.
    if (closing) {
      session.close();
    }
    return session;
  }

  void closeAll() {
    closing = true;
    open.forEach(RetryingSession::close);
    endIfClosed();
  }

  /** Completes once all of them are closed and everybody who waited was told. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  private void endIfClosed() {
    if (closing && open.isEmpty()) {
      ended.complete(null);
    }
  }

  /** The apply threads hang, or a callback on the thread that runs the sessions' steps. */
  void abandonAll(String reason) {
    open.forEach(session -> session.abandon(reason));
  }

  @Override
  public CompletableFuture<byte[]> propose(byte[] entry) {
    return propose.apply(entry);
  }

  @Override
  public boolean isFinal(RaftException failure) {
    return failure instanceof CommandTooLargeException
        || failure instanceof SessionsNotKeptException
        || failure instanceof ShuttingDownException
        || failure instanceof NodeFailedException
        || failure instanceof AnswerTooLargeException;
  }

  @Override
  public long nowNanos() {
    return environment.nowNanos();
  }

  @Override
  public long nextRandom() {
    return environment.nextRandom();
  }

  @Override
  public Runnable schedule(long atNanos, Runnable task) {
    return environment.schedule(atNanos, task);
  }

  @Override
  public Executor executor() {
    return environment.callers();
  }

  @Override
  public void closed(RetryingSession session) {
    open.remove(session);
    endIfClosed();
  }
}
