package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.api.AnswerTooLargeException;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.session.RetryingSession;
import io.github.balsaraft.session.SessionChannel;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Stands for a group in tests of sessions: one table in virtual time, on the thread of the test, which decides what becomes of each
 * attempt.
 */
class SessionGroup implements SessionChannel {

  /** Of the sessions of such tests, if they say nothing else. */
  static final SessionOptions OPTIONS = SessionOptions.defaults()
      .withDeadline(Duration.ofSeconds(2))
      .withExpiry(Duration.ofSeconds(5))
      .withMaxInFlight(5);

  final Random random;
  final Map<String, Integer> applied = new LinkedHashMap<>();
  final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::atNanos).thenComparingLong(Timer::order));
  final List<byte[]> entries = new ArrayList<>();
  final ArrayDeque<Function<byte[], CompletableFuture<byte[]>>> ways = new ArrayDeque<>();
  SessionTable table = new SessionTable();
  Function<byte[], CompletableFuture<byte[]>> usualWay = this::apply;
  long nowNanos;
  long index;
  long logTimeMillis;
  boolean closed;
  private long order;

  SessionGroup(long seed) {
    random = new Random(seed);
  }

  CompletableFuture<byte[]> apply(byte[] entry) {
    entries.add(entry);
    logTimeMillis = Math.max(logTimeMillis, nowNanos / 1_000_000);
    return CompletableFuture.completedFuture(table
        .apply(++index, logTimeMillis, SessionEntry.decode(ByteBuffer.wrap(entry)), content -> {
          String command = UTF_8.decode(content).toString();
          applied.merge(command, 1, Integer::sum);
          return ("done " + command).getBytes(UTF_8);
        })
        .encode());
  }

  CompletableFuture<byte[]> lose(byte[] entry) {
    return CompletableFuture.failedFuture(new OutcomeUnknownException("lost"));
  }

  CompletableFuture<byte[]> refuse(byte[] entry) {
    return CompletableFuture.failedFuture(new NotLeaderException(null, "no leader"));
  }

  CompletableFuture<byte[]> applyAndLoseAnswer(byte[] entry) {
    CompletableFuture<byte[]> unused = apply(entry);
    return lose(entry);
  }

  @Override
  public CompletableFuture<byte[]> propose(byte[] entry) {
    return (ways.isEmpty() ? usualWay : ways.removeFirst()).apply(entry);
  }

  @Override
  public boolean isFinal(RaftException failure) {
    return failure instanceof ShuttingDownException || failure instanceof AnswerTooLargeException;
  }

  @Override
  public long nowNanos() {
    return nowNanos;
  }

  @Override
  public long nextRandom() {
    return random.nextLong();
  }

  @Override
  public Runnable schedule(long atNanos, Runnable task) {
    Timer timer = new Timer(atNanos, ++order, task);
    timers.add(timer);
    return () -> timers.remove(timer);
  }

  @Override
  public Executor executor() {
    return Runnable::run;
  }

  @Override
  public void closed(RetryingSession session) {
    closed = true;
  }

  void runFor(Duration time) {
    long end = nowNanos + time.toNanos();
    while (!timers.isEmpty() && timers.peek().atNanos <= end) {
      Timer next = timers.remove();
      nowNanos = Math.max(nowNanos, next.atNanos);
      next.task.run();
    }
    nowNanos = end;
  }

  private record Timer(long atNanos, long order, Runnable task) {}

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /** How a command has ended: the answer, or the name of the exception. */
  static String outcome(CompletableFuture<byte[]> future) {
    if (!future.isDone()) {
      return "open";
    }
    try {
      return new String(future.join(), UTF_8);
    } catch (CompletionException e) {
      return e.getCause().getClass().getSimpleName();
    }
  }
}
