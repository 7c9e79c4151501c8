package io.github.balsaraft.transport.netty;

import io.github.balsaraft.api.AnswerTooLargeException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRead;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRequest;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A client's reads: each is asked again until it is answered or its time is over, which changes nothing. */
final class ClientReads {

  private static final long OVERHEAD_BYTES = 256;

  /** Who is asked. */
  interface Members {

    /** How many bytes a request may carry now. */
    int maxContentBytes();

    /** Asks one of them. */
    CompletableFuture<ClientAnswer> ask(ClientRequest.Builder request);
  }

  private final EventLoop loop;
  private final Members members;
  private final SessionOptions options;
  private final long maxPendingBytes;
  private final AtomicLong pendingBytes = new AtomicLong();
  private volatile boolean closed;

  /** Those that have not ended, about in the order of their deadlines. On the loop only. */
  private final Set<Read> open = new LinkedHashSet<>();

  /** On the loop only. */
  private boolean deadlineArmed;

  ClientReads(EventLoop loop, Members members, SessionOptions options, long maxPendingBytes) {
    this.loop = loop;
    this.members = members;
    this.options = options;
    this.maxPendingBytes = maxPendingBytes;
  }

  CompletableFuture<ClientAnswer> ask(ClientRead asked) {
    long bytes = asked.getSerializedSize() + OVERHEAD_BYTES;
    if (bytes > maxPendingBytes) {
      // Asking again would never help.
      int queryBytes = asked.getQuery().size();
      long limitBytes = Math.max(0, maxPendingBytes - (bytes - queryBytes));
      return CompletableFuture.failedFuture(
          new QueryTooLargeException(queryBytes, Math.toIntExact(limitBytes)));
    }
    if (closed || pendingBytes.addAndGet(bytes) > maxPendingBytes) {
      if (!closed) {
        pendingBytes.addAndGet(-bytes);
      }
      return CompletableFuture.failedFuture(
          closed
              ? new ReadNotServedException("the client is closed")
              : new ReadNotServedException(
                  "reads of " + maxPendingBytes + " bytes wait already",
                  OverloadedException.RETRY_AFTER));
    }
    Read read = new Read(asked, bytes, System.nanoTime() + options.deadline().toNanos());
    try {
      loop.execute(() -> {
        if (read.taken.compareAndSet(false, true)) {
          open.add(read);
          armDeadline();
          attempt(read);
        }
      });
    } catch (RuntimeException | Error e) {
      // The loop has ended, or memory has run out; it may have kept it all the same.
      if (read.taken.compareAndSet(false, true)) {
        giveBack(read);
        read.answer.completeExceptionally(new ReadNotServedException(
            closed ? "the client is closed" : "it could not be sent: " + e));
      }
    }
    return read.answer;
  }

  private void attempt(Read read) {
    if (read.answer.isDone()) {
      return;
    }
    if (closed) {
      fail(read, new ReadNotServedException("the client is closed"));
      return;
    }
    int maxBytes = members.maxContentBytes();
    if (read.asked.getSerializedSize() > maxBytes) {
      // Sent all the same it would end the connection, for all that is under way on it.
      int queryBytes = read.asked.getQuery().size();
      int overheadBytes = read.asked.getSerializedSize() - queryBytes;
      fail(read, new QueryTooLargeException(queryBytes, Math.max(0, maxBytes - overheadBytes)));
      return;
    }
    read.attempts++;
    read.refusal = null;
    CompletableFuture<ClientAnswer> asking;
    try {
      asking = members.ask(ClientRequest.newBuilder().setRead(read.asked));
    } catch (RuntimeException | Error e) {
      // It may be on its way. To read once more changes nothing.
      again(read, new ReadNotServedException("it could not be sent: " + e));
      return;
    }
    read.underWay = true;
    CompletableFuture<?> unused =
        asking.whenComplete((answer, failure) -> ended(read, answer, failure));
  }

  private void ended(Read read, @Nullable ClientAnswer answer, @Nullable Throwable failure) {
    read.underWay = false;
    if (read.answer.isDone()) {
      giveBack(read);
      return;
    }
    if (answer == null) {
      again(read, new ReadNotServedException(String.valueOf(failure)));
      return;
    }
    switch (answer.getOutcome()) {
      case CLIENT_OUTCOME_DONE -> {
        remove(read);
        read.answer.complete(answer);
      }
      case CLIENT_OUTCOME_QUERY_FAILED -> fail(read, new RemoteQueryException(answer.getDetail()));
      case CLIENT_OUTCOME_ANSWER_TOO_LARGE ->
        fail(read, new AnswerTooLargeException(answer.getDetail()));
      default ->
        again(
            read,
            new ReadNotServedException(
                answer.getDetail(),
                answer.getRetryAfterMillis() == 0
                    ? null
                    : ClientChannel.retryAfter(answer.getRetryAfterMillis())));
    }
  }

  private void again(Read read, ReadNotServedException refusal) {
    read.refusal = refusal;
    if (closed) {
      fail(read, refusal);
      return;
    }
    long doubled = options.minBackoff().toNanos() << Math.min(20, read.attempts - 1);
    long pause = Math.min(options.maxBackoff().toNanos(), doubled);
    if (refusal.retryAfter().isPresent()) {
      pause = Math.max(pause, 2 * refusal.retryAfter().get().toNanos());
    }
    pause = pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1);
    read.nextAttempt = loop.schedule(() -> attempt(read), pause, TimeUnit.NANOSECONDS);
  }

  private void fail(Read read, RuntimeException failure) {
    remove(read);
    read.answer.completeExceptionally(failure);
  }

  private void remove(Read read) {
    open.remove(read);
    if (read.nextAttempt != null) {
      // It would hold what was asked until then.
      read.nextAttempt.cancel(false);
    }
    if (!read.underWay) {
      giveBack(read);
    }
  }

  /** Whatever its caller was told, it takes its memory until it is on no connection any more. */
  private void giveBack(Read read) {
    pendingBytes.addAndGet(-read.bytes);
  }

  // ------------------------------------------------------------------ deadlines

  /** All have the same time, so the first is the next whose time is over. */
  private void armDeadline() {
    if (!deadlineArmed && !open.isEmpty()) {
      long leftNanos = open.iterator().next().deadlineNanos - System.nanoTime();
      var unused = loop.schedule(this::endLate, leftNanos, TimeUnit.NANOSECONDS);
      // In this order: what can't be armed now is armed with the next read.
      deadlineArmed = true;
    }
  }

  private void endLate() {
    deadlineArmed = false;
    long nowNanos = System.nanoTime();
    for (Read read : List.copyOf(open)) {
      if (read.deadlineNanos - nowNanos > 0) {
        break;
      }
      ReadNotServedException refusal = read.refusal;
      fail(
          read,
          refusal == null ? new ReadNotServedException("it was not answered in time") : refusal);
    }
    armDeadline();
  }

  void close() {
    closed = true;
    loop.execute(() -> List.copyOf(open)
        .forEach(read -> fail(read, new ReadNotServedException("the client is closed"))));
  }

  /** One of them. */
  private static final class Read {
    final ClientRead asked;
    final long bytes;
    final long deadlineNanos;
    final CompletableFuture<ClientAnswer> answer = new CompletableFuture<>();

    /** Whether the loop has it, or it has ended without. */
    final AtomicBoolean taken = new AtomicBoolean();

    int attempts;

    /** Null before there was a first one, and a pause behind it. */
    @Nullable
    ScheduledFuture<?> nextAttempt;

    /** It was sent, and not answered; nor has the connection ended. */
    boolean underWay;

    /** How the last attempt ended; null as long as it has not. */
    @Nullable
    ReadNotServedException refusal;

    Read(ClientRead asked, long bytes, long deadlineNanos) {
      this.asked = asked;
      this.bytes = bytes;
      this.deadlineNanos = deadlineNanos;
    }
  }
}
