package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.session.RetryingSession;
import io.github.balsaraft.testing.Operation;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.World;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One of {@link Clients}. What certainly had no effect it asks for again, at the leader that it was told of or at another host; of what
 * is unknown it takes note, and goes on with something else.
 */
final class Client<I, O> {

  private static final long MAX_BACK_OFF_NANOS = 50 * VirtualTime.MILLIS;
  private static final long CURIOSITY_NANOS = 2 * VirtualTime.MILLIS;

  // Clients have habits, and differ in them.
  private static final List<Double> LEASE_READS = List.of(0.0, 0.3, 0.9);
  private static final List<Double> ASKS_ELSEWHERE = List.of(0.01, 0.05, 0.5);
  private static final List<Double> TURNS_TO_NEW_LEADER = List.of(0.0, 0.3, 0.9);

  /** Some give up while a new leader is elected, and are forgotten soon; others hold out. */
  private static final List<SessionOptions> SESSIONS = List.of(
      SessionOptions.defaults()
          .withDeadline(Duration.ofMillis(700))
          .withExpiry(Duration.ofMillis(1400)),
      SessionOptions.defaults()
          .withDeadline(Duration.ofSeconds(6))
          .withExpiry(Duration.ofSeconds(12)));

  /** Stands for whomever a session asks. */
  private static final HostId WHOEVER = new HostId("whoever");

  private final Clients<I, O> clients;
  private final World world;
  private final Workload<I, O> workload;
  private final LooseReads looseReads;
  private final Chance chance;
  private final long thinkNanos;
  private final double leaseReads;
  private final double asksElsewhere;
  private final double turnsToNewLeader;
  private int process;
  private @Nullable I operation;
  private long invoked;
  private long invokedNanos;
  private @Nullable HostId leader;
  private @Nullable Attempt attempt;

  // Whose answer is awaited, if anybody's.
  private @Nullable HostId askedHost;
  private int askedLife;

  /** Counts what it means to do, so that it does the last only. */
  private long intention;

  /** Counts the questions, so that an answer to an earlier one is known. */
  private long question;

  // If it has a session.
  private @Nullable SessionWay way;
  private @Nullable RetryingSession session;
  private long mostSessionBytes;

  /** Of what it has asked for and waits for. */
  private int askedBytes;

  /**
   * One that doesn't ask for anything yet.
   *
   * @param chance decides how it is and what it asks for
   * @param thinkNanos how long it waits, on the average, from an answer to its next question
   * @param sessions decides how its session is; null if it has none
   */
  Client(
      Clients<I, O> clients,
      Workload<I, O> workload,
      LooseReads looseReads,
      Chance chance,
      long thinkNanos,
      @Nullable Chance sessions) {
    this.clients = clients;
    this.world = clients.world();
    this.workload = workload;
    this.looseReads = looseReads;
    this.chance = chance;
    this.thinkNanos = thinkNanos;
    this.leaseReads = chance.oneOf(LEASE_READS);
    this.asksElsewhere = chance.oneOf(ASKS_ELSEWHERE);
    this.turnsToNewLeader = chance.oneOf(TURNS_TO_NEW_LEADER);
    this.process = clients.newProcess();
    if (sessions != null) {
      way = new SessionWay(world, clients::newSessionAttempt, sessions, this::target);
      SessionOptions options = sessions.oneOf(SESSIONS);
      session = new RetryingSession(way, options);
      mostSessionBytes = options.maxPendingBytes();
    }
  }

  boolean isWaiting() {
    return askedHost != null;
  }

  /** What its session does that it must not do; null if there is nothing. */
  @Nullable
  String problemOfSession() {
    if (session == null) {
      return null;
    }
    if (session.secondEnds() > 0) {
      return "a session has ended a command that had ended: " + operation;
    }
    long least = WHOEVER.equals(askedHost) ? askedBytes : 0;
    long bytes = session.pendingBytes();
    return bytes < least || bytes > mostSessionBytes
        ? "a session holds " + bytes + " bytes of commands, and should hold " + least + " to "
            + mostSessionBytes
        : null;
  }

  /** Tells what it waits for, and with what. */
  void tellOpenTo(OpenRequests open) {
    if (way != null) {
      way.tellOpenTo(open);
    }
    if (askedHost != null && !WHOEVER.equals(askedHost)) {
      if (attempt == null) {
        open.read(askedHost, askedLife, askedBytes);
      } else {
        open.proposal(askedHost, askedLife, askedBytes);
      }
    }
  }

  /** Tells of what it has asked for, if nobody has answered yet. */
  void tellIfOpen() {
    if (isWaiting()) {
      clients.tellOpen(process, invokedNanos, operation, askedHost);
    }
  }

  boolean isWaitingAt(HostId host, int life) {
    return isAsking(host, life) || (way != null && way.isWaitingAt(host, life));
  }

  private boolean isAsking(HostId host, int life) {
    return host.equals(askedHost) && life == askedLife;
  }

  /** What it asks for, for people. */
  String whatItAsks() {
    return String.valueOf(operation);
  }

  /** What it asks for, and of whom, for people. */
  String whatItWaitsFor() {
    return operation + " asked of " + askedHost;
  }

  /** Somebody begins to lead: it may ask there at once, if it waits for no answer then. */
  void hearOf(HostId newLeader) {
    if (chance.happens(turnsToNewLeader)) {
      world.time().in(chance.between(0, CURIOSITY_NANOS), () -> turnTo(newLeader));
    }
  }

  /** Nobody answers any more what was asked there. */
  void processEnded(HostId host, int life) {
    if (isAsking(host, life)) {
      hostIsGone();
    }
    if (way != null) {
      way.processEnded(host, life);
    }
  }

  /** Asks for the next thing after a while. */
  void think() {
    operation = null;
    long intended = ++intention;
    world.time().in(chance.between(1, 2 * thinkNanos), () -> {
      if (intended == intention) {
        askNow();
      }
    });
  }

  private void askNow() {
    if (!clients.isAsking()) {
      operation = null;
      return;
    }
    if (operation == null) {
      operation = workload.next(chance);
    }
    // Also if it was asked for before: that certainly had no effect, and so it is another
    // operation.
    invoked = clients.nextMoment();
    invokedNanos = world.time().nowNanos();
    ask();
  }

  private void turnTo(HostId newLeader) {
    if (!isWaiting()) {
      intention++;
      leader = newLeader;
      askNow();
    }
  }

  private void ask() {
    if (session != null && !workload.isQuery(operation)) {
      askInSession(session);
      return;
    }
    boolean isLoose = workload.isQuery(operation) && looseReads.isNextLoose();
    SimulatedHost.Life at = isLoose ? anybody(looseReads.chance()) : target();
    if (at == null) {
      tryAgain(null);
      return;
    }
    askedHost = at.host();
    askedLife = at.number();
    byte[] encoded = workload.encode(operation);
    askedBytes = encoded.length;
    if (isLoose) {
      attempt = null;
      // Some of them only wait until so much is applied, and hold what each request holds.
      askedBytes = 0;
      await(looseReads.ask(at, operation.toString(), encoded), this::answeredLoosely);
      return;
    }
    CompletableFuture<byte[]> answer;
    if (workload.isQuery(operation)) {
      attempt = null;
      answer = at.node()
          .query(
              encoded,
              chance.happens(leaseReads) ? ReadConsistency.LEASE : ReadConsistency.LINEARIZABLE);
    } else {
      attempt = clients.newAttempt(askedHost, askedLife);
      byte[] command = Envelope.of(attempt.id(), encoded);
      askedBytes = command.length;
      answer = at.node().propose(command);
    }
    await(answer, this::answered);
  }

  /** It tries again by itself, here and there, under one number. */
  private void askInSession(RetryingSession in) {
    askedHost = WHOEVER;
    askedLife = 0;
    attempt = clients.newAttempt(WHOEVER, 0);
    byte[] command = Envelope.of(attempt.id(), workload.encode(operation));
    askedBytes = command.length;
    await(in.propose(command), this::answered);
  }

  private <T> void await(CompletableFuture<T> answer, Consumer<T> then) {
    long asked = ++question;
    CompletableFuture<T> unused = answer.whenComplete((result, failure) -> {
      if (asked != question || !isWaiting()) {
        clients.complain("an answer came to " + operation + " that nobody waited for");
      } else if (failure == null) {
        clients.withTheWorkload(() -> then.accept(result));
      } else {
        clients.withTheWorkload(
            () -> failed(failure instanceof CompletionException ? failure.getCause() : failure));
      }
    });
  }

  private SimulatedHost.@Nullable Life target() {
    HostId hint = way != null && isWaiting() ? way.leader() : leader;
    if (hint != null && !chance.happens(asksElsewhere)) {
      SimulatedHost known = world.host(hint);
      if (known != null && known.isUp()) {
        return known.life();
      }
    }
    return anybody(chance);
  }

  private SimulatedHost.@Nullable Life anybody(Chance choice) {
    List<SimulatedHost> up = world.hosts().stream().filter(SimulatedHost::isUp).toList();
    return up.isEmpty() ? null : choice.oneOf(up).life();
  }

  private void answered(byte[] result) {
    if (attempt != null) {
      attempt.applied(result, world.time().nowNanos(), newAnswer());
    }
    answeredWith(workload.decode(operation, result));
  }

  private void answeredWith(O output) {
    if (attempt != null) {
      leader = way == null ? askedHost : way.leader();
    }
    askedHost = null;
    clients.record(
        Operation.completed(process, operation, output, invoked, clients.nextMoment()),
        invokedNanos);
    think();
  }

  private void rejected(Attempt proposal, String reason) {
    proposal.rejected(reason, world.time().nowNanos(), newAnswer());
    answeredWith(workload.rejected(operation, reason));
  }

  /** A session tells when it likes. */
  private long newAnswer() {
    return WHOEVER.equals(askedHost) ? 0 : clients.newAnswer();
  }

  /** It is no operation of the history, which promises more. */
  private void answeredLoosely(boolean asPromised) {
    if (!asPromised) {
      clients.complain(operation + " was answered by " + askedHost + " before it was there");
    }
    askedHost = null;
    think();
  }

  private void failed(Throwable failure) {
    if (attempt != null && failure instanceof CommandRejectedException rejection) {
      Attempt proposal = attempt;
      clients.withTheWorkload(() -> rejected(proposal, rejection.reason()));
      return;
    }
    HostId asked = askedHost;
    askedHost = null;
    if (attempt == null && failure instanceof ReadNotServedException) {
      tryAgain(null);
    } else if (attempt != null
        && failure instanceof NotAppendedException
        && !(failure instanceof CommandTooLargeException)) {
      attempt.ended(Attempt.Outcome.NOT_APPENDED);
      tryAgain(failure instanceof NotLeaderException hint ? hint.leader().orElse(null) : null);
    } else if (attempt != null && failure instanceof OutcomeUnknownException) {
      attempt.ended(Attempt.Outcome.UNKNOWN);
      isUnknown();
    } else {
      clients.complain(operation + " was answered by " + asked + " with " + failure);
      think();
    }
  }

  private void hostIsGone() {
    askedHost = null;
    question++;
    if (attempt == null) {
      tryAgain(null);
    } else {
      attempt.ended(Attempt.Outcome.UNANSWERED);
      isUnknown();
    }
  }

  private void isUnknown() {
    leader = null;
    clients.record(Operation.unknown(process, operation, invoked), invokedNanos);
    // It may still take effect, while this client is at something else.
    process = clients.newProcess();
    think();
  }

  private void tryAgain(@Nullable HostId hint) {
    leader = hint;
    long intended = ++intention;
    world.time().in(chance.between(VirtualTime.MILLIS, MAX_BACK_OFF_NANOS), () -> {
      if (intended == intention) {
        askNow();
      }
    });
  }
}
