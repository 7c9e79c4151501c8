package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.session.RetryingSession;
import io.github.balsaraft.storage.SnapshotFolder;
import io.github.balsaraft.testing.Operation;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Clients that each ask for one thing at a time. What certainly had no effect they ask for again, at the leader that they were
 * told of or at another host; of what is unknown they take note, and go on with something else.
 */
public final class Clients<I, O> implements Observer {

  private static final long MAX_BACK_OFF_NANOS = 50 * VirtualTime.MILLIS;
  private static final long CURIOSITY_NANOS = 2 * VirtualTime.MILLIS;

  // Clients have habits, and differ in them.
  private static final List<Double> LEASE_READS = List.of(0.0, 0.3, 0.9);
  private static final List<Double> ASKS_ELSEWHERE = List.of(0.01, 0.05, 0.5);
  private static final List<Double> TURNS_TO_NEW_LEADER = List.of(0.0, 0.3, 0.9);

  /** In so many runs there are sessions; and in those, so many clients have one. */
  private static final double RUNS_WITH_SESSIONS = 0.4;

  private static final double WITH_SESSION = 0.7;

  private static final double RUNS_WITH_BURSTS = 0.3;

  /** In so many runs some reads need not see everything; and in those, so many of the reads. */
  private static final double RUNS_WITH_LOOSE_READS = 0.5;

  private static final double LOOSE_READS = 0.3;

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

  private final World world;
  private final Workload<I, O> workload;
  private final Chance chance;
  private final long thinkNanos;
  private final Chance loose;
  private final boolean readsLoosely;
  private final LooseReads looseReads;
  private final Bursts<I, O> bursts;
  private final boolean comesInBursts;
  private final List<Client> clients = new ArrayList<>();
  private final List<Operation<I, O>> history = new ArrayList<>();
  private final List<Attempt> attempts = new ArrayList<>();
  private OperationListener listener = (client, from, to, asked, outcome) -> {};
  private @Nullable String problem;
  private @Nullable Throwable broken;
  private boolean asking;
  private @Nullable HostId latestLeader;
  private int lastProcess;
  private long lastSessionAttempt;

  /** Orders what happens: two moments are never the same. */
  private long moment;

  /**
   * Clients that don't ask for anything yet.
   *
   * @param seed decides how they are and what they ask for
   * @param thinkNanos how long each waits, on the average, from an answer to its next question
   * @param gently without bursts
   * @param lastApplied the highest index that anybody has applied
   */
  public Clients(
      World world,
      Workload<I, O> workload,
      long seed,
      int clients,
      long thinkNanos,
      boolean gently,
      LongSupplier lastApplied) {
    this.world = world;
    this.workload = workload;
    this.chance = Chance.of(seed, "clients");
    this.thinkNanos = thinkNanos;
    this.loose = Chance.of(seed, "loose reads");
    this.readsLoosely = loose.happens(RUNS_WITH_LOOSE_READS);
    this.looseReads = new LooseReads(world.time(), loose, lastApplied);
    Chance ofBursts = Chance.of(seed, "bursts");
    this.comesInBursts = !gently && ofBursts.happens(RUNS_WITH_BURSTS);
    this.bursts = new Bursts<>(this, workload, ofBursts);
    Chance sessions = Chance.of(seed, "sessions");
    boolean withSessions = sessions.happens(RUNS_WITH_SESSIONS) && workload.hasSessions();
    for (int i = 0; i < clients; i++) {
      this.clients.add(
          new Client(withSessions && sessions.happens(WITH_SESSION) ? sessions : null));
    }
  }

  /** A state machine of the application that understands what these clients propose. */
  public StateMachine newStateMachine() {
    return Envelope.around(workload.newStateMachine());
  }

  /** The same for a process that starts, on the folder of its host. */
  public StateMachine openStateMachine(SnapshotFolder folder) {
    return Envelope.around(workload.openStateMachine(folder));
  }

  /** From now on they ask. */
  public void start() {
    asking = true;
    clients.forEach(client -> client.think());
    if (comesInBursts) {
      bursts.start();
    }
  }

  /** From now on they ask for nothing more, and try nothing again. */
  public void stop() {
    asking = false;
  }

  /** Somebody begins to lead: some of those who wait for no answer ask there at once, before it may be ready. */
  public void hearOf(HostId newLeader) {
    latestLeader = newLeader;
    for (Client client : clients) {
      if (chance.happens(client.turnsToNewLeader)) {
        world.time().in(chance.between(0, CURIOSITY_NANOS), () -> client.turnTo(newLeader));
      }
    }
  }

  /** Runs what calls the workload where nobody else would notice that it throws. */
  void withTheWorkload(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      broken = broken == null ? e : broken;
    }
  }

  /** What the workload has thrown when it was to read an answer; null if nothing. */
  public @Nullable Throwable broken() {
    return broken;
  }

  /** Whether nobody waits for an answer. */
  public boolean isAnswered() {
    return bursts.isAnswered() && clients.stream().noneMatch(client -> client.isWaiting());
  }

  /** Who waits for an answer of whom, for people. */
  public List<String> waiting() {
    List<String> waiting = new ArrayList<>(bursts.waiting());
    for (Client client : clients) {
      if (client.isWaiting()) {
        waiting.add(client.operation + " asked of " + client.askedHost);
      }
    }
    return waiting;
  }

  /** What was asked, and what was answered, but for what certainly had no effect. */
  public List<Operation<I, O>> history() {
    return history;
  }

  /** All proposals. */
  public List<Attempt> attempts() {
    return attempts;
  }

  /** Reads that need not see everything, and what was promised of them. */
  public List<LooseRead> looseReads() {
    return looseReads.answered();
  }

  World world() {
    return world;
  }

  boolean isAsking() {
    return asking;
  }

  @Nullable
  HostId latestLeader() {
    return latestLeader;
  }

  Attempt newAttempt(HostId host, int life) {
    Attempt attempt = new Attempt(attempts.size() + 1L, host, life);
    attempts.add(attempt);
    return attempt;
  }

  int newProcess() {
    return ++lastProcess;
  }

  long nextMoment() {
    return ++moment;
  }

  /** An operation has ended, or will not any more. */
  void record(Operation<I, O> ended, long fromNanos) {
    history.add(ended);
    listener.onOperation(
        "client " + ended.process(),
        fromNanos,
        ended.isUnknown() ? -1 : world.time().nowNanos(),
        String.valueOf(ended.input()),
        String.valueOf(ended.output()));
  }

  /** Told of each operation as it ends. Replaces whoever was told before. */
  public void tell(OperationListener newListener) {
    listener = newListener;
  }

  /** An answer that no client should get; null if there was none. */
  public @Nullable String problem() {
    return problem;
  }

  @Override
  public boolean wantsSteps() {
    return false;
  }

  @Override
  public void onEnd(HostId host, int life, String how) {
    bursts.processEnded(host, life);
    for (Client client : clients) {
      if (host.equals(client.askedHost) && life == client.askedLife) {
        client.hostIsGone();
      }
      if (client.way != null) {
        client.way.processEnded(host, life);
      }
    }
  }

  @Override
  public void onStopped(HostId host, int life) {
    List<String> forgotten = waitingAt(host, life);
    if (!forgotten.isEmpty()) {
      complain(host + " has stopped, and never answers " + forgotten);
    }
  }

  /** What waits for an answer of this process, for people. */
  public List<String> waitingAt(HostId host, int life) {
    List<String> waiting = new ArrayList<>(bursts.waitingAt(host, life));
    for (Client client : clients) {
      if (client.isWaitingAt(host, life)) {
        waiting.add(String.valueOf(client.operation));
      }
    }
    return waiting;
  }

  void complain(String what) {
    if (problem == null) {
      problem = what;
    }
  }

  /** Hears of operations. */
  @FunctionalInterface
  public interface OperationListener {

    /**
     * An operation has ended.
     *
     * @param toNanos when it was answered; -1 if it never will be
     * @param outcome the answer
     */
    void onOperation(String client, long fromNanos, long toNanos, String asked, String outcome);
  }

  /** One of them. */
  private final class Client {
    private final double leaseReads = chance.oneOf(LEASE_READS);
    private final double asksElsewhere = chance.oneOf(ASKS_ELSEWHERE);
    private final double turnsToNewLeader = chance.oneOf(TURNS_TO_NEW_LEADER);
    private int process = newProcess();
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

    /**
     * @param sessions decides how its session is; null if it has none
     */
    Client(@Nullable Chance sessions) {
      if (sessions != null) {
        way = new SessionWay(world, () -> ++lastSessionAttempt, sessions, this::target);
        session = new RetryingSession(way, sessions.oneOf(SESSIONS));
      }
    }

    boolean isWaiting() {
      return askedHost != null;
    }

    boolean isWaitingAt(HostId host, int life) {
      return (host.equals(askedHost) && life == askedLife)
          || (way != null && way.isWaitingAt(host, life));
    }

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
      if (!asking) {
        operation = null;
        return;
      }
      if (operation == null) {
        operation = workload.next(chance);
      }
      // Also if it was asked for before: that certainly had no effect, and so it is another
      // operation.
      invoked = nextMoment();
      invokedNanos = world.time().nowNanos();
      ask();
    }

    void turnTo(HostId newLeader) {
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
      boolean isLoose = workload.isQuery(operation) && readsLoosely && loose.happens(LOOSE_READS);
      SimulatedHost.Life at = isLoose ? anybody(loose) : target();
      if (at == null) {
        tryAgain(null);
        return;
      }
      askedHost = at.host();
      askedLife = at.number();
      if (isLoose) {
        attempt = null;
        await(
            looseReads.ask(at, operation.toString(), workload.encode(operation)),
            this::answeredLoosely);
        return;
      }
      CompletableFuture<byte[]> answer;
      if (workload.isQuery(operation)) {
        attempt = null;
        answer = at.node()
            .query(
                workload.encode(operation),
                chance.happens(leaseReads) ? ReadConsistency.LEASE : ReadConsistency.LINEARIZABLE);
      } else {
        attempt = newAttempt(askedHost, askedLife);
        answer = at.node().propose(Envelope.of(attempt.id(), workload.encode(operation)));
      }
      await(answer, this::answered);
    }

    /** It tries again by itself, here and there, under one number. */
    private void askInSession(RetryingSession in) {
      askedHost = WHOEVER;
      askedLife = 0;
      attempt = newAttempt(WHOEVER, 0);
      await(in.propose(Envelope.of(attempt.id(), workload.encode(operation))), this::answered);
    }

    private <T> void await(CompletableFuture<T> answer, Consumer<T> then) {
      long asked = ++question;
      CompletableFuture<T> unused = answer.whenComplete((result, failure) -> {
        if (asked != question || !isWaiting()) {
          complain("an answer came to " + operation + " that nobody waited for");
        } else if (failure == null) {
          withTheWorkload(() -> then.accept(result));
        } else {
          withTheWorkload(
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
      List<SimulatedHost> up =
          world.hosts().stream().filter(SimulatedHost::isUp).toList();
      return up.isEmpty() ? null : choice.oneOf(up).life();
    }

    private void answered(byte[] result) {
      if (attempt != null) {
        attempt.applied(result, world.time().nowNanos());
      }
      answeredWith(workload.decode(operation, result));
    }

    private void answeredWith(O output) {
      if (attempt != null) {
        leader = way == null ? askedHost : way.leader();
      }
      askedHost = null;
      record(Operation.completed(process, operation, output, invoked, nextMoment()), invokedNanos);
      think();
    }

    private void rejected(Attempt proposal, String reason) {
      proposal.rejected(reason, world.time().nowNanos());
      answeredWith(workload.rejected(operation, reason));
    }

    /** It is no operation of the history, which promises more. */
    private void answeredLoosely(boolean asPromised) {
      if (!asPromised) {
        complain(operation + " was answered by " + askedHost + " before it was there");
      }
      askedHost = null;
      think();
    }

    private void failed(Throwable failure) {
      if (attempt != null && failure instanceof CommandRejectedException rejection) {
        Attempt proposal = attempt;
        withTheWorkload(() -> rejected(proposal, rejection.reason()));
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
        complain(operation + " was answered by " + asked + " with " + failure);
        think();
      }
    }

    void hostIsGone() {
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
      record(Operation.unknown(process, operation, invoked), invokedNanos);
      // It may still take effect, while this client is at something else.
      process = newProcess();
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
}
