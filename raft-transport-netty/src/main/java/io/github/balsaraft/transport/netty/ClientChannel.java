package io.github.balsaraft.transport.netty;

import com.google.protobuf.ByteString;
import io.github.balsaraft.api.AnswerTooLargeException;
import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.NodeFailedException;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.api.SessionsNotKeptException;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.session.RetryingSession;
import io.github.balsaraft.session.SessionChannel;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRequest;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** How a client's session reaches the group. What was sent and not answered has an unknown outcome, whatever broke. */
final class ClientChannel implements SessionChannel {

  private final EventLoop loop;
  private final MemberFinder finder;

  ClientChannel(EventLoop loop, MemberFinder finder) {
    this.loop = loop;
    this.finder = finder;
  }

  @Override
  public CompletableFuture<byte[]> propose(byte[] entry) {
    if (!finder.isConnected()) {
      return CompletableFuture.failedFuture(new NotLeaderException(null, finder.whyNoMember()));
    }
    int maxBytes = finder.maxContentBytes();
    if (entry.length > maxBytes) {
      // Sent all the same it would end the connection, for all that is under way on it.
      return CompletableFuture.failedFuture(
          new CommandTooLargeException(commandBytes(entry.length), commandBytes(maxBytes)));
    }
    return finder
        .ask(ClientRequest.newBuilder().setSessionEntry(ByteString.copyFrom(entry)))
        .thenApply(answer -> outcome(entry.length, answer));
  }

  private static byte[] outcome(int entryBytes, ClientAnswer answer) {
    String detail = answer.getDetail();
    return switch (answer.getOutcome()) {
      case CLIENT_OUTCOME_DONE -> answer.getContent().toByteArray();
      case CLIENT_OUTCOME_NOT_LEADER ->
        throw new NotLeaderException(
            null, answer.getLeaderAddress().isEmpty() ? null : answer.getLeaderAddress(), detail);
      case CLIENT_OUTCOME_OVERLOADED ->
        throw new OverloadedException(detail, retryAfter(answer.getRetryAfterMillis()));
      case CLIENT_OUTCOME_TOO_LARGE ->
        throw new CommandTooLargeException(
            commandBytes(entryBytes), (int) answer.getMaxCommandBytes());
      case CLIENT_OUTCOME_SHUTTING_DOWN, CLIENT_OUTCOME_FAILED ->
        throw new NodeFailedException(detail);
      case CLIENT_OUTCOME_ANSWER_TOO_LARGE ->
        throw new AnswerTooLargeException(detail, answer.getAppliedIndex());
      case CLIENT_OUTCOME_NO_SESSIONS -> throw new SessionsNotKeptException(detail);
      case CLIENT_OUTCOME_UNKNOWN,
          CLIENT_OUTCOME_READ_NOT_SERVED,
          CLIENT_OUTCOME_QUERY_FAILED,
          CLIENT_OUTCOME_UNSPECIFIED,
          UNRECOGNIZED -> throw new OutcomeUnknownException(detail);
    };
  }

  private static int commandBytes(int entryBytes) {
    return Math.max(0, entryBytes - SessionEntry.OVERHEAD_BYTES);
  }

  /** Whatever a member says: nobody is told to wait for longer than a minute, nor for a negative time. */
  static Duration retryAfter(long millis) {
    return Duration.ofMillis(Math.max(1, Math.min(60_000, millis)));
  }

  /** Another member may do better, but for what all of them say. */
  @Override
  public boolean isFinal(RaftException failure) {
    return failure instanceof CommandTooLargeException
        || failure instanceof SessionsNotKeptException
        || failure instanceof AnswerTooLargeException;
  }

  @Override
  public long nowNanos() {
    return System.nanoTime();
  }

  @Override
  public long nextRandom() {
    return ThreadLocalRandom.current().nextLong();
  }

  @Override
  public Runnable schedule(long atNanos, Runnable task) {
    try {
      var scheduled = loop.schedule(task, atNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
      return () -> scheduled.cancel(false);
    } catch (RejectedExecutionException e) {
      // The client is closed, and everybody was told.
      return () -> {};
    }
  }

  @Override
  public Executor executor() {
    return loop;
  }

  @Override
  public void closed(RetryingSession session) {}
}
