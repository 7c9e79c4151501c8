package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.session.RetryingSession;
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
  private final List<Client> clients = new ArrayList<>();
  private final List<Operation<I, O>> history = new ArrayList<>();
  private final List<Attempt> attempts = new ArrayList<>();
  private OperationListener listener = (client, from, to, asked, outcome) -> {};
  private @Nullable String problem;
  private boolean asking;
  private int lastProcess;
  private long lastSessionAttempt;

  /** Orders what happens: two moments are never the same. */
  private long moment;

  /**
   * Clients that don't ask for anything yet.
   *
   * @param sessions decides who has a session
   * @param thinkNanos how long each waits, on the average, from an answer to its next question
   */
  public Clients(
      World world,
      Workload<I, O> workload,
      Chance chance,
      Chance sessions,
      int clients,
      long thinkNanos) {
    this.world = world;
    this.workload = workload;
    this.chance = chance;
    this.thinkNanos = thinkNanos;
    boolean withSessions = sessions.happens(RUNS_WITH_SESSIONS);
    for (int i = 0; i < clients; i++) {
      this.clients.add(
          new Client(withSessions && sessions.happens(WITH_SESSION) ? sessions : null));
    }
  }

  /** A state machine of the application that understands what these clients propose. */
  public StateMachine newStateMachine() {
    return Envelope.around(workload.newStateMachine());
  }

  /** From now on they ask. */
  public void start() {
    asking = true;
    clients.forEach(client -> client.think());
  }

  /** From now on they ask for nothing more, and try nothing again. */
  public void stop() {
    asking = false;
  }

  /** Somebody begins to lead: some of those who wait for no answer ask there at once, before it may be ready. */
  public void hearOf(HostId newLeader) {
    for (Client client : clients) {
      if (chance.happens(client.turnsToNewLeader)) {
        world.time().in(chance.between(0, CURIOSITY_NANOS), () -> client.turnTo(newLeader));
      }
    }
  }

  /** Whether nobody waits for an answer. */
  public boolean isAnswered() {
    return clients.stream().noneMatch(client -> client.isWaiting());
  }

  /** Who waits for an answer of whom, for people. */
  public List<String> waiting() {
    return clients.stream()
        .filter(client -> client.isWaiting())
        .map(client -> client.operation + " asked of " + client.askedHost)
        .toList();
  }

  /** What was asked, and what was answered, but for what certainly had no effect. */
  public List<Operation<I, O>> history() {
    return history;
  }

  /** All proposals. */
  public List<Attempt> attempts() {
    return attempts;
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
    for (Client client : clients) {
      if (client.isWaiting() && host.equals(client.askedHost) && life == client.askedLife) {
        client.hostIsGone();
      }
      if (client.way != null) {
        client.way.processEnded(host, life);
      }
    }
  }

  private void complain(String what) {
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
    private int process = ++lastProcess;
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
        invoked = ++moment;
        invokedNanos = world.time().nowNanos();
      }
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
      SimulatedHost.Life at = target();
      if (at == null) {
        tryAgain(null);
        return;
      }
      askedHost = at.host();
      askedLife = at.number();
      CompletableFuture<byte[]> answer;
      if (workload.isQuery(operation)) {
        attempt = null;
        answer = at.node()
            .query(
                workload.encode(operation),
                chance.happens(leaseReads) ? ReadConsistency.LEASE : ReadConsistency.LINEARIZABLE);
      } else {
        attempt = new Attempt(attempts.size() + 1L, askedHost, askedLife);
        attempts.add(attempt);
        answer = at.node().propose(Envelope.of(attempt.id(), workload.encode(operation)));
      }
      await(answer);
    }

    /** It tries again by itself, here and there, under one number. */
    private void askInSession(RetryingSession in) {
      askedHost = WHOEVER;
      askedLife = 0;
      attempt = new Attempt(attempts.size() + 1L, WHOEVER, 0);
      attempts.add(attempt);
      await(in.propose(Envelope.of(attempt.id(), workload.encode(operation))));
    }

    private void await(CompletableFuture<byte[]> answer) {
      long asked = ++question;
      CompletableFuture<byte[]> unused = answer.whenComplete((result, failure) -> {
        if (asked != question || !isWaiting()) {
          complain("an answer came to " + operation + " that nobody waited for");
        } else if (failure == null) {
          answered(result);
        } else {
          failed(failure);
        }
      });
    }

    private void ended(Operation<I, O> ended) {
      history.add(ended);
      listener.onOperation(
          "client " + process,
          invokedNanos,
          ended.isUnknown() ? -1 : world.time().nowNanos(),
          String.valueOf(ended.input()),
          String.valueOf(ended.output()));
    }

    private SimulatedHost.@Nullable Life target() {
      HostId hint = way != null && isWaiting() ? way.leader() : leader;
      if (hint != null && !chance.happens(asksElsewhere)) {
        SimulatedHost known = world.host(hint);
        if (known != null && known.isUp()) {
          return known.life();
        }
      }
      List<SimulatedHost> up = new ArrayList<>();
      for (SimulatedHost host : world.hosts()) {
        if (host.isUp()) {
          up.add(host);
        }
      }
      return up.isEmpty() ? null : chance.oneOf(up).life();
    }

    private void answered(byte[] result) {
      if (attempt != null) {
        attempt.applied(result);
        leader = way == null ? askedHost : way.leader();
      }
      askedHost = null;
      ended(Operation.completed(
          process, operation, workload.decode(operation, result), invoked, ++moment));
      think();
    }

    private void failed(Throwable failure) {
      HostId asked = askedHost;
      askedHost = null;
      if (attempt == null && failure instanceof ReadNotServedException) {
        tryAgain(null);
      } else if (attempt != null && failure instanceof NotAppendedException) {
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
      ended(Operation.unknown(process, operation, invoked));
      // It may still take effect, while this client is at something else.
      process = ++lastProcess;
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
