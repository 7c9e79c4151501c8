package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.storage.SnapshotFolder;
import io.github.balsaraft.testing.Operation;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Clients that each ask for one thing at a time, bursts of questions now and then, and the history of all that. */
public final class Clients<I, O> implements Observer {

  /** In so many runs there are sessions; and in those, so many clients have one. */
  private static final double RUNS_WITH_SESSIONS = 0.4;

  private static final double WITH_SESSION = 0.7;

  private static final double RUNS_WITH_BURSTS = 0.3;

  /** What clients wait for is compared with what nodes account for when somebody asks or is answered, and at the latest then. */
  private static final int EVENTS_BETWEEN_LOOKS = 32;

  private final World world;
  private final Workload<I, O> workload;
  private final LooseReads looseReads;
  private final Bursts<I, O> bursts;
  private final boolean comesInBursts;
  private final LeaderWaits leaderWaits;
  private final List<Client<I, O>> clients = new ArrayList<>();
  private final List<Operation<I, O>> history = new ArrayList<>();
  private final List<Attempt> attempts = new ArrayList<>();
  private OperationListener listener = (client, from, to, asked, outcome) -> {};
  private @Nullable String problem;
  private @Nullable Throwable broken;
  private boolean asking;
  private @Nullable HostId latestLeader;
  private int lastProcess;
  private long lastSessionAttempt;
  private long lastAnswer;
  private long lookedAtMoment;
  private int sinceLook;

  /** Orders what happens: two moments are never the same. */
  private long moment;

  /**
   * Clients that don't ask for anything yet.
   *
   * @param seed decides how they are and what they ask for
   * @param thinkNanos how long each waits, on the average, from an answer to its next question
   * @param gently without bursts, and nobody waits for a leader
   * @param lastAppliedUpTo the highest index up to another at which anybody has applied a command
   */
  public Clients(
      World world,
      Workload<I, O> workload,
      long seed,
      int clients,
      long thinkNanos,
      boolean gently,
      LongUnaryOperator lastAppliedUpTo) {
    this.world = world;
    this.workload = workload;
    this.looseReads = new LooseReads(world, Chance.of(seed, "loose reads"), lastAppliedUpTo);
    Chance ofBursts = Chance.of(seed, "bursts");
    this.comesInBursts = !gently && ofBursts.happens(RUNS_WITH_BURSTS);
    this.bursts = new Bursts<>(this, workload, ofBursts);
    this.leaderWaits = new LeaderWaits(this, Chance.of(seed, "waiting for leaders"), gently);
    Chance chance = Chance.of(seed, "clients");
    Chance sessions = Chance.of(seed, "sessions");
    boolean withSessions = sessions.happens(RUNS_WITH_SESSIONS) && workload.hasSessions();
    for (int i = 0; i < clients; i++) {
      this.clients.add(new Client<>(
          this,
          workload,
          looseReads,
          chance,
          thinkNanos,
          withSessions && sessions.happens(WITH_SESSION) ? sessions : null));
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
    clients.forEach(Client::think);
    if (comesInBursts) {
      bursts.start();
    }
    leaderWaits.start();
  }

  /** From now on they ask for nothing more, and try nothing again. */
  public void stop() {
    asking = false;
  }

  /** Somebody begins to lead: some of those who wait for no answer ask there at once, before it may be ready. */
  public void hearOf(HostId newLeader) {
    latestLeader = newLeader;
    clients.forEach(client -> client.hearOf(newLeader));
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
    return bursts.isAnswered() && clients.stream().noneMatch(Client::isWaiting);
  }

  /** Who waits for an answer of whom, for people. */
  public List<String> waiting() {
    List<String> waiting = new ArrayList<>(bursts.waiting());
    for (Client<I, O> client : clients) {
      if (client.isWaiting()) {
        waiting.add(client.whatItWaitsFor());
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

  long newSessionAttempt() {
    return ++lastSessionAttempt;
  }

  /** Counts the answers of nodes to proposals. */
  long newAnswer() {
    return ++lastAnswer;
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
        ended.isUnknown() ? "unknown" : String.valueOf(ended.output()));
  }

  /** Tells of each operation that nobody has answered so far: for whoever wants to see a run as it is now. */
  public void tellOpen() {
    bursts.tellOpen();
    clients.forEach(Client::tellIfOpen);
  }

  void tellOpen(int process, long fromNanos, @Nullable I operation, @Nullable HostId asked) {
    listener.onOperation(
        "client " + process, fromNanos, -1, String.valueOf(operation), "open, asked of " + asked);
  }

  /** Told of each operation as it ends, and by {@link #tellOpen}. Replaces whoever was told before. */
  public void tell(OperationListener newListener) {
    listener = newListener;
  }

  /**
   * An answer that no client should get, or a request that a session or a node doesn't account for as long as its client waits; null if
   * there is none. To be asked after each event.
   */
  public @Nullable String problem() {
    for (int i = 0; problem == null && i < clients.size(); i++) {
      problem = clients.get(i).problemOfSession();
    }
    if (problem == null && (moment != lookedAtMoment || ++sinceLook >= EVENTS_BETWEEN_LOOKS)) {
      lookedAtMoment = moment;
      sinceLook = 0;
      problem = unaccounted();
    }
    return problem;
  }

  private @Nullable String unaccounted() {
    OpenRequests open = new OpenRequests();
    bursts.tellOpenTo(open);
    clients.forEach(client -> client.tellOpenTo(open));
    return open.unaccounted(world);
  }

  @Override
  public boolean wantsSteps() {
    return false;
  }

  @Override
  public void onEnd(HostId host, int life, String how) {
    bursts.processEnded(host, life);
    leaderWaits.processEnded(host, life);
    clients.forEach(client -> client.processEnded(host, life));
  }

  @Override
  public void onStopped(HostId host, int life) {
    List<String> forgotten = waitingAt(host, life);
    if (!forgotten.isEmpty()) {
      complain(host + " has stopped, and never answers " + forgotten);
    }
  }

  /** Whether somebody waits until this process knows a leader. */
  public boolean awaitsLeaderAt(HostId host, int life) {
    return !leaderWaits.waitingAt(host, life).isEmpty();
  }

  /** What waits for an answer of this process, for people. */
  public List<String> waitingAt(HostId host, int life) {
    List<String> waiting = new ArrayList<>(bursts.waitingAt(host, life));
    waiting.addAll(leaderWaits.waitingAt(host, life));
    for (Client<I, O> client : clients) {
      if (client.isWaitingAt(host, life)) {
        waiting.add(client.whatItAsks());
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
     * An operation has ended, or is told of while it is open.
     *
     * @param toNanos when it was answered; -1 if it never will be, or has not been so far
     * @param outcome the answer, or what is known instead
     */
    void onOperation(String client, long fromNanos, long toNanos, String asked, String outcome);
  }
}
