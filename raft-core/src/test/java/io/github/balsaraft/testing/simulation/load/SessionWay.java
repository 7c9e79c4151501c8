package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.SessionAnswer;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.session.RetryingSession;
import io.github.balsaraft.session.SessionChannel;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.World;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way from a simulated client's session to the hosts. An attempt at a process that ends has an unknown outcome: the client sees
 * a connection break.
 */
final class SessionWay implements SessionChannel {

  private final VirtualTime time;
  private final Observer observer;
  private final LongSupplier numbers;
  private final Chance chance;
  private final Supplier<SimulatedHost.@Nullable Life> target;

  /** Attempts that wait for an answer. */
  private final List<Sent> sent = new ArrayList<>();

  /** Who leads, by the last answer. */
  private @Nullable HostId leader;

  /**
   * @param numbers gives each attempt of anybody a number of its own
   * @param target whom to ask next
   */
  SessionWay(
      World world,
      LongSupplier numbers,
      Chance chance,
      Supplier<SimulatedHost.@Nullable Life> target) {
    this.time = world.time();
    this.observer = world.observer();
    this.numbers = numbers;
    this.chance = chance;
    this.target = target;
  }

  /** Who leads, as far as is known. */
  @Nullable
  HostId leader() {
    return leader;
  }

  @Override
  public CompletableFuture<byte[]> propose(byte[] entry) {
    SimulatedHost.Life at = target.get();
    if (at == null) {
      return CompletableFuture.failedFuture(new NotLeaderException(null, "no process is up"));
    }
    Sent attempt = new Sent(
        at.host(), at.number(), numbers.getAsLong(), entry.length, new CompletableFuture<>());
    sent.add(attempt);
    observer.onSessionAsks(attempt.number, SessionEntry.decode(ByteBuffer.wrap(entry)));
    CompletableFuture<byte[]> unused = at.node()
        .proposeInSession(entry)
        .whenComplete((answer, failure) -> ended(attempt, answer, failure));
    return attempt.future;
  }

  private void ended(Sent attempt, byte @Nullable [] answer, @Nullable Throwable failure) {
    if (!sent.remove(attempt)) {
      return;
    }
    if (failure == null) {
      leader = attempt.host;
      observer.onSessionAnswered(attempt.number, SessionAnswer.decode(answer));
      attempt.future.complete(answer);
    } else {
      leader = failure instanceof NotLeaderException hint ? hint.leader().orElse(null) : null;
      attempt.future.completeExceptionally(failure);
    }
  }

  /** A process has ended: what it was asked is not answered any more. */
  void processEnded(HostId host, int life) {
    for (Sent attempt : List.copyOf(sent)) {
      if (attempt.life == life && attempt.host.equals(host)) {
        ended(attempt, null, new OutcomeUnknownException(host + " is gone"));
      }
    }
  }

  /** Tells what it waits for. */
  void tellOpenTo(OpenRequests open) {
    for (Sent attempt : sent) {
      open.proposal(attempt.host, attempt.life, attempt.bytes);
    }
  }

  boolean isWaitingAt(HostId host, int life) {
    return sent.stream().anyMatch(attempt -> attempt.life == life && attempt.host.equals(host));
  }

  /** Anybody else may do better than one that shuts down. */
  @Override
  public boolean isFinal(RaftException failure) {
    return failure instanceof CommandTooLargeException;
  }

  @Override
  public long nowNanos() {
    return time.nowNanos();
  }

  @Override
  public long nextRandom() {
    return chance.nextLong();
  }

  @Override
  public Runnable schedule(long atNanos, Runnable task) {
    boolean[] cancelled = {false};
    time.in(Math.max(0, atNanos - time.nowNanos()), () -> {
      if (!cancelled[0]) {
        task.run();
      }
    });
    return () -> cancelled[0] = true;
  }

  @Override
  public Executor executor() {
    return Runnable::run;
  }

  @Override
  public void closed(RetryingSession session) {}

  private record Sent(
      HostId host, int life, long number, int bytes, CompletableFuture<byte[]> future) {}
}
