package io.github.balsaraft.transport.netty;

import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRead;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRequest;
import io.netty.channel.EventLoop;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A client's reads: each is asked again until it is answered or its time is over, which changes nothing. */
final class ClientReads {

  private static final long OVERHEAD_BYTES = 256;

  private final EventLoop loop;
  private final MemberFinder finder;
  private final SessionOptions options;
  private final long maxPendingBytes;
  private final AtomicLong pendingBytes = new AtomicLong();
  private volatile boolean closed;

  /** On the loop only. */
  private final Set<Read> open = new LinkedHashSet<>();

  ClientReads(EventLoop loop, MemberFinder finder, SessionOptions options, long maxPendingBytes) {
    this.loop = loop;
    this.finder = finder;
    this.options = options;
    this.maxPendingBytes = maxPendingBytes;
  }

  CompletableFuture<ClientAnswer> ask(ClientRead asked) {
    long bytes = asked.getSerializedSize() + OVERHEAD_BYTES;
    if (closed || pendingBytes.addAndGet(bytes) > maxPendingBytes) {
      if (!closed) {
        pendingBytes.addAndGet(-bytes);
      }
      return CompletableFuture.failedFuture(new ReadNotServedException(
          closed ? "the client is closed" : "reads of " + maxPendingBytes + " bytes wait already"));
    }
    Read read = new Read(asked, System.nanoTime() + options.deadline().toNanos());
    CompletableFuture<?> unused = read.answer.whenComplete((answer, failure) -> {
      pendingBytes.addAndGet(-bytes);
    });
    try {
      loop.execute(() -> {
        open.add(read);
        attempt(read);
      });
    } catch (RejectedExecutionException e) {
      fail(read, "the client is closed");
    }
    return read.answer;
  }

  private void attempt(Read read) {
    if (closed || read.answer.isDone()) {
      fail(read, "the client is closed");
      return;
    }
    read.attempts++;
    CompletableFuture<?> unused = finder
        .ask(ClientRequest.newBuilder().setRead(read.asked))
        .whenComplete((answer, failure) -> ended(read, answer, failure));
  }

  private void ended(Read read, @Nullable ClientAnswer answer, @Nullable Throwable failure) {
    if (answer == null) {
      again(read, String.valueOf(failure));
      return;
    }
    switch (answer.getOutcome()) {
      case CLIENT_OUTCOME_DONE -> {
        open.remove(read);
        read.answer.complete(answer);
      }
      case CLIENT_OUTCOME_QUERY_FAILED -> {
        open.remove(read);
        read.answer.completeExceptionally(new RemoteQueryException(answer.getDetail()));
      }
      default -> again(read, answer.getDetail());
    }
  }

  private void again(Read read, String why) {
    long doubled = options.minBackoff().toNanos() << Math.min(20, read.attempts - 1);
    long pause = Math.min(options.maxBackoff().toNanos(), doubled);
    pause = pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1);
    long leftNanos = read.deadlineNanos - System.nanoTime();
    if (closed || leftNanos <= 0) {
      fail(read, why);
      return;
    }
    var unused =
        loop.schedule(() -> attempt(read), Math.min(pause, leftNanos), TimeUnit.NANOSECONDS);
  }

  private void fail(Read read, String why) {
    open.remove(read);
    read.answer.completeExceptionally(new ReadNotServedException(why));
  }

  void close() {
    closed = true;
    loop.execute(() -> List.copyOf(open).forEach(read -> fail(read, "the client is closed")));
  }

  /** One of them. */
  private static final class Read {
    final ClientRead asked;
    final long deadlineNanos;
    final CompletableFuture<ClientAnswer> answer = new CompletableFuture<>();
    int attempts;

    Read(ClientRead asked, long deadlineNanos) {
      this.asked = asked;
      this.deadlineNanos = deadlineNanos;
    }
  }
}
