package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.Operation;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Much that is asked for at once at one node, now and then, so that its queues meet their bounds. Nothing of it is asked for again. */
final class Bursts<I, O> {

  private static final long SHORTEST_PAUSE_NANOS = 200 * VirtualTime.MILLIS;
  private static final long LONGEST_PAUSE_NANOS = 4 * VirtualTime.SECONDS;
  private static final double AT_THE_LEADER = 0.8;

  private final Clients<I, O> clients;
  private final Workload<I, O> workload;
  private final Chance chance;
  private final List<One> open = new ArrayList<>();

  Bursts(Clients<I, O> clients, Workload<I, O> workload, Chance chance) {
    this.clients = clients;
    this.workload = workload;
    this.chance = chance;
  }

  /** From now on they come, until clients stop asking. */
  void start() {
    clients.world().time().in(chance.between(SHORTEST_PAUSE_NANOS, LONGEST_PAUSE_NANOS), () -> {
      if (clients.isAsking()) {
        burst();
        start();
      }
    });
  }

  private void burst() {
    HostId leader = clients.latestLeader();
    SimulatedHost asked = leader != null && chance.happens(AT_THE_LEADER)
        ? clients.world().host(leader)
        : chance.oneOf(List.copyOf(clients.world().hosts()));
    SimulatedHost.Life at = asked.isUp() ? asked.life() : null;
    if (at != null) {
      for (I operation : workload.burst(chance)) {
        ask(at, operation);
      }
    }
  }

  private void ask(SimulatedHost.Life at, I operation) {
    boolean isQuery = workload.isQuery(operation);
    One one = new One(
        operation,
        at,
        isQuery ? null : clients.newAttempt(at.host(), at.number()),
        clients.newProcess(),
        clients.nextMoment(),
        clients.world().time().nowNanos());
    byte[] encoded = workload.encode(operation);
    byte[] asked = one.attempt == null ? encoded : Envelope.of(one.attempt.id(), encoded);
    one.bytes = asked.length;
    open.add(one);
    CompletableFuture<byte[]> answer = one.attempt == null
        ? at.node().query(asked, ReadConsistency.LINEARIZABLE)
        : at.node().propose(asked);
    CompletableFuture<byte[]> unused = answer.whenComplete((result, failure) -> {
      if (!open.remove(one)) {
        clients.complain("an answer came to " + operation + " that nobody waited for");
      } else if (failure == null) {
        clients.withTheWorkload(() -> answered(one, result));
      } else {
        clients.withTheWorkload(() -> failed(one, failure));
      }
    });
  }

  private void answered(One one, byte[] result) {
    if (one.attempt != null) {
      one.attempt.applied(result, clients.world().time().nowNanos(), clients.newAnswer());
    }
    record(one, workload.decode(one.operation, result));
  }

  private void rejected(One one, Attempt attempt, String reason) {
    attempt.rejected(reason, clients.world().time().nowNanos(), clients.newAnswer());
    record(one, workload.rejected(one.operation, reason));
  }

  private void record(One one, O output) {
    clients.record(
        Operation.completed(one.process, one.operation, output, one.invoked, clients.nextMoment()),
        one.askedNanos);
  }

  private void failed(One one, Throwable failure) {
    if (failure instanceof OverloadedException || failure instanceof ReadNotServedException) {
      clients.world().observer().onNote(one.at.host(), "overloaded");
    }
    if (one.attempt == null && failure instanceof ReadNotServedException) {
      // As if it had not been asked for.
      return;
    }
    if (one.attempt != null && failure instanceof CommandRejectedException rejection) {
      Attempt attempt = one.attempt;
      clients.withTheWorkload(() -> rejected(one, attempt, rejection.reason()));
    } else if (one.attempt != null
        && failure instanceof NotAppendedException
        && !(failure instanceof CommandTooLargeException)) {
      one.attempt.ended(Attempt.Outcome.NOT_APPENDED);
    } else if (one.attempt != null && failure instanceof OutcomeUnknownException) {
      isUnknown(one, one.attempt, Attempt.Outcome.UNKNOWN);
    } else {
      clients.complain(one.operation + " was answered by " + one.at.host() + " with " + failure);
    }
  }

  private void isUnknown(One one, Attempt attempt, Attempt.Outcome outcome) {
    attempt.ended(outcome);
    clients.record(Operation.unknown(one.process, one.operation, one.invoked), one.askedNanos);
  }

  /** Nobody answers any more what was asked there. */
  void processEnded(HostId host, int life) {
    for (One one : List.copyOf(open)) {
      if (one.isAt(host, life)) {
        open.remove(one);
        if (one.attempt != null) {
          isUnknown(one, one.attempt, Attempt.Outcome.UNANSWERED);
        }
      }
    }
  }

  List<String> waitingAt(HostId host, int life) {
    return open.stream()
        .filter(one -> one.isAt(host, life))
        .map(one -> String.valueOf(one.operation))
        .toList();
  }

  /** Tells what was asked for and has no answer. */
  void tellOpenTo(OpenRequests requests) {
    for (One one : open) {
      if (one.attempt == null) {
        requests.read(one.at.host(), one.at.number(), one.bytes);
      } else {
        requests.proposal(one.at.host(), one.at.number(), one.bytes);
      }
    }
  }

  /** As {@link Clients#tellOpen()}. */
  void tellOpen() {
    for (One one : open) {
      clients.tellOpen(one.process, one.askedNanos, one.operation, one.at.host());
    }
  }

  boolean isAnswered() {
    return open.isEmpty();
  }

  /** What waits for an answer, for people. */
  List<String> waiting() {
    return open.stream()
        .map(one -> one.operation + " asked of " + one.at.host())
        .toList();
  }

  /** One operation of a burst. */
  private final class One {
    private final I operation;
    private final SimulatedHost.Life at;
    private final @Nullable Attempt attempt;
    private final int process;
    private final long invoked;
    private final long askedNanos;
    private int bytes;

    One(
        I operation,
        SimulatedHost.Life at,
        @Nullable Attempt attempt,
        int process,
        long invoked,
        long askedNanos) {
      this.operation = operation;
      this.at = at;
      this.attempt = attempt;
      this.process = process;
      this.invoked = invoked;
      this.askedNanos = askedNanos;
    }

    boolean isAt(HostId host, int life) {
      return at.number() == life && at.host().equals(host);
    }
  }
}
