package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.Founder;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceMismatchException;
import io.github.balsaraft.model.trace.TraceReplayer;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.MemoryLogStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Whole hosts with one group each, in virtual time: the runtime as it is, with threads, clock, disk and network replaced. */
final class SimulatedCluster {

  final Simulation simulation;
  final SimulatedNetwork network;
  final Map<HostId, Life> running = new TreeMap<>();

  /** Every process that ever ran, the dead included. */
  final List<Life> processes = new ArrayList<>();

  private final Map<HostId, MemoryLogStore.Contents> disks = new TreeMap<>();
  private final List<Founder> founders;
  private final RaftOptions options;

  SimulatedCluster(long seed, int hosts, RaftOptions options) {
    this.simulation = new Simulation(seed);
    this.network = new SimulatedNetwork(simulation);
    this.options = options;
    List<Founder> names = new ArrayList<>();
    for (int i = 1; i <= hosts; i++) {
      names.add(Founder.parse("n" + i));
    }
    this.founders = List.copyOf(names);
  }

  /** Small messages, windows and queues, so that a little load meets every limit. */
  static RaftOptions.Builder options() {
    return RaftOptions.builder()
        .maxCommandBytes(1024)
        .maxMessageBytes(1024)
        .maxInflight(4, 4096)
        .maxApplyQueueBytes(2000)
        .logWindowBytes(500)
        .maxUncommittedBytes(8192)
        .maxPendingProposalBytes(16384);
  }

  List<HostId> hosts() {
    return founders.stream().map(Founder::host).toList();
  }

  void startAll() {
    hosts().forEach(this::start);
  }

  Life start(HostId host) {
    return start(host, 0, false);
  }

  /** Starts a process whose n-th write fails; 0 for none. */
  Life start(HostId host, int failingWrite, boolean reachesDisk) {
    return start(
        host, new BirthPlan(BirthPlan.Kind.BOOTSTRAP, founders), failingWrite, reachesDisk);
  }

  Life start(HostId host, BirthPlan plan, int failingWrite, boolean reachesDisk) {
    MemoryLogStore.Contents disk =
        disks.computeIfAbsent(host, key -> new MemoryLogStore().contents());
    Life process = new Life(host, new FailingStore(disk, failingWrite, reachesDisk));
    processes.add(process);
    running.put(host, process);
    process.start(plan);
    return process;
  }

  /** As kill -9 does it: nothing more happens there, and nobody is told anything. */
  void crash(HostId host) {
    Life process = running.remove(host);
    if (process != null) {
      process.environment.kill();
      network.processGone(host);
    }
  }

  /** As if the host's folder had been deleted. */
  void wipe(HostId host) {
    crash(host);
    disks.remove(host);
  }

  Optional<Life> leader() {
    // A copy: to ask for a status lets time pass, and others may start or end meanwhile.
    return List.copyOf(running.values()).stream()
        .filter(process -> process.isRunning() && process.status().role() == Role.LEADER)
        .findFirst();
  }

  Life awaitLeader() {
    Life[] found = new Life[1];
    boolean there = simulation.runUntil(
        () -> {
          simulation.runFor(50 * Simulation.MILLIS);
          found[0] = leader().orElse(null);
          return found[0] != null && found[0].status().commitIndex() > 1;
        },
        60 * Simulation.SECONDS);
    if (!there) {
      throw new AssertionError("no leader: " + describe());
    }
    return found[0];
  }

  /** What everybody says of themselves, for a failure's message. */
  String describe() {
    StringBuilder text = new StringBuilder();
    // Asking takes simulated time, in which others come and go.
    List.copyOf(running.values()).forEach(process -> {
      text.append("\n  ").append(process.host).append(": ");
      text.append(process.node == null ? "not started" : process.explain());
    });
    return text.toString();
  }

  /** One life of one host. */
  final class Life {
    final HostId host;
    final SimulatedEnvironment environment = new SimulatedEnvironment(simulation);
    final FailingStore store;
    final Machine machine = new Machine();
    final TraceReplayer replayer = new TraceReplayer();
    TraceMismatchException traceMismatch;

    /** Is told of each step of the protocol as well. */
    Consumer<TraceEvent> alsoTraced = event -> {};

    HostRuntime runtime;
    GroupNode node;

    Life(HostId host, FailingStore store) {
      this.host = host;
      this.store = store;
    }

    private void start(BirthPlan plan) {
      try {
        runtime = new HostRuntime(host, store, network.transport(host), environment, Duration.ZERO);
      } catch (LogStoreException e) {
        environment.kill();
        return;
      }
      node = runtime.startGroup(
          new GroupSettings(GroupId.DEFAULT, plan, machine, options, this::replay));
    }

    /** Rebuilds the state from the trace; one that contradicts itself is remembered, since a replica survives its sink. */
    private void replay(TraceEvent event) {
      alsoTraced.accept(event);
      try {
        replayer.replay(event);
      } catch (TraceMismatchException e) {
        traceMismatch = traceMismatch == null ? e : traceMismatch;
      }
    }

    boolean isRunning() {
      return !environment.isDead() && status().health() == NodeStatus.Health.RUNNING;
    }

    NodeStatus status() {
      CompletableFuture<NodeStatus> status = node.statusSoon();
      if (!simulation.runUntil(status::isDone, Simulation.SECONDS)) {
        throw new AssertionError(host + " doesn't answer");
      }
      return status.join();
    }

    String explain() {
      if (environment.isDead()) {
        return "dead";
      }
      NodeStatus look = status();
      return look.explanation() + " " + look;
    }
  }

  /** Remembers every command; a result is how many there are. */
  static final class Machine implements StateMachine {
    final List<String> applied = new ArrayList<>();

    @Override
    public byte[] apply(Command command) {
      applied.add(new String(command.bytes(), UTF_8));
      return String.valueOf(applied.size()).getBytes(UTF_8);
    }

    @Override
    public byte[] query(byte[] query) {
      return String.valueOf(applied.size()).getBytes(UTF_8);
    }
  }
}
