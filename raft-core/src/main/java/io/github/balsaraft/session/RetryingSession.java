package io.github.balsaraft.session;

import io.github.balsaraft.api.AnswerTooLargeException;
import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.api.RaftSession;
import io.github.balsaraft.api.SessionExpiredException;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.model.SessionAnswer;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.session.Request.Numbers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A session that tries again until each command has an answer or its time is over. It opens itself at the group when it is first
 * used, and anew if the group has forgotten it.
 *
 * <p>The rule that makes it safe: under one number there is one command, and its attempts may end as they like; but a command of
 * which an attempt {@linkplain Request#inDoubt may be in the log} never gets another number.
 */
public final class RetryingSession implements RaftSession {

  private static final long REQUEST_OVERHEAD_BYTES = 256;

  /** How soon a timer's task is tried again that could not be done. */
  private static final long RETRY_NANOS = 10_000_000L;

  private final SessionChannel channel;
  private final SessionOptions options;
  private final SerialSteps steps;
  private final AtomicLong pendingBytes = new AtomicLong();
  private volatile long lastAppliedIndex;
  private volatile boolean closed;

  /** Those that have not ended, in their order; looked through by whoever abandons them too. */
  private final ConcurrentSkipListMap<Long, Request> requests = new ConcurrentSkipListMap<>();

  private final AtomicLong lastRequest = new AtomicLong();

  /** Callers hear of the first end only, so that nobody would see another. */
  private final AtomicLong secondEnds = new AtomicLong();

  // Used by the steps only.

  /** Those among them that have no number: they get one in their order, also if they had one in a session that was forgotten. */
  private final TreeMap<Long, Request> waiting = new TreeMap<>();

  /** Where the next command gets its number; null while no session is open. */
  private @Nullable Numbers numbers;

  private boolean opening;
  private int openingAttempts;

  /** How many sessions in a row the group has forgotten before a command was applied in them: it may have room for fewer than want one. */
  private int forgottenUnused;

  /** How long to wait before the next is asked for. */
  private long pauseBeforeOpeningNanos;

  private @Nullable NotAppendedException openingRefusal;
  private @Nullable Runnable deadlineTimer;
  private long deadlineArmedNanos = Long.MAX_VALUE;

  /** A session that is not open yet. */
  public RetryingSession(SessionChannel channel, SessionOptions options) {
    this.channel = channel;
    this.options = options;
    this.steps = new SerialSteps(channel.executor(), this::scheduleTurn);
  }

  @Override
  public CompletableFuture<byte[]> propose(byte[] command) {
    return propose(command, options.deadline());
  }

  @Override
  public CompletableFuture<byte[]> propose(byte[] command, Duration deadline) {
    if (closed) {
      return CompletableFuture.failedFuture(new ShuttingDownException());
    }
    // Here: what is thrown once a part of the budget was taken would never give that back.
    long waitNanos = Patience.nanosOf(deadline);
    long bytes = bytesOf(command);
    if (bytes > options.maxPendingBytes()) {
      // Asking again would never help.
      long limitBytes = Math.max(0, options.maxPendingBytes() - REQUEST_OVERHEAD_BYTES);
      return CompletableFuture.failedFuture(
          new CommandTooLargeException(command.length, Math.toIntExact(limitBytes)));
    }
    if (pendingBytes.addAndGet(bytes) > options.maxPendingBytes()) {
      pendingBytes.addAndGet(-bytes);
      return CompletableFuture.failedFuture(new OverloadedException(
          "commands of " + options.maxPendingBytes() + " bytes wait in this session already"));
    }
    Request request =
        new Request(lastRequest.incrementAndGet(), command, channel.nowNanos() + waitNanos);
    // Here, not when it is their turn: from now on they can be found if it never comes.
    requests.put(request.order, request);
    if (closed) {
      // Who abandons says so first and looks through them then, so none is missed by both.
      requests.remove(request.order);
      request.future.completeExceptionally(new ShuttingDownException());
      return request.future;
    }
    steps.add(() -> begin(request));
    return request.future;
  }

  private static long bytesOf(byte[] command) {
    return command.length + REQUEST_OVERHEAD_BYTES;
  }

  @Override
  public long lastAppliedIndex() {
    return lastAppliedIndex;
  }

  /** Bytes of commands that have not ended, or are on their way yet. */
  public long pendingBytes() {
    return pendingBytes.get();
  }

  /** How often a command was ended that had ended: always zero, unless this library has a defect. */
  public long secondEnds() {
    return secondEnds.get();
  }

  @Override
  public void close() {
    closed = true;
    steps.add(this::closeNow);
  }

  /**
   * The threads that run the steps hang: tells everybody who waits, without them. On any thread. Nothing more is sent once they come
   * back.
   */
  public void abandon(String reason) {
    closed = true;
    OutcomeUnknownException unknown = new OutcomeUnknownException(reason);
    requests.values().forEach(request -> request.future.completeExceptionally(unknown));
  }

  private void begin(Request request) {
    if (closed) {
      endWithout(request, new ShuttingDownException());
      return;
    }
    waiting.put(request.order, request);
    try {
      armDeadline(request.deadlineNanos);
    } finally {
      // Without memory for its deadline it is better sent than kept: what ends it may come.
      sendWaiting();
    }
  }

  // ------------------------------------------------------------------ the group's session

  private void sendWaiting() {
    while (!waiting.isEmpty() && !closed) {
      if (numbers == null) {
        open();
        return;
      }
      if (numbers.span() >= options.maxInFlight()) {
        return;
      }
      Request next = waiting.pollFirstEntry().getValue();
      numbers.give(next);
      send(next);
    }
  }

  private void open() {
    if (opening || closed) {
      return;
    }
    long pauseNanos = pauseBeforeOpeningNanos;
    pauseBeforeOpeningNanos = 0;
    if (pauseNanos > 0) {
      openLater(pauseNanos);
    } else {
      opening = true;
      openingAttempts++;
      attempt(() -> SessionEntry.open(options.expiry().toMillis()), this::opened);
    }
  }

  private void openLater(long pauseNanos) {
    // If it can't be scheduled, the next command opens.
    opening = false;
    Runnable unused = later(pauseNanos, () -> {
      opening = false;
      sendWaiting();
    });
    opening = true;
  }

  private void opened(@Nullable SessionAnswer answer, @Nullable Throwable failure) {
    if (answer != null && answer.verdict() == SessionAnswer.Verdict.APPLIED) {
      opening = false;
      openingAttempts = 0;
      openingRefusal = null;
      numbers = new Numbers(answer.index());
      if (closed) {
        forgetAtGroup();
      } else {
        sendWaiting();
      }
      return;
    }
    if (failure instanceof NotAppendedException refusal) {
      openingRefusal = refusal;
      if (channel.isFinal(refusal)) {
        // Until all of them have ended: the end of each looks whether another has to be sent.
        List.copyOf(waiting.values()).forEach(request -> endWithout(request, refusal));
        opening = false;
        return;
      }
    }
    // If one was opened after all, the group forgets it when its time has come, or when it needs
    // its place.
    openLater(pauseNanos(openingAttempts, failure));
  }

  private void closeNow() {
    List.copyOf(requests.values())
        .forEach(request -> endWithout(request, new ShuttingDownException()));
    if (deadlineTimer != null) {
      deadlineTimer.run();
    }
    if (numbers != null) {
      forgetAtGroup();
    }
    channel.closed(this);
  }

  private void forgetAtGroup() {
    if (numbers != null) {
      long session = numbers.session;
      numbers = null;
      attempt(() -> SessionEntry.close(session), (answer, failure) -> {});
    }
  }

  // ------------------------------------------------------------------ one command

  private void send(Request request) {
    Numbers in = request.numbers;
    if (in == null || request.underWay || request.ended || closed) {
      return;
    }
    request.attempts++;
    request.underWay = true;
    attempt(
        () -> SessionEntry.command(
            in.session, request.sequence, in.lowestUnanswered(), request.command),
        (answer, failure) -> {
          request.underWay = false;
          if (request.ended) {
            giveBack(request);
          } else {
            attemptEnded(request, answer, failure);
          }
        });
  }

  private void attemptEnded(
      Request request, @Nullable SessionAnswer answer, @Nullable Throwable failure) {
    if (answer == null) {
      failed(request, failure);
      return;
    }
    switch (answer.verdict()) {
      case APPLIED -> {
        forgottenUnused = 0;
        lastAppliedIndex = Math.max(lastAppliedIndex, answer.index());
        end(request, () -> request.future.complete(answer.result()));
      }
      case REJECTED -> {
        forgottenUnused = 0;
        lastAppliedIndex = Math.max(lastAppliedIndex, answer.index());
        fail(request, new CommandRejectedException(answer.reason()));
      }
      case EXPIRED -> expired(request);
      case FULL -> sendLater(request, null);
      case FORGOTTEN ->
        fail(request, new OutcomeUnknownException("the group takes it for answered"));
    }
  }

  private void failed(Request request, @Nullable Throwable failure) {
    if (failure instanceof NotAppendedException refusal) {
      request.refusal = refusal;
      if (channel.isFinal(refusal)) {
        endWithout(request, refusal);
        return;
      }
    } else {
      request.inDoubt = true;
      if (failure instanceof RaftException last && channel.isFinal(last)) {
        if (last instanceof AnswerTooLargeException applied) {
          lastAppliedIndex = Math.max(lastAppliedIndex, applied.appliedIndex().orElse(0));
        }
        fail(request, last);
        return;
      }
    }
    sendLater(request, failure);
  }

  private void sendLater(Request request, @Nullable Throwable failure) {
    request.cancelNextAttempt = later(pauseNanos(request.attempts, failure), () -> send(request));
  }

  private void expired(Request request) {
    if (numbers == request.numbers) {
      numbers = null;
      if (++forgottenUnused > 1) {
        // Sessions that are opened at once would go on forgetting each other, and nothing else
        // would get done.
        pauseBeforeOpeningNanos = pauseNanos(forgottenUnused - 1, null);
      }
    }
    if (request.inDoubt) {
      fail(
          request,
          new SessionExpiredException(
              "the group has forgotten the session, and whether the command was applied"));
      return;
    }
    // No attempt under this number had an effect.
    request.refusal = new OverloadedException(
        "the group has forgotten the session; there may be more in use than it keeps");
    request.loseNumber();
    waiting.put(request.order, request);
    sendWaiting();
  }

  /** Nothing more will be learnt of it. */
  private void endWithout(Request request, NotAppendedException refusal) {
    fail(
        request,
        request.inDoubt || request.underWay
            ? new OutcomeUnknownException("it was sent, and then: " + refusal.getMessage())
            : refusal);
  }

  private void fail(Request request, RuntimeException failure) {
    end(request, () -> request.future.completeExceptionally(failure));
  }

  private void end(Request request, Runnable completion) {
    if (request.ended) {
      // Its part of the budget would be given back twice.
      secondEnds.incrementAndGet();
      return;
    }
    request.ended = true;
    requests.remove(request.order);
    request.cancelNextAttempt.run();
    waiting.remove(request.order);
    request.loseNumber();
    if (!request.underWay) {
      giveBack(request);
    }
    completion.run();
    sendWaiting();
  }

  /** Whatever its caller was told, it takes its memory until it is on no connection any more, nor on its way through a node. */
  private void giveBack(Request request) {
    pendingBytes.addAndGet(-bytesOf(request.command));
  }

  // ------------------------------------------------------------------ time

  /** However it ends, {@code then} hears of it once. */
  void attempt(Supplier<byte[]> making, BiConsumer<SessionAnswer, Throwable> then) {
    byte[] entry;
    try {
      entry = making.get();
    } catch (RuntimeException | Error e) {
      then.accept(null, new OverloadedException("it could not be made ready to be sent: " + e));
      return;
    }
    CompletableFuture<SessionAnswer> ending;
    try {
      ending = channel.propose(entry).thenApply(SessionAnswer::decode);
    } catch (RuntimeException | Error e) {
      // Memory may have run out behind the moment from which on it is on its way.
      then.accept(null, e);
      return;
    }
    CompletableFuture<?> unused = ending.whenComplete(
        (answer, failure) -> steps.add(() -> then.accept(answer, causeOf(failure))));
  }

  private static @Nullable Throwable causeOf(@Nullable Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  /** Returns what calls it off. */
  private Runnable later(long pauseNanos, Runnable step) {
    return schedule(channel.nowNanos() + pauseNanos, step);
  }

  private Runnable schedule(long atNanos, Runnable step) {
    return channel.schedule(atNanos, () -> addOrRetry(step));
  }

  private void addOrRetry(Runnable step) {
    try {
      steps.add(step);
    } catch (RuntimeException | Error e) {
      // Such as that memory has run out. Nothing else would ever do what this timer was for.
      scheduleTurn(RETRY_NANOS, () -> addOrRetry(step));
    }
  }

  private void scheduleTurn(long pauseNanos, Runnable task) {
    Runnable unused = channel.schedule(channel.nowNanos() + pauseNanos, task);
  }

  /** Twice as long each time, and anything from half of that on: those who were refused together don't come back together. */
  private long pauseNanos(int attempts, @Nullable Throwable failure) {
    long doubled = options.minBackoff().toNanos() << Math.min(20, attempts - 1);
    long pause = Math.min(options.maxBackoff().toNanos(), doubled);
    if (failure instanceof OverloadedException overloaded) {
      pause = Math.max(pause, 2 * overloaded.retryAfter().toNanos());
    }
    return pause / 2 + Math.floorMod(channel.nextRandom(), pause / 2 + 1);
  }

  private void armDeadline(long nanos) {
    boolean isEarlier = nanos < deadlineArmedNanos;
    if (isEarlier || deadlineArmedNanos <= channel.nowNanos()) {
      Runnable before = deadlineTimer;
      // First: if this can't be armed, the others still have the one before.
      deadlineTimer = schedule(nanos, this::endLate);
      deadlineArmedNanos = nanos;
      // One that is past has come to nothing, or is about to look, and must.
      if (before != null && isEarlier) {
        before.run();
      }
    }
  }

  private void endLate() {
    deadlineArmedNanos = Long.MAX_VALUE;
    long now = channel.nowNanos();
    List<Request> late = new ArrayList<>();
    long next = Long.MAX_VALUE;
    for (Request request : requests.values()) {
      if (request.deadlineNanos <= now) {
        late.add(request);
      } else {
        next = Math.min(next, request.deadlineNanos);
      }
    }
    late.forEach(request -> endWithout(request, lateness(request)));
    if (next != Long.MAX_VALUE) {
      armDeadline(next);
    }
  }

  private NotAppendedException lateness(Request request) {
    NotAppendedException refusal =
        request.refusal == null && request.numbers == null ? openingRefusal : request.refusal;
    return refusal == null ? new OverloadedException("it was not answered in time") : refusal;
  }
}
